//! The kinds of records that searches look at, and what is known of each.
//!
//! Of logs the whole treatment is known ([`super::intake`]). Of the others Datadog publishes less:
//! which keys of a search find which part of an event or span. A key of which nothing is published
//! is answered with 'cannot tell'.

use std::fmt;

use serde_json::{Map, Value};

use super::intake::IndexedLog;
use super::tree::{Field, Reserved};

/// What a search looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Record {
    Log,
    /// An event of `POST /api/v1/events`.
    Event,
    /// A span of LLM Observability.
    LlmSpan,
    /// A span of APM.
    Span,
    /// A pipeline of CI Visibility.
    Pipeline,
}

impl Record {
    pub const ALL: [Record; 5] = [
        Record::Log,
        Record::Event,
        Record::LlmSpan,
        Record::Span,
        Record::Pipeline,
    ];

    /// The function that begins a monitor's query.
    pub fn function(self) -> &'static str {
        match self {
            Record::Log => "logs",
            Record::Event => "events",
            Record::LlmSpan => "llm-observability",
            Record::Span => "trace-analytics",
            Record::Pipeline => "ci-pipelines",
        }
    }

    /// The type of a monitor that watches it, as the monitor API spells it.
    pub fn monitor_type(self) -> &'static str {
        match self {
            Record::Log => "log alert",
            Record::Event => "event-v2 alert",
            Record::LlmSpan => "llm-observability alert",
            Record::Span => "trace-analytics alert",
            Record::Pipeline => "ci-pipelines alert",
        }
    }

    /// The `data_source` of a formula's query. The API's list has none for LLM Observability.
    pub fn data_source(self) -> Option<&'static str> {
        match self {
            Record::Log => Some("logs"),
            Record::Event => Some("events"),
            Record::LlmSpan => None,
            Record::Span => Some("spans"),
            Record::Pipeline => Some("ci_pipelines"),
        }
    }

    /// Several of them, in words.
    pub fn plural(self) -> &'static str {
        match self {
            Record::Log => "logs",
            Record::Event => "events",
            Record::LlmSpan => "LLM spans",
            Record::Span => "spans",
            Record::Pipeline => "CI pipelines",
        }
    }

    /// A record as its search would see it.
    ///
    /// Logs are entries of a request to the logs intake and events bodies of `POST /api/v1/events`.
    /// Spans are the `attributes` of an answer of `POST /api/v2/spans/events/search`.
    pub fn indexed(self, sent: &Map<String, Value>) -> IndexedLog<'_> {
        match self {
            Record::Log => IndexedLog::from_intake(sent),
            Record::Event => IndexedLog::translated(self, event(sent), tags_of(sent)),
            Record::LlmSpan | Record::Pipeline => {
                IndexedLog::translated(self, sent.clone(), tags_of(sent))
            }
            Record::Span => IndexedLog::translated(self, span(sent), span_tags(sent)),
        }
    }

    /// Whether it is published what `field` finds.
    pub(super) fn knows(self, field: &Field) -> bool {
        use Reserved::{Host, Service, Source, Tags, TraceId};
        match (self, field) {
            (Record::Log, _) => true,
            (Record::LlmSpan | Record::Pipeline, _) => false,
            (Record::Event, Field::Tag(_) | Field::Reserved(Source | Host | Tags)) => true,
            (Record::Span, Field::Tag(_) | Field::Attribute(_)) => true,
            (Record::Span, Field::Reserved(Service | Host | TraceId)) => true,
            (Record::Event | Record::Span, _) => false,
        }
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.plural())
    }
}

/// Without a `source_type_name` an event comes back as `source:my_apps` (a recording of
/// DataDog/datadog-api-client-go).
fn event(sent: &Map<String, Value>) -> Map<String, Value> {
    let source = sent.get("source_type_name").and_then(Value::as_str);
    let mut seen = Map::new();
    seen.insert("ddsource".to_owned(), source.unwrap_or("my_apps").into());
    copy(sent, "host", &mut seen, "hostname");
    // POSIX seconds, where a log counts milliseconds.
    if let Some(seconds) = sent.get("date_happened").and_then(Value::as_i64) {
        seen.insert("timestamp".to_owned(), seconds.saturating_mul(1_000).into());
    }
    seen
}

/// The attributes of a span lie in two objects, and what stands beside them are keys without `@`.
fn span(sent: &Map<String, Value>) -> Map<String, Value> {
    let mut seen = Map::new();
    let objects = ["attributes", "custom"].into_iter();
    for object in objects.filter_map(|key| sent.get(key)?.as_object()) {
        seen.extend(object.clone());
    }
    copy(sent, "service", &mut seen, "service");
    copy(sent, "host", &mut seen, "hostname");
    copy(sent, "trace_id", &mut seen, "dd.trace_id");
    copy(sent, "start_timestamp", &mut seen, "timestamp");
    seen
}

fn copy(from: &Map<String, Value>, key: &str, to: &mut Map<String, Value>, name: &str) {
    if let Some(value) = from.get(key) {
        to.insert(name.to_owned(), value.clone());
    }
}

fn tags_of(sent: &Map<String, Value>) -> Vec<String> {
    let tags = sent.get("tags").and_then(Value::as_array);
    let texts = tags.into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

/// The tags, and the keys that are searched like tags.
fn span_tags(sent: &Map<String, Value>) -> Vec<String> {
    const KEYS: [&str; 4] = ["env", "resource_name", "operation_name", "type"];
    let mut tags = tags_of(sent);
    for key in KEYS {
        if let Some(value) = sent.get(key).and_then(Value::as_str) {
            tags.push(format!("{key}:{value}"));
        }
    }
    tags.dedup();
    tags
}
