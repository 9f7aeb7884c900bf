//! Situations that a monitor should see: the sessions they are made of, and their events.
//!
//! A scenario makes rows as the gateway would answer them and lets [`crate::sources`] turn them
//! into events, so that a prediction stands on the very road that real sessions take.

use std::sync::Arc;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::domain::connection::{ConnectionRule, MaintenanceWindow};
use crate::domain::event::{EventId, SessionEvent};
use crate::domain::nearest::nearest;
use crate::domain::session::{
    AiAnalysis, ConnectionRef, GuardrailHit, Identity, IdentityKind, Metrics, Session, Status, Verb,
};
use crate::sources::{ApprovalSources, EventContext, events_of};

/// A situation, by the name of the monitor it is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// An agent runs a script on a production connection that expects an approval, and nobody was
    /// asked.
    UnapprovedProd,
    /// An agent runs into the same guardrail again and again.
    GuardrailBlockBurst,
    /// Sessions on one connection fail one after the other.
    FailedSessions,
    /// An agent opens a session on production outside its maintenance window.
    OutsideWindow,
    /// The analysis calls a command risky, and it runs.
    HighRiskCommand,
}

/// One run of a scenario: its events carry its id, and its sessions have ids of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The value of `evt.test_run`.
    pub id: String,
    /// When the last event happened.
    pub now: Timestamp,
    /// The gateway's address without `/api`, for the links.
    pub page_base: String,
}

/// A word that names no scenario.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("there is no scenario `{given}`{}; there are {}", suggest(.nearest), names())]
pub struct UnknownScenario {
    given: String,
    nearest: Option<String>,
}

fn suggest(nearest: &Option<String>) -> String {
    nearest
        .as_ref()
        .map(|name| format!(", did you mean `{name}`?"))
        .unwrap_or_default()
}

fn names() -> String {
    Scenario::ALL.map(Scenario::name).join(", ")
}

impl std::str::FromStr for Scenario {
    type Err = UnknownScenario;

    fn from_str(given: &str) -> Result<Self, UnknownScenario> {
        Self::ALL
            .into_iter()
            .find(|scenario| scenario.name() == given)
            .ok_or_else(|| UnknownScenario {
                given: given.to_owned(),
                nearest: nearest(given, Self::ALL.map(Self::name)).map(str::to_owned),
            })
    }
}

/// Sessions of a burst. One more than the pack's thresholds allow by default.
const BLOCKED_SESSIONS: usize = 6;
const FAILED_SESSIONS: usize = 5;

impl Scenario {
    pub const ALL: [Scenario; 5] = [
        Scenario::UnapprovedProd,
        Scenario::GuardrailBlockBurst,
        Scenario::FailedSessions,
        Scenario::OutsideWindow,
        Scenario::HighRiskCommand,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Scenario::UnapprovedProd => "unapproved-prod",
            Scenario::GuardrailBlockBurst => "guardrail-block-burst",
            Scenario::FailedSessions => "failed-sessions",
            Scenario::OutsideWindow => "outside-window",
            Scenario::HighRiskCommand => "high-risk-command",
        }
    }

    /// What happens, in a sentence.
    pub fn about(self) -> &'static str {
        match self {
            Scenario::UnapprovedProd => {
                "an agent runs a script on a production connection that expects an approval, and nobody was asked"
            }
            Scenario::GuardrailBlockBurst => {
                "an agent runs into the same guardrail six times within minutes"
            }
            Scenario::FailedSessions => "five sessions on one connection fail one after the other",
            Scenario::OutsideWindow => {
                "an agent opens a session on production outside its maintenance window"
            }
            Scenario::HighRiskCommand => {
                "an agent runs a command that the gateway's analysis calls highly risky"
            }
        }
    }

    /// The events of a run, oldest first, each marked as a test.
    pub fn events(self, run: &Run) -> Vec<SessionEvent> {
        let context = self.context(run);
        let mut events: Vec<SessionEvent> = self
            .sessions(run)
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

    /// The logs of a run, as `to_log` maps an event to an entry for the logs intake.
    pub fn logs(
        self,
        run: &Run,
        to_log: &dyn Fn(&SessionEvent) -> Map<String, Value>,
    ) -> Vec<Map<String, Value>> {
        self.events(run).iter().map(to_log).collect()
    }

    /// What a profile would say about the connection of the scenario.
    fn context(self, run: &Run) -> EventContext {
        let rule = ConnectionRule {
            pattern: self.connection().to_owned(),
            environment: Some("production".to_owned()),
            approval_expected: Some(self == Scenario::UnapprovedProd),
            windows: match self {
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

    fn connection(self) -> &'static str {
        match self {
            Scenario::UnapprovedProd => "test-prod-orders",
            Scenario::GuardrailBlockBurst => "test-prod-users",
            Scenario::FailedSessions => "test-prod-reports",
            Scenario::OutsideWindow => "test-prod-billing",
            Scenario::HighRiskCommand => "test-prod-ledger",
        }
    }

    fn sessions(self, run: &Run) -> Vec<Session> {
        match self {
            Scenario::UnapprovedProd => {
                vec![self.session(run, 0, "delete from orders where id = 7")]
            }
            Scenario::GuardrailBlockBurst => (0..BLOCKED_SESSIONS)
                .map(|number| Session {
                    exit_code: Some(1),
                    guardrails: vec![no_drop()],
                    ..self.session(run, number, "drop table users")
                })
                .collect(),
            Scenario::OutsideWindow => vec![self.session(run, 0, "select * from invoices")],
            Scenario::HighRiskCommand => vec![Session {
                ai_analysis: Some(high_risk()),
                ..self.session(run, 0, "truncate ledger")
            }],
            Scenario::FailedSessions => (0..FAILED_SESSIONS)
                .map(|number| Session {
                    exit_code: Some(2),
                    ..self.session(run, number, "select * from report")
                })
                .collect(),
        }
    }

    /// A script that ran for a second, `number` sessions before the last one.
    fn session(self, run: &Run, number: usize, script: &str) -> Session {
        let before = SignedDuration::from_secs(20 * i64::try_from(number).unwrap_or_default());
        // At the edge of representable time every session ends at once.
        let end = run.now.checked_sub(before).unwrap_or(run.now);
        let start = end.checked_sub(SignedDuration::from_secs(1)).unwrap_or(end);
        Session {
            id: session_id(self, run, number),
            org_id: String::new(),
            identity: agent(run),
            connection: ConnectionRef {
                name: self.connection().to_owned(),
                kind: "database".to_owned(),
                subtype: "postgres".to_owned(),
                resource_name: "test".to_owned(),
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
        name: "ddctl test agent".to_owned(),
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
