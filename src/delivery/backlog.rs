//! What was answered 2xx and is not delivered yet, wherever it is kept: in the spool of one relay, or
//! in the queue of several.

use jiff::Timestamp;
use tokio::sync::watch;

use super::positions::Number;
use super::queue::{Lease, Queue};
use super::spool::{
    Added, Again, Arrival, NotStored, Note, Offer, Spool, Spooled, Stock, Stored, Waiting, Wanted,
};

/// A handle, for any thread. What each call does is said at the [`Spool`].
#[derive(Clone, Debug)]
pub enum Backlog {
    Spool(Spool),
    Queue(Queue),
}

impl Backlog {
    /// What is kept by now.
    pub fn stock(&self) -> Stock {
        match self {
            Backlog::Spool(spool) => spool.stock(),
            Backlog::Queue(queue) => queue.stock(),
        }
    }

    /// Told whenever that changes.
    pub fn watch(&self) -> watch::Receiver<Stock> {
        match self {
            Backlog::Spool(spool) => spool.watch(),
            Backlog::Queue(queue) => queue.watch(),
        }
    }

    pub async fn store(&self, arrival: Arrival) -> Result<Stored, NotStored> {
        match self {
            Backlog::Spool(spool) => spool.store(arrival).await,
            Backlog::Queue(queue) => Ok(queue.store(&arrival).await?),
        }
    }

    /// Whether a webhook would be kept now.
    pub async fn look(&self, by_writing: bool) -> Result<(), NotStored> {
        match self {
            Backlog::Spool(spool) => spool.look(by_writing).await,
            Backlog::Queue(queue) => Ok(queue.look(by_writing).await?),
        }
    }

    pub async fn take(
        &self,
        webhook: i64,
        offers: Vec<Offer>,
        again: Option<Again>,
    ) -> Result<Vec<Added>, NotStored> {
        match self {
            Backlog::Spool(spool) => spool.take(webhook, offers, again).await,
            Backlog::Queue(queue) => Ok(queue.take(webhook, offers, again).await?),
        }
    }

    pub async fn offer(
        &self,
        offers: Vec<Offer>,
        note: Option<Note>,
    ) -> Result<Vec<Added>, NotStored> {
        match self {
            Backlog::Spool(spool) => spool.offer(offers, note).await,
            Backlog::Queue(queue) => {
                let added = queue.offer(offers).await?;
                if let Some(note) = note {
                    queue.keep(&note).await?;
                }
                Ok(added)
            }
        }
    }

    pub async fn note(&self, name: &str) -> Result<Option<String>, NotStored> {
        match self {
            Backlog::Spool(spool) => spool.note(name).await,
            Backlog::Queue(queue) => Ok(queue.note(name).await?),
        }
    }

    pub async fn due(
        &self,
        wanted: Wanted,
    ) -> Result<(Vec<Waiting>, Option<Timestamp>), NotStored> {
        match self {
            Backlog::Spool(spool) => spool.due(wanted).await,
            Backlog::Queue(queue) => Ok(queue.due(&wanted)),
        }
    }

    pub async fn events(&self, after: Number, most: usize) -> Result<Vec<Spooled>, NotStored> {
        match self {
            Backlog::Spool(spool) => spool.events(after, most).await,
            Backlog::Queue(queue) => Ok(queue.events(after, most)),
        }
    }

    /// The dead letters have the event of this id, and why.
    pub fn refused(&self, id: &str, why: &str) {
        match self {
            // There the file of dead letters is all.
            Backlog::Spool(_) => {}
            Backlog::Queue(queue) => queue.refused(id, why),
        }
    }

    pub fn passed(&self, destination: usize, numbers: Vec<Number>) -> Result<(), NotStored> {
        match self {
            Backlog::Spool(spool) => spool.passed(destination, numbers),
            Backlog::Queue(queue) => {
                queue.passed(destination, &numbers);
                Ok(())
            }
        }
    }

    /// The lease of whoever reconciles; `None` where there is nobody else, since the spool has a
    /// lock. `holder` tells people who has it.
    pub fn lease(&self, holder: &str) -> Option<Lease> {
        match self {
            Backlog::Spool(_) => None,
            Backlog::Queue(queue) => Some(queue.lease(holder)),
        }
    }

    /// Waits until everything is closed.
    pub async fn close(self) {
        match self {
            Backlog::Spool(spool) => spool.close(),
            Backlog::Queue(queue) => queue.close().await,
        }
    }
}
