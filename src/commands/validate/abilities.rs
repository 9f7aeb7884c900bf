//! Which of ddctl's commands the keys suffice for.

use serde::Serialize;

use crate::datadog::{AppKeyFacts, Permission};

/// What a command asks of the keys.
struct Demand {
    command: &'static str,
    /// It sends, which takes an API key.
    sends: bool,
    /// What it asks of the web API, which takes both keys or an access token.
    permissions: &'static [Permission],
    /// It makes log monitors, which no key with scopes may.
    is_unscoped: bool,
}

const DEMANDS: &[Demand] = &[
    Demand {
        command: "sessions export",
        sends: true,
        permissions: &[],
        is_unscoped: false,
    },
    Demand {
        command: "monitors validate",
        sends: false,
        permissions: &[Permission::MonitorsRead],
        is_unscoped: false,
    },
];

/// Whether the keys suffice for one command.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Ability {
    pub command: &'static str,
    /// `null` where Datadog does not tell the scopes.
    pub allowed: Option<bool>,
    /// What is missing, in words; empty where nothing is.
    pub lacks: Vec<String>,
}

/// What is known of an application key or access token.
#[derive(Clone, Copy, Debug)]
pub enum WebAccess<'a> {
    None,
    /// It is good, and Datadog does not tell its scopes.
    NotTold,
    Told(&'a AppKeyFacts),
}

/// Every command with what it lacks. `has_api_key` where there is one and it is good.
pub fn abilities(has_api_key: bool, web: WebAccess<'_>) -> Vec<Ability> {
    DEMANDS
        .iter()
        .map(|demand| demand.judge(has_api_key, web))
        .collect()
}

impl Demand {
    fn judge(&self, has_api_key: bool, web: WebAccess<'_>) -> Ability {
        let mut lacks = Vec::new();
        if self.sends && !has_api_key {
            lacks.push("an API key".to_owned());
        }
        let is_told = match web {
            _ if self.permissions.is_empty() => true,
            WebAccess::NotTold => false,
            WebAccess::None => {
                lacks.push("an application key".to_owned());
                true
            }
            WebAccess::Told(facts) => {
                lacks.extend(
                    facts
                        .lacks(self.permissions)
                        .iter()
                        .map(ToString::to_string),
                );
                if self.is_unscoped && facts.scopes.is_some() {
                    lacks.push("a key without scopes".to_owned());
                }
                true
            }
        };
        Ability {
            command: self.command,
            allowed: (is_told || !lacks.is_empty()).then_some(lacks.is_empty()),
            lacks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAKES_MONITORS: Demand = Demand {
        command: "monitors apply",
        sends: true,
        permissions: &[Permission::MonitorsRead, Permission::MonitorsWrite],
        is_unscoped: true,
    };

    fn facts(scopes: Option<&[&str]>) -> AppKeyFacts {
        AppKeyFacts {
            id: String::new(),
            name: String::new(),
            scopes: scopes.map(|scopes| scopes.iter().map(ToString::to_string).collect()),
            expires: None,
        }
    }

    fn judged(has_api_key: bool, web: WebAccess<'_>) -> (Option<bool>, String) {
        let ability = MAKES_MONITORS.judge(has_api_key, web);
        (ability.allowed, ability.lacks.join(", "))
    }

    #[test]
    fn an_unscoped_key_suffices_for_everything() {
        let facts = facts(None);
        assert_eq!(
            judged(true, WebAccess::Told(&facts)),
            (Some(true), String::new())
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        let facts = facts(Some(&["monitors_read"]));
        assert_eq!(
            judged(false, WebAccess::Told(&facts)),
            (
                Some(false),
                "an API key, monitors_write, a key without scopes".to_owned()
            )
        );
        assert_eq!(
            judged(true, WebAccess::None),
            (Some(false), "an application key".to_owned())
        );
    }

    #[test]
    fn scopes_that_are_not_told_are_not_guessed_at() {
        assert_eq!(judged(true, WebAccess::NotTold).0, None);
        assert_eq!(judged(false, WebAccess::NotTold).0, Some(false));
    }

    #[test]
    fn every_command_of_the_table_exists() {
        use clap::CommandFactory as _;
        let root = crate::commands::Cli::command();
        for demand in DEMANDS {
            let found = demand
                .command
                .split(' ')
                .try_fold(&root, |command, name| command.find_subcommand(name));
            assert!(found.is_some(), "{}", demand.command);
        }
    }
}
