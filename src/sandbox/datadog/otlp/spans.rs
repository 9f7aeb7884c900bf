//! Spans as rows of `/sandbox/received?kind=spans`.

use std::collections::HashSet;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link, SpanKind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{ScopeSpans, Span};
use serde_json::{Map, Value, json};

use super::LeftOut;
use super::value::{id, object};
use crate::otlp::flaw;

/// A row for each good span, with its attributes below `attributes` and its resource's below
/// `resource`, and what was left out.
pub fn rows(request: &ExportTraceServiceRequest) -> (Vec<Map<String, Value>>, LeftOut) {
    let (mut rows, mut left_out) = (Vec::new(), LeftOut::default());
    for of_resource in &request.resource_spans {
        let attributes = of_resource.resource.as_ref().map(|one| &one.attributes[..]);
        let resource = object(attributes.unwrap_or_default());
        for of_scope in &of_resource.scope_spans {
            for span in &of_scope.spans {
                match flaw_of(span) {
                    None => rows.push(row(span, of_scope, &resource)),
                    Some(why) => left_out.add(why),
                }
            }
        }
    }
    (rows, left_out)
}

impl LeftOut {
    fn add(&mut self, why: String) {
        if self.count == 0 {
            self.why = why;
        }
        self.count += 1;
    }
}

fn flaw_of(span: &Span) -> Option<String> {
    let flaw = flaw::of(span).map(|flaw| flaw.to_string());
    flaw.or_else(|| {
        let key = repeated(&span.attributes)?;
        Some(format!("the attribute `{key}` stands twice"))
    })
}

/// A key that stands twice, which the specification forbids.
fn repeated(attributes: &[KeyValue]) -> Option<&str> {
    let mut seen = HashSet::new();
    let mut keys = attributes.iter().map(|pair| pair.key.as_str());
    keys.find(|key| !seen.insert(*key))
}

fn row(span: &Span, scope: &ScopeSpans, resource: &Map<String, Value>) -> Map<String, Value> {
    let status = span.status.clone().unwrap_or_default();
    let scope = scope.scope.as_ref();
    let row = json!({
        "trace_id": id(&span.trace_id),
        "span_id": id(&span.span_id),
        "parent_span_id": id(&span.parent_span_id),
        "trace_state": span.trace_state,
        "flags": span.flags,
        "name": span.name,
        "kind": kind(span.kind),
        "start_time_unix_nano": span.start_time_unix_nano,
        "end_time_unix_nano": span.end_time_unix_nano,
        "duration": span.end_time_unix_nano - span.start_time_unix_nano,
        "status": status_word(status.code),
        "status_message": status.message,
        "attributes": object(&span.attributes),
        "resource": resource,
        "scope": { "name": scope.map(|one| &one.name), "version": scope.map(|one| &one.version) },
        "events": span.events.iter().map(event).collect::<Vec<_>>(),
        "links": span.links.iter().map(link).collect::<Vec<_>>(),
        "dropped_attributes_count": span.dropped_attributes_count,
        "dropped_events_count": span.dropped_events_count,
        "dropped_links_count": span.dropped_links_count,
    });
    match row {
        Value::Object(row) => row,
        _ => Map::new(),
    }
}

/// The last word of the enumeration's own name; a number nobody knows is unspecified.
fn kind(kind: i32) -> &'static str {
    match SpanKind::try_from(kind) {
        Ok(SpanKind::Internal) => "internal",
        Ok(SpanKind::Server) => "server",
        Ok(SpanKind::Client) => "client",
        Ok(SpanKind::Producer) => "producer",
        Ok(SpanKind::Consumer) => "consumer",
        Ok(SpanKind::Unspecified) | Err(_) => "unspecified",
    }
}

fn status_word(code: i32) -> &'static str {
    match StatusCode::try_from(code) {
        Ok(StatusCode::Ok) => "ok",
        Ok(StatusCode::Error) => "error",
        Ok(StatusCode::Unset) | Err(_) => "unset",
    }
}

fn event(event: &Event) -> Value {
    json!({
        "name": event.name,
        "time_unix_nano": event.time_unix_nano,
        "attributes": object(&event.attributes),
    })
}

fn link(link: &Link) -> Value {
    json!({
        "trace_id": id(&link.trace_id),
        "span_id": id(&link.span_id),
        "attributes": object(&link.attributes),
    })
}
