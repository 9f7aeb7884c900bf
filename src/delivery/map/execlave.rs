//! A flat trace of an agent platform as a span.
//!
//! What OpenTelemetry has a name for has that name; everything else stands under `execlave.` by its
//! own.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::trace::{TraceProfile, in_its_place, operation_of};
use super::{llmobs, otlp};
use crate::delivery::Record;
use crate::domain::redaction::Redactor;
use crate::domain::span::{
    AttributeValue, Attributes, Dropped, Span, SpanEvent, SpanId, SpanKind, SpanLink, SpanStatus,
    TraceId,
};
use crate::domain::trace::{Trace, TraceStatus, root_span};
use crate::otlp::names::{self, operation};

/// What a platform's `timestamp` is the time of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    Start,
    End,
}

/// Where spans go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanForm {
    Otlp,
    LlmObs,
}

/// The record of `span`, which is made of `trace` or of others like it: what the trace says of its
/// service, host and environment wins over the profile.
pub fn to_record(span: &Span, trace: &Trace, profile: &TraceProfile, form: SpanForm) -> Record {
    let profile = in_its_place(&profile.log, trace);
    match form {
        SpanForm::Otlp => otlp::to_record(span, &otlp::resource(&profile)),
        SpanForm::LlmObs => llmobs::to_record(span, &llmobs::tags(&profile)),
    }
}

/// The place of a span in its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub span: SpanId,
    pub parent: Option<SpanId>,
}

/// Fields with a name of OpenTelemetry's, and that.
const NAMED: [(&str, &str); 12] = [
    ("agent_id", names::AGENT_ID),
    ("agent_name", names::AGENT_NAME),
    ("model", names::REQUEST_MODEL),
    ("prompt_tokens", names::INPUT_TOKENS),
    ("input_tokens", names::INPUT_TOKENS),
    ("completion_tokens", names::OUTPUT_TOKENS),
    ("output_tokens", names::OUTPUT_TOKENS),
    ("total_tokens", names::TOTAL_TOKENS),
    ("cost_usd", names::COST),
    ("session_id", names::CONVERSATION),
    ("session_id", names::SESSION_ID),
    ("user_id", names::USER_ID),
];

/// Fields that are the span itself or its resource, and no attributes.
const PLACED: [&str; 13] = [
    "trace_id",
    "span_id",
    "parent_span_id",
    "timestamp",
    "duration_ms",
    "span_name",
    "error_type",
    "error_message",
    "service",
    "hostname",
    "ddsource",
    "ddtags",
    "evt",
];

/// The span of `trace` at `position`. Texts pass the redactor.
pub fn to_span(
    trace: &Trace,
    position: Position,
    profile: &TraceProfile,
    redactor: &Redactor,
    stamp: Stamp,
) -> Span {
    let operation = operation_of(trace.text("span_type").unwrap_or_default());
    let status = trace.status();
    let (start, end) = times(trace, stamp);
    Span {
        trace_id: trace.trace_id(),
        span_id: position.span,
        parent: position.parent,
        name: name(trace, operation),
        kind: kind(operation),
        start,
        end,
        status: status_of(trace, status, redactor),
        attributes: attributes(trace, operation, profile, redactor),
        events: events(status, end),
        links: links(trace),
        dropped: Dropped::default(),
    }
}

/// A root for spans that have none, from the first of them to the last.
pub fn made_up_root(trace: TraceId, span: SpanId, times: (Timestamp, Timestamp)) -> Span {
    let mut attributes = Attributes::default();
    attributes.set(names::OPERATION, operation::INVOKE_WORKFLOW);
    attributes.set("ddctl.made_up", true);
    Span {
        trace_id: trace,
        span_id: span,
        parent: None,
        name: operation::INVOKE_WORKFLOW.to_owned(),
        kind: SpanKind::Internal,
        start: times.0,
        end: times.1,
        status: SpanStatus::Unset,
        attributes,
        events: Vec::new(),
        links: Vec::new(),
        dropped: Dropped::default(),
    }
}

/// Its start and its end: the one that the platform says, and the duration.
pub fn times(trace: &Trace, stamp: Stamp) -> (Timestamp, Timestamp) {
    let milliseconds = trace.number("duration_ms").unwrap_or_default();
    let duration = SignedDuration::try_from_secs_f64(milliseconds / 1e3).unwrap_or_default();
    let said = trace.timestamp;
    match stamp {
        Stamp::Start => (said, said.saturating_add(duration).unwrap_or(said)),
        Stamp::End => (said.saturating_sub(duration).unwrap_or(said), said),
    }
}

