//! How far a run is: events, how fast, and what is left of the range. Pure, but for the clock that
//! is read when a run begins.

use std::cell::Cell;
use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::intervals::Intervals;
use crate::domain::time::human_duration;

/// The rate is that of the last so long.
const WINDOW: Duration = Duration::from_secs(10);
/// What began less than this ago says nothing of how long it takes.
const TOO_EARLY: Duration = Duration::from_secs(2);
/// With so little done a guess of the rest is worth nothing.
const TOO_LITTLE: f64 = 0.02;

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

/// Counts of the last seconds.
#[derive(Debug, Default)]
pub(super) struct Meter {
    /// When it was, since the run began, and how many events there were by then.
    samples: VecDeque<(Duration, u64)>,
}

impl Meter {
    pub fn note(&mut self, at: Duration, events: u64) {
        self.samples.push_back((at, events));
        // One from before the window stays, to count from.
        while self
            .samples
            .get(1)
            .is_some_and(|(first, _)| *first + WINDOW < at)
        {
            self.samples.pop_front();
        }
    }

    /// Events a second; `None` as long as there is too little to tell.
    pub fn rate(&self) -> Option<f64> {
        let ((first, before), (last, after)) = (*self.samples.front()?, *self.samples.back()?);
        let passed = last.saturating_sub(first);
        (passed >= Duration::from_secs(1))
            .then(|| after.saturating_sub(before) as f64 / passed.as_secs_f64())
    }
}

/// How long the rest takes if it goes on as it did.
pub(super) fn remaining(elapsed: Duration, left: f64) -> Option<Duration> {
    let done = 1.0 - left;
    let can_tell = elapsed >= TOO_EARLY && done >= TOO_LITTLE && left > 0.0;
    can_tell
        .then(|| elapsed.as_secs_f64() * left / done)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds.ceil()).ok())
}

/// `5120/s`; below ten a second with a decimal.
pub(super) fn rate_text(rate: f64) -> String {
    match rate < 9.95 {
        true => format!("{rate:.1}/s"),
        false => format!("{rate:.0}/s"),
    }
}

/// `62 % left, about 1m 10s`
pub(super) fn left_text(elapsed: Duration, left: f64) -> String {
    if left <= 0.0 {
        return "all read".to_owned();
    }
    // Rounded up: what is left is not nothing.
    let percent = (left * 100.0).ceil();
    match remaining(elapsed, left) {
        Some(rest) => format!("{percent} % left, about {}", human_duration(rest)),
        None => format!("{percent} % left"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::TimeRange;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let mut meter = Meter::default();
        assert_eq!(meter.rate(), None);
        for (at, events) in [(0, 0), (5, 5_000), (10, 10_000)] {
            meter.note(seconds(at), events);
        }
        assert_eq!(meter.rate(), Some(1_000.0));
        for at in 11..60 {
            meter.note(seconds(at), 10_000);
        }
        assert_eq!(meter.rate(), Some(0.0));
        assert!(meter.samples.len() < 20, "{}", meter.samples.len());
    }

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

    #[test]
    fn the_rest_is_told_once_there_is_something_to_tell_it_by() {
        assert_eq!(left_text(seconds(1), 0.5), "50 % left");
        assert_eq!(left_text(seconds(60), 0.999), "100 % left");
        assert_eq!(left_text(seconds(30), 0.7), "70 % left, about 1m 10s");
        assert_eq!(left_text(seconds(30), 0.0), "all read");
        assert_eq!(
            (rate_text(0.42), rate_text(5_120.4)),
            ("0.4/s".to_owned(), "5120/s".to_owned())
        );
    }
}
