//! A row of the gateway's security audit log as a Datadog log: an administrative change, by whom,
//! from where, and whether it was done.
//!
//! Names follow Datadog's standard attributes, so that its own facets work; what only such a row
//! has stands under `audit`.

use serde_json::{Map, Value};

use super::log::{LONGEST_COMMAND, LogProfile, SOURCE};
use super::tree::Tree;
use crate::delivery::cut::text_prefix;
use crate::delivery::entry::Record;
use crate::domain::event::EventId;
use crate::domain::redaction::Redactor;
use crate::gateway::AuditLog;

/// The value of `evt.name`.
pub const NAME: &str = "gateway.audit";

/// What positions and receipts have in the place of a filter of sessions: the name of the events, with
/// the canonical writing of their own filter behind it.
pub fn selection(filter: &str) -> String {
    match filter {
        "" => NAME.to_owned(),
        filter => format!("{NAME} {filter}"),
    }
}

/// Whether a position or a receipt is of the audit log, by its filter.
pub fn is_selection(filter: &str) -> bool {
    filter.starts_with(NAME)
}

/// The record of `row`: its log, and what the pipeline needs to know of it.
pub fn to_record(row: &AuditLog, profile: &LogProfile, redactor: &Redactor) -> Record {
    Record {
        id: event_id(row).to_string(),
        order_by: row.id.clone(),
        timestamp: row.created_at,
        body: to_log(row, profile, redactor),
        number: None,
    }
}

/// The same row has the same id, always.
pub fn event_id(row: &AuditLog) -> EventId {
    EventId::of(&[NAME, &row.id])
}

/// The log of `row`. Free text passes the redactor: the gateway has replaced by name what it calls
/// secret, and a secret may stand under any name.
pub fn to_log(row: &AuditLog, profile: &LogProfile, redactor: &Redactor) -> Map<String, Value> {
    let mut log = Tree::default();
    log.set("ddsource", SOURCE);
    log.set_profile(profile);
    log.set("timestamp", row.created_at.as_millisecond());
    log.set("status", if row.outcome { "info" } else { "error" });
    log.set("message", &*redactor.redact(&message(row)));
    set_event(&mut log, row);
    set_actor(&mut log, row);
    set_request(&mut log, row, redactor);
    log.into_map()
}

fn set_event(log: &mut Tree, row: &AuditLog) {
    log.set("evt.name", NAME);
    let outcome = if row.outcome { "success" } else { "failure" };
    log.set("evt.outcome", outcome);
    log.set("evt.id", event_id(row).to_string());
    // Every delivered event names who it was, or says that it does not.
    if row.actor_subject.is_empty() {
        log.set("evt.incomplete", true);
    }
    log.set("audit.id", row.id.as_str());
    log.set_text("audit.action", &row.action);
    log.set_text("audit.resource", &row.resource_type);
}

fn set_actor(log: &mut Tree, row: &AuditLog) {
    log.set_text("usr.id", &row.actor_subject);
    log.set_text("usr.email", &row.actor_email);
    log.set_text("usr.name", &row.actor_name);
    log.set_text("network.client.ip", &row.client_ip);
}

/// The body of the request is one text: its names are those of every kind of resource, and would
/// fill an index with attributes. It is redacted before it is cut, so that a cut cannot hide half a
/// secret from the rules.
fn set_request(log: &mut Tree, row: &AuditLog, redactor: &Redactor) {
    log.set_text("http.method", &row.http_method);
    log.set_known(
        "http.status_code",
        (row.http_status > 0).then_some(row.http_status),
    );
    log.set_text("http.url_details.path", &redactor.redact(&row.http_path));
    if !row.request_payload_redacted.is_empty() {
        let request = Value::Object(row.request_payload_redacted.clone()).to_string();
        let redacted = redactor.redact(&request);
        let cut = text_prefix(&redacted, LONGEST_COMMAND);
        log.set("audit.request", cut);
        log.set("audit.request_truncated", cut.len() < redacted.len());
    }
    if !row.outcome {
        log.set("error.kind", "refused");
        log.set_text("error.message", &redactor.redact(&row.error_message));
    }
}

/// One line: who, what, where, and how it failed.
fn message(row: &AuditLog) -> String {
    let who = [&row.actor_email, &row.actor_name, &row.actor_subject];
    let who = who.into_iter().find(|text| !text.is_empty());
    let who = who.map_or("somebody", String::as_str);
    let what = or(&row.resource_type, "something");
    let at = match row.http_path.as_str() {
        "" => String::new(),
        path => format!(" ({} {path})", row.http_method),
    };
    match row.outcome {
        true => format!("{who} {} {what}{at}", done(&row.action)),
        false => {
            let action = or(&row.action, "change");
            let why = or(&row.error_message, "no reason was given");
            format!("{who} was refused to {action} {what}{at}: {why}")
        }
    }
}