/// Its own name, else the one that the conventions give to such a span.
fn name(trace: &Trace, operation: &str) -> String {
    let of = match operation {
        operation::CHAT | operation::EMBEDDINGS => trace.text("model"),
        operation::INVOKE_AGENT => trace.text("agent_name").or(trace.text("agent_id")),
        _ => None,
    };
    match (trace.text("span_name"), of) {
        (Some(own), _) => own.to_owned(),
        (None, Some(of)) => format!("{operation} {of}"),
        (None, None) => operation.to_owned(),
    }
}

fn kind(operation: &str) -> SpanKind {
    match operation {
        operation::CHAT | operation::EMBEDDINGS | operation::RETRIEVAL => SpanKind::Client,
        _ => SpanKind::Internal,
    }
}

fn status_of(trace: &Trace, status: TraceStatus, redactor: &Redactor) -> SpanStatus {
    match status.error_type(None) {
        None => SpanStatus::Unset,
        Some(kind) => {
            let message = trace.text("error_message").unwrap_or(kind);
            SpanStatus::Error {
                message: redactor.redact(message).into_owned(),
            }
        }
    }
}

fn attributes(
    trace: &Trace,
    operation: &'static str,
    profile: &TraceProfile,
    redactor: &Redactor,
) -> Attributes {
    let mut attributes = Attributes::default();
    attributes.set(names::OPERATION, operation);
    if operation == operation::EXECUTE_TOOL {
        attributes.set_known(names::TOOL_NAME, trace.text("span_name"));
    }
    for (field, name) in NAMED {
        let value = trace.fields.get(field);
        attributes.set_known(
            name,
            value.and_then(|value| value_of(name, value, redactor)),
        );
    }
    let kind = trace.status().error_type(trace.text("error_type"));
    attributes.set_known(names::ERROR_TYPE, kind);
    let url = profile.url.as_ref().and_then(|url| url.of(trace));
    attributes.set_known("trace.url", url);
    let has_name = |field: &str| NAMED.iter().any(|(known, _)| *known == field);
    for (field, value) in &trace.fields {
        let is_placed = PLACED.contains(&field.as_str());
        if !is_placed && (field == "cost_usd" || !has_name(field)) {
            let name = Cow::from(format!("execlave.{field}"));
            let value = value_of(&name, value, redactor);
            attributes.set_known(name, value);
        }
    }
    attributes
}

/// A cost is a double, whatever it looks like; what is nested is JSON as text.
fn value_of(name: &str, value: &Value, redactor: &Redactor) -> Option<AttributeValue> {
    let is_cost = name == names::COST || name == "execlave.cost_usd";
    Some(match value {
        Value::Null => return None,
        Value::Bool(value) => AttributeValue::Bool(*value),
        Value::Number(number) if is_cost => AttributeValue::Double(number.as_f64()?),
        Value::Number(number) => match (number.as_i64(), number.as_f64()?) {
            (Some(whole), _) => AttributeValue::Int(whole),
            // `12.0`, as a program writes that has floats alone.
            (None, float) if float.fract() == 0.0 && float.abs() < 1e15 => {
                AttributeValue::Int(float as i64)
            }
            (None, float) => AttributeValue::Double(float),
        },
        Value::String(text) => redactor.redact(text).into_owned().into(),
        nested => redactor.redact(&nested.to_string()).into_owned().into(),
    })
}

/// That somebody should look is no error, and still something that happened.
fn events(status: TraceStatus, at: Timestamp) -> Vec<SpanEvent> {
    let is_flagged = status == TraceStatus::FlaggedForReview;
    let event = SpanEvent {
        at,
        name: "flagged_for_review".into(),
        attributes: Attributes::default(),
    };
    is_flagged.then_some(event).into_iter().collect()
}

