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
            None => self.left.set(ranges.share_before(at)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::TimeRange;

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
