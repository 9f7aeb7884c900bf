//! The reference of the events, held against what builds them: in both directions, attribute by
//! attribute.

use std::collections::{BTreeMap, BTreeSet};

use ddctl::delivery::map::heartbeat::Heartbeat;
use ddctl::delivery::map::log::LogProfile;
use ddctl::delivery::map::webhook;
use ddctl::domain::redaction::Redactor;
use ddctl::domain::webhook::{RawWebhook, WebhookEvent};
use ddctl::monitors::{event_attributes, trace_attributes};
use ddctl::query::{Attribute, Kind};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::compare;
use super::meanings::{Meaning, OF_EVENTS, OF_TRACES};
use crate::support::{SandboxOptions, SandboxProcess, TestEnvironment};

/// What every log has; the page tells it in its text.
const OF_EVERY_LOG: [&str; 7] = [
    "ddsource",
    "service",
    "hostname",
    "ddtags",
    "timestamp",
    "status",
    "message",
];

#[test]
fn every_attribute_is_in_the_docs() {
    let tables = [
        table(&event_attributes(), OF_EVENTS),
        table(&trace_attributes(), OF_TRACES),
    ];
    compare("events.md", &tables);
}

#[track_caller]
fn table(attributes: &[Attribute], meanings: &[Meaning]) -> String {
    let known: Vec<&str> = attributes.iter().map(|attribute| attribute.path).collect();
    let told: Vec<&str> = meanings.iter().map(|(path, _)| *path).collect();
    assert_eq!(
        known, told,
        "each has one meaning, in the order of the program"
    );
    let rows = attributes.iter().zip(meanings);
    let rows = rows.map(|(attribute, (path, about))| {
        format!("| `{path}` | {} | {about} |\n", kind(attribute.kind))
    });
    let rows: String = rows.collect();
    format!("\n| attribute | values | says |\n|---|---|---|\n{rows}\n")
}

fn kind(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Flag => "true or false".to_owned(),
        Kind::OneOf(words) => {
            let words = words.iter().map(|word| format!("`{word}`"));
            words.collect::<Vec<_>>().join(" ")
        }
    }
}

/// Attributes by their dotted names, with the texts that they held.
#[derive(Default)]
struct Seen(BTreeMap<String, BTreeSet<String>>);

impl Seen {
    fn add(&mut self, log: &Value) {
        self.walk("", log);
    }

    fn walk(&mut self, at: &str, value: &Value) {
        match value {
            // What stands in these is the gateway's.
            Value::Object(fields) if !["connection.tags", "webhook.payload"].contains(&at) => {
                for (name, value) in fields {
                    let dot = if at.is_empty() { "" } else { "." };
                    self.walk(&format!("{at}{dot}{name}"), value);
                }
            }
            value => {
                let texts = self.0.entry(at.to_owned()).or_default();
                texts.extend(value.as_str().map(str::to_owned));
            }
        }
    }

    /// What was seen is what is known, no more and no less.
    #[track_caller]
    fn is(&self, known: &[Attribute]) {
        let paths = known.iter().map(|attribute| attribute.path);
        let paths: BTreeSet<&str> = paths.chain(OF_EVERY_LOG).collect();
        let seen: BTreeSet<&str> = self.0.keys().map(String::as_str).collect();
        let unknown: Vec<_> = seen.difference(&paths).collect();
        assert!(unknown.is_empty(), "not in the docs: {unknown:?}");
        let unseen: Vec<_> = paths.difference(&seen).collect();
        assert!(unseen.is_empty(), "in the docs and in no event: {unseen:?}");
        for attribute in known {
            if let Kind::OneOf(words) = attribute.kind {
                let strange = self.0[attribute.path].iter();
                let strange: Vec<_> = strange.filter(|it| !words.contains(&it.as_str())).collect();
                assert!(strange.is_empty(), "{}: {strange:?}", attribute.path);
            }
        }
    }
}

