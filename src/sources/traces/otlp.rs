//! Spans of OTLP, each with what it is as a trace of the platform: so that a monitor finds it by the
//! same names, whatever it came from.

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span as Message};
use serde_json::{Map, Value};

use super::line::Entry;
use crate::domain::span::{AttributeValue, Attributes, Span, SpanStatus};
use crate::domain::trace::{Trace, id_of_span};
use crate::otlp::decode::{self, Form};
use crate::otlp::names::{self, operation};
use crate::otlp::{flaw, read};
use crate::sources::lines::{BrokenLine, Row, broken};

/// The value of `ddsource`.
const SOURCE: &str = "otlp";

/// One span in the envelope of its resource and scope, as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct OtlpSpan {
    pub envelope: ResourceSpans,
    pub span: Span,
    /// The same as a flat trace.
    pub trace: Trace,
}

/// The spans of a message that makes line `number`; what is wrong with one is no other's fault.
///
/// # Errors
///
/// Why it is no message with spans.
pub(super) fn entries(number: u64, form: Form, bytes: &[u8]) -> Result<Vec<Row<Entry>>, String> {
    let request: ExportTraceServiceRequest =
        decode::message(form, bytes).map_err(|error| error.to_string())?;
    let envelopes: Vec<ResourceSpans> =
        request.resource_spans.into_iter().flat_map(alone).collect();
    match envelopes.is_empty() {
        true => Err("no span of OTLP".to_owned()),
        false => Ok(envelopes
            .into_iter()
            .map(|envelope| entry(number, envelope))
            .collect()),
    }
}

/// Each span in an envelope of its own.
fn alone(resource: ResourceSpans) -> Vec<ResourceSpans> {
    let mut all = Vec::new();
    for scope in resource.scope_spans {
        for span in &scope.spans {
            all.push(ResourceSpans {
                resource: resource.resource.clone(),
                schema_url: resource.schema_url.clone(),
                scope_spans: vec![ScopeSpans {
                    spans: vec![span.clone()],
                    scope: scope.scope.clone(),
                    schema_url: scope.schema_url.clone(),
                }],
            });
        }
    }
    all
}

fn entry(number: u64, envelope: ResourceSpans) -> Row<Entry> {
    let mut spans = envelope.scope_spans.iter().flat_map(|scope| &scope.spans);
    let message = spans.next().cloned().unwrap_or_default();
    match checked(&message) {
        Ok(span) => {
            let resource = envelope.resource.as_ref();
            let resource = resource.map(|one| read::attributes(&one.attributes));
            let trace = trace(&span, &resource.unwrap_or_default());
            Row::Event(Entry::Span(Box::new(OtlpSpan {
                envelope,
                span,
                trace,
            })))
        }
        Err(why) => refused(number, &envelope, &message, &why),
    }
}

fn checked(message: &Message) -> Result<Span, String> {
    if let Some(flaw) = flaw::of(message) {
        return Err(flaw.to_string());
    }
    read::span(message).ok_or_else(|| "its times are out of range".to_owned())
}

fn refused(number: u64, envelope: &ResourceSpans, message: &Message, why: &str) -> Row<Entry> {
    let bytes = serde_json::to_vec(envelope).unwrap_or_default();
    let reason = format!("{}: {why}", flaw::label(message));
    match broken::<Entry>(number, Bytes::from(bytes), reason) {
        Row::Broken(broken) => Row::Broken(BrokenLine { number, ..broken }),
        row => row,
    }
}

/// Attributes that a platform has a field for, and that.
const FIELDS: [(&str, &str); 12] = [
    (names::AGENT_ID, "agent_id"),
    (names::AGENT_NAME, "agent_name"),
    (names::RESPONSE_MODEL, "model"),
    (names::REQUEST_MODEL, "model"),
    (names::INPUT_TOKENS, "prompt_tokens"),
    (names::OUTPUT_TOKENS, "completion_tokens"),
    (names::TOTAL_TOKENS, "total_tokens"),
    (names::COST, "cost_usd"),
    (names::SESSION_ID, "session_id"),
    (names::CONVERSATION, "session_id"),
    (names::USER_ID, "user_id"),
    (names::ERROR_TYPE, "error_type"),
];

/// What its resource says of where it ran, and the platform's field.
const PLACES: [(&str, &str); 4] = [
    (names::SERVICE, "service"),
    (names::ENVIRONMENT_OLD, "environment"),
    (names::ENVIRONMENT, "environment"),
    (names::HOST, "hostname"),
];

