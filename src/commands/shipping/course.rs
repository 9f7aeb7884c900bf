//! How far a run is: what is left of the range.

use std::cell::Cell;

use jiff::Timestamp;

use crate::domain::intervals::Intervals;

/// How far the reading is, told by who reads.
#[derive(Debug, Default)]
pub struct Course {
    /// What there is to read, where it was counted.
    expected: Cell<Option<u64>>,
    /// The share of what was asked for that is not read yet; `None` where nobody knows.
    left: Cell<Option<f64>>,
}

impl Course {
    /// There are so many sessions or rows to read.
    pub fn expect(&self, count: u64) {
        self.expected.set(Some(count));
    }

    /// So many were read by now: everything of `ranges` since `at`, since reading goes from new to
    /// old.
    pub fn reached(&self, count: u64, ranges: &Intervals, at: Timestamp) {
        match self.expected.get() {
            Some(expected) => self.passed(count, expected),
            None => self.left.set(left_of(ranges, at)),
        }
    }

    /// So much was read of the whole.
    pub fn passed(&self, count: u64, whole: u64) {
        let left = whole.saturating_sub(count) as f64 / whole.max(1) as f64;
        self.left.set(Some(left));
    }

    pub(super) fn left(&self) -> Option<f64> {
        self.left.get()
    }
}

fn left_of(ranges: &Intervals, at: Timestamp) -> Option<f64> {
    let seconds = |since: Timestamp, until: Timestamp| until.duration_since(since).as_secs_f64();
    let whole: f64 = ranges.iter().map(|one| seconds(one.since, one.until)).sum();
    let below = ranges.iter().filter(|one| one.since < at);
    let left: f64 = below.map(|one| seconds(one.since, one.until.min(at))).sum();
    (whole > 0.0).then(|| left / whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::TimeRange;

    #[test]
    fn what_is_left_is_the_part_of_every_range_below_what_was_read() {
        let at = |second: i64| Timestamp::from_second(1_795_000_000 + second).expect("an instant");
        let range = |since, until| TimeRange {
            since: at(since),
            until: at(until),
        };
        let ranges: Intervals = [range(0, 100), range(200, 300)].into_iter().collect();
        for (reached, left) in [(400, 1.0), (250, 0.75), (150, 0.5), (50, 0.25), (0, 0.0)] {
            assert_eq!(left_of(&ranges, at(reached)), Some(left), "{reached}");
        }
        assert_eq!(left_of(&Intervals::default(), at(0)), None);
    }

    #[test]
    fn what_was_counted_tells_better_than_the_clock_how_much_is_left() {
        let at = |second: i64| Timestamp::from_second(1_795_000_000 + second).expect("an instant");
        let range = TimeRange {
            since: at(0),
            until: at(100),
        };
        let (course, ranges) = (Course::default(), [range].into_iter().collect());
        course.reached(10, &ranges, at(50));
        assert_eq!(course.left(), Some(0.5));
        course.expect(40);
        course.reached(10, &ranges, at(50));
        assert_eq!(course.left(), Some(0.75));
    }
}
