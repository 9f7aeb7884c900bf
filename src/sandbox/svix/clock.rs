//! The stand-in's time, and how Svix's waits are shortened.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// Runs on from where it was set.
#[derive(Debug)]
pub struct Clock {
    base: Timestamp,
    started: Instant,
    speed: u32,
}

impl Clock {
    pub fn new(base: Timestamp, speed: u32) -> Self {
        Self {
            base,
            started: Instant::now(),
            speed: speed.max(1),
        }
    }

    /// In whole microseconds: the database keeps no more.
    pub fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.started.elapsed());
        let now = self
            .base
            .checked_add(elapsed.unwrap_or(SignedDuration::MAX))
            .unwrap_or(Timestamp::MAX);
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// How long a wait of Svix's lasts here.
    pub fn shortened(&self, wait: Duration) -> Duration {
        wait / self.speed
    }

    /// When a wait of Svix's that begins at `now` is over here.
    pub fn after(&self, now: Timestamp, wait: Duration) -> Timestamp {
        now.checked_add(self.shortened(wait))
            .unwrap_or(Timestamp::MAX)
    }
}

/// A moment as Svix writes it: no fraction, or three, six or nine digits of one.
pub fn stamp(at: Timestamp) -> String {
    match at.subsec_nanosecond() {
        0 => format!("{at:.0}"),
        nanos if nanos % 1_000_000 == 0 => format!("{at:.3}"),
        nanos if nanos % 1_000 == 0 => format!("{at:.6}"),
        _ => format!("{at:.9}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_come_in_groups_of_three_digits() {
        for text in [
            "2026-11-21T09:28:38Z",
            "2026-11-21T09:28:38.500Z",
            "2026-11-21T09:28:38.075030Z",
            "2026-11-21T09:28:38.075030001Z",
        ] {
            assert_eq!(stamp(text.parse().expect("an instant")), text);
        }
    }
}
