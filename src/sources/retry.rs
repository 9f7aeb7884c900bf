//! Trying again, as a value: how often, and how long to wait before each attempt.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use super::error::SourceError;
use crate::gateway::GatewayError;

const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_secs(60);

/// The waits between attempts: 1 s, doubled up to 60 s, each drawn from its upper half so that
/// many exporters do not come back at once.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    attempts: u32,
    failed: u32,
    random: u64,
}

impl Backoff {
    /// For the first request of a run: a wrong address should show at once.
    pub(super) fn short() -> Self {
        Self::new(3)
    }

    /// For a run that is under way: about two minutes, long enough for a gateway to restart.
    pub(super) fn patient() -> Self {
        Self::new(8)
    }

    /// For what is waited for as long as somebody watches.
    pub(super) fn endless() -> Self {
        Self::new(u32::MAX)
    }

    /// How long to wait now, of an endless one.
    pub(super) fn next_wait(&mut self) -> Duration {
        self.failed = self.failed.min(u32::MAX - 2);
        self.after_failure().unwrap_or(LONGEST_DELAY)
    }

    fn new(attempts: u32) -> Self {
        Self {
            attempts,
            failed: 0,
            random: RandomState::new().hash_one(attempts),
        }
    }

    /// Counts a failure: how long to wait before the next attempt, `None` when there is none left.
    fn after_failure(&mut self) -> Option<Duration> {
        self.failed += 1;
        if self.failed >= self.attempts {
            return None;
        }
        let doublings = (self.failed - 1).min(6);
        let delay = (FIRST_DELAY * (1 << doublings)).min(LONGEST_DELAY);
        Some(delay / 2 + (delay / 2).mul_f64(self.fraction()))
    }

    /// The next number of [0, 1), by splitmix64.
    fn fraction(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Asks until there is an answer, an error that will not pass, or no attempt left.
pub(super) async fn retrying<T>(
    mut backoff: Backoff,
    mut ask: impl AsyncFnMut() -> Result<T, GatewayError>,
) -> Result<T, SourceError> {
    loop {
        let error = match ask().await {
            Ok(value) => return Ok(value),
            Err(error) if error.is_retriable() => error,
            Err(error) => return Err(error.into()),
        };
        let Some(delay) = backoff.after_failure() else {
            return Err(SourceError::GaveUp {
                attempts: backoff.failed,
                last: error,
            });
        };
        tracing::warn!(%error, delay_ms = delay.as_millis() as u64, "asking the gateway again");
        tokio::time::sleep(delay).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failing() -> GatewayError {
        GatewayError::Failing {
            request: "GET /sessions".to_owned(),
            status: 503,
            message: "no message".to_owned(),
        }
    }

    #[test]
    fn waits_double_from_one_second_and_end_at_sixty() {
        let mut backoff = Backoff::new(12);
        for full in [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60] {
            let delay = backoff.after_failure().expect("an attempt is left");
            let full = Duration::from_secs(full);
            assert!(full / 2 <= delay && delay <= full, "{delay:?} of {full:?}");
        }
        assert_eq!(backoff.after_failure(), None);
    }

    #[test]
    fn two_runs_do_not_wait_alike() {
        let (mut one, mut other) = (Backoff::patient(), Backoff::patient());
        other.random = one.random.wrapping_add(1);
        assert_ne!(one.after_failure(), other.after_failure());
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_that_passes_is_not_an_error() {
        let mut failures = 2;
        let started = tokio::time::Instant::now();
        let answer = retrying(Backoff::patient(), async || match failures {
            0 => Ok(7),
            _ => {
                failures -= 1;
                Err(failing())
            }
        })
        .await;
        assert_eq!(answer, Ok(7));
        assert!(started.elapsed() >= Duration::from_millis(1_500));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_that_stays_ends_after_the_last_attempt() {
        let mut asked = 0;
        let answer: Result<(), _> = retrying(Backoff::short(), async || {
            asked += 1;
            Err(failing())
        })
        .await;
        assert_eq!(
            answer,
            Err(SourceError::GaveUp {
                attempts: 3,
                last: failing()
            })
        );
        assert_eq!(asked, 3);
    }

    #[tokio::test]
    async fn a_refusal_is_not_asked_again() {
        let mut asked = 0;
        let answer: Result<(), _> = retrying(Backoff::patient(), async || {
            asked += 1;
            Err(GatewayError::Token)
        })
        .await;
        assert_eq!(answer, Err(SourceError::Gateway(GatewayError::Token)));
        assert_eq!(asked, 1);
    }
}
