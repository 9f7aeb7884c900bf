//! A span as what LLM Observability takes.
//!
//! Names and kinds by docs.datadoghq.com/llm_observability/instrumentation/api; which attribute of
//! OpenTelemetry becomes what by .../instrument/otel_instrumentation. Ids stay hexadecimal, as in
//! every link to the trace.

use serde_json::{Map, Value};

use super::log::LogProfile;
use super::tree::Tree;
use crate::delivery::entry::Record;
use crate::domain::span::{AttributeValue, Span, SpanStatus};
use crate::otlp::names::{self, operation};

/// The longest name of an application.
const LONGEST_ML_APP: usize = 193;

/// The `parent_id` of a root.
const NO_PARENT: &str = "undefined";

/// Attributes that have a place of their own.
const PLACED: [&str; 20] = [
    names::OPERATION,
    names::PROVIDER,
    names::SYSTEM,
    names::REQUEST_MODEL,
    names::RESPONSE_MODEL,
    names::CONVERSATION,
    names::TOOL_NAME,
    names::TOOL_ARGUMENTS,
    names::TOOL_RESULT,
    names::INPUT_MESSAGES,
    names::OUTPUT_MESSAGES,
    names::INPUT_TOKENS,
    names::OUTPUT_TOKENS,
    names::TOTAL_TOKENS,
    names::CACHE_READ_TOKENS,
    names::COST,
    names::DB_QUERY,
    names::COMMAND,
    names::OUTPUT,
    names::ERROR_TYPE,
];

/// The name of an application, made of a service's: lower case, of the characters that it may have.
pub fn ml_app(service: &str) -> String {
    let mut name = String::new();
    for c in service.to_lowercase().chars() {
        let c = match c {
            c if c.is_alphanumeric() || "-:./".contains(c) => c,
            _ => '_',
        };
        if c != '_' || !name.ends_with('_') {
            name.push(c);
        }
    }
    let name: String = name.chars().take(LONGEST_ML_APP).collect();
    match name.trim_matches('_') {
        "" => "ddctl".to_owned(),
        name => name.to_owned(),
    }
}

/// The tags of every span: what the profile says.
pub fn tags(profile: &LogProfile) -> Vec<String> {
    let service = (!profile.service.is_empty()).then(|| format!("service:{}", profile.service));
    let rest = profile.ddtags().unwrap_or_default();
    let rest = rest.split(',').filter(|tag| !tag.is_empty());
    service.into_iter().chain(rest.map(str::to_owned)).collect()
}

/// The record of `span`. Its age is that of its start, as the intake judges it.
pub fn to_record(span: &Span, tags: &[String]) -> Record {
    let trace = span.trace_id.to_string();
    Record {
        id: format!("{trace}{}", span.span_id),
        order_by: trace,
        timestamp: span.start,
        body: to_span(span, tags),
        number: None,
    }
}

fn to_span(span: &Span, tags: &[String]) -> Map<String, Value> {
    let text = |name: &str| text(span, name);
    let parent = span.parent.map(|parent| parent.to_string());
    let kind = kind(span);
    let mut body = Tree::default();
    body.set("name", text(names::TOOL_NAME).unwrap_or(&span.name));
    body.set("trace_id", span.trace_id.to_string());
    body.set("span_id", span.span_id.to_string());
    body.set("parent_id", parent.as_deref().unwrap_or(NO_PARENT));
    body.set("start_ns", nanoseconds(span.start));
    body.set("duration", nanoseconds(span.end) - nanoseconds(span.start));
    body.set("status", status(&span.status));
    body.set_known("session_id", text(names::CONVERSATION));
    body.set("meta.kind", kind);
    set_content(&mut body, span);
    set_error(&mut body, span);
    if matches!(kind, "llm" | "embedding") {
        let model = text(names::RESPONSE_MODEL).or(text(names::REQUEST_MODEL));
        body.set_known("meta.model_name", model);
        let provider = text(names::PROVIDER).or(text(names::SYSTEM));
        body.set_known("meta.model_provider", provider);
    }
    body.set("meta.metadata", metadata(span));
    set_metrics(&mut body, span);
    body.set("tags", tags);
    body.into_map()
}

