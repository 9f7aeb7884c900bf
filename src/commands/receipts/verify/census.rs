//! What ought to exist, by the gateway.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::{Selected, Subject};
use crate::context::Context;
use crate::delivery::map::audit::event_id;
use crate::delivery::receipts::proof::{About, Expectations, Expected};
use crate::domain::event::EventId;
use crate::gateway::Gateway;
use crate::sources::audit::{self, AuditFilter};
use crate::sources::{self, Fed, SessionFilter};

/// Rows that wait to be counted.
const QUEUE: usize = 256;

/// What ought to exist, and of how many sessions.
pub(super) async fn census(
    context: &Context,
    gateway: &Gateway,
    subject: &Subject,
) -> anyhow::Result<(Expectations, u64)> {
    match &subject.selected {
        Selected::Sessions(filter) => of_sessions(context, gateway, subject, filter).await,
        Selected::Changes(filter) => {
            let expected = of_changes(context, gateway, subject, filter).await?;
            Ok((expected, 0))
        }
    }
}

impl Subject {
    fn has(&self, at: Timestamp) -> bool {
        self.as_of.is_none_or(|as_of| at <= as_of)
    }
}

async fn of_sessions(
    context: &Context,
    gateway: &Gateway,
    subject: &Subject,
    filter: &SessionFilter,
) -> anyhow::Result<(Expectations, u64)> {
    let progress = context.ui.progress("reading sessions");
    let mut expected = Expectations::of(subject.selected.family());
    let mut sessions = 0;
    for range in subject.ranges.iter() {
        sources::census(gateway, range, filter, |session, kinds| {
            sessions += 1;
            progress.count(sessions, None, "session");
            let id: Arc<str> = session.id.as_str().into();
            for (kind, at) in kinds.into_iter().filter(|(_, at)| subject.has(*at)) {
                expected.push(Expected {
                    id: EventId::of_session(&session.id, kind),
                    about: About::Session(id.clone(), kind),
                    started: session.start_date,
                    at,
                });
            }
        })
        .await?;
    }
    Ok((expected, sessions))
}

/// A row that is written after the run read it, for a change before, is left to the next one.
async fn of_changes(
    context: &Context,
    gateway: &Gateway,
    subject: &Subject,
    filter: &AuditFilter,
) -> anyhow::Result<Expectations> {
    let progress = context.ui.progress("reading changes");
    let mut expected = Expectations::of(subject.selected.family());
    let export = audit::Export {
        gateway,
        ranges: &subject.ranges,
        filter,
        now: context.now(),
    };
    let (tx, mut rx) = mpsc::channel(QUEUE);
    let read = audit::export(export, tx, |so_far| {
        progress.count(so_far.rows, None, "change");
    });
    let taken = async {
        while let Some(fed) = rx.recv().await {
            match fed {
                Fed::Event(row) if subject.has(row.created_at) => expected.push(Expected {
                    id: event_id(&row),
                    about: About::Change(row.id.as_str().into()),
                    started: row.created_at,
                    at: row.created_at,
                }),
                Fed::Event(_) | Fed::Read(_) => {}
            }
        }
    };
    let (read, ()) = tokio::join!(read, taken);
    read?;
    Ok(expected)
}
