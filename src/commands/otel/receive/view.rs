//! The shapes that `-o json` and `-o ndjson` promise.

use jiff::Timestamp;
use serde::Serialize;

use super::listening::Counts;
use crate::receive::{Facts, Outcome, of_span};

/// One document.
#[derive(Debug, Serialize)]
pub(super) struct View {
    emitted: u64,
    traces: u64,
    refused: u64,
    metrics: u64,
    logs: u64,
    spans: Vec<SpanView>,
}

/// A span, in the order in which they came.
#[derive(Debug, Serialize)]
pub(super) struct SpanView {
    trace_id: String,
    span_id: String,
    parent_id: Option<String>,
    name: String,
    service: Option<String>,
    operation: Option<String>,
    model: Option<String>,
    input_tokens: Option<i64>,
    output_tokens: Option<i64>,
    cost_usd: Option<f64>,
    start: Timestamp,
    duration_ms: f64,
    /// `unset`, `ok`, `error`.
    status: &'static str,
    /// What the status says.
    error: Option<String>,
    /// What is odd about it, by name.
    notices: Vec<&'static str>,
}

impl View {
    pub fn new(counts: &Counts, spans: Vec<SpanView>) -> Self {
        Self {
            emitted: counts.spans,
            traces: counts.traces,
            refused: counts.refused,
            metrics: counts.metrics,
            logs: counts.logs,
            spans,
        }
    }
}

impl SpanView {
    pub fn of(facts: &Facts) -> Self {
        let (status, error) = match &facts.outcome {
            Outcome::Unset => ("unset", None),
            Outcome::Ok => ("ok", None),
            Outcome::Error(message) => ("error", Some(message.clone())),
        };
        Self {
            trace_id: facts.trace_id.to_string(),
            span_id: facts.span_id.to_string(),
            parent_id: facts.parent.map(|parent| parent.to_string()),
            name: facts.name.clone(),
            service: facts.service.clone(),
            operation: facts.operation.clone(),
            model: facts.model.clone(),
            input_tokens: facts.input_tokens,
            output_tokens: facts.output_tokens,
            cost_usd: facts.cost,
            start: facts.start,
            duration_ms: facts.duration.as_secs_f64() * 1e3,
            status,
            error,
            notices: of_span(facts).iter().map(|notice| notice.name).collect(),
        }
    }
}
