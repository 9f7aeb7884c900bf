//! Which events of a range ought to exist, by the gateway alone: the same events as the export
//! makes, without what is in them.

use std::pin::pin;

use futures_util::StreamExt;
use jiff::Timestamp;

use super::complete::concerns_one_session;
use super::error::SourceError;
use super::events::kinds_of;
use super::filter::{RowVerdict, SessionFilter, may_be_blocked};
use super::retry::{Backoff, retrying};
use super::rows::rows;
use crate::domain::event::EventKind;
use crate::domain::session::Session;
use crate::domain::time::TimeRange;
use crate::gateway::Gateway;

/// Single sessions asked for at once.
const CONCURRENCY: usize = 8;

/// Gives every wanted session of the range to `each`, newest first, with its events and when each
/// happened. A list row proves them, but for what the gateway's analysis may have blocked: of such a
/// row the single session is asked for.
pub async fn census(
    gateway: &Gateway,
    range: TimeRange,
    filter: &SessionFilter,
    mut each: impl FnMut(&Session, Vec<(EventKind, Timestamp)>),
) -> Result<(), SourceError> {
    let counted = rows(gateway, range, filter.query())
        .map(|row| async move { counted(gateway, filter, row?).await })
        .buffered(CONCURRENCY);
    let mut counted = pin!(counted);
    while let Some(session) = counted.next().await {
        if let Some(session) = session? {
            each(&session, kinds_of(&session));
        }
    }
    Ok(())
}

/// The session with its true outcome, as far as the gateway gives it; `None` where it is not wanted.
pub(super) async fn counted(
    gateway: &Gateway,
    filter: &SessionFilter,
    row: Session,
) -> Result<Option<Session>, SourceError> {
    let verdict = filter.of_row(&row);
    if verdict == RowVerdict::Unwanted {
        return Ok(None);
    }
    let needs_more = verdict == RowVerdict::AskForSession || may_be_blocked(&row);
    let session = match needs_more {
        true => complete(gateway, row).await?,
        false => row,
    };
    Ok(filter.matches(&session).then_some(session))
}

/// The row itself where the gateway withholds the session: the export goes by it as well.
async fn complete(gateway: &Gateway, row: Session) -> Result<Session, SourceError> {
    let ask = async || gateway.session(&row.id).await;
    match retrying(Backoff::patient(), ask).await {
        Err(error) if concerns_one_session(&error) => Ok(row),
        answer => answer,
    }
}
