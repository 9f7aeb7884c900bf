//! How fast work goes, and how long the rest takes.

use std::collections::VecDeque;
use std::time::Duration;

use crate::domain::time::human_duration;

/// The rate is that of the last so long.
const WINDOW: Duration = Duration::from_secs(10);
/// What began less than this ago says nothing of how long it takes.
const TOO_EARLY: Duration = Duration::from_secs(2);
/// With so little done a guess of the rest is worth nothing.
const TOO_LITTLE: f64 = 0.02;

/// Counts of the last seconds, of whatever is counted.
#[derive(Debug, Default)]
pub struct Meter {
    /// When it was, since the run began, and how many there were by then.
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

    /// So many a second; `None` as long as there is too little to tell.
    pub fn rate(&self) -> Option<f64> {
        let ((first, before), (last, after)) = (*self.samples.front()?, *self.samples.back()?);
        let passed = last.saturating_sub(first);
        (passed >= Duration::from_secs(1))
            .then(|| after.saturating_sub(before) as f64 / passed.as_secs_f64())
    }
}

/// How long the rest takes if it goes on as it did.
fn remaining(elapsed: Duration, left: f64) -> Option<Duration> {
    let done = 1.0 - left;
    let can_tell = elapsed >= TOO_EARLY && done >= TOO_LITTLE && left > 0.0;
    can_tell
        .then(|| elapsed.as_secs_f64() * left / done)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds.ceil()).ok())
}

/// `5120/s`; below ten a second with a decimal.
pub fn rate_text(rate: f64) -> String {
    match rate < 9.95 {
        true => format!("{rate:.1}/s"),
        false => format!("{rate:.0}/s"),
    }
}

/// `12s`, `1m 10s`: what moves every second shows no tenths.
pub fn seconds_text(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds}s"),
        _ => human_duration(time),
    }
}

/// `62 % left, about 1m 10s`
pub fn left_text(elapsed: Duration, left: f64) -> String {
    if left <= 0.0 {
        return "all read".to_owned();
    }
    // Rounded up: what is left is not nothing.
    let percent = (left * 100.0).ceil();
    match remaining(elapsed, left) {
        Some(rest) => format!("{percent} % left, about {}", seconds_text(rest)),
        None => format!("{percent} % left"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
