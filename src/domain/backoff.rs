//! How long to wait after a failure, whoever failed: the numbers of every retry stand here.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Duration;

/// The curve: `first`, doubled at each error, up to `cap`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    pub first: Duration,
    pub cap: Duration,
}

impl Default for Pace {
    /// The Datadog Agent's curve with a lower cap.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            cap: Duration::from_secs(60),
        }
    }
}

impl Pace {
    /// The delay after so many errors before this one, before jitter.
    pub fn delay(&self, errors: u32) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(errors));
        doubled.min(self.cap)
    }

    /// So many errors reach the cap.
    pub fn errors_at_cap(&self) -> u32 {
        let steps = self.cap.as_nanos() / self.first.as_nanos().max(1);
        u128::BITS - steps.leading_zeros()
    }
}

/// Draws waits, so that many processes do not come back at once.
#[derive(Clone, Debug)]
pub struct Jitter {
    /// State of a SplitMix64 generator. Jitter needs to differ between processes, not to be secret.
    random: u64,
}

impl Default for Jitter {
    fn default() -> Self {
        Self::seeded(RandomState::new().hash_one(0))
    }
}

impl Jitter {
    /// The same seed gives the same waits.
    pub fn seeded(seed: u64) -> Self {
        Self { random: seed }
    }

    /// A time from the upper half of `delay`.
    pub fn draw(&mut self, delay: Duration) -> Duration {
        delay / 2 + (delay / 2).mul_f64(self.unit())
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

    #[test]
    fn the_delay_doubles_from_one_second_up_to_a_minute() {
        let pace = Pace::default();
        let delays = (0..9).map(|errors| pace.delay(errors).as_secs());
        assert_eq!(delays.collect::<Vec<_>>(), [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(pace.delay(u32::MAX), pace.cap);
        assert_eq!(pace.errors_at_cap(), 6);
    }

    #[test]
    fn two_processes_do_not_wait_the_same() {
        let waits = |mut jitter: Jitter| [(); 4].map(|()| jitter.draw(Duration::from_secs(60)));
        assert_ne!(waits(Jitter::default()), waits(Jitter::default()));
    }

    proptest! {
        #[test]
        fn a_wait_is_drawn_from_the_upper_half(seed: u64, millis in 0_u64..1_000_000) {
            let delay = Duration::from_millis(millis);
            let wait = Jitter::seeded(seed).draw(delay);
            prop_assert!(delay / 2 <= wait && wait <= delay);
        }
    }
}
