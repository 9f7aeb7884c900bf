//! The flags that choose sessions, shared by every command that reads several.

use clap::{Args, ValueEnum};

use crate::domain::session::{Outcome, Status};
use crate::sources::{Approval, SessionFilter};

/// Which sessions.
#[derive(Debug, Default, Args)]
pub struct FilterArgs {
    /// By who authenticated: e-mail, name or subject id
    #[arg(long, value_name = "WHO", help_heading = "Filters")]
    user: Option<String>,
    /// By machine identity: its name, e-mail or id; `*` for every agent
    #[arg(long, value_name = "WHO", help_heading = "Filters")]
    agent: Option<String>,
    /// By connection name, `*` and `?` allowed
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    connection: Option<String>,
    /// By connection type: database, application, custom, httpproxy, …
    #[arg(long = "type", value_name = "TYPE", help_heading = "Filters")]
    kind: Option<String>,
    /// By how the session ended
    #[arg(long, value_name = "OUTCOME", help_heading = "Filters")]
    outcome: Option<OutcomeArg>,
    /// By where the session stands
    #[arg(long, value_name = "STATUS", help_heading = "Filters")]
    status: Option<StatusArg>,
    /// By its review
    #[arg(long, value_name = "STATE", help_heading = "Filters")]
    approval: Option<ApprovalArg>,
    /// By correlation id
    #[arg(long, value_name = "ID", help_heading = "Filters")]
    correlation: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OutcomeArg {
    Success,
    Failure,
    Blocked,
    Rejected,
    Unknown,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StatusArg {
    Open,
    Ready,
    Done,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ApprovalArg {
    Pending,
    Approved,
    Rejected,
    Revoked,
    /// No rule demanded one
    NotRequired,
}

impl FilterArgs {
    pub fn filter(&self) -> SessionFilter {
        SessionFilter {
            identity: self.user.clone(),
            agent: self.agent.clone(),
            connection: self.connection.clone(),
            kind: self.kind.clone(),
            outcome: self.outcome.map(OutcomeArg::outcome),
            status: self.status.map(StatusArg::status),
            approval: self.approval.map(ApprovalArg::approval),
            correlation_id: self.correlation.clone(),
            ..SessionFilter::default()
        }
    }
}

impl OutcomeArg {
    fn outcome(self) -> Outcome {
        match self {
            OutcomeArg::Success => Outcome::Success,
            OutcomeArg::Failure => Outcome::Failure,
            OutcomeArg::Blocked => Outcome::Blocked,
            OutcomeArg::Rejected => Outcome::Rejected,
            OutcomeArg::Unknown => Outcome::Unknown,
        }
    }
}

impl StatusArg {
    fn status(self) -> Status {
        match self {
            StatusArg::Open => Status::Open,
            StatusArg::Ready => Status::Ready,
            StatusArg::Done => Status::Done,
        }
    }
}

impl ApprovalArg {
    fn approval(self) -> Approval {
        match self {
            ApprovalArg::Pending => Approval::Pending,
            ApprovalArg::Approved => Approval::Approved,
            ApprovalArg::Rejected => Approval::Rejected,
            ApprovalArg::Revoked => Approval::Revoked,
            ApprovalArg::NotRequired => Approval::NotRequired,
        }
    }
}
