//! A log as a row of a table: one flat, stable set of columns.

use serde_json::{Map, Value};

/// The columns, in this order, for ever: new ones go to the end.
pub const COLUMNS: [&str; 60] = [
    "timestamp",
    "evt.name",
    "evt.outcome",
    "evt.id",
    "status",
    "message",
    "usr.id",
    "usr.email",
    "usr.name",
    "identity.type",
    "identity.machine_id",
    "evt.actor.mode",
    "delegator.id",
    "delegator.email",
    "connection.name",
    "connection.type",
    "connection.subtype",
    "connection.resource",
    "connection.tags",
    "connection.environment",
    "session.id",
    "session.url",
    "session.verb",
    "session.status",
    "session.batch_id",
    "session.correlation_id",
    "session.exit_code",
    "session.bytes",
    "session.seq",
    "session.command",
    "session.command_truncated",
    "session.command_sha256",
    "session.in_maintenance_window",
    "approval.expected",
    "approval.expected_by",
    "approval.required",
    "approval.status",
    "approval.rule",
    "approval.approvers",
    "approval.wait",
    "guardrails.blocked",
    "guardrails.rules",
    "risk.level",
    "risk.title",
    "risk.action",
    "duration",
    "error.kind",
    "error.message",
    "evt.incomplete",
    "evt.test",
    "evt.test_run",
    "audit.id",
    "audit.action",
    "audit.resource",
    "audit.request",
    "audit.request_truncated",
    "http.method",
    "http.status_code",
    "http.url_details.path",
    "network.client.ip",
];

/// The cells of a log. What is absent is empty; times are RFC 3339; lists are joined by `; `;
/// objects are JSON.
pub(super) fn cells(log: &Map<String, Value>) -> impl Iterator<Item = String> {
    COLUMNS.iter().map(|column| match find(log, column) {
        Some(value) if *column == "timestamp" => time(value),
        Some(value) => cell(value),
        None => String::new(),
    })
}

fn find<'a>(log: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    match path.split_once('.') {
        None => log.get(path),
        Some((head, rest)) => find(log.get(head)?.as_object()?, rest),
    }
}

fn time(value: &Value) -> String {
    value
        .as_i64()
        .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok())
        .map_or_else(|| cell(value), |at| format!("{at:.3}"))
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => harmless(text.clone()),
        Value::Array(values) => harmless(values.iter().map(plain).collect::<Vec<_>>().join("; ")),
        other => other.to_string(),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A text that a spreadsheet would run as a formula is preceded by an apostrophe, which
/// spreadsheets take as "this is text" (OWASP, "CSV Injection"). The texts are what agents typed.
fn harmless(text: String) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        true => format!("'{text}"),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;

    use super::*;
    use crate::delivery::map::log::to_log;
    use crate::delivery::testing::{event, profile, reviewed, session};
    use crate::domain::event::EventKind;
    use crate::domain::redaction::Redactor;

    #[test]
    fn every_attribute_of_an_event_that_differs_between_events_has_a_column() {
        let event = event(EventKind::Close, reviewed(session(1)));
        let log = to_log(&event, &profile(), &Redactor::off());
        let mut missing = Vec::new();
        leaves(&Value::Object(log), "", &mut missing);
        missing.retain(|path| !COLUMNS.contains(&path.as_str()));
        // The same on every row of a file.
        assert_eq!(missing, ["ddsource", "service", "hostname", "ddtags"]);
        let distinct: HashSet<&str> = COLUMNS.into_iter().collect();
        assert_eq!(distinct.len(), COLUMNS.len());
    }

    fn leaves(value: &Value, path: &str, into: &mut Vec<String>) {
        match value {
            Value::Object(fields) if path != "connection.tags" => {
                for (name, value) in fields {
                    let path = match path {
                        "" => name.clone(),
                        _ => format!("{path}.{name}"),
                    };
                    leaves(value, &path, into);
                }
            }
            _ => into.push(path.to_owned()),
        }
    }

    #[test]
    fn a_cell_that_a_spreadsheet_would_run_is_defused() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"] {
            assert_eq!(cell(&json!(text)), format!("'{text}"));
        }
        assert_eq!(cell(&json!(["=1", "b"])), "'=1; b");
        assert_eq!(cell(&json!("a=1")), "a=1");
        assert_eq!(cell(&json!(-1)), "-1", "a number is no text");
    }

    #[test]
    fn times_read_as_times() {
        assert_eq!(
            time(&json!(1_785_585_660_250_i64)),
            "2026-08-01T12:01:00.250Z"
        );
    }
}
