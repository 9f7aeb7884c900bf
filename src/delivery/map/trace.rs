//! A flat trace of an agent platform as a Datadog log.
//!
//! Its names stay as they are, but for `status`: Datadog would remap it by its first letters, so it
//! becomes `outcome` beside a true severity. Beside them stand Datadog's standard attributes and the
//! GenAI conventions of OpenTelemetry, so that one monitor fits traces of every origin.

use serde_json::{Map, Value};

use super::log::LogProfile;
use super::tree::Tree;
use crate::delivery::Record;
use crate::domain::redaction::Redactor;
use crate::domain::span::SpanId;
use crate::domain::trace::{Trace, TraceStatus, TraceUrl};
use crate::otlp::names::{self, operation};

/// The value of `ddsource`, unless the trace has one.
pub const SOURCE: &str = "execlave";

/// The operation of the conventions that a type of span is.
pub(super) fn operation_of(span_type: &str) -> &'static str {
    match span_type {
        "agent" => operation::INVOKE_AGENT,
        "llm" => operation::CHAT,
        "tool" => operation::EXECUTE_TOOL,
        "embedding" => operation::EMBEDDINGS,
        "retrieval" => operation::RETRIEVAL,
        _ => operation::INVOKE_WORKFLOW,
    }
}

/// Each name of a trace that has a second one, and that. Where two have the same the first counts
/// that is there.
const ALSO: [(&str, &str); 13] = [
    ("session_id", names::SESSION_ID),
    ("session_id", names::CONVERSATION),
    ("user_id", "usr.id"),
    ("error_type", "error.kind"),
    ("error_message", "error.message"),
    ("agent_id", names::AGENT_ID),
    ("agent_name", names::AGENT_NAME),
    ("model", names::REQUEST_MODEL),
    ("input_tokens", names::INPUT_TOKENS),
    ("prompt_tokens", names::INPUT_TOKENS),
    ("output_tokens", names::OUTPUT_TOKENS),
    ("completion_tokens", names::OUTPUT_TOKENS),
    ("total_tokens", names::TOTAL_TOKENS),
];

/// What is made into something else, and not kept under its name.
const REMADE: [&str; 3] = ["status", "ddtags", "evt.id"];

const NANOSECONDS_PER_MS: f64 = 1e6;

/// What a profile says about every log of a trace.
#[derive(Clone, Debug, Default)]
pub struct TraceProfile {
    pub log: LogProfile,
    /// Where a trace is to be seen.
    pub url: Option<TraceUrl>,
}

/// The log of `trace`. Texts pass the redactor. `test_run` is the run of test events that it belongs
/// to.
pub fn to_log(
    trace: &Trace,
    profile: &TraceProfile,
    redactor: &Redactor,
    test_run: Option<&str>,
) -> Map<String, Value> {
    let url = profile.url.as_ref().and_then(|url| url.of(trace));
    let trace = Trace {
        fields: redacted_all(&trace.fields, redactor),
        ..trace.clone()
    };
    let status = trace.status();
    let mut log = Tree::default();
    log.set("ddsource", SOURCE);
    log.set_profile(&in_its_place(&profile.log, &trace));
    log.set("status", status.severity().as_str());
    log.set("message", message(&trace, status));
    let kept = trace.fields.iter();
    let kept = kept.filter(|(name, _)| !REMADE.contains(&name.as_str()));
    kept.for_each(|(name, value)| log.set(name, value.clone()));
    log.set_known("outcome", trace.text("status"));
    log.set("evt.outcome", status.outcome().as_str());
    log.set("evt.id", trace.id.as_str());
    log.set_test(test_run);
    set_also(&mut log, &trace);
    log.set_known("trace.url", url);
    log.into_map()
}

/// The record of `trace`: its log, and what the pipeline needs to know of it.
pub fn to_record(trace: &Trace, profile: &TraceProfile, redactor: &Redactor) -> Record {
    Record {
        id: trace.id.clone(),
        order_by: trace.text("trace_id").unwrap_or_default().to_owned(),
        timestamp: trace.timestamp,
        body: to_log(trace, profile, redactor, None),
        number: None,
    }
}

