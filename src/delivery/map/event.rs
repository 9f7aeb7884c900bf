//! A log as an event of Datadog's event stream.
//!
//! Events go the way of v1: the intake of v2 is for the categories `change` and `alert` alone, and
//! Datadog's own document sends everything else to v1. A v1 event has no attributes, so what
//! people search by becomes tags, and the rest is told in its text.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::datadog::{AlertType, EventV1, Priority, event_limits as limits};

/// Attributes that become tags of the same name.
const TAGS: [&str; 8] = [
    "service",
    "evt.name",
    "evt.outcome",
    "evt.id",
    "session.id",
    "connection.name",
    "connection.environment",
    "usr.email",
];

/// Attributes that the text tells, in this order.
const TOLD: [(&str, &str); 9] = [
    ("command", "session.command"),
    ("identity", "identity.type"),
    ("approval", "approval.status"),
    ("approved by", "approval.approvers"),
    ("guardrails", "guardrails.rules"),
    ("risk", "risk.title"),
    ("error", "error.message"),
    ("happened", "evt.original_time"),
    ("recording", "session.url"),
];

/// What stands where a text was cut.
const CUT: &str = "…";

/// The event of `log`, dated `at`. Texts are cut to what Datadog takes.
pub fn to_event(log: &Map<String, Value>, at: Timestamp) -> EventV1 {
    let message = text(log, "message").filter(|text| !text.is_empty());
    let name = text(log, "evt.name");
    let title = message.clone().or(name).unwrap_or(Cow::Borrowed("event"));
    // The link stands in the text.
    let title = title.split(" — http").next().unwrap_or_default();
    let source = text(log, "ddsource").unwrap_or(Cow::Borrowed("ddctl"));
    let key = text(log, "session.id").or_else(|| text(log, "evt.id"));
    EventV1 {
        title: cut(title, limits::TITLE),
        text: cut(&told(log, message.as_deref()), limits::TEXT),
        date_happened: at,
        alert_type: alert_type(log),
        priority: Priority::Normal,
        aggregation_key: key.map(|key| cut(&key, limits::AGGREGATION_KEY)),
        host: text(log, "hostname").map(Cow::into_owned),
        tags: tags(log),
        source_type_name: source.into_owned(),
    }
}

fn alert_type(log: &Map<String, Value>) -> AlertType {
    let is = |path: &str, value: &str| text(log, path).is_some_and(|found| found == value);
    match text(log, "status").as_deref() {
        Some("emergency" | "alert" | "critical" | "error") => AlertType::Error,
        Some("warn" | "warning" | "notice") => AlertType::Warning,
        _ if is("evt.name", "session.close") && is("evt.outcome", "success") => AlertType::Success,
        _ => AlertType::Info,
    }
}

/// The tags of the log, then those of its attributes.
fn tags(log: &Map<String, Value>) -> Vec<String> {
    let own = text(log, "ddtags").unwrap_or_default();
    let own = own.split(',').map(str::trim).filter(|tag| !tag.is_empty());
    let named = TAGS.iter().filter_map(|path| {
        let value = text(log, path).filter(|value| !value.is_empty())?;
        Some(format!("{path}:{value}"))
    });
    let all = own.map(str::to_owned).chain(named);
    all.map(|tag| cut(&tag, limits::TAG)).collect()
}

/// The message, and a line for each thing more that is known. A log that says none of it is told
/// whole.
fn told(log: &Map<String, Value>, message: Option<&str>) -> String {
    let lines = TOLD.iter().filter_map(|(label, path)| {
        let value = text(log, path).filter(|value| !value.is_empty())?;
        Some(format!("{label}: {value}"))
    });
    let all: Vec<String> = message
        .map(str::to_owned)
        .into_iter()
        .chain(lines)
        .collect();
    match all.is_empty() {
        true => Value::Object(log.clone()).to_string(),
        false => all.join("\n"),
    }
}

/// The value of a dotted path as text; lists are joined.
fn text<'a>(log: &'a Map<String, Value>, path: &str) -> Option<Cow<'a, str>> {
    let value = match path.split_once('.') {
        Some((head, rest)) => return text(log.get(head)?.as_object()?, rest),
        None => log.get(path)?,
    };
    Some(match value {
        Value::Null => return None,
        Value::String(text) => Cow::Borrowed(text),
        Value::Array(values) => {
            let each = values.iter().map(|value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            Cow::Owned(each.collect::<Vec<_>>().join(", "))
        }
        other => Cow::Owned(other.to_string()),
    })
}

/// At most `limit` characters, the last a mark where something was cut.
fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some(_) => text.chars().take(limit - 1).collect::<String>() + CUT,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::delivery::map::log::to_log;
    use crate::delivery::testing::{at, event, profile, reviewed, session};
    use crate::domain::event::EventKind;
    use crate::domain::redaction::Redactor;

    fn of(log: Value) -> EventV1 {
        let log = log.as_object().expect("an object");
        to_event(log, at("2026-08-01T12:00:00Z"))
    }

    #[test]
    fn a_session_event_can_be_searched_by_what_it_is_about() {
        let closing = event(EventKind::Close, reviewed(session(1)));
        let log = to_log(&closing, &profile(), &Redactor::off());
        let event = to_event(&log, closing.timestamp);
        assert_eq!(event.title, "agent-7 ran a script on prod-orders");
        assert_eq!(event.alert_type, AlertType::Success);
        assert_eq!(event.aggregation_key.as_deref(), Some(&*closing.session.id));
        assert_eq!(event.host.as_deref(), Some("use.hoop.test"));
        assert_eq!(event.source_type_name, "hoop");
        for tag in [
            "env:prod".to_owned(),
            "team:platform".to_owned(),
            "evt.name:session.close".to_owned(),
            format!("evt.id:{}", closing.id),
            "connection.name:prod-orders".to_owned(),
        ] {
            assert!(event.tags.contains(&tag), "{tag} in {:?}", event.tags);
        }
        let lines: Vec<&str> = event.text.lines().collect();
        assert_eq!(lines[1], "command: select 1");
        assert!(lines.contains(&"approved by: ada@example.com"));
        assert!(event.text.ends_with(&closing.url));
    }

    #[test]
    fn severity_decides_the_colour() {
        for (status, alert_type) in [
            ("error", AlertType::Error),
            ("warn", AlertType::Warning),
            ("notice", AlertType::Warning),
            ("info", AlertType::Info),
        ] {
            assert_eq!(of(json!({ "status": status })).alert_type, alert_type);
        }
    }

    #[test]
    fn a_late_event_says_when_it_happened() {
        let event = of(json!({
            "message": "m", "ddtags": "late:true", "evt": {"original_time": "2026-07-01T00:00:00Z"},
        }));
        assert_eq!(event.tags, ["late:true"]);
        assert_eq!(event.text, "m\nhappened: 2026-07-01T00:00:00Z");
    }

    proptest! {
        #[test]
        fn whatever_the_log_datadog_takes_the_event(
            message in ".{0,5000}",
            tag in "[a-zü:]{0,300}",
            session in ".{0,300}",
        ) {
            let event = of(json!({"message": message, "ddtags": tag, "session": {"id": session}}));
            let length = |text: &str| text.chars().count();
            prop_assert!(!event.text.is_empty() && length(&event.text) <= limits::TEXT);
            prop_assert!(length(&event.title) <= limits::TITLE);
            prop_assert!(event.aggregation_key.is_some_and(|key| length(&key) <= 100));
            prop_assert!(event.tags.iter().all(|tag| length(tag) <= limits::TAG));
        }
    }
}
