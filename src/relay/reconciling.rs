//! What no webhook told: offered to the spool, which knows what was missing.

use std::cell::RefCell;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::completing::{offer, while_full};
use super::counts::Counts;
use crate::delivery::Backlog;
use crate::delivery::Record;
use crate::delivery::queue::{Lease, QueueError};
use crate::delivery::spool::{Added, NotStored, Note, Offer};
use crate::delivery::state::StateError;
use crate::domain::session::Session;
use crate::domain::webhook::WebhookEvent;
use crate::sources::{self, Fed, News, Position, Reconcile, SourceError};

/// Events offered at once.
const AT_ONCE: usize = 128;

/// A position that is lost begins there: what is younger is known by its id.
const BACK: SignedDuration = SignedDuration::from_hours(35 * 24);

/// What reconciles, and with what.
#[derive(Clone, Copy)]
pub struct Reconciliation<'a> {
    pub spool: &'a Backlog,
    pub source: Reconcile<'a>,
    pub record: &'a dyn Fn(&WebhookEvent) -> Record,
    pub counts: &'a Counts,
    /// Who has it reconciles; `None` where there is nobody else.
    pub lease: Option<&'a Lease>,
}

/// Why reconciling ended.
#[derive(Debug, thiserror::Error)]
pub enum NotReconciled {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Spool(#[from] NotStored),
}

/// Reads the gateway's list at a slow pace, for ever, and offers what is in it to the spool. The first
/// time it begins with now: what was before the relay is of no concern. Of several relays one does so
/// at a time, and goes on where the last one left off.
///
/// # Errors
///
/// A gateway that refuses, and a spool that cannot be used.
pub async fn reconcile(
    settings: Reconciliation<'_>,
    statements: impl Fn(&Session, &[u8]) -> Option<String>,
    mut news: impl FnMut(News),
) -> Result<(), NotReconciled> {
    let Some(lease) = settings.lease else {
        return reconcile_alone(settings, &statements, &mut news).await;
    };
    loop {
        lease.held().await;
        tokio::select! {
            ended = reconcile_alone(settings, &statements, &mut news) => match ended {
                Err(NotReconciled::Spool(NotStored::Queue(QueueError::Overtaken { .. }))) => {
                    tracing::warn!("another relay reconciles as well");
                }
                ended => return ended,
            },
            () = lease.lost() => tracing::warn!("another relay reconciles from here on"),
        }
    }
}

async fn reconcile_alone(
    settings: Reconciliation<'_>,
    statements: &impl Fn(&Session, &[u8]) -> Option<String>,
    news: &mut impl FnMut(News),
) -> Result<(), NotReconciled> {
    let name = format!("reconcile {}", settings.source.gateway.page_base());
    let position = RefCell::new(found(settings.spool, &name).await?);
    let left = |until: Timestamp| Some(position.borrow().left(until));
    let (tx, fed) = mpsc::channel(AT_ONCE);
    let read = sources::reconcile(settings.source, left, statements, tx, &mut *news);
    let taken = take(settings, &name, &position, fed);
    tokio::select! {
        read = read => read.map(drop).map_err(NotReconciled::from),
        taken = taken => taken.map_err(NotReconciled::from),
    }
}

async fn found(spool: &Backlog, name: &str) -> Result<Position, NotStored> {
    let now = Timestamp::now();
    let lost = || Position::beginning_at(now.checked_sub(BACK).unwrap_or(now));
    Ok(match spool.note(name).await {
        Ok(None) => Position::beginning_at(now),
        Ok(Some(text)) => Position::from_json(&text).unwrap_or_else(|error| {
            tracing::warn!(%error, "the list is read again");
            lost()
        }),
        Err(NotStored::State(error @ StateError::Damaged { .. })) => {
            tracing::warn!(%error, "the list is read again");
            lost()
        }
        Err(error) => return Err(error),
    })
}

async fn take(
    settings: Reconciliation<'_>,
    name: &str,
    position: &RefCell<Position>,
    mut fed: mpsc::Receiver<Fed>,
) -> Result<(), NotStored> {
    let mut offers = Vec::new();
    while let Some(one) = fed.recv().await {
        match one {
            Fed::Event(event) => {
                offers.push(offer(&WebhookEvent::Session(event), settings.record));
                if offers.len() >= AT_ONCE {
                    put(settings, std::mem::take(&mut offers), None).await?;
                }
            }
            Fed::Read(stretch) => {
                // It moves with the commit that has the last events before it.
                let mut moved = position.borrow().clone();
                moved.read(stretch);
                let note = Note {
                    name: name.to_owned(),
                    value: moved.to_json(),
                };
                put(settings, std::mem::take(&mut offers), Some(note)).await?;
                *position.borrow_mut() = moved;
            }
        }
    }
    Ok(())
}

async fn put(
    settings: Reconciliation<'_>,
    offers: Vec<Offer>,
    note: Option<Note>,
) -> Result<(), NotStored> {
    let put = async || settings.spool.offer(offers.clone(), note.clone()).await;
    let added = while_full(put).await?;
    let new = added.iter().filter(|one| **one == Added::New).count();
    settings.counts.reconcile(new as u64);
    Ok(())
}