/// The kind by Datadog's table of operations. What is no operation of a model is a workflow, or a
/// task within one.
fn kind(span: &Span) -> &'static str {
    match text(span, names::OPERATION) {
        Some(operation::CHAT | "generate_content" | "text_completion") => "llm",
        Some(operation::EMBEDDINGS) => "embedding",
        Some(operation::EXECUTE_TOOL) => "tool",
        Some(operation::INVOKE_AGENT | operation::CREATE_AGENT) => "agent",
        Some(operation::RETRIEVAL) => "retrieval",
        None if span.parent.is_some() => "task",
        _ => "workflow",
    }
}

fn status(status: &SpanStatus) -> &'static str {
    match status {
        SpanStatus::Unset => "ok",
        SpanStatus::Error { .. } => "error",
    }
}

fn set_content(body: &mut Tree, span: &Span) {
    let first = |names: &[&str]| names.iter().find_map(|name| text(span, name));
    let input = first(&[
        names::TOOL_ARGUMENTS,
        names::DB_QUERY,
        names::COMMAND,
        names::INPUT_MESSAGES,
    ]);
    body.set_known("meta.input.value", input);
    let output = first(&[names::TOOL_RESULT, names::OUTPUT, names::OUTPUT_MESSAGES]);
    body.set_known("meta.output.value", output);
}

fn set_error(body: &mut Tree, span: &Span) {
    let SpanStatus::Error { message } = &span.status else {
        return;
    };
    body.set_text("meta.error.message", message);
    body.set_known("meta.error.type", text(span, names::ERROR_TYPE));
}

/// What has no place of its own, and the events of the span by name and time.
fn metadata(span: &Span) -> Map<String, Value> {
    let own = span.attributes.iter();
    let own = own.filter(|(name, _)| !PLACED.contains(name));
    let mut metadata: Map<String, Value> = own
        .map(|(name, value)| (name.to_owned(), json(value)))
        .collect();
    if !span.events.is_empty() {
        let events = span.events.iter().map(|event| {
            let mut row = Map::new();
            row.insert("name".to_owned(), event.name.as_ref().into());
            row.insert("at".to_owned(), event.at.to_string().into());
            let attributes = event.attributes.iter();
            row.extend(attributes.map(|(name, value)| (name.to_owned(), json(value))));
            Value::Object(row)
        });
        metadata.insert("events".to_owned(), events.collect());
    }
    metadata
}

/// Tokens and cost, in Datadog's names.
fn set_metrics(body: &mut Tree, span: &Span) {
    let number = |name: &str| match span.attributes.get(name) {
        Some(AttributeValue::Int(number)) => Some(*number),
        _ => None,
    };
    let (input, output) = (number(names::INPUT_TOKENS), number(names::OUTPUT_TOKENS));
    body.set_known("metrics.input_tokens", input);
    body.set_known("metrics.output_tokens", output);
    let sum = || Some(input?.saturating_add(output?));
    let total = number(names::TOTAL_TOKENS).or_else(sum);
    body.set_known("metrics.total_tokens", total);
    let cached = number(names::CACHE_READ_TOKENS);
    body.set_known("metrics.cache_read_input_tokens", cached);
    if let Some(AttributeValue::Double(cost)) = span.attributes.get(names::COST) {
        body.set("metrics.total_cost", *cost);
    }
}

