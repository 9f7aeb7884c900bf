//! The session events of a range, each session completed, several at once, in order.

use std::pin::pin;

use futures_util::StreamExt;
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::complete::{Completed, completed};
use super::error::SourceError;
use super::events::EventContext;
use super::filter::{RowVerdict, SessionFilter};
use super::rows::rows;
use crate::domain::event::SessionEvent;
use crate::domain::session::Session;
use crate::domain::time::TimeRange;
use crate::gateway::Gateway;

/// What to export, from where.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    pub gateway: &'a Gateway,
    pub range: TimeRange,
    pub filter: &'a SessionFilter,
    pub context: &'a EventContext,
    /// Sessions at most, counted after the filter.
    pub limit: Option<usize>,
    /// Single sessions asked for at once.
    pub concurrency: usize,
}

impl Export<'_> {
    pub const CONCURRENCY: usize = 8;
}

/// How far the reading got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceProgress {
    pub sessions: u64,
    pub events: u64,
    /// Start of the session read last; the reading goes from new to old.
    pub reached: Option<Timestamp>,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceSummary {
    pub sessions: u64,
    pub events: u64,
    /// Sessions of which the gateway gave the list row alone.
    pub incomplete: u64,
    /// Ids of sessions that were not done: more events of them will come.
    pub not_done: Vec<String>,
}

/// Sends the events of every wanted session to `tx`: sessions newest first, the events of one
/// session next to each other and in order. Ends early, with `Closed`, when nobody receives.
///
/// `statements` reads a recording's raw `event_stream` array.
pub async fn export(
    export: Export<'_>,
    statements: impl Fn(&Session, &[u8]) -> Option<String>,
    tx: mpsc::Sender<SessionEvent>,
    mut progress: impl FnMut(SourceProgress),
) -> Result<SourceSummary, SourceError> {
    let Export {
        gateway, filter, ..
    } = export;
    let statements = &statements;
    let sessions = rows(gateway, export.range, filter)
        .map(|row| async move { wanted(gateway, filter, row?, statements).await })
        .buffered(export.concurrency.max(1))
        .filter_map(async |session| session.transpose())
        .take(export.limit.unwrap_or(usize::MAX));
    let mut sessions = pin!(sessions);
    let mut summary = SourceSummary::default();
    while let Some(session) = sessions.next().await {
        let session = session?;
        let events = session.events(export.context);
        summary.count(&session, events.len());
        for event in events {
            tx.send(event).await.map_err(|_| SourceError::Closed)?;
        }
        progress(SourceProgress {
            sessions: summary.sessions,
            events: summary.events,
            reached: Some(session.session.start_date),
        });
    }
    Ok(summary)
}

impl SourceSummary {
    fn count(&mut self, completed: &Completed, events: usize) {
        self.sessions += 1;
        self.events += events as u64;
        self.incomplete += u64::from(completed.is_incomplete);
        if !completed.session.is_done() {
            self.not_done.push(completed.session.id.clone());
        }
    }
}

async fn wanted(
    gateway: &Gateway,
    filter: &SessionFilter,
    row: Session,
    statements: &impl Fn(&Session, &[u8]) -> Option<String>,
) -> Result<Option<Completed>, SourceError> {
    if filter.of_row(&row) == RowVerdict::Unwanted {
        return Ok(None);
    }
    let completed = completed(gateway, row, statements).await?;
    Ok(filter.matches(&completed.session).then_some(completed))
}
