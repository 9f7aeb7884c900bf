//! The gate before a destination: how many requests may be out at once, and from when on.
//!
//! While the destination fails, one request probes it and the rest wait, so that there is no
//! stampede when it comes back.

use std::time::Duration;

use tokio::time::Instant;

use super::retry::Backoff;

/// So many successes in a row allow one more request at once.
const STREAK: u32 = 10;

#[derive(Debug)]
pub(super) struct Gate {
    backoff: Backoff,
    opens_at: Option<Instant>,
    width: usize,
    widest: usize,
    streak: u32,
}

impl Gate {
    /// Begins with one request at a time; `widest` is at least one.
    pub fn new(backoff: Backoff, widest: usize) -> Self {
        Self {
            backoff,
            opens_at: None,
            width: 1,
            widest: widest.max(1),
            streak: 0,
        }
    }

    /// When the wait ends, while there is one.
    pub fn opens_at(&self, now: Instant) -> Option<Instant> {
        self.opens_at.filter(|opens_at| *opens_at > now)
    }

    pub fn lets_through(&self, in_flight: usize, now: Instant) -> bool {
        in_flight < self.width && self.opens_at(now).is_none()
    }

    pub fn succeeded(&mut self) {
        self.backoff.succeeded();
        self.streak += 1;
        if self.streak >= STREAK {
            self.streak = 0;
            self.width = (self.width + 1).min(self.widest);
        }
    }

    /// Closes the gate; the answer is how long. A failure of a request that was out before the
    /// gate closed is the same outage and lengthens the wait only by what its answer asked for.
    pub fn failed(&mut self, hint: Option<Duration>, now: Instant) -> Duration {
        self.width = 1;
        self.streak = 0;
        let wait = match self.opens_at(now) {
            Some(opens_at) => {
                let hint = hint.unwrap_or_default().min(super::retry::LONGEST_HINT);
                (opens_at - now).max(hint)
            }
            None => self.backoff.failed(hint),
        };
        self.opens_at = Some(now + wait);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::retry::Pace;

    fn gate() -> Gate {
        Gate::new(Backoff::seeded(Pace::default(), 1), 4)
    }

    #[test]
    fn ten_successes_in_a_row_widen_it_by_one_up_to_the_widest() {
        let (mut gate, now) = (gate(), Instant::now());
        for (successes, width) in [(9, 1), (1, 2), (10, 3), (100, 4)] {
            (0..successes).for_each(|_| gate.succeeded());
            assert!(gate.lets_through(width - 1, now));
            assert!(!gate.lets_through(width, now));
        }
    }

    #[test]
    fn after_a_failure_nothing_passes_and_then_one_probe() {
        let (mut gate, now) = (gate(), Instant::now());
        (0..30).for_each(|_| gate.succeeded());
        let wait = gate.failed(Some(Duration::from_secs(12)), now);
        assert_eq!(wait, Duration::from_secs(12));
        assert!(!gate.lets_through(0, now + wait - Duration::from_millis(1)));
        assert!(gate.lets_through(0, now + wait));
        assert!(!gate.lets_through(1, now + wait));
    }

    #[test]
    fn failures_of_one_outage_count_once() {
        let (mut gate, now) = (gate(), Instant::now());
        let first = gate.failed(None, now);
        assert!(first <= Duration::from_secs(1));
        assert_eq!(gate.failed(None, now), first);
        assert_eq!(gate.failed(Some(Duration::from_secs(9)), now).as_secs(), 9);
    }
}
