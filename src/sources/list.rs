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
    let wanted = rows(gateway, range, filter)
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

async fn decide(
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
