//! How several entries become the body of one request, in the form that each destination takes.

use std::sync::Arc;

use bytes::Bytes;
use opentelemetry_proto::tonic::trace::v1::ResourceSpans;
use serde::Serialize;
use serde_json::value::RawValue;

use super::answer::{Reason, Trouble};
use super::compression::{Codec, compressed, digest, encode};
use super::entry::Entry;
use crate::datadog::{EncodedBatch, Meaning};
use crate::otlp::decode::{self, DecodeError, Form};
use crate::otlp::encode::{joined, to_bytes};

/// The form of a request's body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Envelope {
    /// One JSON array of the entries.
    #[default]
    Array,
    /// OTLP as protobuf. Each entry is the `ResourceSpans` of one span, as OTLP's JSON.
    Otlp,
    /// LLM Observability's JSON. Each entry is one span.
    LlmObs {
        /// The application that the spans are of.
        ml_app: Arc<str>,
    },
}

/// The entries as the body of one request. Its digest is that of the entries as one JSON array,
/// whatever the form.
///
/// # Errors
///
/// An entry that is nothing of that form, which is poison to the rest.
pub(super) fn pack(
    entries: &[Entry],
    codec: Codec,
    envelope: &Envelope,
) -> Result<EncodedBatch, Trouble> {
    let plain = match envelope {
        Envelope::Array => return Ok(encode(entries, codec)),
        Envelope::Otlp => otlp(entries).map_err(|error| no_span(&error.to_string()))?,
        Envelope::LlmObs { ml_app } => {
            llmobs(entries, ml_app).map_err(|error| no_span(&error.to_string()))?
        }
    };
    Ok(EncodedBatch {
        events: entries.len(),
        raw_bytes: plain.len(),
        sha256: digest(entries),
        content_encoding: codec.content_encoding(),
        body: compressed(plain, codec),
    })
}

fn no_span(why: &str) -> Trouble {
    Trouble {
        is_foreign: false,
        meaning: Meaning::Poison,
        reason: Reason::Other,
        text: format!("it cannot be sent as a span: {why}"),
    }
}

fn otlp(entries: &[Entry]) -> Result<Bytes, DecodeError> {
    let spans = entries
        .iter()
        .map(|entry| -> Result<ResourceSpans, _> { decode::message(Form::Json, &entry.json) });
    Ok(to_bytes(&joined(spans.collect::<Result<Vec<_>, _>>()?)))
}

/// A request of LLM Observability (docs.datadoghq.com/llm_observability/instrumentation/api).
#[derive(Serialize)]
struct SpansRequest<'a> {
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    attributes: Spans<'a>,
}

#[derive(Serialize)]
struct Spans<'a> {
    ml_app: &'a str,
    spans: Vec<&'a RawValue>,
}