fn trace(span: &Span, resource: &Attributes) -> Trace {
    let mut fields = Map::new();
    for (name, value) in span.attributes.iter() {
        fields.insert(name.to_owned(), json(value));
    }
    for (name, field) in PLACES {
        insert(&mut fields, field, resource.get(name));
    }
    for (name, field) in FIELDS {
        insert(&mut fields, field, span.attributes.get(name));
    }
    let mut set = |field: &str, value: Value| fields.insert(field.to_owned(), value);
    set("ddsource", SOURCE.into());
    set("trace_id", span.trace_id.to_string().into());
    set("span_id", span.span_id.to_string().into());
    set("evt.id", id_of_span(span).to_string().into());
    set("span_name", span.name.as_str().into());
    set("status", status(span).into());
    let lasted = span.end.duration_since(span.start).as_secs_f64() * 1e3;
    set("duration_ms", lasted.into());
    if let Some(parent) = span.parent {
        set("parent_span_id", parent.to_string().into());
    }
    if let SpanStatus::Error { message } = &span.status {
        set("error_message", message.as_str().into());
    }
    if let Some(kind) = span_type(span) {
        set("span_type", kind.into());
    }
    Trace::new(fields, span.start)
}

fn insert(fields: &mut Map<String, Value>, field: &str, value: Option<&AttributeValue>) {
    if let Some(value) = value {
        fields.insert(field.to_owned(), json(value));
    }
}

/// In the platform's words.
fn status(span: &Span) -> &'static str {
    match (&span.status, span.attributes.get(names::ERROR_TYPE)) {
        (SpanStatus::Unset, _) => "success",
        (_, Some(AttributeValue::Text(kind))) if kind == "timeout" => "timeout",
        (SpanStatus::Error { .. }, _) => "error",
    }
}

fn span_type(span: &Span) -> Option<&'static str> {
    let Some(AttributeValue::Text(operation)) = span.attributes.get(names::OPERATION) else {
        return None;
    };
    Some(match operation.as_str() {
        operation::CHAT | "generate_content" | "text_completion" => "llm",
        operation::EMBEDDINGS => "embedding",
        operation::EXECUTE_TOOL => "tool",
        operation::INVOKE_AGENT | operation::CREATE_AGENT => "agent",
        operation::RETRIEVAL => "retrieval",
        _ => "workflow",
    })
}

fn json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::Text(text) => text.as_str().into(),
        AttributeValue::Bool(value) => (*value).into(),
        AttributeValue::Int(value) => (*value).into(),
        AttributeValue::Double(value) => (*value).into(),
        AttributeValue::List(items) => items.iter().map(json).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request() -> Value {
        let attribute = |key: &str, value: Value| json!({"key": key, "value": value});
        json!({"resourceSpans": [{
            "resource": {"attributes": [
                attribute("service.name", json!({"stringValue": "shop"})),
                attribute("deployment.environment.name", json!({"stringValue": "prod"})),
            ]},
            "scopeSpans": [{"scope": {"name": "sdk"}, "spans": [
                {
                    "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "00f067aa0ba902b7",
                    "name": "chat m-1", "startTimeUnixNano": "1795168800000000000",
                    "endTimeUnixNano": "1795168800250000000", "status": {"code": 2, "message": "no"},
                    "attributes": [
                        attribute("gen_ai.operation.name", json!({"stringValue": "chat"})),
                        attribute("gen_ai.request.model", json!({"stringValue": "m-1"})),
                        attribute("gen_ai.usage.input_tokens", json!({"intValue": "12"})),
                        attribute("own", json!({"boolValue": true})),
                    ],
                },
                {"traceId": "00", "spanId": "00f067aa0ba902b7", "name": "odd"},
            ]}],
        }]})
    }

    #[test]
    fn a_span_is_a_trace_under_the_platforms_names_and_its_own() {
        let rows = entries(3, Form::Json, request().to_string().as_bytes()).expect("spans");
        let [Row::Event(Entry::Span(one)), Row::Broken(odd)] = &rows[..] else {
            panic!("{rows:?}");
        };
        for (field, value) in [
            ("service", json!("shop")),
            ("environment", json!("prod")),
            ("status", json!("error")),
            ("error_message", json!("no")),
            ("span_type", json!("llm")),
            ("span_name", json!("chat m-1")),
            ("model", json!("m-1")),
            ("prompt_tokens", json!(12)),
            ("duration_ms", json!(250.0)),
            ("own", json!(true)),
        ] {
            assert_eq!(one.trace.fields[field], value, "{field}");
        }
        let line = json!({
            "trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": "00F067AA0BA902B7",
            "span_name": "chat m-1", "agent_id": "a", "status": "error",
        });
        let line = Trace::new(line.as_object().expect("an object").clone(), one.span.start);
        assert_eq!(one.trace.id, line.id, "the same by the platform's road");
        assert_eq!(one.envelope.scope_spans[0].spans.len(), 1);
        assert_eq!(odd.number, 3);
        assert!(
            odd.reason.starts_with("span `odd`: the trace id"),
            "{}",
            odd.reason
        );
    }

    #[test]
    fn a_message_without_spans_is_none() {
        let empty = entries(1, Form::Json, b"{\"resourceSpans\":[]}");
        assert_eq!(empty.expect_err("nothing"), "no span of OTLP");
        assert!(entries(1, Form::Protobuf, b"\xff\xff").is_err());
    }
}
