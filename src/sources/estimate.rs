//! How much a reading comes to, by the gateway's own count and before anything is read.

use jiff::Timestamp;

use super::error::SourceError;
use super::filter::SessionFilter;
use super::find::{SessionRef, find};
use super::retry::{Backoff, retrying};
use crate::domain::intervals::Intervals;
use crate::domain::time::TimeRange;
use crate::gateway::{CountMode, Gateway, SessionQuery};

/// At most so much: conditions that only ddctl can check are not looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    pub sessions: u64,
    /// Of them, those that started before the time that was asked about.
    pub old: u64,
}

/// Counts the sessions that started in `ranges`, and those of them from before `old_before`.
pub async fn estimate(
    gateway: &Gateway,
    ranges: &Intervals,
    filter: &SessionFilter,
    old_before: Timestamp,
) -> Result<Estimate, SourceError> {
    let mut estimate = Estimate::default();
    for range in ranges.iter() {
        let sessions = count(gateway, filter, range).await?;
        let old = TimeRange {
            since: range.since,
            until: range.until.min(old_before),
        };
        estimate.sessions += sessions;
        estimate.old += match old.until {
            until if until <= old.since => 0,
            until if until == range.until => sessions,
            _ => count(gateway, filter, old).await?,
        };
    }
    Ok(estimate)
}

/// As [`estimate`], of the sessions named.
pub async fn estimate_sessions(
    gateway: &Gateway,
    references: &[SessionRef],
    old_before: Timestamp,
) -> Result<Estimate, SourceError> {
    let mut estimate = Estimate::default();
    for reference in references {
        let id = find(gateway, reference, Timestamp::now()).await?;
        let ask = async || gateway.session(&id).await;
        let session = retrying(Backoff::short(), ask).await?;
        estimate.sessions += 1;
        estimate.old += u64::from(session.start_date < old_before);
    }
    Ok(estimate)
}

/// The gateway takes both ends in, so that a session at the very end may be one too many.
async fn count(
    gateway: &Gateway,
    filter: &SessionFilter,
    range: TimeRange,
) -> Result<u64, SourceError> {
    let query = SessionQuery {
        start: Some(range.since),
        end: Some(range.until),
        limit: 1,
        count: CountMode::Exact,
        ..filter.lasting_query()
    };
    let ask = async || gateway.sessions(&query).await;
    let page = retrying(Backoff::short(), ask).await?;
    Ok(page.total.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::testing::{at_millis, gateway_of};

    #[tokio::test]
    async fn what_is_old_is_counted_apart_and_nothing_is_read() {
        let hour = 3_600_000;
        let sessions = (0..30).map(|id| (id, at_millis((30 - i64::from(id)) * hour), 0));
        let server = gateway_of(sessions.collect()).await;
        let range = |since, until| TimeRange {
            since: at_millis(since * hour + 1_000),
            until: at_millis(until * hour + 1_000),
        };
        let ranges = Intervals::from_iter([range(0, 3), range(5, 15), range(20, 25)]);
        let (gateway, filter) = (server.gateway(), SessionFilter::default());
        let found = estimate(&gateway, &ranges, &filter, at_millis(10 * hour)).await;
        let expected = Estimate {
            sessions: 3 + 10 + 5,
            old: 3 + 5,
        };
        assert_eq!(found, Ok(expected));
        assert_eq!(server.requests().len(), 4);
    }
}
