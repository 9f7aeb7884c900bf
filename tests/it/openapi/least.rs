//! With how little each command is run: the keys and the role that the program's own table names for it;
//! and whether it asked for more than the table says.

use std::collections::BTreeSet;

use ddctl::doctor::{AS_GIVEN, DEMANDS, Demand, Role};
use ddctl::sandbox::gateway::Tokens;

use super::document::System;
use super::{Reference, Request};
use crate::support::TestCommand;

/// What the table names for a line.
pub struct Least {
    demands: Vec<&'static Demand>,
    is_as_given: bool,
    /// A dry run takes no key of Datadog.
    is_dry: bool,
    asks_svix: bool,
}

impl Least {
    pub fn of(line: &str) -> Self {
        let is_of = |leaf: &str| line == leaf || line.starts_with(&format!("{leaf} "));
        let has = |flag: &str| {
            line.split(' ')
                .any(|word| word.strip_prefix("--") == Some(flag))
        };
        let demands = DEMANDS.iter().filter(|demand| is_of(demand.leaf()));
        Self {
            demands: demands
                .filter(|demand| demand.flag().is_none_or(has))
                .collect(),
            is_as_given: AS_GIVEN.iter().any(|leaf| is_of(leaf)),
            is_dry: has("dry-run"),
            asks_svix: has("svix-url"),
        }
    }

    fn role(&self) -> Option<Role> {
        let role = |demand: &&Demand| match demand.svix {
            Some(_) if self.asks_svix => Some(Role::Standard),
            _ => demand.role,
        };
        self.demands.iter().filter_map(role).max()
    }

    /// Takes from the command what the table does not name.
    pub fn run(&self, command: TestCommand) -> TestCommand {
        if self.is_as_given {
            return command;
        }
        let permissions = self.demands.iter().any(|it| !it.permissions.is_empty());
        let key = permissions || self.demands.iter().any(|it| it.api_key);
        let is_left = |name: &str| match name {
            "DD_API_KEY" => key && !self.is_dry,
            _ => permissions && !self.is_dry,
        };
        let names = ["DD_API_KEY", "DD_APP_KEY"].into_iter();
        let command = names
            .filter(|name| !is_left(name))
            .fold(command, TestCommand::without);
        let tokens = Tokens::default();
        match self.role() {
            None => command.without("HOOP_TOKEN"),
            Some(Role::Standard) => command.env("HOOP_TOKEN", tokens.standard),
            Some(Role::Auditor) => command.env("HOOP_TOKEN", tokens.auditor),
            Some(Role::Admin) => command.env("HOOP_TOKEN", tokens.admin),
        }
    }

    /// Operations that a command asked for and the table does not allow it; what it saw used goes
    /// into `seen`.
    pub fn check(
        &self,
        reference: &Reference,
        asked: &[Request],
        seen: &mut BTreeSet<(&'static str, &'static str)>,
    ) -> Vec<String> {
        if self.is_as_given {
            return Vec::new();
        }
        let of_datadog = asked.iter().filter(|it| it.system == System::Datadog);
        let operations = of_datadog.filter_map(|request| reference.operation(request));
        let mut beyond = Vec::new();
        for operation in operations {
            let needed: Vec<&str> = operation.permissions().collect();
            // An intake takes the API key alone, whatever the document asks.
            if needed.is_empty() || operation.is("post", "/api/v2/logs") {
                continue;
            }
            let mut is_allowed = false;
            for demand in &self.demands {
                let named = demand.permissions.iter().chain(demand.helpful);
                for permission in named.filter(|one| needed.contains(&one.as_str())) {
                    seen.insert((demand.command, permission.as_str()));
                    is_allowed = true;
                }
            }
            if !is_allowed {
                beyond.push(format!("{} takes {needed:?}", operation.title()));
            }
        }
        beyond
    }
}

/// What the table names and no line was seen to use. A log monitor's search is read by Datadog
/// itself, in the name of the key's owner.
pub fn unused(seen: &BTreeSet<(&'static str, &'static str)>) -> Vec<String> {
    let named = DEMANDS.iter().filter(|demand| !demand.is_unscoped);
    let named = named.flat_map(|demand| {
        let all = demand.permissions.iter().chain(demand.helpful);
        all.map(|permission| (demand.command, permission.as_str()))
    });
    named
        .filter(|pair| !seen.contains(pair))
        .map(|(command, permission)| format!("{command}: {permission}"))
        .collect()
}
