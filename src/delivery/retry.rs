//! What a destination's failures add up to: how long to wait, as a value, so that whoever waits can
//! say so.

use std::time::Duration;

use crate::domain::backoff::Jitter;
pub use crate::domain::backoff::Pace;

/// The longest wait that an answer can ask for.
pub const LONGEST_HINT: Duration = Duration::from_secs(15 * 60);

/// One success forgives so many errors, as in the Agent.
const FORGIVEN: u32 = 2;

/// What a destination's failures add up to.
#[derive(Clone, Debug)]
pub struct Backoff {
    pace: Pace,
    errors: u32,
    jitter: Jitter,
}

impl Backoff {
    pub fn new(pace: Pace) -> Self {
        Self::with(pace, Jitter::default())
    }

    /// The same seed gives the same waits.
    pub fn seeded(pace: Pace, seed: u64) -> Self {
        Self::with(pace, Jitter::seeded(seed))
    }

    fn with(pace: Pace, jitter: Jitter) -> Self {
        Self {
            pace,
            errors: 0,
            jitter,
        }
    }

    /// Counts an error and says how long to wait: a time drawn from the upper half of the curve's
    /// delay, or `hint`, what the answer asked for, where that is longer.
    pub fn failed(&mut self, hint: Option<Duration>) -> Duration {
        let delay = self.delay();
        // More errors than reach the cap are not counted, or a long outage would take as many
        // successes to be forgotten.
        let most = self.pace.errors_at_cap();
        self.errors = self.errors.saturating_add(1).min(most);
        let drawn = self.jitter.draw(delay);
        drawn.max(hint.unwrap_or_default().min(LONGEST_HINT))
    }

    pub fn succeeded(&mut self) {
        self.errors = self.errors.saturating_sub(FORGIVEN);
    }

    /// The delay before jitter.
    fn delay(&self) -> Duration {
        self.pace.delay(self.errors)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fail(backoff: &mut Backoff, times: usize) {
        for _ in 0..times {
            backoff.failed(None);
        }
    }

    #[test]
    fn a_success_forgives_two_errors_however_long_the_outage() {
        let mut backoff = Backoff::seeded(Pace::default(), 1);
        fail(&mut backoff, 1_000);
        assert_eq!(backoff.delay().as_secs(), 60);
        for delay in [16, 4, 1, 1] {
            backoff.succeeded();
            assert_eq!(backoff.delay().as_secs(), delay);
        }
    }

    proptest! {
        #[test]
        fn a_wait_lies_in_the_upper_half_or_is_what_was_asked_for(
            seed: u64,
            errors in 0_usize..20,
            hint in prop::option::of(0_u64..=1_000_000_000),
        ) {
            let mut backoff = Backoff::seeded(Pace::default(), seed);
            fail(&mut backoff, errors);
            let delay = backoff.delay();
            let hint = hint.map(Duration::from_secs);
            let wait = backoff.failed(hint);
            let asked = hint.unwrap_or_default().min(LONGEST_HINT);
            prop_assert!(wait >= delay / 2 && wait >= asked);
            prop_assert!(wait <= delay.max(asked));
        }
    }
}
