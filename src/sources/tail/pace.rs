//! When to look into the stored recording of a session that runs.
//!
//! Each look costs the whole recording, so there are few: after a gap, and when the stream is
//! silent for so long that another replica of the gateway may have the session. The gateway stores
//! what it has every 50 seconds from the session's start
//! (hoophq/hoop `gateway/transport/plugins/audit/wal.go`), so that the next time is known.

use std::time::Duration;

use tokio::time::Instant;

/// How often the gateway stores.
const FLUSH: Duration = Duration::from_secs(50);
/// Storing takes a moment, and so does connecting before the session's log is opened.
const SLACK: Duration = Duration::from_secs(2);
/// The first look behind a gap: a flush may have been due already.
const SOON: Duration = Duration::from_secs(3);
/// Further looks behind it, one a flush.
const LOOKS: u32 = 3;
/// A stream that is silent for so long may be silent for a reason.
const QUIET: Duration = Duration::from_secs(60);
const LONGEST_QUIET: Duration = Duration::from_secs(600);

/// What a look showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// The stored part reaches beyond the gap.
    pub(super) is_beyond_gap: bool,
    /// Events had been stored that did not come.
    pub(super) found_missing: bool,
}

/// The plan of one session.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    /// Age of the session at `since`.
    age: Duration,
    since: Instant,
    gap: Option<(Instant, u32)>,
    quiet_since: Instant,
    quiet: Duration,
    is_elsewhere: bool,
}

impl Pace {
    pub(super) fn new(age: Duration, now: Instant) -> Self {
        Self {
            age,
            since: now,
            gap: None,
            quiet_since: now,
            quiet: QUIET,
            is_elsewhere: false,
        }
    }

    /// Something may be missing before `now`.
    pub(super) fn gap(&mut self, now: Instant) {
        self.gap = Some((now + SOON, LOOKS));
        self.quiet_since = now;
    }

    /// Look at once, since something before `now` is wanted.
    pub(super) fn look_now(&mut self, now: Instant) {
        self.gap = Some((now, LOOKS));
    }

    /// The stream said something.
    pub(super) fn heard(&mut self, now: Instant) {
        self.quiet_since = now;
        self.quiet = QUIET;
        self.is_elsewhere = false;
    }

    /// When the next look is due.
    pub(super) fn due(&self) -> Instant {
        let quiet = self.quiet_since + self.quiet;
        self.gap.map_or(quiet, |(at, _)| at.min(quiet))
    }

    /// True where only the stored recording tells what the session does.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.is_elsewhere
    }

    /// A look was taken.
    pub(super) fn looked(&mut self, look: Look, now: Instant) {
        let was_quiet = now >= self.quiet_since + self.quiet;
        let next = self.next_flush(now);
        self.gap = match self.gap {
            Some((_, left)) if left > 1 && !look.is_beyond_gap => Some((next, left - 1)),
            _ => None,
        };
        if was_quiet {
            self.is_elsewhere |= look.found_missing;
            self.quiet_since = now;
            self.quiet = match self.is_elsewhere {
                true => next - now,
                false => (self.quiet * 2).min(LONGEST_QUIET),
            };
        }
    }

    fn next_flush(&self, now: Instant) -> Instant {
        let age = self.age + (now - self.since);
        let into = age.as_nanos() % FLUSH.as_nanos();
        let into = Duration::from_nanos(u64::try_from(into).unwrap_or_default());
        now + (FLUSH - into) + SLACK
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Look = Look {
        is_beyond_gap: false,
        found_missing: false,
    };

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn behind_a_gap_it_looks_soon_and_then_after_each_flush() {
        let now = Instant::now();
        let mut pace = Pace::new(seconds(30), now);
        pace.gap(now);
        assert_eq!(pace.due(), now + seconds(3));
        pace.looked(NOTHING, now + seconds(3));
        // 33 s old: stored at 50.
        assert_eq!(pace.due(), now + seconds(20) + SLACK);
        pace.looked(NOTHING, now + seconds(22));
        pace.heard(now + seconds(65));
        assert_eq!(pace.due(), now + seconds(70) + SLACK);
    }

    #[test]
    fn once_the_stored_part_reaches_beyond_the_gap_it_stops_looking() {
        let now = Instant::now();
        let mut pace = Pace::new(seconds(0), now);
        pace.gap(now);
        let done = Look {
            is_beyond_gap: true,
            found_missing: true,
        };
        pace.looked(done, now + seconds(3));
        assert_eq!(pace.due(), now + QUIET);
        assert!(!pace.is_elsewhere(), "a gap explains what is missing");
    }

    #[test]
    fn a_silent_stream_is_looked_behind_less_and_less_often() {
        let now = Instant::now();
        let mut pace = Pace::new(seconds(0), now);
        let mut waits = Vec::new();
        let mut at = now;
        for _ in 0..6 {
            waits.push((pace.due() - at).as_secs());
            at = pace.due();
            pace.looked(NOTHING, at);
        }
        assert_eq!(waits, [60, 120, 240, 480, 600, 600]);
    }

    #[test]
    fn a_session_of_another_replica_is_looked_at_after_each_flush_until_it_speaks() {
        let now = Instant::now();
        let mut pace = Pace::new(seconds(0), now);
        let missing = Look {
            is_beyond_gap: false,
            found_missing: true,
        };
        pace.looked(missing, now + seconds(60));
        assert!(pace.is_elsewhere());
        assert_eq!(pace.due(), now + seconds(100) + SLACK);
        pace.looked(NOTHING, now + seconds(102));
        assert_eq!(pace.due(), now + seconds(150) + SLACK);
        pace.heard(now + seconds(110));
        assert!(!pace.is_elsewhere());
        assert_eq!(pace.due(), now + seconds(170));
    }
}
