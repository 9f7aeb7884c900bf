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
