//! One of several relays reconciles: whoever has the lease.
//!
//! The lease is a key that goes away when it is not renewed; each renewal names the revision that it
//! replaces, so two relays cannot both renew it.

use std::time::Duration;

use async_nats::jetstream::kv::{Operation, Store, UpdateErrorKind};
use bytes::Bytes;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::error::QueueError;

const KEY: &str = "reconcile";
/// Chances to renew it before it is lost.
const CHANCES: u32 = 4;

/// A candidate for the lease, for as long as this lives.
#[derive(Debug)]
pub struct Lease {
    is_held: watch::Receiver<bool>,
    store: Store,
    task: JoinHandle<()>,
}

impl Lease {
    /// `holder` tells people who has it; it lasts for `ttl`, as the bucket was made.
    pub(super) fn stand(store: Store, holder: &str, ttl: Duration) -> Self {
        let (told, is_held) = watch::channel(false);
        let candidate = Candidate {
            store: store.clone(),
            holder: holder.to_owned().into(),
            revision: None,
            ttl,
            told,
        };
        Self {
            is_held,
            store,
            task: tokio::spawn(candidate.run()),
        }
    }

    /// False as soon as another relay may have it.
    pub fn is_held(&self) -> bool {
        *self.is_held.borrow()
    }

    /// Waits until it is ours.
    pub async fn held(&self) {
        self.until(true).await;
    }

    /// Waits until another relay may have it.
    pub async fn lost(&self) {
        self.until(false).await;
    }

    async fn until(&self, is_held: bool) {
        let mut told = self.is_held.clone();
        if told.wait_for(|held| *held == is_held).await.is_err() {
            // Nobody stands for it any more, so it changes no more.
            std::future::pending().await
        }
    }

    /// Lets another relay have it at once.
    pub async fn give_up(self) {
        self.task.abort();
        if self.is_held()
            && let Err(error) = self.store.delete(KEY).await
        {
            tracing::debug!(%error, "the lease ends by itself");
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Candidate {
    store: Store,
    holder: Bytes,
    /// Of our own entry, while the lease is ours.
    revision: Option<u64>,
    ttl: Duration,
    told: watch::Sender<bool>,
}

impl Candidate {
    async fn run(mut self) {
        let mut held_until = Instant::now();
        let renew = self.ttl / CHANCES;
        loop {
            let asked_at = Instant::now();
            let asked = tokio::time::timeout(renew, self.ask()).await;
            if let Ok(Ok(is_ours)) = asked {
                held_until = asked_at;
                if is_ours {
                    held_until += self.ttl;
                }
            }
            let is_held = Instant::now() < held_until;
            if !is_held {
                self.revision = None;
            }
            self.told
                .send_if_modified(|told| std::mem::replace(told, is_held) != is_held);
            let next = asked_at + renew;
            let wake = if is_held { next.min(held_until) } else { next };
            tokio::time::sleep_until(wake).await;
        }
    }

    /// True where the lease is ours from now on.
    async fn ask(&mut self) -> Result<bool, QueueError> {
        let asked = match self.revision {
            Some(revision) => self.store.update(KEY, self.holder.clone(), revision).await,
            None => match self.free().await? {
                Some(last) => self.store.update(KEY, self.holder.clone(), last).await,
                None => return Ok(false),
            },
        };
        match asked {
            Ok(revision) => {
                self.revision = Some(revision);
                Ok(true)
            }
            Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision => {
                self.revision = None;
                Ok(false)
            }
            Err(error) => Err(QueueError::unanswered("the lease", error)),
        }
    }

    /// The revision to replace where nobody has it: that of its deletion, or none.
    async fn free(&self) -> Result<Option<u64>, QueueError> {
        let entry = self.store.entry(KEY).await;
        let entry = entry.map_err(|error| QueueError::unanswered("the lease", error))?;
        Ok(match entry {
            None => Some(0),
            Some(entry) if entry.operation != Operation::Put => Some(entry.revision),
            Some(_) => None,
        })
    }
}
