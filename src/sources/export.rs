//! The session events of a range, each session completed, several at once, in order.

use std::pin::pin;

use futures_util::StreamExt;
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::complete::{Completed, completed, single};
use super::error::SourceError;
use super::events::EventContext;
use super::filter::{RowVerdict, SessionFilter};
use super::find::{SessionRef, find};
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

/// As [`export`], of the sessions named, in their order.
pub async fn export_sessions(
    gateway: &Gateway,
    references: &[SessionRef],
    context: &EventContext,
    statements: impl Fn(&Session, &[u8]) -> Option<String>,
    tx: mpsc::Sender<SessionEvent>,
) -> Result<SourceSummary, SourceError> {
    let mut summary = SourceSummary::default();
    for reference in references {
        let id = find(gateway, reference, Timestamp::now()).await?;
        let session = single(gateway, &id, &statements).await?;
        let events = session.events(context);
        summary.count(&session, events.len());
        for event in events {
            tx.send(event).await.map_err(|_| SourceError::Closed)?;
        }
    }
    Ok(summary)
}

/// What can be said of a reading that did not get to its end.
impl From<SourceProgress> for SourceSummary {
    fn from(progress: SourceProgress) -> Self {
        Self {
            sessions: progress.sessions,
            events: progress.events,
            ..Self::default()
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::EventKind;
    use crate::domain::session::Outcome;
    use crate::sources::testing::{at_millis, gateway_of};

    fn sessions(count: u32) -> Vec<(u32, Timestamp, i64)> {
        (0..count)
            .map(|id| (id, at_millis(900_000 - i64::from(id) * 500), 0))
            .collect()
    }

    async fn exported(
        sessions: Vec<(u32, Timestamp, i64)>,
        filter: SessionFilter,
        limit: Option<usize>,
        receiver: impl AsyncFnOnce(mpsc::Receiver<SessionEvent>) -> Vec<SessionEvent>,
    ) -> (Result<SourceSummary, SourceError>, Vec<SessionEvent>) {
        let server = gateway_of(sessions).await;
        let gateway = server.gateway();
        let settings = Export {
            gateway: &gateway,
            range: TimeRange {
                since: at_millis(0),
                until: at_millis(86_400_000),
            },
            filter: &filter,
            context: &EventContext::default(),
            limit,
            concurrency: Export::CONCURRENCY,
        };
        let (tx, rx) = mpsc::channel(4);
        tokio::join!(export(settings, |_, _| None, tx, |_| ()), receiver(rx))
    }

    async fn everything(mut rx: mpsc::Receiver<SessionEvent>) -> Vec<SessionEvent> {
        let mut events = Vec::new();
        while let Some(event) = rx.recv().await {
            events.push(event);
        }
        events
    }

    #[tokio::test]
    async fn events_of_a_session_stay_together_and_in_order() {
        let (summary, events) =
            exported(sessions(30), SessionFilter::default(), None, everything).await;
        let summary = summary.expect("exported");
        assert_eq!(
            (summary.sessions, summary.events, summary.incomplete),
            (30, 60, 0)
        );
        for (number, pair) in events.chunks(2).enumerate() {
            let id = format!("a0000000-0000-4000-8000-{number:012}");
            assert!(pair.iter().all(|event| event.session.id == id));
            assert_eq!(pair[0].kind, EventKind::Open);
            assert_eq!(pair[1].kind, EventKind::Close);
            assert_eq!(pair[1].command.as_deref(), Some("select 1"));
        }
    }

    #[tokio::test]
    async fn the_limit_counts_sessions_after_the_filter() {
        let mut sessions = sessions(20);
        for session in sessions.iter_mut().step_by(2) {
            session.2 = 254;
        }
        let blocked = SessionFilter {
            outcome: Some(Outcome::Blocked),
            ..SessionFilter::default()
        };
        let (summary, events) = exported(sessions, blocked, Some(3), everything).await;
        assert_eq!(summary.expect("exported").sessions, 3);
        assert!(events.iter().all(|event| event.outcome == Outcome::Blocked));
    }

    #[tokio::test]
    async fn a_receiver_that_goes_away_ends_the_reading() {
        let one = async |mut rx: mpsc::Receiver<SessionEvent>| {
            rx.recv().await.into_iter().collect::<Vec<_>>()
        };
        let (summary, events) = exported(sessions(30), SessionFilter::default(), None, one).await;
        assert_eq!(summary, Err(SourceError::Closed));
        assert_eq!(events.len(), 1);
    }
}
