//! How far the list of sessions was read: what a relay goes on from, or another one that takes its
//! place.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::intervals::Intervals;
use crate::domain::time::TimeRange;
use crate::sources::export::Stretch;
use crate::sources::rounds::Left;

/// What of the start times was read, and which sessions were not over then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// All that started before was dealt with.
    begin: Timestamp,
    /// After `begin`.
    done: Intervals,
    unfinished: BTreeMap<String, Timestamp>,
}

impl Position {
    /// Nothing that started before is of concern.
    pub fn beginning_at(begin: Timestamp) -> Self {
        Self {
            begin,
            done: Intervals::default(),
            unfinished: BTreeMap::new(),
        }
    }

    /// All that started before was dealt with, but for sessions that were not over.
    pub fn begin(&self) -> Timestamp {
        self.begin
    }

    /// Sessions that may bring more events.
    pub fn unfinished(&self) -> usize {
        self.unfinished.len()
    }

    /// What is still to be read of what started before `until`.
    pub fn left(&self, until: Timestamp) -> Left {
        let range = TimeRange {
            since: self.begin,
            until,
        };
        Left {
            ranges: self.done.missing_from(range),
            unfinished: self.unfinished.clone(),
        }
    }

    /// Every event of the stretch was taken.
    pub fn read(&mut self, stretch: Stretch) {
        let range = stretch.range;
        // A session whose start was read again, and which is not open any more, is over.
        self.unfinished.retain(|_, start| !range.contains(*start));
        for id in &stretch.finished {
            self.unfinished.remove(id);
        }
        self.unfinished.extend(stretch.unfinished);
        self.done.insert(range);
        self.go_on();
    }

    /// Begins behind what was read without a gap.
    fn go_on(&mut self) {
        let Some(first) = self.done.iter().next() else {
            return;
        };
        if first.since <= self.begin {
            self.begin = self.begin.max(first.until);
            self.done = self.done.iter().skip(1).collect();
        }
    }
}

/// A text that says no position.
#[derive(Debug, thiserror::Error)]
#[error("the position of the reconciling cannot be read: {0}")]
pub struct NotAPosition(#[from] serde_json::Error);

/// As it is stored.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    begin: Timestamp,
    done: Vec<(Timestamp, Timestamp)>,
    unfinished: BTreeMap<String, Timestamp>,
}

impl Position {
    /// A JSON object.
    pub fn to_json(&self) -> String {
        let stored = Stored {
            begin: self.begin,
            done: self.done.iter().map(|one| (one.since, one.until)).collect(),
            unfinished: self.unfinished.clone(),
        };
        serde_json::to_string(&stored).expect("texts and instants serialise into memory")
    }

    /// # Errors
    ///
    /// Where [`Position::to_json`] never said that.
    pub fn from_json(text: &str) -> Result<Self, NotAPosition> {
        let stored: Stored = serde_json::from_str(text)?;
        let range = |(since, until)| TimeRange { since, until };
        Ok(Self {
            begin: stored.begin,
            done: stored.done.into_iter().map(range).collect(),
            unfinished: stored.unfinished,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sources::testing::at_millis;

    fn range(since: i64, until: i64) -> TimeRange {
        TimeRange {
            since: at_millis(since),
            until: at_millis(until),
        }
    }

    fn stretch(since: i64, until: i64, unfinished: &[(&str, i64)], finished: &[&str]) -> Stretch {
        let open = unfinished.iter();
        Stretch {
            range: range(since, until),
            unfinished: open
                .map(|(id, start)| (id.to_string(), at_millis(*start)))
                .collect(),
            finished: finished.iter().map(|id| id.to_string()).collect(),
        }
    }

    fn ranges(position: &Position, until: i64) -> Vec<TimeRange> {
        let left = position.left(at_millis(until));
        left.ranges.iter().collect()
    }

    #[test]
    fn what_was_read_from_the_end_down_is_not_read_again() {
        let mut position = Position::beginning_at(at_millis(0));
        position.read(stretch(60, 100, &[], &[]));
        assert_eq!(ranges(&position, 120), [range(0, 60), range(100, 120)]);
        assert_eq!(position.begin(), at_millis(0));
        position.read(stretch(0, 60, &[], &[]));
        assert_eq!(position.begin(), at_millis(100));
        assert_eq!(ranges(&position, 120), [range(100, 120)]);
    }

    #[test]
    fn an_open_session_is_asked_for_until_it_is_over() {
        let mut position = Position::beginning_at(at_millis(0));
        position.read(stretch(0, 100, &[("a", 10), ("b", 20)], &[]));
        assert_eq!(position.unfinished(), 2);
        position.read(stretch(0, 0, &[("b", 20)], &["a"]));
        let left = position.left(at_millis(100));
        assert_eq!(
            left.unfinished,
            BTreeMap::from([("b".to_owned(), at_millis(20))])
        );
    }

    #[test]
    fn a_session_that_is_over_when_its_start_is_read_again_is_done() {
        let mut position = Position::beginning_at(at_millis(0));
        position.read(stretch(50, 100, &[("a", 60), ("b", 70)], &[]));
        position.read(stretch(40, 90, &[("b", 70)], &[]));
        assert_eq!(position.unfinished(), 1);
    }

    proptest! {
        #[test]
        fn a_position_comes_back_as_it_was_and_covers_what_was_read(
            read in prop::collection::vec((0_i64..60, 0_i64..60), 0..12),
        ) {
            let mut position = Position::beginning_at(at_millis(0));
            for (since, until) in &read {
                position.read(stretch(*since, *until, &[("s", *since)], &[]));
                let again = Position::from_json(&position.to_json()).expect("a position");
                prop_assert_eq!(&again, &position);
            }
            let left = position.left(at_millis(60)).ranges;
            for at in 0..60 {
                let is_read = read.iter().any(|(since, until)| range(*since, *until).contains(at_millis(at)));
                prop_assert_eq!(left.contains(at_millis(at)), !is_read);
            }
        }
    }

    #[test]
    fn what_is_no_position_is_not_taken_for_a_fresh_one() {
        for text in [
            "",
            "{}",
            "null",
            r#"{"begin":"x","done":[],"unfinished":{}}"#,
        ] {
            Position::from_json(text).expect_err(text);
        }
    }
}
