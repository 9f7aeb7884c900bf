//! A trace as an agent platform logs it: one flat object a span or a run, in the names of Execlave.
//!
//! Here are its fields and what each has to be, what its status means, by what it is known again,
//! and how traces hang together. The facts: Execlave's own posts to Datadog's logs, one object each
//! with `ddsource`, `service`, `trace_id` and so on.

mod family;
mod fields;
mod status;
mod url;

use jiff::Timestamp;
use serde_json::{Map, Value};

pub use family::{Family, MOST_TRACES};
pub use fields::{Flaw, check};
pub use status::TraceStatus;
pub use url::{NotATemplate, TraceUrl};

use super::event::EventId;
use super::span::{Span, SpanId, TraceId};

/// The scheme of a trace's event id.
pub const SCHEME: &str = "ddctl/exec/1";

/// The kind of the span that a trace begins with, by which the id of a link to it is made.
const ROOT: &str = "root";
/// The kind of every other span.
const SPAN: &str = "span";

/// One line of a platform, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// By which it is known on every road: what the line says itself, else a hash over what it is.
    pub id: String,
    pub timestamp: Timestamp,
    /// What it says, without nulls; `timestamp` in milliseconds.
    pub fields: Map<String, Value>,
}

impl Trace {
    /// A trace of fields that [`check`] found nothing wrong with, from `timestamp`.
    pub fn new(fields: Map<String, Value>, timestamp: Timestamp) -> Self {
        let mut fields = fields;
        fields.retain(|_, value| !value.is_null());
        fields.insert("timestamp".to_owned(), timestamp.as_millisecond().into());
        let own = own_id(&fields);
        Self {
            id: own.unwrap_or_else(|| id_of(&fields, timestamp).to_string()),
            timestamp,
            fields,
        }
    }

    /// The text of a field; `None` where it has none, or an empty one.
    pub fn text(&self, name: &str) -> Option<&str> {
        text(&self.fields, name)
    }

    /// The number of a field.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.fields.get(name).and_then(Value::as_f64)
    }

    pub fn status(&self) -> TraceStatus {
        TraceStatus::of(self.text("status").unwrap_or_default())
    }

    /// The trace that it belongs to.
    pub fn trace_id(&self) -> TraceId {
        TraceId::of_text(self.text("trace_id").unwrap_or_default())
    }

    /// The trace that caused this one, in its own words.
    pub fn parent(&self) -> Option<&str> {
        self.text("parent_trace_id")
    }

    /// The id of its span: its own, else one made of everything that it says, so that it is the
    /// same in every run and no other line has it. Where it says who it is (`evt.id`), of that.
    pub fn span_id(&self) -> SpanId {
        self.own_span_id().unwrap_or_else(|| {
            let known_by = own_id(&self.fields).unwrap_or_else(|| self.said());
            SpanId::of_text(self.trace_id(), SPAN, &known_by)
        })
    }

    /// The id of its span where it says one.
    pub fn own_span_id(&self) -> Option<SpanId> {
        self.text("span_id")?.parse().ok()
    }

    /// The span that it names as its parent, where that is an id.
    pub fn parent_span_id(&self) -> Option<SpanId> {
        self.text("parent_span_id")?.parse().ok()
    }

    /// All its fields as text, whatever their order.
    fn said(&self) -> String {
        let mut fields: Vec<_> = self.fields.iter().collect();
        fields.sort_unstable_by_key(|(name, _)| *name);
        let field = |(name, value): (&String, &Value)| format!("{name:?}:{value}\n");
        fields.into_iter().map(field).collect()
    }
}

/// The id of the span that a trace begins with, as far as the trace alone can tell: what links to a
/// trace that need not have been seen name it.
pub fn root_span(trace: TraceId) -> SpanId {
    SpanId::of(trace, ROOT, 0)
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let text = fields.get(name)?.as_str()?;
    (!text.is_empty()).then_some(text)
}

/// What it says in `evt.id`, nested or as a dotted name.
fn own_id(fields: &Map<String, Value>) -> Option<String> {
    let nested = fields.get("evt").and_then(|evt| evt.get("id"));
    let own = nested.or_else(|| fields.get("evt.id"))?.as_str()?;
    (!own.is_empty()).then(|| own.to_owned())
}

