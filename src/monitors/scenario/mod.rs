//! Situations that a monitor should see, and the logs that they make.
//!
//! Each makes its events by the road that real ones take: sessions through [`crate::sources`],
//! heartbeats and traces through the maps of [`crate::delivery`].

mod heartbeats;
mod sessions;
mod traces;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::delivery::map::log::{LogProfile, to_log};
use crate::domain::nearest::nearest;
use crate::domain::redaction::Redactor;

/// A situation, by the name of the monitor it is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// An agent runs a script on a production connection that expects an approval, and nobody was
    /// asked.
    UnapprovedProd,
    /// An agent opens a session on production outside its maintenance window.
    OutsideWindow,
    /// An agent runs into the same guardrail again and again.
    GuardrailBlockBurst,
    /// Sessions on one connection fail one after the other.
    FailedSessions,
    /// The analysis calls a command risky, and it runs.
    HighRiskCommand,
    /// The heartbeat names a session that stays open.
    OpenTooLong,
    /// Three heartbeats in a row say that events wait.
    ExportLag,
    /// The last heartbeat is long ago.
    Silence,
    /// Policies block one agent again and again.
    PolicyViolationBurst,
    /// One agent spends more than it should.
    CostRunaway,
    /// A policy blocks a tool of an agent that acts on its own.
    AutonomousBlocked,
    /// One agent uses many tokens of one model.
    TokenSpike,
    /// One agent spends much on one model.
    CostSpike,
    /// A model costs something; whether it is unusual, Datadog alone knows.
    CostAnomaly,
    /// Calls to one model fail.
    ErrorBurst,
    /// One tool keeps failing.
    ToolFailures,
    /// Calls to one model are slow.
    SlowChat,
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
#[error("there is no scenario `{given}`{}", suggest(.nearest))]
pub struct UnknownScenario {
    given: String,
    nearest: Option<String>,
}

fn suggest(nearest: &Option<String>) -> String {
    nearest
        .as_ref()
        .map(|name| format!(", did you mean `{name}`?"))
        .unwrap_or_else(|| "; `ddctl test-event --help` names them".to_owned())
}

impl std::str::FromStr for Scenario {
    type Err = UnknownScenario;

    fn from_str(given: &str) -> Result<Self, UnknownScenario> {
        // As `monitors list` spells the monitor that it is for.
        let bare = given.rsplit('/').next().unwrap_or(given);
        Self::ALL
            .into_iter()
            .find(|scenario| scenario.name() == given)
            .ok_or_else(|| UnknownScenario {
                given: given.to_owned(),
                nearest: nearest(bare, Self::ALL.map(Self::name)).map(str::to_owned),
            })
    }
}

/// The road that a scenario's events take.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Road {
    Sessions,
    Heartbeats,
    Traces,
}