/// A profile that says all that one can say.
const SETTINGS: &str = r#"
version = 1
[profiles.default]
tags = ["team:platform"]
env = "prod"
[profiles.default.trace]
url = "https://exec.example/traces/{trace_id}"
[[profiles.default.connections]]
match = "prod-*"
environment = "production"
approval = "expected"
windows = [{ days = "sat", from = "22:00", to = "02:00", tz = "Europe/Berlin" }]
"#;

/// Every log that the intake took.
fn taken(sandbox: &SandboxProcess) -> Vec<Value> {
    let rows = sandbox.requests(true);
    let sent = rows.iter().filter(|row| row["path"] == "/api/v2/logs");
    let logs = sent.filter_map(|row| serde_json::from_str::<Value>(row["body"].as_str()?).ok());
    logs.filter_map(|logs| logs.as_array().cloned())
        .flatten()
        .collect()
}

/// What no run of a minute sends: everything that a heartbeat can say, a webhook of an unknown type,
/// and what completes an event.
fn rare() -> Vec<Value> {
    let profile = LogProfile::default();
    let heartbeat = Heartbeat {
        id: "1".to_owned(),
        at: Timestamp::UNIX_EPOCH,
        lag_s: 1,
        oldest_undelivered_s: 1,
        delivered: 1,
        dead_letters: 1,
        late: 1,
        reconciled: Some(1),
        state: "delivering".to_owned(),
        open_too_long: vec!["s-1".to_owned()],
        test_run: Some("r-1".to_owned()),
    };
    let raw = WebhookEvent::Raw(Box::new(RawWebhook {
        message_id: "msg_1".to_owned(),
        event_type: Some("plan.changed".to_owned()),
        payload: json!({"event_type": "plan.changed"}),
        received: Timestamp::UNIX_EPOCH,
    }));
    let record = webhook::to_record(&raw, &profile, &Redactor::built_in());
    vec![
        heartbeat.to_log(&profile).into(),
        webhook::revised(record).body.into(),
    ]
}

#[test]
fn the_docs_name_what_events_hold_and_nothing_else() {
    let sandbox = SandboxOptions::default().sessions(60).start();
    let environment = TestEnvironment::of(&sandbox);
    environment.write_settings(SETTINGS);
    for noun in ["sessions", "audit"] {
        let line = [noun, "export", "--since", "60d", "--to", "logs", "--yes"];
        let _ = environment.run(line).exits(0);
    }
    let mut seen = Seen::default();
    let logs = taken(&sandbox);
    logs.iter().chain(&rare()).for_each(|log| seen.add(log));
    seen.is(&event_attributes());
    let names = event_attributes().into_iter().find_map(|it| match it {
        Attribute {
            path: "evt.name",
            kind: Kind::OneOf(words),
        } => Some(words),
        _ => None,
    });
    let names: BTreeSet<&str> = names.expect("a list of words").iter().copied().collect();
    let seen: BTreeSet<&str> = seen.0["evt.name"].iter().map(String::as_str).collect();
    assert_eq!(seen, names, "the kinds of events");
}

#[test]
fn the_docs_name_what_traces_hold_and_nothing_else() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    environment.write_settings(SETTINGS);
    let step = json!({
        "trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": "00f067aa0ba902b7",
        "parent_span_id": "00f067aa0ba902b8", "agent_id": "a-1", "status": "success",
        "timestamp": 1_795_168_800_000_i64, "input_tokens": 12, "output_tokens": 3,
    });
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/traces.ndjson");
    let example = std::fs::read_to_string(example).expect("the example is there");
    let path = environment.path("traces.ndjson");
    environment.write(&path, format!("{example}{step}\n"));
    let line = [
        "traces",
        "export",
        "--to",
        "-",
        "--format",
        "ndjson",
        "--file",
        "traces.ndjson",
    ];
    let mut seen = Seen::default();
    let logs = environment.run(line).exits(0).ndjson();
    logs.iter().for_each(|log| seen.add(log));
    seen.is(&trace_attributes());
}
