//! From spans of ours to OTLP messages and their bytes.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link, SpanKind as Kind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span as Message, Status};

use crate::domain::span::{
    AttributeValue, Attributes, Span, SpanEvent, SpanKind, SpanLink, SpanStatus,
};

/// Says that [`PARENT_IS_REMOTE`] is meant (opentelemetry-proto, `SpanFlags`).
const REMOTENESS_IS_KNOWN: u32 = 0x100;
/// Set on links, which lead to spans of other programs.
const PARENT_IS_REMOTE: u32 = 0x200;

/// One request with `spans` of one resource, of the scope `ddctl`.
pub fn traces(resource: &Attributes, spans: Vec<Message>) -> ExportTraceServiceRequest {
    let scope = InstrumentationScope {
        name: "ddctl".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..InstrumentationScope::default()
    };
    let resource = Resource {
        attributes: attributes(resource),
        ..Resource::default()
    };
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(resource),
            scope_spans: vec![ScopeSpans {
                scope: Some(scope),
                spans,
                schema_url: String::new(),
            }],
            schema_url: String::new(),
        }],
    }
}

/// One request with all of `parts`; what is of the same resource and scope stands together, in the
/// order in which it came.
pub fn joined(parts: Vec<ResourceSpans>) -> ExportTraceServiceRequest {
    let mut resource_spans: Vec<ResourceSpans> = Vec::new();
    for part in parts {
        let is_same = |other: &&mut ResourceSpans| {
            other.resource == part.resource && other.schema_url == part.schema_url
        };
        match resource_spans.iter_mut().rev().find(is_same) {
            Some(known) => part
                .scope_spans
                .into_iter()
                .for_each(|scope| add(known, scope)),
            None => resource_spans.push(part),
        }
    }
    ExportTraceServiceRequest { resource_spans }
}

fn add(to: &mut ResourceSpans, scope: ScopeSpans) {
    let is_same = |other: &&mut ScopeSpans| {
        other.scope == scope.scope && other.schema_url == scope.schema_url
    };
    match to.scope_spans.iter_mut().rev().find(is_same) {
        Some(known) => known.spans.extend(scope.spans),
        None => to.scope_spans.push(scope),
    }
}

/// A message as protobuf.
pub fn to_bytes(message: &impl prost::Message) -> Bytes {
    message.encode_to_vec().into()
}

/// `plain` as gzip, at the fastest level.
///
/// # Panics
///
/// Never: writing into memory does not fail.
pub fn gzip(plain: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let written = encoder.write_all(plain).and_then(|()| encoder.finish());
    written.expect("memory takes every byte").into()
}

/// A span as a message. An end before the start is moved to it, since receivers refuse such spans.
pub fn span(span: &Span) -> Message {
    Message {
        trace_id: span.trace_id.as_bytes().to_vec(),
        span_id: span.span_id.as_bytes().to_vec(),
        parent_span_id: span
            .parent
            .map_or_else(Vec::new, |parent| parent.as_bytes().to_vec()),
        flags: REMOTENESS_IS_KNOWN,
        name: span.name.clone(),
        kind: kind(span.kind) as i32,
        start_time_unix_nano: nanoseconds(span.start),
        end_time_unix_nano: nanoseconds(span.end.max(span.start)),
        attributes: attributes(&span.attributes),
        dropped_attributes_count: span.dropped.attributes,
        events: span.events.iter().map(event).collect(),
        dropped_events_count: span.dropped.events,
        links: span.links.iter().map(link).collect(),
        dropped_links_count: span.dropped.links,
        status: status(&span.status),
        ..Message::default()
    }
}

fn kind(kind: SpanKind) -> Kind {
    match kind {
        SpanKind::Internal => Kind::Internal,
        SpanKind::Server => Kind::Server,
        SpanKind::Client => Kind::Client,
        SpanKind::Producer => Kind::Producer,
        SpanKind::Consumer => Kind::Consumer,
    }
}

fn status(status: &SpanStatus) -> Option<Status> {
    match status {
        SpanStatus::Unset => None,
        SpanStatus::Error { message } => Some(Status {
            message: message.clone(),
            code: StatusCode::Error as i32,
        }),
    }
}

fn event(event: &SpanEvent) -> Event {
    Event {
        time_unix_nano: nanoseconds(event.at),
        name: event.name.to_string(),
        attributes: attributes(&event.attributes),
        dropped_attributes_count: 0,
    }
}