impl Scenario {
    pub const ALL: [Scenario; 17] = [
        Scenario::UnapprovedProd,
        Scenario::OutsideWindow,
        Scenario::GuardrailBlockBurst,
        Scenario::FailedSessions,
        Scenario::HighRiskCommand,
        Scenario::OpenTooLong,
        Scenario::ExportLag,
        Scenario::Silence,
        Scenario::PolicyViolationBurst,
        Scenario::CostRunaway,
        Scenario::AutonomousBlocked,
        Scenario::TokenSpike,
        Scenario::CostSpike,
        Scenario::CostAnomaly,
        Scenario::ErrorBurst,
        Scenario::ToolFailures,
        Scenario::SlowChat,
    ];

    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// What happens, in a sentence.
    pub fn about(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> (&'static str, Road, &'static str) {
        use Road::{Heartbeats, Sessions, Traces};
        match self {
            Scenario::UnapprovedProd => (
                "unapproved-prod",
                Sessions,
                "an agent runs a script on a production connection that expects an approval, and nobody was asked",
            ),
            Scenario::OutsideWindow => (
                "outside-window",
                Sessions,
                "an agent opens a session on production outside its maintenance window",
            ),
            Scenario::GuardrailBlockBurst => (
                "guardrail-block-burst",
                Sessions,
                "an agent runs into the same guardrail six times within minutes",
            ),
            Scenario::FailedSessions => (
                "failed-sessions",
                Sessions,
                "five sessions on one connection fail one after the other",
            ),
            Scenario::HighRiskCommand => (
                "high-risk-command",
                Sessions,
                "an agent runs a command that the gateway's analysis calls highly risky",
            ),
            Scenario::OpenTooLong => (
                "open-too-long",
                Heartbeats,
                "three heartbeats name a session that stays open",
            ),
            Scenario::ExportLag => (
                "export-lag",
                Heartbeats,
                "three heartbeats in a row say that the oldest event has waited for twenty minutes",
            ),
            Scenario::Silence => (
                "silence",
                Heartbeats,
                "the last heartbeat was heard twenty-five minutes ago, and none since",
            ),
            Scenario::PolicyViolationBurst => (
                "policy-violation-burst",
                Traces,
                "a policy blocks one agent eleven times",
            ),
            Scenario::CostRunaway => ("cost-runaway", Traces, "one agent spends sixty US dollars"),
            Scenario::AutonomousBlocked => (
                "autonomous-blocked",
                Traces,
                "a policy blocks a tool of an agent that acts on its own",
            ),
            Scenario::TokenSpike => (
                "token-spike",
                Traces,
                "one agent uses three million tokens of one model",
            ),
            Scenario::CostSpike => (
                "cost-spike",
                Traces,
                "one agent spends twenty-four US dollars on one model",
            ),
            Scenario::CostAnomaly => (
                "cost-anomaly",
                Traces,
                "one agent spends eight US dollars on one model, and only Datadog knows whether that is unusual",
            ),
            Scenario::ErrorBurst => ("error-burst", Traces, "eleven calls to one model fail"),
            Scenario::ToolFailures => ("tool-failures", Traces, "one tool fails six times"),
            Scenario::SlowChat => (
                "slow-chat",
                Traces,
                "eleven calls to one model take forty seconds each",
            ),
        }
    }

    /// The logs of a run as ddctl ships them, each marked as a test, oldest first.
    pub fn logs(
        self,
        run: &Run,
        profile: &LogProfile,
        redactor: &Redactor,
    ) -> Vec<Map<String, Value>> {
        match self.row().1 {
            Road::Sessions => sessions::events(self, run)
                .iter()
                .map(|event| to_log(event, profile, redactor))
                .collect(),
            Road::Heartbeats => heartbeats::logs(self, run, profile),
            Road::Traces => traces::logs(self, run, profile, redactor),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::monitors::{Pack, Shape, packs, predict};

    fn run(id: &str) -> Run {
        Run {
            id: id.to_owned(),
            now: Timestamp::from_second(1_800_000_000).expect("within the calendar"),
            page_base: "https://gateway.example".to_owned(),
        }
    }

    fn logs(scenario: Scenario, id: &str) -> Vec<Map<String, Value>> {
        scenario.logs(&run(id), &LogProfile::default(), &Redactor::built_in())
    }

    /// Every group that any monitor of any pack makes of a run.
    fn groups(scenario: Scenario, id: &str) -> BTreeSet<String> {
        let logs = logs(scenario, id);
        let monitors = packs()
            .iter()
            .map(|pack: &Pack| pack.monitors(Shape::Ddctl));
        let monitors = monitors.flat_map(|monitors| monitors.expect("a pack that is sound"));
        let groups = monitors.flat_map(|monitor| {
            let prediction = predict(&monitor, &logs, run(id).now);
            prediction.evaluation.groups
        });
        groups
            .filter(|group| !group.values.is_empty())
            .map(|group| format!("{:?}", group.values))
            .collect()
    }

    #[test]
    fn two_runs_share_no_group() {
        for scenario in Scenario::ALL {
            let (one, other) = (groups(scenario, "0a1b"), groups(scenario, "2c3d"));
            let shared: Vec<&String> = one.intersection(&other).collect();
            assert!(shared.is_empty(), "{}: {shared:?}", scenario.name());
        }
    }

    #[test]
    fn every_event_can_be_delivered_and_told_from_every_other() {
        for scenario in Scenario::ALL {
            let logs = logs(scenario, "0a1b");
            let ids: BTreeSet<&str> = logs
                .iter()
                .filter_map(|log| log["evt"]["id"].as_str())
                .collect();
            assert_eq!(ids.len(), logs.len(), "{}", scenario.name());
            for log in &logs {
                assert_eq!(log["evt"]["test"], true, "{}", scenario.name());
                assert_eq!(log["evt"]["test_run"], "0a1b", "{}", scenario.name());
                assert!(log["timestamp"].is_i64(), "{}", scenario.name());
            }
        }
    }
}
