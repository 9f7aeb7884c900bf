//! The intake of LLM Observability, `POST /api/intake/llm-obs/v1/trace/spans`.
//!
//! Rules from docs.datadoghq.com/llm_observability/instrumentation/api: a key in its header, 202 with
//! an empty body, `ml_app` in lower case and of 193 characters at most, spans of the last 24 hours.
//! The largest body is what Datadog's Python tracer notes (ddtrace/llmobs). Nobody wrote down the
//! refusals: they are 400 in the shape of the other v2 intakes.

use jiff::SignedDuration;
use serde_json::{Map, Value};

use super::refusal::errors;
use super::{Answer, DatadogStandIn, Visit};
use crate::domain::site::Site;
use crate::sandbox::coding::DecodeError;
use crate::sandbox::http::{Reply, Request};

/// 5.1 MiB, rounded down.
const MAX_BODY: usize = 5_347_737;
const MAX_ML_APP: usize = 193;
const MAX_AGE: SignedDuration = SignedDuration::from_hours(24);
const KINDS: [&str; 7] = [
    "agent",
    "workflow",
    "llm",
    "tool",
    "task",
    "embedding",
    "retrieval",
];
/// Texts that every span has.
const TEXTS: [&str; 4] = ["name", "span_id", "trace_id", "parent_id"];

/// The text of a refusal.
type Refused = String;

impl DatadogStandIn {
    pub(super) fn take_llmobs(&self, request: &Request, visit: &Visit<'_>, site: Site) -> Answer {
        if let Err(refused) = self.keys.check_api_key(request, site) {
            return refused.into_reply().into();
        }
        let plain = match visit.body.decode(MAX_BODY) {
            Ok(plain) => plain,
            Err(DecodeError::TooLarge { .. }) => return errors(413, "Payload Too Large").into(),
            Err(DecodeError::Damaged) => return errors(400, "Decompression error").into(),
        };
        match rows(&plain, visit) {
            Err(why) => errors(400, &why).into(),
            Ok(rows) => {
                self.llmobs.push(rows, visit, site);
                Answer::stored(Reply::empty(202))
            }
        }
    }
}

/// The request's spans, each with the application and the session that the request names.
fn rows(plain: &[u8], visit: &Visit<'_>) -> Result<Vec<Map<String, Value>>, Refused> {
    let body: Value = serde_json::from_slice(plain).map_err(|_| "Invalid JSON structure")?;
    let data = &body["data"];
    if data["type"] != "span" {
        return Err("data.type must be `span`".to_owned());
    }
    let attributes = &data["attributes"];
    let ml_app = ml_app(&attributes["ml_app"])?;
    check_tags(&attributes["tags"])?;
    let spans = attributes["spans"]
        .as_array()
        .filter(|spans| !spans.is_empty())
        .ok_or("data.attributes.spans must be a list of spans")?;
    let oldest = visit.now.checked_sub(MAX_AGE).unwrap_or(visit.now);
    let rows = spans.iter().enumerate().map(|(at, span)| {
        let span = span.as_object().cloned().unwrap_or_default();
        check_span(&span, oldest.as_nanosecond()).map_err(|why| format!("spans[{at}]: {why}"))?;
        Ok(completed(span, ml_app, attributes))
    });
    rows.collect()
}

/// The application's name.
fn ml_app(value: &Value) -> Result<&str, Refused> {
    let name = value.as_str().filter(|name| !name.is_empty());
    let name = name.ok_or("data.attributes.ml_app is required")?;
    if name.chars().count() > MAX_ML_APP {
        return Err(format!("ml_app is longer than {MAX_ML_APP} characters"));
    }
    match name.chars().any(char::is_uppercase) {
        true => Err("ml_app must be in lower case".to_owned()),
        false => Ok(name),
    }
}

fn check_span(span: &Map<String, Value>, oldest: i128) -> Result<(), Refused> {
    let get = |name: &str| span.get(name).unwrap_or(&Value::Null);
    for name in TEXTS {
        if get(name).as_str().is_none_or(str::is_empty) {
            return Err(format!("{name} is required"));
        }
    }
    let start = get("start_ns").as_u64().ok_or("start_ns is required")?;
    if i128::from(start) < oldest {
        return Err("start_ns is more than 24 hours ago".to_owned());
    }
    if get("duration")
        .as_f64()
        .is_none_or(|duration| duration < 0.0)
    {
        return Err("duration is required and is not negative".to_owned());
    }
    if !matches!(get("status").as_str().unwrap_or("ok"), "ok" | "error") {
        return Err("status is ok or error".to_owned());
    }
    check_meta(get("meta"))?;
    check_metrics(get("metrics"))?;
    check_tags(get("tags"))
}

fn check_meta(meta: &Value) -> Result<(), Refused> {
    let kind = meta["kind"].as_str().unwrap_or_default();
    match KINDS.contains(&kind) {
        true => Ok(()),
        false => Err(format!("meta.kind is one of {}", KINDS.join(", "))),
    }
}

fn check_metrics(metrics: &Value) -> Result<(), Refused> {
    let are_numbers = match metrics {
        Value::Null => true,
        Value::Object(metrics) => metrics.values().all(Value::is_number),
        _ => false,
    };
    are_numbers
        .then_some(())
        .ok_or_else(|| "metrics are numbers".to_owned())
}

fn check_tags(tags: &Value) -> Result<(), Refused> {
    let are_texts = match tags {
        Value::Null => true,
        Value::Array(tags) => tags.iter().all(Value::is_string),
        _ => false,
    };
    are_texts
        .then_some(())
        .ok_or_else(|| "tags must be a list of strings".to_owned())
}

/// The span with what the request says of all its spans.
fn completed(mut span: Map<String, Value>, ml_app: &str, of_all: &Value) -> Map<String, Value> {
    span.insert("ml_app".to_owned(), ml_app.into());
    if let Some(session) = of_all["session_id"].as_str() {
        span.entry("session_id").or_insert_with(|| session.into());
    }
    if let Some(shared) = of_all["tags"].as_array() {
        let own = span.get("tags").and_then(Value::as_array).cloned();
        let tags = own.into_iter().flatten().chain(shared.iter().cloned());
        span.insert("tags".to_owned(), tags.collect());
    }
    span
}