/// Datadog's own names and those of the conventions. `dd.trace_id` and `dd.span_id` are the numbers
/// that Datadog shows of the spans' ids, so that a log leads to its span.
fn set_also(log: &mut Tree, trace: &Trace) {
    for (name, also) in ALSO.iter().rev() {
        log.set_known(also, trace.fields.get(*name).cloned());
    }
    if trace.text("trace_id").is_some() {
        log.set("dd.trace_id", trace.trace_id().low().to_string());
    }
    let span = trace.text("span_id").and_then(|text| text.parse().ok());
    log.set_known(
        "dd.span_id",
        span.map(|span: SpanId| span.number().to_string()),
    );
    if let Some(span_type) = trace.text("span_type") {
        let operation = operation_of(span_type);
        log.set(names::OPERATION, operation);
        if operation == operation::EXECUTE_TOOL {
            log.set_known(names::TOOL_NAME, trace.text("span_name"));
        }
    }
    // A float that is too large ends at the largest number there is.
    let duration = trace.number("duration_ms").filter(|ms| *ms >= 0.0);
    log.set_known(
        "duration",
        duration.map(|ms| (ms * NANOSECONDS_PER_MS) as u64),
    );
}

fn redacted_all(fields: &Map<String, Value>, redactor: &Redactor) -> Map<String, Value> {
    let redacted = |(name, value): (&String, &Value)| (name.clone(), redacted(value, redactor));
    fields.iter().map(redacted).collect()
}

fn redacted(value: &Value, redactor: &Redactor) -> Value {
    match value {
        Value::String(text) => redactor.redact(text).into_owned().into(),
        Value::Array(values) => values
            .iter()
            .map(|value| redacted(value, redactor))
            .collect(),
        Value::Object(fields) => redacted_all(fields, redactor).into(),
        value => value.clone(),
    }
}

/// A trace knows its environment better than the profile does, and its tags stand beside the
/// profile's.
pub(super) fn in_its_place(profile: &LogProfile, trace: &Trace) -> LogProfile {
    let own = trace.text("ddtags").unwrap_or_default().split(',');
    let own: Vec<&str> = own.map(str::trim).filter(|tag| !tag.is_empty()).collect();
    let in_tags = own.iter().find_map(|tag| tag.strip_prefix("env:"));
    let env = trace.text("environment").or(in_tags).map(str::to_owned);
    let known = profile
        .tags
        .iter()
        .filter(|tag| !own.contains(&tag.as_str()));
    LogProfile {
        service: own_or(trace.text("service"), &profile.service),
        hostname: own_or(trace.text("hostname"), &profile.hostname),
        env: env.or_else(|| profile.env.clone()),
        tags: own
            .iter()
            .map(|tag| (*tag).to_owned())
            .chain(known.cloned())
            .collect(),
    }
}

fn own_or(own: Option<&str>, other: &str) -> String {
    own.unwrap_or(other).to_owned()
}

