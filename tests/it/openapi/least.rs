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

    /// Operations that a line asked for and the table does not allow it. What it names and was used
    /// goes into `used`.
    pub fn check(&self, reference: &Reference, asked: &[Request], used: &mut Used) -> Vec<String> {
        if self.is_as_given {
            return Vec::new();
        }
        used.ran.extend(self.demands.iter().map(|it| it.command));
        let of_datadog = asked.iter().filter(|it| it.system == System::Datadog);
        let operations = of_datadog.filter_map(|request| reference.operation(request));
        // An intake takes the API key alone, whatever the document asks.
        let operations = operations.filter(|it| !it.is("post", "/api/v2/logs"));
        let mut beyond = Vec::new();
        for operation in operations {
            let needed = operation.permissions();
            if !needed.is_empty() && !self.names_one(&needed, used) {
                beyond.push(format!("{} takes {needed:?}", operation.title()));
            }
        }
        beyond
    }

    fn names_one(&self, needed: &[&str], used: &mut Used) -> bool {
        let named = self.demands.iter().flat_map(|demand| named(demand));
        let pairs: Vec<_> = named.filter(|(_, one)| needed.contains(one)).collect();
        used.pairs.extend(&pairs);
        !pairs.is_empty()
    }
}

/// The permissions that the table names, beside the command that asks for them.
fn named(demand: &Demand) -> impl Iterator<Item = (&'static str, &'static str)> {
    let command = demand.command;
    let all = demand.permissions.iter().chain(demand.helpful);
    all.map(move |permission| (command, permission.as_str()))
}

/// What its line here finds nothing to do for: no rehearsal left a monitor behind.
const IDLE: &str = "test-event --cleanup";

/// Which rows of the table were run, and which of their permissions were used.
#[derive(Default)]
pub struct Used {
    ran: BTreeSet<&'static str>,
    pairs: BTreeSet<(&'static str, &'static str)>,
}

impl Used {
    /// What the table names and nobody asked for. What makes monitors is left out: the permission to
    /// read what they search is checked by Datadog itself.
    pub fn lacks(&self) -> Vec<String> {
        let ran = DEMANDS.iter().filter(|it| self.ran.contains(it.command));
        let asks = |it: &&Demand| !it.is_unscoped && it.command != IDLE;
        let pairs = ran.filter(asks).flat_map(named);
        pairs
            .filter(|pair| !self.pairs.contains(pair))
            .map(|(command, permission)| format!("{command}: {permission}"))
            .collect()
    }
}
