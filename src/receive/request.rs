//! One request: decoded, the flawed spans taken out, and answered as the specification says.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Response, StatusCode};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::metrics::v1::AggregationTemporality;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::trace::v1::ResourceSpans;
use prost::Message;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::otlp::decode::{self, Form};
use crate::otlp::flaw;
use crate::otlp::{RpcStatus, Signal};

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrival {
    /// The good spans, and why each of the others was refused.
    Spans {
        good: Vec<ResourceSpans>,
        refused: Vec<String>,
    },
    /// The metrics by name, and those that Datadog's intake would refuse.
    Metrics {
        names: Vec<String>,
        cumulative: Vec<String>,
    },
    Logs {
        count: u64,
    },
    /// Nothing could be made of it.
    Refused {
        why: String,
    },
}

/// An answer other than 2xx.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub status: StatusCode,
    pub why: String,
}

impl Refusal {
    pub fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self {
            status,
            why: why.into(),
        }
    }
}

/// The signal of a request's line.
pub(super) fn signal(method: &Method, path: &str) -> Result<Signal, Refusal> {
    let found = Signal::ALL.into_iter().find(|signal| signal.path() == path);
    let Some(signal) = found else {
        let why = format!("there is no {path} here; traces go to /v1/traces");
        return Err(Refusal::new(StatusCode::NOT_FOUND, why));
    };
    match *method == Method::POST {
        true => Ok(signal),
        false => Err(Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "OTLP is sent by POST",
        )),
    }
}

/// Decodes a body that is plain by now.
pub(super) fn arrival(signal: Signal, form: Form, body: &[u8]) -> Result<Arrival, Refusal> {
    Ok(match signal {
        Signal::Traces => spans(message(form, body)?),
        Signal::Metrics => metrics(&message(form, body)?),
        Signal::Logs => logs(&message(form, body)?),
    })
}

fn message<T: Message + Default + DeserializeOwned>(form: Form, body: &[u8]) -> Result<T, Refusal> {
    let decoded = decode::message(form, body);
    decoded.map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, error.to_string()))
}

fn spans(request: ExportTraceServiceRequest) -> Arrival {
    let (mut good, mut refused) = (request.resource_spans, Vec::new());
    for of_scope in good.iter_mut().flat_map(|one| &mut one.scope_spans) {
        of_scope.spans.retain(|span| match flaw::of(span) {
            None => true,
            Some(flaw) => {
                refused.push(format!("{}: {flaw}", flaw::label(span)));
                false
            }
        });
    }
    for of_resource in &mut good {
        of_resource
            .scope_spans
            .retain(|scope| !scope.spans.is_empty());
    }
    good.retain(|of_resource| !of_resource.scope_spans.is_empty());
    Arrival::Spans { good, refused }
}

fn metrics(request: &ExportMetricsServiceRequest) -> Arrival {
    let scopes = request.resource_metrics.iter();
    let scopes = scopes.flat_map(|of_resource| &of_resource.scope_metrics);
    let (mut names, mut cumulative) = (Vec::new(), Vec::new());
    for metric in scopes.flat_map(|of_scope| &of_scope.metrics) {
        let temporality = match &metric.data {
            Some(Data::Sum(sum)) if sum.is_monotonic => sum.aggregation_temporality,
            Some(Data::Histogram(it)) => it.aggregation_temporality,
            Some(Data::ExponentialHistogram(it)) => it.aggregation_temporality,
            _ => AggregationTemporality::Unspecified as i32,
        };
        if temporality == AggregationTemporality::Cumulative as i32 {
            cumulative.push(metric.name.clone());
        }
        names.push(metric.name.clone());
    }
    Arrival::Metrics { names, cumulative }
}

fn logs(request: &ExportLogsServiceRequest) -> Arrival {
    let scopes = request.resource_logs.iter();
    let scopes = scopes.flat_map(|of_resource| &of_resource.scope_logs);
    let count = scopes
        .map(|of_scope| of_scope.log_records.len() as u64)
        .sum();
    Arrival::Logs { count }
}

