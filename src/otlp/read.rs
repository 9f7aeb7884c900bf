//! From a message to a span as a value.

use jiff::Timestamp;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span as Message, span};

use crate::domain::digest::hex;
use crate::domain::span::{
    AttributeValue, Attributes, Dropped, Span, SpanEvent, SpanId, SpanKind, SpanLink, SpanStatus,
    TraceId,
};

/// The span of a message without a flaw; `None` for any other, see [`super::flaw`].
pub fn span(message: &Message) -> Option<Span> {
    Some(Span {
        trace_id: TraceId::try_from(&message.trace_id[..]).ok()?,
        span_id: SpanId::try_from(&message.span_id[..]).ok()?,
        parent: SpanId::try_from(&message.parent_span_id[..]).ok(),
        name: message.name.clone(),
        kind: kind(message.kind),
        start: time(message.start_time_unix_nano)?,
        end: time(message.end_time_unix_nano)?,
        status: status(message),
        attributes: attributes(&message.attributes),
        events: message.events.iter().filter_map(event).collect(),
        links: message.links.iter().filter_map(link).collect(),
        dropped: Dropped {
            attributes: message.dropped_attributes_count,
            events: message.dropped_events_count,
            links: message.dropped_links_count,
        },
    })
}

/// Attributes with a value; what is nested is JSON as text, and bytes are hexadecimal.
pub fn attributes(pairs: &[KeyValue]) -> Attributes {
    let mut attributes = Attributes::default();
    for pair in pairs {
        attributes.set_known(pair.key.clone(), pair.value.as_ref().and_then(value));
    }
    attributes
}

fn value(any: &AnyValue) -> Option<AttributeValue> {
    Some(match any.value.as_ref()? {
        Value::StringValue(text) => text.clone().into(),
        Value::BoolValue(value) => (*value).into(),
        Value::IntValue(value) => (*value).into(),
        Value::DoubleValue(value) => (*value).into(),
        Value::ArrayValue(list) => {
            AttributeValue::List(list.values.iter().filter_map(value).collect())
        }
        Value::BytesValue(bytes) => hex(bytes).into(),
        nested => serde_json::to_string(nested).ok()?.into(),
    })
}

fn time(nanoseconds: u64) -> Option<Timestamp> {
    Timestamp::from_nanosecond(nanoseconds.into()).ok()
}

fn kind(number: i32) -> SpanKind {
    match span::SpanKind::try_from(number) {
        Ok(span::SpanKind::Server) => SpanKind::Server,
        Ok(span::SpanKind::Client) => SpanKind::Client,
        Ok(span::SpanKind::Producer) => SpanKind::Producer,
        Ok(span::SpanKind::Consumer) => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}

fn status(message: &Message) -> SpanStatus {
    match &message.status {
        Some(status) if status.code == StatusCode::Error as i32 => SpanStatus::Error {
            message: status.message.clone(),
        },
        _ => SpanStatus::Unset,
    }
}

fn event(event: &span::Event) -> Option<SpanEvent> {
    Some(SpanEvent {
        at: time(event.time_unix_nano)?,
        name: event.name.clone().into(),
        attributes: attributes(&event.attributes),
    })
}

fn link(link: &span::Link) -> Option<SpanLink> {
    Some(SpanLink {
        trace_id: TraceId::try_from(&link.trace_id[..]).ok()?,
        span_id: SpanId::try_from(&link.span_id[..]).ok()?,
        attributes: attributes(&link.attributes),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::encode;

    #[test]
    fn what_was_written_is_read_back() {
        let trace_id = TraceId::of_text("t-1");
        let at = time(1_795_168_800_000_000_001).expect("a time");
        let mut attributes = Attributes::default();
        attributes.set("text", "t");
        attributes.set("whole", 7);
        attributes.set("list", AttributeValue::List(vec![1.5.into(), true.into()]));
        let written = Span {
            trace_id,
            span_id: SpanId::of(trace_id, "x", 1),
            parent: Some(SpanId::of(trace_id, "x", 0)),
            name: "chat".to_owned(),
            kind: SpanKind::Client,
            start: at,
            end: at,
            status: SpanStatus::Error {
                message: "no".to_owned(),
            },
            events: vec![SpanEvent {
                at,
                name: "e".into(),
                attributes: attributes.clone(),
            }],
            links: vec![SpanLink {
                trace_id,
                span_id: SpanId::of(trace_id, "x", 2),
                attributes: Attributes::default(),
            }],
            attributes,
            dropped: Dropped::default(),
        };
        assert_eq!(span(&encode::span(&written)), Some(written));
        assert_eq!(span(&Message::default()), None);
    }
}
