//! Reading that goes on: one look after the other at what is left, and waiting for a gateway that is
//! away.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::dense::Hidden;
use super::error::SourceError;
use super::export::SourceProgress;
use super::retry::Backoff;
use crate::domain::intervals::Intervals;
use crate::gateway::GatewayError;

/// What is still to be read at one look.
#[derive(Clone, Debug, Default)]
pub struct Left {
    /// Of start times.
    pub ranges: Intervals,
    /// Sessions that were not over: ids and starts.
    pub unfinished: BTreeMap<String, Timestamp>,
}

/// What happens on the way.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// The gateway does not answer, or not well. Said once until it is [`News::Back`].
    Away(SourceError),
    Back {
        /// How long it was away.
        after: Duration,
    },
    Hidden(Hidden),
    /// What was read of sessions since the beginning, over all looks.
    Read(SourceProgress),
    /// One look is over.
    Looked {
        at: Timestamp,
        /// Sessions or rows that were not seen before.
        found: u64,
        /// Wanted sessions that run, with their starts.
        open: Vec<(String, Timestamp)>,
    },
}

/// Looks every `interval` for what is left, as `left` says then: it is given the time, and ends the
/// reading with `None`.
///
/// # Errors
///
/// What no waiting helps against. A gateway that is away is waited for.
pub(super) async fn rounds<N: FnMut(News)>(
    interval: Duration,
    mut left: impl FnMut(Timestamp) -> Option<Left>,
    mut news: N,
    mut look: impl AsyncFnMut(Left, Timestamp, &mut N) -> Result<(), SourceError>,
) -> Result<(), SourceError> {
    let mut outage: Option<Outage> = None;
    loop {
        let now = Timestamp::now();
        let Some(left) = left(now) else {
            return Ok(());
        };
        let wait = match look(left, now, &mut news).await {
            Ok(()) => {
                if let Some(outage) = outage.take() {
                    let after = outage.since.elapsed();
                    news(News::Back { after });
                }
                interval
            }
            Err(error) if passes(&error) => match &mut outage {
                Some(outage) => outage.backoff.next_wait(),
                None => {
                    news(News::Away(error));
                    outage.insert(Outage::now()).backoff.next_wait()
                }
            },
            Err(error) => return Err(error),
        };
        tokio::time::sleep(wait).await;
    }
}

/// True where the same reading may succeed later.
fn passes(error: &SourceError) -> bool {
    matches!(error, SourceError::Unstable { .. })
        || error.gateway().is_some_and(GatewayError::is_retriable)
}

struct Outage {
    since: Instant,
    backoff: Backoff,
}

impl Outage {
    fn now() -> Self {
        Self {
            since: Instant::now(),
            backoff: Backoff::endless(),
        }
    }
}
