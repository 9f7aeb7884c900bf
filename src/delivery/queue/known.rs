//! The ids of events that were queued, of all relays together.

use async_nats::jetstream::kv::{Operation, Store};

use super::error::QueueError;

/// Which form of an event was queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Had {
    Nothing,
    Partial,
    Whole,
}

pub(super) async fn had(known: &Store, id: &str) -> Result<Had, QueueError> {
    let entry = known.entry(id).await;
    let entry = entry.map_err(|error| QueueError::unanswered("an event's id", error))?;
    Ok(match entry {
        Some(entry) if entry.operation == Operation::Put => match &*entry.value {
            b"partial" => Had::Partial,
            _ => Had::Whole,
        },
        _ => Had::Nothing,
    })
}

pub(super) async fn remember(known: &Store, id: &str, is_partial: bool) -> Result<(), QueueError> {
    let form = if is_partial { "partial" } else { "whole" };
    let noted = known.put(id, form.into()).await;
    noted.map_err(|error| QueueError::Unconfirmed {
        what: "an event's id",
        why: error.to_string(),
    })?;
    Ok(())
}
