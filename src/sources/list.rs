//! The sessions of a range, for people to look at.

use std::pin::pin;

use futures_util::{StreamExt, TryStreamExt};

use super::error::SourceError;
use super::filter::{RowVerdict, SessionFilter};
use super::retry::{Backoff, retrying};
use super::rows::rows;
use crate::domain::session::Session;
use crate::domain::time::TimeRange;
use crate::gateway::Gateway;

/// Single sessions asked for at once, where a row cannot tell whether it is wanted.
const CONCURRENCY: usize = 8;

/// Gives every wanted session of the range to `each`, newest first, and stops after `limit` of
/// them. Rows come as lists hold them: without script and analysis, unless the filter's outcome
/// needed the single session.
pub async fn list(
    gateway: &Gateway,
    range: TimeRange,
    filter: &SessionFilter,
    limit: Option<usize>,
    mut each: impl FnMut(Session),
) -> Result<(), SourceError> {
    let wanted = rows(gateway, range, filter.query())
        .map(|row| async move { decide(gateway, filter, row?).await })
        .buffered(CONCURRENCY)
        .try_filter_map(async |session| Ok(session))
        .take(limit.unwrap_or(usize::MAX));
    let mut wanted = pin!(wanted);
    while let Some(session) = wanted.next().await {
        each(session?);
    }
    Ok(())
}

/// The row, or the single session where the row cannot tell; `None` where it is not wanted.
pub(super) async fn decide(
    gateway: &Gateway,
    filter: &SessionFilter,
    row: Session,
) -> Result<Option<Session>, SourceError> {
    match filter.of_row(&row) {
        RowVerdict::Wanted => Ok(Some(row)),
        RowVerdict::Unwanted => Ok(None),
        RowVerdict::AskForSession => {
            let ask = async || gateway.session(&row.id).await;
            let session = retrying(Backoff::patient(), ask).await?;
            Ok(filter.matches(&session).then_some(session))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::session::Outcome;
    use crate::sources::testing::{at_millis, gateway_of};

    fn whole_day() -> TimeRange {
        TimeRange {
            since: at_millis(0),
            until: at_millis(86_400_000),
        }
    }

    async fn listed(
        sessions: Vec<(u32, jiff::Timestamp, i64)>,
        filter: SessionFilter,
        limit: Option<usize>,
    ) -> (Vec<Session>, usize) {
        let server = gateway_of(sessions).await;
        let mut listed = Vec::new();
        let gateway = server.gateway();
        list(&gateway, whole_day(), &filter, limit, |row| {
            listed.push(row)
        })
        .await
        .expect("a list");
        (listed, server.requests().len())
    }

    #[tokio::test]
    async fn more_rows_than_a_window_come_once_each_and_newest_first() {
        // Three a second, so that windows begin in the middle of one.
        let rows = (0..1_250_u32).map(|id| (id, at_millis(900_000 - i64::from(id) / 3 * 1_000), 0));
        let (listed, _) = listed(rows.collect(), SessionFilter::default(), None).await;
        let expected: Vec<String> = (0..1_250)
            .map(|id| crate::sources::testing::row(id, at_millis(0)).id)
            .collect();
        let ids: Vec<String> = listed.into_iter().map(|row| row.id).collect();
        assert_eq!(ids, expected);
    }

    #[tokio::test]
    async fn the_limit_counts_what_is_wanted_and_stops_the_asking() {
        let rows =
            (0..400_u32).map(|id| (id, at_millis(900_000 - i64::from(id)), i64::from(id % 2)));
        let failures = SessionFilter {
            outcome: Some(Outcome::Failure),
            ..SessionFilter::default()
        };
        let (listed, requests) = listed(rows.collect(), failures, Some(10)).await;
        assert_eq!(listed.len(), 10);
        assert!(listed.iter().all(|row| row.exit_code == Some(1)));
        assert_eq!(requests, 1);
    }

    #[tokio::test]
    async fn a_row_that_cannot_tell_is_asked_for_alone() {
        let rows = vec![
            (1, at_millis(3_000), 254),
            (2, at_millis(2_000), 1),
            (3, at_millis(1_000), 0),
        ];
        let blocked = SessionFilter {
            outcome: Some(Outcome::Blocked),
            ..SessionFilter::default()
        };
        let (found, requests) = listed(rows.clone(), blocked, None).await;
        assert_eq!((found.len(), requests), (1, 2));
        assert!(found[0].ai_analysis.is_some());
        let failed = SessionFilter {
            outcome: Some(Outcome::Failure),
            ..SessionFilter::default()
        };
        let (found, _) = listed(rows, failed, None).await;
        assert_eq!(found.len(), 1, "the blocked one is no failure");
    }
}