/// Its own, else one line: who, what, how it ended.
fn message(trace: &Trace, status: TraceStatus) -> String {
    if let Some(own) = trace.text("message") {
        return own.to_owned();
    }
    let who = trace.text("agent_name").or(trace.text("agent_id"));
    let who = who.unwrap_or("an agent");
    let what = trace.text("span_name").or(trace.text("span_type"));
    let what = what.unwrap_or("a trace");
    let how = trace.text("status").unwrap_or("no outcome");
    let why = trace.text("error_message");
    match why.filter(|_| status.error_type(None).is_some()) {
        Some(why) => format!("{who}: {what}: {how}: {why}"),
        None => format!("{who}: {what}: {how}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn log(trace: Value) -> Value {
        let fields = trace.as_object().expect("an object").clone();
        let profile = TraceProfile {
            log: LogProfile {
                service: "agents".to_owned(),
                env: Some("dev".to_owned()),
                tags: vec!["team:ai".to_owned()],
                ..LogProfile::default()
            },
            url: "https://exec.example/t/{trace_id}".parse().ok(),
        };
        let at = "2026-11-20T10:00:00Z".parse().expect("a time");
        let trace = Trace::new(fields, at);
        to_log(&trace, &profile, &Redactor::built_in(), Some("r1")).into()
    }

    #[test]
    fn names_stay_and_the_standard_ones_stand_beside_them() {
        let hex = "0af7651916cd43dd8448eb211c80319c";
        let trace = json!({
            "trace_id": hex, "agent_id": "a-1", "agent_name": "triage", "status": "timeout",
            "model": "m-1", "span_type": "tool", "span_name": "search", "cost_usd": 0.5,
            "duration_ms": 1.5, "environment": "prod", "idp_bound": true, "session_id": "s-1",
            "error_type": "timeout", "custom": [1], "ddtags": "team:ai,tier:1", "evt.id": "e-1",
            "prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15, "user_id": "u-1",
            "span_id": "00f067aa0ba902b7", "hostname": "runner-1",
        });
        assert_eq!(
            log(trace),
            json!({
                "ddsource": "execlave", "service": "agents",
                "ddtags": "env:prod,team:ai,tier:1", "hostname": "runner-1",
                "status": "error", "timestamp": 1_795_168_800_000_i64,
                "message": "triage: search: timeout",
                "trace_id": hex, "agent_id": "a-1", "agent_name": "triage", "model": "m-1",
                "span_type": "tool", "span_name": "search", "cost_usd": 0.5, "duration_ms": 1.5,
                "environment": "prod", "idp_bound": true, "session_id": "s-1", "user_id": "u-1",
                "error_type": "timeout", "custom": [1], "span_id": "00f067aa0ba902b7",
                "prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15,
                "outcome": "timeout",
                "evt": {"id": "e-1", "outcome": "failure", "test": true, "test_run": "r1"},
                "dd": {"trace_id": "9532127138774266268", "span_id": "67667974448284343"},
                "session": {"id": "s-1"}, "usr": {"id": "u-1"},
                "gen_ai": {
                    "conversation": {"id": "s-1"}, "agent": {"id": "a-1", "name": "triage"},
                    "request": {"model": "m-1"}, "operation": {"name": "execute_tool"},
                    "tool": {"name": "search"},
                    "usage": {"input_tokens": 12, "output_tokens": 3, "total_tokens": 15},
                },
                "error": {"kind": "timeout"}, "duration": 1_500_000,
                "trace": {"url": format!("https://exec.example/t/{hex}")},
            })
        );
    }

    #[test]
    fn what_the_line_says_of_its_place_wins_over_the_profile() {
        let own = log(json!({"service": "mine", "ddsource": "platform", "ddtags": "env:qa"}));
        assert_eq!(
            (&own["service"], &own["ddsource"], &own["ddtags"]),
            (&json!("mine"), &json!("platform"), &json!("env:qa,team:ai"))
        );
        assert_eq!(log(json!({}))["ddtags"], "env:dev,team:ai");
        assert!(
            log(json!({})).get("trace").is_none(),
            "no page without an id"
        );
    }

    #[test]
    fn a_status_becomes_a_severity_that_datadog_leaves_alone() {
        for (status, severity, outcome) in [
            ("success", "info", "success"),
            ("error", "error", "failure"),
            ("policy_blocked", "warn", "blocked"),
            ("limit_exceeded", "warn", "blocked"),
            ("flagged_for_review", "notice", "success"),
            ("something", "warn", "unknown"),
        ] {
            let log = log(json!({ "status": status }));
            assert_eq!(log["status"], severity);
            assert_eq!(log["outcome"], status);
            assert_eq!(log["evt"]["outcome"], outcome);
        }
    }

    #[test]
    fn secrets_do_not_pass() {
        let log = log(json!({
            "error_message": "password=hunter2hunter2",
            "input": {"messages": ["my password=hunter2hunter2"]},
        }));
        let text = log.to_string();
        assert!(!text.contains("hunter2"), "{text}");
    }
}
