//! The flags that choose rows of the audit log.

use clap::{Args, ValueEnum};

use crate::sources::audit::AuditFilter;

/// Which changes.
#[derive(Debug, Default, Args)]
pub struct FilterArgs {
    /// By who made it: e-mail, name or subject id
    #[arg(long, value_name = "WHO", help_heading = "Filters")]
    user: Option<String>,
    /// By what was changed: users, connections, api_keys, …; repeatable
    #[arg(long, value_name = "TYPE", help_heading = "Filters")]
    resource: Vec<String>,
    /// By what was done to it; repeatable
    #[arg(long, value_name = "ACTION", help_heading = "Filters")]
    action: Vec<ActionArg>,
    /// By whether it was done
    #[arg(long, value_name = "OUTCOME", help_heading = "Filters")]
    outcome: Option<OutcomeArg>,
    /// By a part of the path of its request
    #[arg(long, value_name = "TEXT", help_heading = "Filters")]
    path: Option<String>,
    /// By the address it came from, or a part of it
    #[arg(long, value_name = "IP", help_heading = "Filters")]
    client_ip: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ActionArg {
    Create,
    Update,
    Delete,
    Revoke,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OutcomeArg {
    Success,
    Failure,
}

impl FilterArgs {
    pub fn filter(&self) -> AuditFilter {
        let actions = self.action.iter();
        AuditFilter {
            user: self.user.clone(),
            resources: self.resource.clone(),
            actions: actions.map(|action| action.name().to_owned()).collect(),
            is_done: self
                .outcome
                .map(|outcome| matches!(outcome, OutcomeArg::Success)),
            path: self.path.clone(),
            client_ip: self.client_ip.clone(),
        }
    }
}

impl ActionArg {
    /// As the gateway spells it.
    fn name(self) -> &'static str {
        match self {
            ActionArg::Create => "create",
            ActionArg::Update => "update",
            ActionArg::Delete => "delete",
            ActionArg::Revoke => "revoke",
        }
    }
}
