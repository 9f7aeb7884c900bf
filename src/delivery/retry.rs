//! How long to wait after a failure: a value, so that whoever waits can say so.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Duration;

/// The longest wait that an answer can ask for.
pub const LONGEST_HINT: Duration = Duration::from_secs(15 * 60);

/// One success forgives so many errors, as in the Agent.
const FORGIVEN: u32 = 2;

/// The curve: `first`, doubled at each error, up to `cap`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    pub first: Duration,
    pub cap: Duration,
}

impl Default for Pace {
    /// The Agent's curve with a lower cap.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            cap: Duration::from_secs(60),
        }
    }
}

/// What a destination's failures add up to.
#[derive(Clone, Debug)]
pub struct Backoff {
    pace: Pace,
    errors: u32,
    /// State of a SplitMix64 generator. Jitter needs to differ between processes, not to be secret.
    random: u64,
}

impl Backoff {
    pub fn new(pace: Pace) -> Self {
        Self::seeded(pace, RandomState::new().hash_one(0))
    }

    /// The same seed gives the same waits.
    pub fn seeded(pace: Pace, seed: u64) -> Self {
        Self {
            pace,
            errors: 0,
            random: seed,
        }
    }

    /// Counts an error and says how long to wait: a time drawn from the upper half of the curve's
    /// delay, or `hint`, what the answer asked for, where that is longer.
    pub fn failed(&mut self, hint: Option<Duration>) -> Duration {
        let delay = self.delay();
        self.errors = self.errors.saturating_add(1).min(self.errors_at_cap());
        let drawn = delay / 2 + (delay / 2).mul_f64(self.unit());
        drawn.max(hint.unwrap_or_default().min(LONGEST_HINT))
    }

    pub fn succeeded(&mut self) {
        self.errors = self.errors.saturating_sub(FORGIVEN);
    }

    /// The delay before jitter.
    fn delay(&self) -> Duration {
        let doubled = self
            .pace
            .first
            .saturating_mul(2_u32.saturating_pow(self.errors));
        doubled.min(self.pace.cap)
    }

    /// More errors than reach the cap are not counted, or a long outage would take as many
    /// successes to be forgotten.
    fn errors_at_cap(&self) -> u32 {
        let steps = self.pace.cap.as_nanos() / self.pace.first.as_nanos().max(1);
        u128::BITS - steps.leading_zeros()
    }

    /// Uniform in `0.0..1.0`.
    fn unit(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.random;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        // 53 bits are what an f64 holds exactly.
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The delays before jitter that `errors` failures in a row run through.
    fn curve(errors: usize) -> Vec<u64> {
        let mut backoff = Backoff::seeded(Pace::default(), 1);
        (0..errors)
            .map(|_| {
                let delay = backoff.delay().as_secs();
                backoff.failed(None);
                delay
            })
            .collect()
    }

    fn fail(backoff: &mut Backoff, times: usize) {
        for _ in 0..times {
            backoff.failed(None);
        }
    }

    #[test]
    fn the_delay_doubles_up_to_a_minute() {
        assert_eq!(curve(9), [1, 2, 4, 8, 16, 32, 60, 60, 60]);
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

    #[test]
    fn two_processes_do_not_wait_the_same() {
        let waits = |mut backoff: Backoff| [(); 4].map(|()| backoff.failed(None));
        assert_ne!(
            waits(Backoff::new(Pace::default())),
            waits(Backoff::new(Pace::default()))
        );
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