/// 200, and what was left out.
pub(super) fn taken(form: Form, arrival: &Arrival) -> Response<Full<Bytes>> {
    let refused: &[String] = match arrival {
        Arrival::Spans { refused, .. } => refused,
        _ => &[],
    };
    let body = match (refused.first(), form) {
        (None, Form::Protobuf) => Vec::new(),
        (None, Form::Json) => b"{}".to_vec(),
        (Some(why), Form::Protobuf) => ExportTraceServiceResponse {
            partial_success: Some(ExportTracePartialSuccess {
                rejected_spans: refused.len() as i64,
                error_message: why.clone(),
            }),
        }
        .encode_to_vec(),
        (Some(why), Form::Json) => json!({"partialSuccess": {
            "rejectedSpans": refused.len().to_string(), "errorMessage": why
        }})
        .to_string()
        .into_bytes(),
    };
    response(StatusCode::OK, form.content_type(), body)
}

/// `INVALID_ARGUMENT` of google/rpc/code.proto.
const INVALID_ARGUMENT: i32 = 3;

pub(super) fn refused(form: Form, refusal: &Refusal) -> Response<Full<Bytes>> {
    let body = match form {
        Form::Json => json!({ "code": INVALID_ARGUMENT, "message": refusal.why })
            .to_string()
            .into_bytes(),
        Form::Protobuf => RpcStatus {
            code: INVALID_ARGUMENT,
            message: refusal.why.clone(),
        }
        .encode_to_vec(),
    };
    let mut response = response(refusal.status, form.content_type(), body);
    if refusal.status == StatusCode::METHOD_NOT_ALLOWED {
        let headers = response.headers_mut();
        headers.insert(ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

fn response(status: StatusCode, kind: &'static str, body: Vec<u8>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::metrics::v1::{Metric, ResourceMetrics, ScopeMetrics, Sum};
    use opentelemetry_proto::tonic::trace::v1::ScopeSpans;

    use super::super::facts::tests::chat;
    use super::*;

    #[test]
    fn a_flawed_span_is_left_out_and_the_good_ones_stay() {
        let mut flawed = chat(2, 1);
        flawed.trace_id.clear();
        let scope = ScopeSpans {
            spans: vec![chat(1, 0), flawed],
            ..ScopeSpans::default()
        };
        let request = ExportTraceServiceRequest {
            resource_spans: vec![ResourceSpans {
                scope_spans: vec![scope, ScopeSpans::default()],
                ..ResourceSpans::default()
            }],
        };
        let arrival = arrival(Signal::Traces, Form::Protobuf, &request.encode_to_vec());
        let Ok(Arrival::Spans { good, refused }) = arrival else {
            panic!("spans: {arrival:?}");
        };
        assert_eq!(good[0].scope_spans.len(), 1);
        assert_eq!(refused.len(), 1);
        assert!(refused[0].contains("trace id"), "{refused:?}");
    }

    #[test]
    fn a_counter_since_the_start_is_what_datadog_refuses() {
        let counter = |name: &str, temporality| Metric {
            name: name.to_owned(),
            data: Some(Data::Sum(Sum {
                is_monotonic: true,
                aggregation_temporality: temporality as i32,
                ..Sum::default()
            })),
            ..Metric::default()
        };
        let request = ExportMetricsServiceRequest {
            resource_metrics: vec![ResourceMetrics {
                scope_metrics: vec![ScopeMetrics {
                    metrics: vec![
                        counter("a", AggregationTemporality::Delta),
                        counter("b", AggregationTemporality::Cumulative),
                    ],
                    ..ScopeMetrics::default()
                }],
                ..ResourceMetrics::default()
            }],
        };
        let arrival = arrival(Signal::Metrics, Form::Protobuf, &request.encode_to_vec());
        let expected = Arrival::Metrics {
            names: vec!["a".to_owned(), "b".to_owned()],
            cumulative: vec!["b".to_owned()],
        };
        assert_eq!(arrival, Ok(expected));
    }

    #[test]
    fn what_is_no_otlp_is_named() {
        let refusal = arrival(Signal::Traces, Form::Json, b"<html>").expect_err("no JSON");
        assert_eq!(refusal.status, StatusCode::BAD_REQUEST);
        let wrong = signal(&Method::POST, "/").expect_err("no path");
        assert!(wrong.why.contains("/v1/traces"));
        let wrong = signal(&Method::GET, "/v1/traces").expect_err("no POST");
        assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}