fn text<'s>(span: &'s Span, name: &str) -> Option<&'s str> {
    match span.attributes.get(name) {
        Some(AttributeValue::Text(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
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

/// Since 1970; what was before is then, and what is after 2262 is its end.
fn nanoseconds(at: jiff::Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond().max(0)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::delivery::testing::{at, profile};
    use crate::domain::span::{Attributes, Dropped, SpanEvent, SpanId, SpanKind, TraceId};

    fn span(attributes: &[(&'static str, AttributeValue)]) -> Span {
        let trace_id = TraceId::of_session("g", "a0000000-0000-4000-8000-000000000001");
        let start = at("2026-08-01T12:00:00Z");
        let mut set = Attributes::default();
        for (name, value) in attributes {
            set.set(*name, value.clone());
        }
        Span {
            trace_id,
            span_id: SpanId::of(trace_id, "x", 0),
            parent: None,
            name: "a span".to_owned(),
            kind: SpanKind::Internal,
            start,
            end: start + Duration::from_millis(5),
            status: SpanStatus::Unset,
            attributes: set,
            events: Vec::new(),
            links: Vec::new(),
            dropped: Dropped::default(),
        }
    }

    #[test]
    fn a_model_call_has_model_tokens_and_cost_where_datadog_reads_them() {
        let span = span(&[
            (names::OPERATION, "chat".into()),
            (names::PROVIDER, "openai".into()),
            (names::REQUEST_MODEL, "gpt".into()),
            (names::RESPONSE_MODEL, "gpt-1".into()),
            (names::INPUT_TOKENS, 10.into()),
            (names::OUTPUT_TOKENS, 5.into()),
            (names::COST, 0.25.into()),
            (names::CONVERSATION, "c-1".into()),
            ("team", "orders".into()),
        ]);
        let body = Value::Object(to_record(&span, &["env:prod".to_owned()]).body);
        assert_eq!(
            body["meta"],
            json!({
                "kind": "llm",
                "model_name": "gpt-1",
                "model_provider": "openai",
                "metadata": {"team": "orders"},
            })
        );
        assert_eq!(
            body["metrics"],
            json!({"input_tokens": 10, "output_tokens": 5, "total_tokens": 15, "total_cost": 0.25})
        );
        assert_eq!(body["session_id"], "c-1");
        assert_eq!(body["parent_id"], "undefined");
        assert_eq!(body["duration"], 5_000_000);
        assert_eq!(body["tags"], json!(["env:prod"]));
    }

    #[test]
    fn the_total_of_tokens_is_what_is_said_else_their_sum() {
        let (input, output) = (
            (names::INPUT_TOKENS, 10.into()),
            (names::OUTPUT_TOKENS, 5.into()),
        );
        let total = (names::TOTAL_TOKENS, 17.into());
        for (known, metrics) in [
            (vec![total.clone()], json!({"total_tokens": 17})),
            (
                vec![input.clone(), output.clone(), total],
                json!({"input_tokens": 10, "output_tokens": 5, "total_tokens": 17}),
            ),
            (
                vec![input.clone(), output],
                json!({"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}),
            ),
            (vec![input], json!({"input_tokens": 10})),
        ] {
            let body = to_record(&span(&known), &[]).body;
            assert_eq!(body["metrics"], metrics);
            assert_eq!(body["meta"]["metadata"], json!({}), "it has its place");
        }
    }

    #[test]
    fn operations_become_kinds_and_what_is_none_is_a_workflow_or_a_task() {
        for (operation, kind) in [
            ("text_completion", "llm"),
            ("embeddings", "embedding"),
            ("execute_tool", "tool"),
            ("create_agent", "agent"),
            ("retrieval", "retrieval"),
            ("plan", "workflow"),
        ] {
            let span = span(&[(names::OPERATION, operation.into())]);
            assert_eq!(super::kind(&span), kind, "{operation}");
        }
        let mut plain = span(&[]);
        assert_eq!(super::kind(&plain), "workflow");
        plain.parent = Some(plain.span_id);
        assert_eq!(super::kind(&plain), "task");
    }

    #[test]
    fn a_failed_tool_has_its_error_its_input_and_its_events() {
        let mut span = span(&[
            (names::OPERATION, "execute_tool".into()),
            (names::TOOL_NAME, "psql".into()),
            (names::DB_QUERY, "select 1".into()),
            (names::ERROR_TYPE, "exit_1".into()),
        ]);
        span.status = SpanStatus::Error {
            message: "no".to_owned(),
        };
        span.events.push(SpanEvent {
            at: span.start,
            name: "guardrail.hit".into(),
            attributes: Attributes::default(),
        });
        let body = Value::Object(to_record(&span, &[]).body);
        assert_eq!(
            (&body["name"], &body["status"]),
            (&json!("psql"), &json!("error"))
        );
        let meta = &body["meta"];
        assert_eq!(meta["error"], json!({"message": "no", "type": "exit_1"}));
        assert_eq!(meta["input"]["value"], "select 1");
        assert_eq!(meta["metadata"]["events"][0]["name"], "guardrail.hit");
    }

    #[test]
    fn an_application_has_a_name_that_datadog_takes() {
        assert_eq!(ml_app("Agent Access"), "agent_access");
        assert_eq!(ml_app("a__b!?c_"), "a_b_c");
        assert_eq!(ml_app("team/app:v1.2-x"), "team/app:v1.2-x");
        assert_eq!(ml_app("  "), "ddctl");
        assert_eq!(ml_app(&"Ä".repeat(400)).chars().count(), LONGEST_ML_APP);
    }

    #[test]
    fn tags_are_the_profiles() {
        assert_eq!(
            tags(&profile()),
            ["service:agent-access", "env:prod", "team:platform"]
        );
    }
}
