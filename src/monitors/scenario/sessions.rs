//! Sessions as the gateway would answer them, turned into events by [`crate::sources`], so that a
//! prediction stands on the very road that real sessions take.

use std::sync::Arc;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Map;

use super::{Run, Scenario};
use crate::domain::connection::{ConnectionRule, MaintenanceWindow};
use crate::domain::event::{EventId, SessionEvent};
use crate::domain::session::{
    AiAnalysis, ConnectionRef, GuardrailHit, Identity, IdentityKind, Metrics, Session, Status, Verb,
};
use crate::sources::{ApprovalSources, EventContext, events_of};

/// Sessions of a burst. One more than the pack's thresholds allow by default.
const BLOCKED_SESSIONS: usize = 6;
const FAILED_SESSIONS: usize = 5;

/// The events of a run, oldest first, each marked as a test.
pub(super) fn events(scenario: Scenario, run: &Run) -> Vec<SessionEvent> {
    let context = context(scenario, run);
    let mut events: Vec<SessionEvent> = sessions(scenario, run)
        .into_iter()
        .flat_map(|session| events_of(&Arc::new(session), &context))
        .map(|event| SessionEvent {
            test_run: Some(run.id.clone()),
            ..event
        })
        .collect();
    events.sort_by_key(|event| event.timestamp);
    events
}

/// What a profile would say about the connection of the scenario.
fn context(scenario: Scenario, run: &Run) -> EventContext {
    let rule = ConnectionRule {
        pattern: connection(scenario, run),
        environment: Some("production".to_owned()),
        approval_expected: Some(scenario == Scenario::UnapprovedProd),
        windows: match scenario {
            Scenario::OutsideWindow => vec![window_on_another_day(run.now)],
            _ => Vec::new(),
        },
    };
    EventContext {
        rules: vec![rule],
        approval_sources: ApprovalSources::default(),
        page_base: run.page_base.clone(),
    }
}

/// A connection of the run's own, since failures are counted by connection.
fn connection(scenario: Scenario, run: &Run) -> String {
    let name = match scenario {
        Scenario::UnapprovedProd => "test-prod-orders",
        Scenario::GuardrailBlockBurst => "test-prod-users",
        Scenario::FailedSessions => "test-prod-reports",
        Scenario::OutsideWindow => "test-prod-billing",
        Scenario::HighRiskCommand => "test-prod-ledger",
        _ => "test-prod",
    };
    format!("{name}-{}", run.id)
}

fn sessions(scenario: Scenario, run: &Run) -> Vec<Session> {
    let session = |number: usize, script: &str| session(scenario, run, number, script);
    match scenario {
        Scenario::UnapprovedProd => vec![session(0, "delete from orders where id = 7")],
        Scenario::GuardrailBlockBurst => (0..BLOCKED_SESSIONS)
            .map(|number| Session {
                exit_code: Some(1),
                guardrails: vec![no_drop()],
                ..session(number, "drop table users")
            })
            .collect(),
        Scenario::OutsideWindow => vec![session(0, "select * from invoices")],
        Scenario::HighRiskCommand => vec![Session {
            ai_analysis: Some(high_risk()),
            ..session(0, "truncate ledger")
        }],
        Scenario::FailedSessions => (0..FAILED_SESSIONS)
            .map(|number| Session {
                exit_code: Some(2),
                ..session(number, "select * from report")
            })
            .collect(),
        // Somebody works, and all is well.
        _ => vec![session(0, "select 1")],
    }
}

/// A script that ran for a second, `number` sessions before the last one.
fn session(scenario: Scenario, run: &Run, number: usize, script: &str) -> Session {
    let before = SignedDuration::from_secs(20 * i64::try_from(number).unwrap_or_default());
    // At the edge of representable time every session ends at once.
    let end = run.now.checked_sub(before).unwrap_or(run.now);
    let start = end.checked_sub(SignedDuration::from_secs(1)).unwrap_or(end);
    Session {
        id: session_id(scenario, run, number),
        org_id: String::new(),
        identity: agent(run),
        connection: ConnectionRef {
            name: connection(scenario, run),
            kind: "database".to_owned(),
            subtype: "postgres".to_owned(),
            resource_name: format!("test-{}", run.id),
            tags: Map::new(),
        },
        verb: Verb::Exec,
        status: Status::Done,
        exit_code: Some(0),
        start_date: start,
        end_date: Some(end),
        script: Some(script.to_owned()),
        script_size: script.len() as u64,
        event_size: 0,
        review: None,
        ai_analysis: None,
        guardrails: Vec::new(),
        metrics: Metrics::default(),
        metadata: Map::new(),
        labels: Map::new(),
        integrations_metadata: Map::new(),
        correlation_id: None,
        session_batch_id: None,
    }
}

/// The same for the same run, and another for each of its sessions: groups are not shared between
/// two runs.
fn session_id(scenario: Scenario, run: &Run, number: usize) -> String {
    format!(
        "test-{}",
        EventId::of(&["test", scenario.name(), &run.id, &number.to_string()])
    )
}

/// An agent of the run's own, so that its group is not shared with another run or with a person.
fn agent(run: &Run) -> Identity {
    Identity {
        id: format!("test-agent-{}", run.id),
        email: String::new(),
        name: format!("ddctl test agent {}", run.id),
        kind: IdentityKind::Machine,
        machine_identity_id: Some(format!("test-agent-{}", run.id)),
    }
}

/// An hour three days after `now`.
fn window_on_another_day(now: Timestamp) -> MaintenanceWindow {
    let today = now.to_zoned(TimeZone::UTC).weekday();
    MaintenanceWindow {
        days: vec![today.wrapping_add(3)],
        from: Time::constant(1, 0, 0, 0),
        to: Time::constant(2, 0, 0, 0),
        tz: TimeZone::UTC,
    }
}

fn high_risk() -> AiAnalysis {
    AiAnalysis {
        risk_level: "high".to_owned(),
        title: "empties a table".to_owned(),
        explanation: String::new(),
        action: "allow_execution".to_owned(),
    }
}

fn no_drop() -> GuardrailHit {
    GuardrailHit {
        rule_name: "no-drop".to_owned(),
        direction: "input".to_owned(),
        matched_words: vec!["drop".to_owned()],
        message: Some("dropping tables is not allowed here".to_owned()),
    }
}
