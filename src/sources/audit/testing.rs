//! Rows of the audit log for the tests of this room.

use jiff::Timestamp;

use crate::gateway::AuditLog;

pub(super) fn at_micros(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(1_795_000_000_000_000 + micros).expect("an instant")
}

pub(super) fn row(id: &str, at: Timestamp) -> AuditLog {
    let row = serde_json::json!({"id": id, "created_at": at.to_string()});
    serde_json::from_value(row).expect("a row")
}
