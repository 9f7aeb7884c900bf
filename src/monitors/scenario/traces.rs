//! Traces of an agent platform, in the names of Execlave.

use serde_json::{Map, Value, json};

use super::{Run, Scenario};
use crate::delivery::map::log::LogProfile;
use crate::delivery::map::trace::{TraceProfile, to_log};
use crate::domain::event::EventId;
use crate::domain::redaction::Redactor;
use crate::domain::trace::Trace;

/// The traces of a run, all of now.
pub(super) fn logs(
    scenario: Scenario,
    run: &Run,
    profile: &LogProfile,
    redactor: &Redactor,
) -> Vec<Map<String, Value>> {
    let (times, special) = what_happens(scenario, run);
    let profile = &TraceProfile {
        log: profile.clone(),
        url: None,
    };
    (0..times)
        .map(|number| {
            let trace = trace(scenario, run, number, &special);
            to_log(&trace, profile, redactor, Some(&run.id))
        })
        .collect()
}

/// How many traces there are, and what they have in common. Each number is just past the threshold
/// of the scenario's own monitor, and short of those of the others.
fn what_happens(scenario: Scenario, run: &Run) -> (usize, Value) {
    let tool = format!("test-tool-{}", run.id);
    match scenario {
        Scenario::PolicyViolationBurst => (
            11,
            json!({"span_type": "tool", "span_name": tool, "status": "policy_blocked", "autonomy_level": "supervised"}),
        ),
        Scenario::CostRunaway => (
            30,
            json!({"span_type": "agent", "span_name": "run", "cost_usd": 2}),
        ),
        Scenario::AutonomousBlocked => (
            1,
            json!({"span_type": "tool", "span_name": tool, "status": "policy_blocked", "autonomy_level": "autonomous"}),
        ),
        Scenario::TokenSpike => (
            3,
            json!({"prompt_tokens": 900_000, "completion_tokens": 100_000}),
        ),
        Scenario::CostSpike => (12, json!({"cost_usd": 2})),
        Scenario::CostAnomaly => (4, json!({"cost_usd": 2})),
        Scenario::ErrorBurst => (11, json!({"status": "error", "error_type": "rate_limited"})),
        Scenario::ToolFailures => (
            6,
            json!({"span_type": "tool", "span_name": tool, "status": "error", "error_type": "exit_1"}),
        ),
        Scenario::SlowChat => (11, json!({"duration_ms": 40_000})),
        _ => (0, Value::Null),
    }
}

/// A call to a model that went well, but for what is `special`. The agent, the model and the tool are
/// the run's own, so that its groups are not shared with another run.
fn trace(scenario: Scenario, run: &Run, number: usize, special: &Value) -> Trace {
    let id = EventId::of(&["test", scenario.name(), &run.id, &number.to_string()]);
    let trace = json!({
        "evt.id": id.to_string(),
        "trace_id": id.to_string(),
        "agent_id": format!("test-agent-{}", run.id),
        "agent_name": format!("ddctl test agent {}", run.id),
        "status": "success",
        "model": format!("test-model-{}", run.id),
        "span_type": "llm",
        "span_name": "answer",
        "duration_ms": 900,
        "autonomy_level": "supervised",
    });
    let mut trace = trace.as_object().cloned().unwrap_or_default();
    trace.extend(special.as_object().cloned().unwrap_or_default());
    Trace::new(trace, run.now)
}
