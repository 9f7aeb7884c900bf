//! The ids of events that were queued, of all relays together.

use async_nats::jetstream::kv::{Operation, Store};

use super::error::QueueError;

/// Which form of an event was queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Had {
    Nothing,
    /// A relay was about to queue the incomplete one: nobody knows whether it did.
    Begun,
    Partial,
    Whole,
}

impl Had {
    /// As it is noted.
    fn word(self) -> &'static str {
        match self {
            Had::Nothing => "",
            Had::Begun => "begun",
            Had::Partial => "partial",
            Had::Whole => "whole",
        }
    }

    /// What is noted by no word of ours was queued whole: it is not sent twice.
    fn noted(word: &[u8]) -> Self {
        match word {
            b"begun" => Had::Begun,
            b"partial" => Had::Partial,
            _ => Had::Whole,
        }
    }
}

pub(super) async fn had(known: &Store, id: &str) -> Result<Had, QueueError> {
    let entry = known.entry(id).await;
    let entry = entry.map_err(|error| QueueError::unanswered("an event's id", error))?;
    Ok(match entry {
        Some(entry) if entry.operation == Operation::Put => Had::noted(&entry.value),
        _ => Had::Nothing,
    })
}

pub(super) async fn remember(known: &Store, id: &str, had: Had) -> Result<(), QueueError> {
    let noted = known.put(id, had.word().into()).await;
    noted.map_err(|error| QueueError::Unconfirmed {
        what: "an event's id",
        why: error.to_string(),
    })?;
    Ok(())
}
