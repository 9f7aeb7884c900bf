//! Events as this profile sends them, to hold filters against.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::delivery::map::audit;
use crate::delivery::map::log::LogProfile;
use crate::domain::redaction::Redactor;
use crate::gateway::AuditLog;
use crate::monitors::{Run, Scenario};

/// Session events of every kind, a row of the audit log and a heartbeat: each kind once, without the
/// marks of a test.
pub(super) fn samples(profile: &LogProfile, now: Timestamp) -> Vec<Map<String, Value>> {
    let run = Run {
        id: "doctor".to_owned(),
        now,
        page_base: format!("https://{}", profile.hostname),
    };
    let scenarios = [
        Scenario::OutsideWindow,
        Scenario::FailedSessions,
        Scenario::GuardrailBlockBurst,
        Scenario::ExportLag,
    ];
    let mut found: Vec<Map<String, Value>> = Vec::new();
    for mut log in scenarios
        .into_iter()
        .flat_map(|scenario| scenario.logs(&run, profile, &Redactor::built_in()))
    {
        if let Some(Value::Object(event)) = log.get_mut("evt") {
            event.remove("test");
            event.remove("test_run");
        }
        if found.iter().all(|known| name(known) != name(&log)) {
            found.push(log);
        }
    }
    found.extend(review(&found));
    found.extend(audit_row(profile, now));
    found
}

/// Somebody approved a session: as its opening, but for these attributes of [`crate::delivery::map`].
fn review(found: &[Map<String, Value>]) -> Option<Map<String, Value>> {
    let mut log = found
        .iter()
        .find(|log| name(log) == "session.open")?
        .clone();
    log.get_mut("evt")?
        .as_object_mut()?
        .insert("name".to_owned(), "session.review".into());
    let approval =
        json!({"required": true, "status": "approved", "approvers": ["ada@example.com"]});
    log.insert("approval".to_owned(), approval);
    Some(log)
}

/// Somebody changed a connection.
fn audit_row(profile: &LogProfile, now: Timestamp) -> Option<Map<String, Value>> {
    let row = json!({
        "id": "doctor", "created_at": now, "actor_subject": "doctor", "actor_email": "ada@example.com",
        "resource_type": "connections", "action": "update", "http_method": "PUT", "http_status": 200,
        "http_path": "/api/connections/doctor", "outcome": true,
    });
    let row: AuditLog = serde_json::from_value(row).ok()?;
    Some(audit::to_log(&row, profile, &Redactor::built_in()))
}

/// The kind of an event.
pub(super) fn name(log: &Map<String, Value>) -> &str {
    let name = log.get("evt").and_then(|event| event.get("name"));
    name.and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_there_once_and_is_no_test() {
        let logs = samples(&LogProfile::default(), Timestamp::UNIX_EPOCH);
        let names: Vec<&str> = logs.iter().map(name).collect();
        for kind in [
            "session.open",
            "session.review",
            "session.blocked",
            "session.close",
            "gateway.audit",
            "ddctl.heartbeat",
        ] {
            assert_eq!(
                names.iter().filter(|it| **it == kind).count(),
                1,
                "{names:?}"
            );
        }
        assert!(logs.iter().all(|log| log["evt"].get("test").is_none()));
    }
}
