//! Monitors as answers show them, with the keys of the newest recordings in their order.

use serde_json::{Map, Value, json};

use super::store::Monitor;
use crate::sandbox::datadog::instant::{with_micros, with_seconds};

/// The organisation and the user of the sandbox.
pub const ORGANISATION: u64 = 197_728;
pub const HANDLE: &str = "sandbox@example.com";
const USER: u64 = 25_712_273;

/// Which answer a monitor is in: they differ in a few keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answering {
    Create,
    /// Recorded without `creator`.
    Update,
    /// Recorded without `restriction_policy`; assets only where they are asked for.
    Read {
        with_assets: bool,
    },
}

pub fn shown(monitor: &Monitor, answering: Answering) -> Map<String, Value> {
    let definition = &monitor.definition;
    let created_at = monitor.created.as_second().saturating_mul(1_000);
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("id", monitor.id.into());
    put("org_id", ORGANISATION.into());
    for name in ["type", "name", "message", "tags", "query", "options"] {
        put(name, definition.field(name).clone());
    }
    put("multi", definition.is_multi().into());
    put("created_at", created_at.into());
    put("created", with_micros(monitor.created).into());
    put("modified", with_micros(monitor.modified).into());
    put("deleted", Value::Null);
    for name in ["priority", "restricted_roles"] {
        put(name, definition.field(name).clone());
    }
    if !matches!(answering, Answering::Read { .. }) {
        put("restriction_policy", Value::Null);
    }
    put("draft_status", definition.field("draft_status").clone());
    if answering != (Answering::Read { with_assets: false }) {
        put("assets", definition.field("assets").clone());
    }
    let since = monitor.history.overall_since().map(with_seconds);
    put("overall_state_modified", since.into());
    put("overall_state", monitor.history.overall().name().into());
    if answering != Answering::Update {
        put("creator", creator());
    }
    shown
}

pub fn creator() -> Value {
    json!({ "name": "Sandbox", "handle": HANDLE, "email": HANDLE, "id": USER })
}
