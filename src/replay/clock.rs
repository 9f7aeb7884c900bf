//! Time of the viewer and time of the recording.
//!
//! The schedule is absolute: a position is the anchor plus what has passed since, times the
//! speed. Drawing takes time, and with relative waits that would add up.

use std::time::{Duration, Instant};

use crate::recording::edits;

/// A clock that does not go back.
pub trait Clock {
    /// Since an origin of its own.
    fn now(&self) -> Duration;
}

/// The machine's.
#[derive(Clone, Copy, Debug)]
pub struct Monotonic(Instant);

impl Monotonic {
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for Monotonic {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Where in the recording the viewer is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// The viewer's time at the anchor.
    since: Duration,
    /// The recording's time at the anchor.
    at: Duration,
    speed: f64,
    is_paused: bool,
}

impl Position {
    /// At the start, running. The speed is clamped to [`edits::SPEEDS`].
    pub fn start(speed: f64, now: Duration) -> Self {
        Self {
            since: now,
            at: Duration::ZERO,
            speed: edits::clamped(speed),
            is_paused: false,
        }
    }

    /// The recording's time at `now`.
    pub fn at(&self, now: Duration) -> Duration {
        match self.is_paused {
            true => self.at,
            false => self.at + now.saturating_sub(self.since).mul_f64(self.speed),
        }
    }

    /// The viewer's time when the recording will be at `time`; never while paused.
    pub fn when(&self, time: Duration) -> Option<Duration> {
        let ahead = time.saturating_sub(self.at);
        (!self.is_paused).then(|| self.since + ahead.div_f64(self.speed))
    }

    pub fn speed(&self) -> f64 {
        self.speed
    }

    pub fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// Stops or goes on, without a jump.
    pub fn set_paused(&mut self, is_paused: bool, now: Duration) {
        self.move_to(self.at(now), now);
        self.is_paused = is_paused;
    }

    /// Goes on at another speed, without a jump.
    pub fn set_speed(&mut self, speed: f64, now: Duration) {
        self.move_to(self.at(now), now);
        self.speed = edits::clamped(speed);
    }

    /// Leaves out a time in which nobody watched.
    pub fn delay(&mut self, by: Duration) {
        self.since += by;
    }

    /// Jumps.
    pub fn move_to(&mut self, time: Duration, now: Duration) {
        self.at = time;
        self.since = now;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn time_runs_at_the_speed_and_stands_while_paused() {
        let mut position = Position::start(2.0, ms(100));
        assert_eq!(position.at(ms(600)), ms(1_000));
        assert_eq!(position.when(ms(3_000)), Some(ms(1_600)));
        position.set_paused(true, ms(600));
        assert_eq!(position.at(ms(60_000)), ms(1_000));
        assert_eq!(position.when(ms(3_000)), None);
        position.set_paused(false, ms(60_000));
        assert_eq!(position.at(ms(60_500)), ms(2_000));
    }

    #[test]
    fn the_speed_is_clamped() {
        assert_eq!(Position::start(0.0, ms(0)).speed(), 0.1);
        assert_eq!(Position::start(f64::INFINITY, ms(0)).speed(), 100.0);
        assert_eq!(Position::start(f64::NAN, ms(0)).speed(), 1.0);
    }

    proptest! {
        #[test]
        fn changing_speed_or_pausing_does_not_jump(
            before in 0..100_000_u64,
            after in 0..100_000_u64,
            speed in 0.1..100.0_f64,
        ) {
            let now = ms(before);
            let mut position = Position::start(1.0, ms(0));
            position.set_speed(speed, now);
            prop_assert_eq!(position.at(now), now);
            let later = now + ms(after);
            let there = position.at(later);
            prop_assert!(there >= now);
            position.set_paused(true, later);
            prop_assert_eq!(position.at(later), there);
        }

        #[test]
        fn when_is_the_inverse_of_at(time in 0..1_000_000_u64, speed in 0.1..100.0_f64) {
            let position = Position::start(speed, ms(50));
            let when = position.when(ms(time)).expect("it runs");
            prop_assert!(position.at(when).abs_diff(ms(time)) < ms(1));
        }
    }
}
