//! A span as what an OTLP receiver takes.
//!
//! The body of a record is the `ResourceSpans` of that one span, as OTLP's JSON: complete in
//! itself, so that a dead letter can be read and sent by anybody. Those of one resource are joined
//! when a batch is packed.

use jiff::Timestamp;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span as Message};
use serde_json::{Map, Value};

use super::log::LogProfile;
use crate::delivery::entry::Record;
use crate::domain::digest::hex;
use crate::domain::span::{Attributes, Span};
use crate::otlp::encode;
use crate::otlp::names;

/// Of whom every span of ours is: what the profile says, in OpenTelemetry's words.
pub fn resource(profile: &LogProfile) -> Attributes {
    let mut resource = Attributes::default();
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    resource.set_known(names::SERVICE, text(&profile.service));
    resource.set_known(names::ENVIRONMENT, profile.env.clone());
    resource.set_known(names::ENVIRONMENT_OLD, profile.env.clone());
    resource.set_known(names::HOST, text(&profile.hostname));
    resource.set(names::SDK, "ddctl");
    for (key, value) in profile.tags.iter().filter_map(|tag| tag.split_once(':')) {
        let key = match key.trim() {
            "version" => names::SERVICE_VERSION,
            key => key,
        };
        let is_known = key.is_empty() || key == "env" || resource.get(key).is_some();
        if !is_known {
            resource.set(key.to_owned(), value.trim());
        }
    }
    // LLM Observability has a door of its own; through this one nothing is billed as its traffic.
    resource.set(names::LLMOBS_ENABLED, "false");
    resource
}

/// The record of `span`.
pub fn to_record(span: &Span, resource: &Attributes) -> Record {
    let request = encode::traces(resource, vec![encode::span(span)]);
    Record {
        timestamp: span.end,
        ..of_messages(request.resource_spans)
    }
}

/// The records of spans that came as OTLP: each keeps its ids, its scope, its resource and whatever
/// else it holds. Spans without an id have none here either; see [`crate::otlp::flaw`].
pub fn records_of(resource: ResourceSpans) -> impl Iterator<Item = Record> {
    let (of, url) = (resource.resource, resource.schema_url);
    resource.scope_spans.into_iter().flat_map(move |scope| {
        let (of, url) = (of.clone(), url.clone());
        let (scope, spans) = (scope.clone(), scope.spans);
        spans.into_iter().map(move |span| {
            let scope = opentelemetry_proto::tonic::trace::v1::ScopeSpans {
                spans: vec![span],
                ..scope.clone()
            };
            of_messages(vec![ResourceSpans {
                resource: of.clone(),
                scope_spans: vec![scope],
                schema_url: url.clone(),
            }])
        })
    })
}

/// Of one span, in the envelope of its resource and scope.
fn of_messages(envelope: Vec<ResourceSpans>) -> Record {
    let envelope = envelope.into_iter().next().unwrap_or_default();
    let spans = envelope.scope_spans.iter().flat_map(|scope| &scope.spans);
    let (id, order_by, timestamp) = spans.map(identity).next().unwrap_or_default();
    Record {
        id,
        order_by,
        timestamp,
        body: to_json(&envelope),
        number: None,
    }
}

/// Trace and span, the trace, and the end.
fn identity(span: &Message) -> (String, String, Timestamp) {
    let trace = hex(&span.trace_id);
    let end = Timestamp::from_nanosecond(span.end_time_unix_nano.into());
    let id = format!("{trace}{}", hex(&span.span_id));
    (id, trace, end.unwrap_or_default())
}

fn to_json(envelope: &ResourceSpans) -> Map<String, Value> {
    match serde_json::to_value(envelope) {
        Ok(Value::Object(body)) => body,
        // A message has text keys alone.
        _ => Map::new(),
    }
}