fn link(link: &SpanLink) -> Link {
    Link {
        trace_id: link.trace_id.as_bytes().to_vec(),
        span_id: link.span_id.as_bytes().to_vec(),
        attributes: attributes(&link.attributes),
        flags: REMOTENESS_IS_KNOWN | PARENT_IS_REMOTE,
        ..Link::default()
    }
}

fn attributes(attributes: &Attributes) -> Vec<KeyValue> {
    let pairs = attributes.iter().map(|(key, value)| KeyValue {
        key: key.to_owned(),
        value: Some(any(value)),
        ..KeyValue::default()
    });
    pairs.collect()
}

fn any(value: &AttributeValue) -> AnyValue {
    let value = match value {
        AttributeValue::Text(text) => Value::StringValue(text.clone()),
        AttributeValue::Bool(value) => Value::BoolValue(*value),
        AttributeValue::Int(value) => Value::IntValue(*value),
        AttributeValue::Double(value) => Value::DoubleValue(*value),
        AttributeValue::List(items) => Value::ArrayValue(ArrayValue {
            values: items.iter().map(any).collect(),
        }),
    };
    AnyValue { value: Some(value) }
}

/// Since 1970; what was before is then.
fn nanoseconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_nanosecond()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::digest::hex;
    use crate::domain::span::{Dropped, SpanId, TraceId};
    use crate::otlp::decode::{Form, message};
    use crate::otlp::flaw;

    /// Decoded by the messages of the Python SDK (opentelemetry-proto 1.45) to what [`example`] says.
    const GOLDEN: &str = "0a10a000000000004000800000000000000112080503a51d3711d5532a0a73657373696f6e207067\
        3001390000f323845bd718410000f323845bd7184a140a0a73657373696f6e2e696412060a046100\
        c3bc4a100a016e120b18ffffffffffffffffff014a120a057368617265120921000000000000e03f\
        4a0e0a046c69737412062a040a0210015a1c090000f323845bd7181211617070726f76616c2e6170\
        70726f76656460026a210a10a00000000000400080000000000000011208fc9f7fedd40a962e3500\
        0300007a0b1207626c6f636b65641802850100010000";

    fn example() -> Span {
        let trace_id = TraceId::of_session("g", "a0000000-0000-4000-8000-000000000001");
        let start = Timestamp::from_second(1_790_000_000).expect("in range");
        let mut attributes = Attributes::default();
        attributes.set("session.id", "a\u{0}ü");
        attributes.set("n", -1);
        attributes.set("share", 0.5);
        attributes.set("list", AttributeValue::List(vec![true.into()]));
        Span {
            trace_id,
            span_id: SpanId::of(trace_id, "session", 0),
            parent: None,
            name: "session pg".to_owned(),
            kind: SpanKind::Internal,
            start,
            end: start,
            status: SpanStatus::Error {
                message: "blocked".to_owned(),
            },
            attributes,
            events: vec![SpanEvent {
                at: start,
                name: "approval.approved".into(),
                attributes: Attributes::default(),
            }],
            links: vec![SpanLink {
                trace_id,
                span_id: SpanId::of(trace_id, "other", 1),
                attributes: Attributes::default(),
            }],
            dropped: Dropped {
                events: 2,
                ..Dropped::default()
            },
        }
    }

    #[test]
    fn a_span_is_what_the_decoder_reads_back() {
        let request = traces(&Attributes::default(), vec![span(&example())]);
        let read: ExportTraceServiceRequest =
            message(Form::Protobuf, &to_bytes(&request)).expect("what we wrote");
        assert_eq!(read, request);
        assert_eq!(
            flaw::of(&read.resource_spans[0].scope_spans[0].spans[0]),
            None
        );
    }

    #[test]
    fn the_bytes_of_a_span_never_change() {
        let bytes = to_bytes(&span(&example()));
        assert_eq!(hex(&bytes), GOLDEN);
    }

    #[test]
    fn an_end_before_the_start_is_moved_to_it() {
        let mut backwards = example();
        backwards.end = Timestamp::UNIX_EPOCH;
        let message = span(&backwards);
        assert_eq!(message.end_time_unix_nano, message.start_time_unix_nano);
    }
}