/// The trace that caused this one is another trace: a link, and no parent.
fn links(trace: &Trace) -> Vec<SpanLink> {
    let own = trace.trace_id();
    let parent = trace.parent().map(TraceId::of_text);
    let Some(parent) = parent.filter(|parent| *parent != own) else {
        return Vec::new();
    };
    let mut attributes = Attributes::default();
    attributes.set("execlave.link", "parent");
    vec![SpanLink {
        trace_id: parent,
        span_id: root_span(parent),
        attributes,
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn span(change: Value, stamp: Stamp) -> Span {
        let mut fields = json!({
            "trace_id": "t-1", "agent_id": "a-1", "status": "success", "span_type": "llm",
        });
        let fields = fields.as_object_mut().expect("an object");
        fields.extend(change.as_object().expect("an object").clone());
        let at = "2026-11-20T10:00:00Z".parse().expect("a time");
        let trace = Trace::new(fields.clone(), at);
        let position = Position {
            span: root_span(trace.trace_id()),
            parent: None,
        };
        let profile = TraceProfile::default();
        to_span(&trace, position, &profile, &Redactor::built_in(), stamp)
    }

    #[test]
    fn every_field_has_its_place_or_stands_under_its_own_name() {
        let span = span(
            json!({
                "model": "m-1", "prompt_tokens": 12, "completion_tokens": 3.0, "cost_usd": 1,
                "total_tokens": 15, "session_id": "s-1", "user_id": "u-1", "idp_bound": true,
                "autonomy_level": "autonomous", "custom": {"a": [1]}, "duration_ms": 1500,
            }),
            Stamp::Start,
        );
        assert_eq!((&*span.name, span.kind), ("chat m-1", SpanKind::Client));
        for (name, value) in [
            ("gen_ai.operation.name", AttributeValue::from("chat")),
            ("gen_ai.request.model", "m-1".into()),
            ("gen_ai.usage.input_tokens", 12.into()),
            ("gen_ai.usage.output_tokens", 3.into()),
            ("gen_ai.cost.estimated_total", 1.0.into()),
            ("gen_ai.conversation.id", "s-1".into()),
            ("session.id", "s-1".into()),
            ("user.id", "u-1".into()),
            ("execlave.cost_usd", 1.0.into()),
            ("gen_ai.usage.total_tokens", 15.into()),
            ("execlave.idp_bound", true.into()),
            ("execlave.autonomy_level", "autonomous".into()),
            ("execlave.custom", "{\"a\":[1]}".into()),
            ("execlave.status", "success".into()),
        ] {
            assert_eq!(span.attributes.get(name), Some(&value), "{name}");
        }
        assert_eq!(
            span.attributes.get("execlave.model"),
            None,
            "it has another name"
        );
    }

    #[test]
    fn its_time_is_its_start_or_its_end() {
        let said: Timestamp = "2026-11-20T10:00:00Z".parse().expect("a time");
        let lasting = json!({"duration_ms": 1500.5});
        let by_start = span(lasting.clone(), Stamp::Start);
        assert_eq!(by_start.start, said);
        assert_eq!(by_start.end.to_string(), "2026-11-20T10:00:01.5005Z");
        let by_end = span(lasting, Stamp::End);
        assert_eq!(
            (by_end.start.to_string().as_str(), by_end.end),
            ("2026-11-20T09:59:58.4995Z", said)
        );
        let endless = span(json!({"duration_ms": 1e300}), Stamp::Start);
        assert_eq!(endless.start, endless.end);
    }

    #[test]
    fn a_status_is_an_error_with_its_type_or_none() {
        let of = |status: &str| {
            let span = span(
                json!({"status": status, "error_message": "no\u{e9}"}),
                Stamp::Start,
            );
            let kind = span.attributes.get(names::ERROR_TYPE).cloned();
            (span.status, kind, span.events.len())
        };
        let failed = || SpanStatus::Error {
            message: "no\u{e9}".to_owned(),
        };
        assert_eq!(of("success"), (SpanStatus::Unset, None, 0));
        assert_eq!(of("flagged_for_review"), (SpanStatus::Unset, None, 1));
        assert_eq!(of("melted"), (SpanStatus::Unset, None, 0));
        assert_eq!(of("error"), (failed(), Some("_OTHER".into()), 0));
        for kind in ["timeout", "policy_blocked", "limit_exceeded"] {
            assert_eq!(of(kind), (failed(), Some(kind.into()), 0));
        }
    }

    #[test]
    fn the_trace_that_caused_it_is_a_link_to_its_root() {
        let span = span(json!({"parent_trace_id": "t-0"}), Stamp::Start);
        let parent = TraceId::of_text("t-0");
        assert_eq!(span.parent, None);
        assert_eq!(
            (span.links[0].trace_id, span.links[0].span_id),
            (parent, root_span(parent))
        );
        let own = self::span(json!({"parent_trace_id": "t-1"}), Stamp::Start);
        assert_eq!(own.links, []);
    }

    #[test]
    fn secrets_do_not_pass() {
        let secret = json!({
            "status": "error", "error_message": "password=hunter2hunter2",
            "input": {"text": "password=hunter2hunter2"},
        });
        let text = format!("{:?}", span(secret, Stamp::Start));
        assert!(!text.contains("hunter2"), "{text}");
    }
}
