//! What can happen in a session, as data.

use super::connections::{Approval, Connection};
use super::identities::Identity;
use super::recording::Recording;

/// A session's story, apart from when it began.
pub struct Scenario {
    pub recording: &'static Recording,
    pub connection: &'static Connection,
    pub identity: &'static Identity,
    pub verb: Verb,
    pub ending: Ending,
    pub analysis: Option<&'static Analysis>,
    /// Marks of the task that the session belongs to.
    pub correlation: Option<&'static str>,
    pub batch: Option<&'static str>,
    /// Sorted by key, as the gateway answers them.
    pub metadata: &'static [(&'static str, &'static str)],
    /// Key and address of a ticket.
    pub ticket: Option<&'static str>,
}

impl Scenario {
    /// A script that somebody runs now. Where somebody must approve it, it waits; else it is over at
    /// once. Nothing here interprets it, and its output says so.
    pub fn script(
        script: &str,
        connection: &'static Connection,
        identity: &'static Identity,
    ) -> Self {
        let recording = Recording::of_script(script, "the sandbox runs no scripts\n");
        Self {
            recording: Box::leak(Box::new(recording)),
            connection,
            identity,
            verb: Verb::Exec,
            ending: match connection.approval {
                Approval::None => Ending::Exited(0),
                Approval::CommandRule(_) | Approval::Reviewers(_) => Ending::Pending,
            },
            analysis: None,
            correlation: None,
            batch: None,
            metadata: &[],
            ticket: None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Connect,
    Exec,
}

impl Verb {
    pub fn as_str(self) -> &'static str {
        match self {
            Verb::Connect => "connect",
            Verb::Exec => "exec",
        }
    }
}

/// How far a session got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It ran and the process ended with this code.
    Exited(i32),
    /// It ran until somebody killed it.
    Killed,
    /// A guardrail refused the script.
    Guardrail,
    /// The analysis refused the script before a session was opened.
    Analysis,
    /// A reviewer refused it.
    Rejected,
    /// It waits for a reviewer.
    Pending,
    /// It is running.
    Running,
}

impl Ending {
    /// `done`, or `open` while something is still to come. A refused review ends the session as
    /// well (hoophq/hoop `gateway/models/reviews.go`).
    pub fn status(self) -> &'static str {
        match self {
            Ending::Pending | Ending::Running => "open",
            _ => "done",
        }
    }

    /// 254 is what the gateway writes where it has no code of its own.
    pub fn exit_code(self) -> Option<i32> {
        match self {
            Ending::Exited(code) => Some(code),
            Ending::Killed | Ending::Guardrail | Ending::Analysis => Some(254),
            Ending::Rejected | Ending::Pending | Ending::Running => None,
        }
    }

    /// Whether the session reached its connection, so that there is a recording.
    pub fn ran(self) -> bool {
        !matches!(self, Ending::Analysis | Ending::Rejected | Ending::Pending)
    }

    pub fn is_over(self) -> bool {
        self.status() == "done"
    }
}

/// What the gateway's analysis says about a script.
#[derive(Debug, PartialEq, Eq)]
pub struct Analysis {
    pub risk_level: &'static str,
    pub title: &'static str,
    pub explanation: &'static str,
    pub action: &'static str,
}

pub static DESTRUCTIVE: Analysis = Analysis {
    risk_level: "high",
    title: "Irreversible removal of customer data",
    explanation: "The script truncates a table and drops another one with everything that depends \
                  on it. There is no transaction and no backup step.",
    action: "block_execution",
};
pub static ROUTINE: Analysis = Analysis {
    risk_level: "low",
    title: "Read-only report",
    explanation: "The script only selects rows and changes display settings.",
    action: "allow_execution",
};
