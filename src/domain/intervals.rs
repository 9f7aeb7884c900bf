//! Sets of instants: which stretches of start times were dealt with, and what is left of a range.

use jiff::Timestamp;

use super::time::TimeRange;

/// A set of instants as half-open ranges: ascending, none empty, none touching the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intervals(Vec<TimeRange>);

impl Intervals {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Ascending; between two neighbours there is a gap.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = TimeRange> + '_ {
        self.0.iter().copied()
    }

    pub fn contains(&self, at: Timestamp) -> bool {
        self.0.iter().any(|range| range.contains(at))
    }

    /// The share of all that lies before `at`; `None` of an empty set. Reading goes from new to old:
    /// that much is left once everything since `at` was read.
    pub fn share_before(&self, at: Timestamp) -> Option<f64> {
        let seconds =
            |since: Timestamp, until: Timestamp| until.duration_since(since).as_secs_f64();
        let whole: f64 = self.iter().map(|one| seconds(one.since, one.until)).sum();
        let before = self.iter().filter(|one| one.since < at);
        let before: f64 = before
            .map(|one| seconds(one.since, one.until.min(at)))
            .sum();
        (whole > 0.0).then(|| before / whole)
    }

    /// Adds `range`; one that ends before it begins adds nothing.
    pub fn insert(&mut self, range: TimeRange) {
        if range.until <= range.since {
            return;
        }
        let first = self.0.partition_point(|one| one.until < range.since);
        let behind = self.0.partition_point(|one| one.since <= range.until);
        let joined = self.0[first..behind]
            .iter()
            .fold(range, |joined, one| TimeRange {
                since: joined.since.min(one.since),
                until: joined.until.max(one.until),
            });
        self.0.splice(first..behind, [joined]);
    }

    /// What of `range` is not in the set.
    pub fn missing_from(&self, range: TimeRange) -> Intervals {
        let mut missing = Intervals::default();
        let mut since = range.since;
        for one in self.iter().filter(|one| one.until > range.since) {
            missing.insert(TimeRange {
                since,
                until: one.since.min(range.until),
            });
            since = since.max(one.until);
        }
        missing.insert(TimeRange {
            since,
            until: range.until,
        });
        missing
    }

    /// Where the first range begins.
    pub fn start(&self) -> Option<Timestamp> {
        self.0.first().map(|range| range.since)
    }

    /// Where the last range ends.
    pub fn end(&self) -> Option<Timestamp> {
        self.0.last().map(|range| range.until)
    }
}

impl FromIterator<TimeRange> for Intervals {
    fn from_iter<I: IntoIterator<Item = TimeRange>>(ranges: I) -> Self {
        let mut set = Self::default();
        for range in ranges {
            set.insert(range);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(since: i64, until: i64) -> TimeRange {
        let at = |second| Timestamp::from_second(second).expect("a small number");
        TimeRange {
            since: at(since),
            until: at(until),
        }
    }

    fn some_ranges() -> impl Strategy<Value = Vec<TimeRange>> {
        prop::collection::vec((0_i64..60, 0_i64..60).prop_map(|(a, b)| range(a, b)), 0..12)
    }

    #[test]
    fn ranges_that_touch_become_one_and_others_stay_apart() {
        let set = Intervals::from_iter([range(10, 20), range(30, 40), range(20, 25), range(5, 5)]);
        assert_eq!(
            set.iter().collect::<Vec<_>>(),
            [range(10, 25), range(30, 40)]
        );
        assert_eq!(set.end(), Some(range(0, 40).until));
        let left: Vec<_> = set.missing_from(range(0, 50)).iter().collect();
        assert_eq!(left, [range(0, 10), range(25, 30), range(40, 50)]);
        assert!(set.missing_from(range(11, 25)).is_empty());
    }

    #[test]
    fn the_share_before_an_instant_is_that_part_of_every_range() {
        let ranges = Intervals::from_iter([range(0, 100), range(200, 300)]);
        for (at, share) in [(400, 1.0), (250, 0.75), (150, 0.5), (50, 0.25), (0, 0.0)] {
            assert_eq!(
                ranges.share_before(range(at, at).since),
                Some(share),
                "{at}"
            );
        }
        assert_eq!(Intervals::default().share_before(range(0, 0).since), None);
    }

    proptest! {
        #[test]
        fn a_set_holds_what_was_put_in_and_nothing_else(ranges in some_ranges()) {
            let set: Intervals = ranges.iter().copied().collect();
            for second in 0..60 {
                let at = range(second, second).since;
                let is_in = ranges.iter().any(|range| range.contains(at));
                prop_assert_eq!(set.contains(at), is_in);
            }
            let all: Vec<_> = set.iter().collect();
            prop_assert!(all.iter().all(|range| range.since < range.until));
            prop_assert!(all.windows(2).all(|pair| pair[0].until < pair[1].since));
        }

        #[test]
        fn what_is_missing_is_the_rest_of_the_range(ranges in some_ranges(), a in 0_i64..60, b in 0_i64..60) {
            let set: Intervals = ranges.into_iter().collect();
            let whole = range(a, b);
            let missing = set.missing_from(whole);
            for second in 0..60 {
                let at = range(second, second).since;
                prop_assert_eq!(missing.contains(at), whole.contains(at) && !set.contains(at));
            }
        }
    }
}
