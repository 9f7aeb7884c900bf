//! Trying again, as a value: how often, and how long to wait before each attempt.

use std::time::Duration;

use super::error::SourceError;
use crate::domain::backoff::{Jitter, Pace};
use crate::gateway::GatewayError;

/// The waits between attempts, on the curve of every retry.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    attempts: u32,
    failed: u32,
    jitter: Jitter,
}

impl Backoff {
    /// For the first request of a run: a wrong address should show at once.
    pub(super) fn short() -> Self {
        Self::new(3)
    }

    /// For whoever counts the attempts: one.
    pub(super) fn once() -> Self {
        Self::new(1)
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
        self.after_failure().unwrap_or(Pace::default().cap)
    }

    fn new(attempts: u32) -> Self {
        Self {
            attempts,
            failed: 0,
            jitter: Jitter::default(),
        }
    }

    /// Counts a failure: how long to wait before the next attempt, `None` when there is none left.
    fn after_failure(&mut self) -> Option<Duration> {
        self.failed += 1;
        if self.failed >= self.attempts {
            return None;
        }
        let delay = Pace::default().delay(self.failed - 1);
        Some(self.jitter.draw(delay))
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
