//! How the door of a relay is doing, and what waits behind it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::board::Away;

/// Where a relay keeps what it took and has not delivered yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kept {
    /// In a file of its own.
    #[default]
    Spool,
    /// In NATS, with that of other relays: the counts are of all of them.
    Queue,
}

impl Kept {
    /// For people.
    pub fn word(self) -> &'static str {
        match self {
            Kept::Spool => "spool",
            Kept::Queue => "queue",
        }
    }
}

/// Counts are since the relay began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorState {
    /// Where it listens.
    pub address: String,
    /// Webhooks that were answered 2xx.
    pub accepted: u64,
    /// Of these, those whose id was there before.
    pub duplicates: u64,
    /// Requests that were not taken, by reason.
    pub refused: BTreeMap<String, u64>,
    /// Why a webhook would be answered 503 now.
    pub closed: Option<String>,
    #[serde(default)]
    pub kept_in: Kept,
    /// Webhooks that are no events yet.
    pub webhooks: u64,
    /// Events that a required destination lacks.
    pub events: u64,
    pub spool_bytes: u64,
    /// When the webhook that waits longest came.
    pub oldest: Option<Timestamp>,
    /// Webhooks whose events are whole.
    pub completed: u64,
    /// Webhooks of which an incomplete event had to go out.
    pub incomplete: u64,
    /// Events that no webhook told, found in the gateway's list.
    pub reconciled: u64,
    /// Since when the gateway cannot be asked, and why: the report's own source says it.
    #[serde(skip)]
    pub gateway_away: Option<Away>,
}
