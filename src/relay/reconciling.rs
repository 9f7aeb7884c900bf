//! What no webhook told: offered to the spool, which knows what was missing.

use std::cell::{Cell, RefCell};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::time::Instant;

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
    /// Where there is no position, it begins here.
    pub begin: Timestamp,
    /// Told that there is none.
    pub begins: &'a dyn Fn(),
}

/// Why reconciling ended.
#[derive(Debug, thiserror::Error)]
pub enum NotReconciled {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Spool(#[from] NotStored),
}

/// Reads what is left of the gateway's list once, offers it to the spool, and waits as long as the
/// source does between two looks. A gateway that is away is waited for no longer than that. A look
/// that was begun comes to its end, however long it takes, and goes on where the last one left off,
/// also that of another relay. The first one begins with the relay: what was before is of no concern.
///
/// Of several relays whoever has the lease is to call this; one that loses it stops.
///
/// # Errors
///
/// A gateway that refuses, and a spool that cannot be used.
pub async fn reconcile(
    settings: Reconciliation<'_>,
    statements: impl Fn(&Session, &[u8]) -> Option<String>,
    news: impl FnMut(News),
) -> Result<(), NotReconciled> {
    let Some(lease) = settings.lease else {
        return look(settings, statements, news).await;
    };
    tokio::select! {
        ended = look(settings, statements, news) => match ended {
            Err(NotReconciled::Spool(NotStored::Queue(QueueError::Overtaken { .. }))) => {
                tracing::warn!("another relay reconciles as well");
                Ok(())
            }
            ended => ended,
        },
        () = lease.lost() => {
            tracing::warn!("another relay reconciles from here on");
            Ok(())
        }
    }
}

async fn look(
    settings: Reconciliation<'_>,
    statements: impl Fn(&Session, &[u8]) -> Option<String>,
    mut news: impl FnMut(News),
) -> Result<(), NotReconciled> {
    let name = format!("reconcile {}", settings.source.gateway.page_base());
    let position = RefCell::new(found(settings, &name).await?);
    let (begun, is_over) = (Instant::now(), Cell::new(false));
    let interval = settings.source.interval;
    let left = |until: Timestamp| {
        let goes_on = !is_over.get() && begun.elapsed() <= interval;
        goes_on.then(|| position.borrow().left(until))
    };
    let news = |one: News| {
        is_over.set(is_over.get() || matches!(one, News::Looked { .. }));
        news(one);
    };
    let (tx, fed) = mpsc::channel(AT_ONCE);
    let read = sources::reconcile(settings.source, left, statements, tx, news);
    let taken = take(settings, &name, &position, fed);
    // What was read is kept before the look is over.
    tokio::try_join!(async { read.await.map_err(NotReconciled::from) }, async {
        taken.await.map_err(NotReconciled::from)
    },)?;
    Ok(())
}

async fn found(settings: Reconciliation<'_>, name: &str) -> Result<Position, NotStored> {
    let now = Timestamp::now();
    let lost = || Position::beginning_at(now.checked_sub(BACK).unwrap_or(now));
    Ok(match settings.spool.note(name).await {
        Ok(None) => {
            (settings.begins)();
            Position::beginning_at(settings.begin)
        }
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