/// An id of OpenTelemetry is the same however it is written.
fn id_of(fields: &Map<String, Value>, timestamp: Timestamp) -> EventId {
    let part = |name| text(fields, name).unwrap_or_default();
    let (trace, span) = (part("trace_id"), part("span_id"));
    let trace_id = TraceId::known(trace).map(|id| id.to_string());
    let span_id = span.parse::<SpanId>().map(|id| id.to_string());
    let (trace, span) = (
        trace_id.as_deref().unwrap_or(trace),
        span_id.as_deref().unwrap_or(span),
    );
    id_of_parts([trace, span, part("span_name")], timestamp)
}

/// What a span of OpenTelemetry is known by: the same as a platform's line about it.
pub fn id_of_span(span: &Span) -> EventId {
    let (trace, id) = (span.trace_id.to_string(), span.span_id.to_string());
    id_of_parts([&trace, &id, &span.name], span.start)
}

fn id_of_parts([trace, span, name]: [&str; 3], start: Timestamp) -> EventId {
    let start = start.as_millisecond().to_string();
    EventId::under(SCHEME, &[trace, span, name, &start])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn trace(change: Value) -> Trace {
        let mut fields = json!({
            "trace_id": "t-1", "agent_id": "a-1", "status": "success", "timestamp": 1,
            "span_name": "plan",
        });
        let fields = fields.as_object_mut().expect("an object");
        fields.extend(change.as_object().expect("an object").clone());
        let at = "2026-11-20T10:00:00Z".parse().expect("a time");
        Trace::new(fields.clone(), at)
    }

    #[test]
    fn what_it_is_known_by_is_its_trace_span_and_start_and_nothing_else() {
        let one = trace(json!({}));
        assert_eq!(
            one.id,
            trace(json!({"message": "other", "service": "x"})).id
        );
        for other in [
            json!({"trace_id": "t-2"}),
            json!({"span_name": "act"}),
            json!({"span_id": "s-1"}),
        ] {
            assert_ne!(one.id, trace(other.clone()).id, "{other}");
        }
        let hex = trace(json!({"trace_id": "0af7651916cd43dd8448eb211c80319c"}));
        let uuid = trace(json!({"trace_id": "0AF76519-16cd-43dd-8448-eb211c80319c"}));
        assert_eq!(hex.id, uuid.id, "one id, written in two ways");
        assert_eq!(trace(json!({"evt": {"id": "mine"}})).id, "mine");
        assert_eq!(trace(json!({"evt.id": "mine"})).id, "mine");
    }

    #[test]
    fn its_ids_are_those_of_opentelemetry_where_it_has_such() {
        let hex = "0af7651916cd43dd8448eb211c80319c";
        assert_eq!(trace(json!({"trace_id": hex})).trace_id().to_string(), hex);
        let uuid = "0af76519-16cd-43dd-8448-eb211c80319c";
        assert_eq!(trace(json!({"trace_id": uuid})).trace_id().to_string(), hex);
        let own = trace(json!({"span_id": "00f067aa0ba902b7"}));
        assert_eq!(own.span_id().to_string(), "00f067aa0ba902b7");
    }

    #[test]
    fn a_line_without_a_span_id_has_one_of_what_it_says_in_any_order() {
        let one = trace(json!({"model": "m-1", "span_type": "llm"}));
        let turned = trace(json!({"span_type": "llm", "model": "m-1", "user_id": null}));
        assert_eq!(one.span_id(), turned.span_id());
        // They are one event, and still two spans.
        let other = trace(json!({"span_type": "tool"}));
        assert_eq!(one.id, other.id);
        assert_ne!(one.span_id(), other.span_id());
        let named = |model: &str| trace(json!({"evt.id": "mine", "model": model}));
        assert_eq!(named("m-1").span_id(), named("m-2").span_id());
    }

    #[test]
    fn nothing_is_left_of_a_null() {
        let trace = trace(json!({"model": null, "user_id": ""}));
        assert!(!trace.fields.contains_key("model"));
        assert_eq!(trace.text("user_id"), None);
        assert_eq!(trace.fields["timestamp"], 1_795_168_800_000_i64);
    }
}
