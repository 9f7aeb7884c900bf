//! The gateway is away: it is asked again on the curve of every retry, and not once for each
//! webhook that waits.

use std::time::Duration;

use tokio::time::Instant;

use crate::sources::error::SourceError;
use crate::sources::retry::Backoff;

/// What is known of the gateway's being away.
#[derive(Debug)]
pub(super) struct Outage {
    backoff: Backoff,
    /// Until when nobody asks, and what the gateway said last.
    quiet: Option<(Instant, SourceError)>,
}

impl Default for Outage {
    fn default() -> Self {
        Self {
            backoff: Backoff::endless(),
            quiet: None,
        }
    }
}

impl Outage {
    /// How long still not to ask, and why; `None` where asking is right.
    pub fn now(&self) -> Option<(Duration, SourceError)> {
        let (until, error) = self.quiet.as_ref()?;
        let left = until.checked_duration_since(Instant::now())?;
        (!left.is_zero()).then(|| (left, error.clone()))
    }

    /// Notes a failure; those of requests that were under way together count as one. Gives the time
    /// after which to ask again.
    pub fn begin(&mut self, error: SourceError) -> Duration {
        if let Some((left, _)) = self.now() {
            return left;
        }
        let wait = self.backoff.next_wait();
        self.quiet = Some((Instant::now() + wait, error));
        wait
    }

    /// The gateway answers.
    pub fn end(&mut self) {
        if self.quiet.take().is_some() {
            self.backoff = Backoff::endless();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::GatewayError;

    fn error() -> SourceError {
        SourceError::Gateway(GatewayError::Token)
    }

    #[tokio::test(start_paused = true)]
    async fn failures_at_the_same_time_are_one_and_the_waits_grow() {
        let mut outage = Outage::default();
        assert_eq!(outage.now(), None);
        let mut longest = Duration::ZERO;
        for _ in 0..8 {
            let wait = outage.begin(error());
            assert_eq!(outage.begin(error()), wait, "the same outage");
            assert_eq!(outage.now(), Some((wait, error())));
            longest = longest.max(wait);
            tokio::time::advance(wait).await;
            assert_eq!(outage.now(), None);
        }
        assert!(longest >= Duration::from_secs(30), "{longest:?}");
        outage.end();
        assert!(outage.begin(error()) <= Duration::from_secs(1));
    }
}
