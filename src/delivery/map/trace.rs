//! A flat trace of Execlave as a Datadog log.
//!
//! Its names stay as they are, but for `status`: Datadog would remap it by its first letters, so it
//! becomes `outcome` beside a true severity. Beside them stand Datadog's standard attributes and the
//! GenAI conventions of OpenTelemetry, so that one monitor fits traces of every origin.

use serde_json::{Map, Value};

use super::log::LogProfile;
use super::tree::Tree;
use crate::domain::redaction::Redactor;

/// The value of `ddsource`.
pub const SOURCE: &str = "execlave";

/// What becomes of a trace's `status`.
struct Ending {
    severity: &'static str,
    /// The value of `evt.outcome`.
    outcome: &'static str,
}

fn ending(status: &str) -> Ending {
    let (severity, outcome) = match status {
        "success" => ("info", "success"),
        "error" | "timeout" => ("error", "failure"),
        "policy_blocked" | "limit_exceeded" => ("warn", "blocked"),
        "flagged_for_review" => ("notice", "success"),
        _ => ("warn", "unknown"),
    };
    Ending { severity, outcome }
}

/// The operation of the conventions that a type of span is.
fn operation(span_type: &str) -> &'static str {
    match span_type {
        "agent" => "invoke_agent",
        "llm" => "chat",
        "tool" => "execute_tool",
        "embedding" => "embeddings",
        "retrieval" => "retrieval",
        _ => "invoke_workflow",
    }
}

/// Each name of a trace that has a second one, and that.
const ALSO: [(&str, &str); 11] = [
    ("trace_id", "dd.trace_id"),
    ("session_id", "session.id"),
    ("session_id", "gen_ai.conversation.id"),
    ("user_id", "usr.id"),
    ("error_type", "error.kind"),
    ("error_message", "error.message"),
    ("agent_id", "gen_ai.agent.id"),
    ("agent_name", "gen_ai.agent.name"),
    ("model", "gen_ai.request.model"),
    ("input_tokens", "gen_ai.usage.input_tokens"),
    ("output_tokens", "gen_ai.usage.output_tokens"),
];

const NANOSECONDS_PER_MS: f64 = 1e6;

/// The log of `trace`. Texts pass the redactor. `test_run` is the run of test events that it belongs
/// to.
pub fn to_log(
    trace: &Map<String, Value>,
    profile: &LogProfile,
    redactor: &Redactor,
    test_run: Option<&str>,
) -> Map<String, Value> {
    let trace: Map<String, Value> = trace
        .iter()
        .map(|(name, value)| (name.clone(), redacted(value, redactor)))
        .collect();
    let text = |name: &str| trace.get(name).and_then(Value::as_str).unwrap_or_default();
    let status = text("status");
    let ending = ending(status);
    let mut log = Tree::default();
    log.set("ddsource", SOURCE);
    log.set_profile(&in_environment(profile, text("environment")));
    log.set("status", ending.severity);
    log.set("message", message(&trace));
    let kept = trace.iter().filter(|(name, _)| *name != "status");
    kept.for_each(|(name, value)| log.set(name, value.clone()));
    log.set_text("outcome", status);
    log.set("evt.outcome", ending.outcome);
    log.set_test(test_run);
    for (name, also) in ALSO {
        log.set_known(also, trace.get(name).cloned());
    }
    set_operation(&mut log, text("span_type"), text("span_name"));
    let duration = trace.get("duration_ms").and_then(Value::as_f64);
    let duration = duration.filter(|milliseconds| *milliseconds >= 0.0);
    // A float that is too large ends at the largest number there is.
    log.set_known(
        "duration",
        duration.map(|ms| (ms * NANOSECONDS_PER_MS) as u64),
    );
    log.into_map()
}

fn redacted(value: &Value, redactor: &Redactor) -> Value {
    match value {
        Value::String(text) => redactor.redact(text).into_owned().into(),
        value => value.clone(),
    }
}

/// A trace knows its environment better than the profile does.
fn in_environment(profile: &LogProfile, environment: &str) -> LogProfile {
    LogProfile {
        env: match environment {
            "" => profile.env.clone(),
            own => Some(own.to_owned()),
        },
        ..profile.clone()
    }
}

fn set_operation(log: &mut Tree, span_type: &str, span_name: &str) {
    if span_type.is_empty() {
        return;
    }
    let operation = operation(span_type);
    log.set("gen_ai.operation.name", operation);
    if operation == "execute_tool" {
        log.set_text("gen_ai.tool.name", span_name);
    }
}

/// Its own, else one line: who, what, how it ended.
fn message(trace: &Map<String, Value>) -> String {
    let text = |name: &str| trace.get(name).and_then(Value::as_str);
    if let Some(own) = text("message") {
        return own.to_owned();
    }
    let who = text("agent_name")
        .or(text("agent_id"))
        .unwrap_or("an agent");
    let what = text("span_name").or(text("span_type")).unwrap_or("a trace");
    let how = text("status").unwrap_or("no outcome");
    format!("{who}: {what}: {how}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn log(trace: Value) -> Value {
        let trace = trace.as_object().expect("an object").clone();
        let profile = LogProfile {
            service: "agents".to_owned(),
            env: Some("dev".to_owned()),
            ..LogProfile::default()
        };
        to_log(&trace, &profile, &Redactor::built_in(), Some("r1")).into()
    }

    #[test]
    fn names_stay_and_the_standard_ones_stand_beside_them() {
        let trace = json!({
            "trace_id": "t-1", "agent_id": "a-1", "agent_name": "triage", "status": "timeout",
            "model": "m-1", "span_type": "tool", "span_name": "search", "cost_usd": 0.5,
            "duration_ms": 1.5, "environment": "prod", "idp_bound": true, "session_id": "s-1",
            "error_type": "timeout", "custom": [1],
        });
        assert_eq!(
            log(trace),
            json!({
                "ddsource": "execlave", "service": "agents", "ddtags": "env:prod", "status": "error",
                "message": "triage: search: timeout",
                "trace_id": "t-1", "agent_id": "a-1", "agent_name": "triage", "model": "m-1",
                "span_type": "tool", "span_name": "search", "cost_usd": 0.5, "duration_ms": 1.5,
                "environment": "prod", "idp_bound": true, "session_id": "s-1",
                "error_type": "timeout", "custom": [1],
                "outcome": "timeout", "evt": {"outcome": "failure", "test": true, "test_run": "r1"},
                "dd": {"trace_id": "t-1"}, "session": {"id": "s-1"},
                "gen_ai": {
                    "conversation": {"id": "s-1"}, "agent": {"id": "a-1", "name": "triage"},
                    "request": {"model": "m-1"}, "operation": {"name": "execute_tool"},
                    "tool": {"name": "search"},
                },
                "error": {"kind": "timeout"}, "duration": 1_500_000,
            })
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
        let log = log(json!({"error_message": "password=hunter2hunter2"}));
        let text = log.to_string();
        assert!(!text.contains("hunter2"), "{text}");
    }
}
