//! What whoever reconciles goes on from: written by one relay, read by the next one.

use std::collections::HashMap;

use async_nats::jetstream::kv::{Operation, Store, UpdateErrorKind};
use bytes::Bytes;
use tokio::sync::Mutex;

use super::error::QueueError;
use super::names::plain;

/// A key that no name becomes: names hold no dot.
const TRIED_OUT: &str = "tried.out";

/// Notes, each with the revision of it that is known here.
#[derive(Debug)]
pub(super) struct Notes {
    store: Store,
    revisions: Mutex<HashMap<String, u64>>,
}

impl Notes {
    pub fn new(store: Store) -> Self {
        Self {
            store,
            revisions: Mutex::default(),
        }
    }

    /// What was written last, by whoever.
    pub async fn read(&self, name: &str) -> Result<Option<String>, QueueError> {
        let key = plain(name);
        let entry = self.store.entry(key.clone()).await;
        let entry = entry.map_err(|error| QueueError::unanswered("the position", error))?;
        let revision = entry.as_ref().map_or(0, |entry| entry.revision);
        self.revisions.lock().await.insert(key, revision);
        let text = entry.filter(|entry| entry.operation == Operation::Put);
        Ok(text.map(|entry| String::from_utf8_lossy(&entry.value).into_owned()))
    }

    /// Writes something that nobody reads, to see whether the servers take anything.
    pub async fn try_out(&self) -> Result<(), QueueError> {
        let tried = self.store.put(TRIED_OUT, Bytes::new()).await;
        tried.map_err(|error| QueueError::Unconfirmed {
            what: "a message",
            why: error.to_string(),
        })?;
        Ok(())
    }

    /// Writes it, unless somebody else has since it was read or written here.
    pub async fn write(&self, name: &str, text: &str) -> Result<(), QueueError> {
        let key = plain(name);
        let mut revisions = self.revisions.lock().await;
        let known = revisions.get(&key).copied().unwrap_or_default();
        let text = Bytes::from(text.to_owned());
        match self.store.update(&key, text, known).await {
            Ok(revision) => {
                revisions.insert(key, revision);
                Ok(())
            }
            Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision => {
                Err(QueueError::Overtaken {
                    what: "the position",
                })
            }
            Err(error) => Err(QueueError::Unconfirmed {
                what: "the position",
                why: error.to_string(),
            }),
        }
    }
}