fn llmobs(entries: &[Entry], ml_app: &str) -> serde_json::Result<Bytes> {
    let spans = entries.iter();
    let spans = spans.map(|entry| serde_json::from_slice::<&RawValue>(&entry.json));
    let request = SpansRequest {
        data: Data {
            kind: "span",
            attributes: Spans {
                ml_app,
                spans: spans.collect::<Result<_, _>>()?,
            },
        },
    };
    serde_json::to_vec(&request).map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::trace::v1::Span as Message;
    use proptest::prelude::*;
    use prost::Message as _;
    use serde_json::{Value, json};

    use super::*;
    use crate::delivery::batch::{Batcher, Limits};
    use crate::delivery::entry::Record;
    use crate::delivery::map::{llmobs, otlp as map};
    use crate::delivery::testing::unpack;
    use crate::domain::span::{Attributes, Dropped, Span, SpanId, SpanKind, SpanStatus, TraceId};

    fn span(number: u64, text: &str) -> Span {
        let trace_id = TraceId::of_session("g", "s");
        let mut attributes = Attributes::default();
        attributes.set("text", text);
        attributes.set("n", i64::try_from(number).unwrap_or(i64::MAX));
        Span {
            trace_id,
            span_id: SpanId::of(trace_id, "x", number),
            parent: None,
            name: "a span".to_owned(),
            kind: SpanKind::Internal,
            start: Timestamp::UNIX_EPOCH,
            end: Timestamp::UNIX_EPOCH,
            status: SpanStatus::Unset,
            attributes,
            events: Vec::new(),
            links: Vec::new(),
            dropped: Dropped::default(),
        }
    }

    fn entry(record: Record) -> Entry {
        Entry::encode(record, Limits::SPANS.entry_bytes)
            .expect("a span that can be cut")
            .0
    }

    fn resource(name: &str) -> Attributes {
        let mut resource = Attributes::default();
        resource.set("service.name", name);
        resource
    }

    fn messages(batch: &EncodedBatch) -> Vec<Message> {
        let plain = unpack(batch.content_encoding, &batch.body);
        let request = ExportTraceServiceRequest::decode(&plain[..]).expect("protobuf");
        let scopes = request.resource_spans.into_iter();
        let scopes = scopes.flat_map(|one| one.scope_spans);
        scopes.flat_map(|one| one.spans).collect()
    }

    #[test]
    fn spans_of_one_resource_stand_together() {
        let spans = [("a", 1), ("b", 2), ("a", 3)];
        let entries = spans.map(|(of, n)| entry(map::to_record(&span(n, ""), &resource(of))));
        let batch = pack(&entries, Codec::Gzip, &Envelope::Otlp).expect("spans");
        let plain = unpack(batch.content_encoding, &batch.body);
        let request = ExportTraceServiceRequest::decode(&plain[..]).expect("protobuf");
        let counts: Vec<usize> = request
            .resource_spans
            .iter()
            .map(|one| one.scope_spans[0].spans.len())
            .collect();
        assert_eq!(counts, [2, 1]);
        assert_eq!(batch.raw_bytes, plain.len());
    }

    #[test]
    fn llm_observability_gets_one_object_of_its_application() {
        let record = llmobs::to_record(&span(1, ""), &[]);
        let entries = [entry(record)];
        let ml_app = Envelope::LlmObs {
            ml_app: "app".into(),
        };
        let batch = pack(&entries, Codec::Identity, &ml_app).expect("spans");
        let body: Value = serde_json::from_slice(&batch.body).expect("JSON");
        assert_eq!(body["data"]["type"], "span");
        assert_eq!(body["data"]["attributes"]["ml_app"], "app");
        assert_eq!(
            body["data"]["attributes"]["spans"],
            json!([entries[0].body()])
        );
    }

    #[test]
    fn what_is_no_span_is_poison() {
        let mut record = map::to_record(&span(1, ""), &resource("a"));
        record.body.insert("scopeSpans".to_owned(), json!("no"));
        let trouble = pack(&[entry(record)], Codec::Gzip, &Envelope::Otlp);
        assert_eq!(trouble.expect_err("no span").meaning, Meaning::Poison);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn batches_of_spans_keep_below_the_limits_and_lose_none(
            texts in prop::collection::vec("[a\u{1}\"ü]{0,60}", 1..80),
        ) {
            let limits = Limits { bytes: 4_000, entries: 7, entry_bytes: 2_000 };
            let mut batcher = Batcher::new(limits);
            let entries = texts.iter().zip(0..);
            let entries = entries.map(|(text, n)| entry(map::to_record(&span(n, text), &resource("a"))));
            let mut batches: Vec<Vec<Entry>> = entries.filter_map(|one| batcher.push(one)).collect();
            batches.extend(batcher.take());
            let mut numbers = Vec::new();
            for batch in &batches {
                let packed = pack(batch, Codec::Identity, &Envelope::Otlp).expect("spans");
                prop_assert!(packed.body.len() <= limits.bytes && batch.len() <= limits.entries);
                numbers.extend(messages(&packed).into_iter().map(|one| one.span_id));
            }
            let expected: Vec<Vec<u8>> = (0..texts.len() as u64)
                .map(|n| span(n, "").span_id.as_bytes().to_vec())
                .collect();
            prop_assert_eq!(numbers, expected);
        }
    }
}