fn or<'a>(text: &'a str, other: &'a str) -> &'a str {
    if text.is_empty() { other } else { text }
}

fn done(action: &str) -> &str {
    match action {
        "create" => "created",
        "update" => "updated",
        "delete" => "deleted",
        "revoke" => "revoked",
        "" => "changed",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::delivery::map::event::to_event;

    fn row(change: Value) -> AuditLog {
        let mut row = json!({
            "id": "r-1", "org_id": "o", "actor_subject": "sub-1", "actor_email": "ines@shop.example",
            "actor_name": "Ines", "created_at": "2026-08-20T10:00:00.5Z", "resource_type": "users",
            "action": "create", "http_method": "POST", "http_status": 201, "http_path": "/api/users",
            "client_ip": "203.0.113.24", "request_payload_redacted": {"email": "new@shop.example"},
            "outcome": true, "error_message": "",
        });
        let change = change.as_object().expect("an object").clone();
        row.as_object_mut().expect("an object").extend(change);
        serde_json::from_value(row).expect("a row")
    }

    fn log(change: Value) -> Value {
        let profile = LogProfile {
            service: "agent-access".to_owned(),
            hostname: "gateway.example".to_owned(),
            ..LogProfile::default()
        };
        to_log(&row(change), &profile, &Redactor::built_in()).into()
    }

    #[test]
    fn a_row_has_its_attributes_under_the_standard_names() {
        assert_eq!(
            log(json!({})),
            json!({
                "ddsource": "hoop", "service": "agent-access", "hostname": "gateway.example",
                "timestamp": 1_787_220_000_500_i64, "status": "info",
                "message": "ines@shop.example created users (POST /api/users)",
                "evt": {
                    "name": "gateway.audit", "outcome": "success",
                    "id": EventId::of(&["gateway.audit", "r-1"]).to_string(),
                },
                "audit": {
                    "id": "r-1", "action": "create", "resource": "users",
                    "request": r#"{"email":"new@shop.example"}"#, "request_truncated": false,
                },
                "usr": {"id": "sub-1", "email": "ines@shop.example", "name": "Ines"},
                "network": {"client": {"ip": "203.0.113.24"}},
                "http": {"method": "POST", "status_code": 201, "url_details": {"path": "/api/users"}},
            })
        );
    }

    #[test]
    fn a_refused_change_is_an_error_with_its_reason() {
        let log = log(json!({
            "action": "delete", "http_method": "DELETE", "http_status": 404, "outcome": false,
            "error_message": "user not found", "request_payload_redacted": null,
        }));
        assert_eq!(log["status"], "error");
        assert_eq!(log["evt"]["outcome"], "failure");
        assert_eq!(log["error"]["message"], "user not found");
        assert_eq!(
            log["message"],
            "ines@shop.example was refused to delete users (DELETE /api/users): user not found"
        );
        assert!(log["audit"].get("request").is_none());
    }

    #[test]
    fn what_is_not_known_is_absent_and_a_row_without_an_actor_says_so() {
        let bare = json!({"id": "r-2", "created_at": "2026-08-20T10:00:00Z", "outcome": true});
        let row: AuditLog = serde_json::from_value(bare).expect("a row");
        let log = to_log(&row, &LogProfile::default(), &Redactor::built_in());
        assert_eq!(log["message"], "somebody changed something");
        assert_eq!(log["evt"]["incomplete"], true);
        for absent in ["usr", "http", "network", "error"] {
            assert!(!log.contains_key(absent), "{absent}");
        }
    }

    #[test]
    fn secrets_that_the_gateway_did_not_know_do_not_pass() {
        let secret = "AKIAIOSFODNN7EXAMPLE";
        let text = log(json!({
            "request_payload_redacted": {"note": format!("aws_access_key_id={secret}")},
            "http_path": format!("/api/users?password=hunter2hunter2"),
            "outcome": false, "error_message": format!("token={secret} is refused"),
        }))
        .to_string();
        assert!(
            !text.contains(secret) && !text.contains("hunter2"),
            "{text}"
        );
    }

    #[test]
    fn a_long_request_is_cut_and_says_so() {
        let log = log(json!({"request_payload_redacted": {"note": "ü ".repeat(20_000)}}));
        assert_eq!(log["audit"]["request_truncated"], true);
        let request = log["audit"]["request"].as_str().expect("a text");
        assert!(request.len() <= LONGEST_COMMAND);
    }

    #[test]
    fn as_an_event_it_is_found_by_who_and_what() {
        let row = row(json!({}));
        let log = to_log(&row, &LogProfile::default(), &Redactor::built_in());
        let event = to_event(&log, row.created_at);
        assert_eq!(
            event.title,
            "ines@shop.example created users (POST /api/users)"
        );
        for tag in ["evt.name:gateway.audit", "usr.email:ines@shop.example"] {
            assert!(event.tags.iter().any(|known| known == tag), "{tag}");
        }
    }
}
