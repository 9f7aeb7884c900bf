//! Which of ddctl's commands the keys suffice for.

use serde::Serialize;

use crate::datadog::{AppKeyFacts, Permission};

/// What every scope together does not replace.
pub const NO_SCOPES: &str = "a key without scopes, which log monitors need";

/// What a command asks of the keys.
pub struct Demand {
    pub command: &'static str,
    /// It sends, which takes an API key.
    pub sends: bool,
    /// What it asks of the web API, which takes both keys or an access token.
    pub permissions: &'static [Permission],
    /// It makes or checks log monitors, which no key with scopes may.
    pub is_unscoped: bool,
}

const READS: &[Permission] = &[Permission::MonitorsRead];
const WRITES: &[Permission] = &[Permission::MonitorsRead, Permission::MonitorsWrite];
/// It has Datadog check what it makes.
const APPLIES: &[Permission] = &[
    Permission::MonitorsRead,
    Permission::MonitorsWrite,
    Permission::LogsReadData,
];
const DASHBOARDS: &[Permission] = &[Permission::DashboardsRead];
const MAKES_DASHBOARDS: &[Permission] = &[Permission::DashboardsRead, Permission::DashboardsWrite];
/// Beside being unscoped, for a log monitor (OpenAPI document v1, `ValidateMonitor`).
const CHECKS: &[Permission] = &[Permission::MonitorsRead, Permission::LogsReadData];

/// Every command that asks something of the keys; the docs are made of it.
pub const DEMANDS: &[Demand] = &[
    Demand {
        sends: true,
        ..Demand::web("sessions export", &[])
    },
    Demand {
        is_unscoped: true,
        ..Demand::web("monitors validate", CHECKS)
    },
    Demand::web("monitors plan", READS),
    Demand::web("monitors export", READS),
    Demand {
        is_unscoped: true,
        ..Demand::web("monitors apply", APPLIES)
    },
    Demand::web("monitors remove", WRITES),
    Demand::web("dashboards plan", DASHBOARDS),
    Demand::web("dashboards apply", MAKES_DASHBOARDS),
    Demand::web("dashboards remove", MAKES_DASHBOARDS),
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
    /// It is good, and Datadog does not tell its scopes. A token always has some.
    NotTold {
        is_token: bool,
    },
    Told(&'a AppKeyFacts),
}

impl WebAccess<'_> {
    /// It is known to have scopes.
    fn has_scopes(self) -> bool {
        match self {
            WebAccess::None => false,
            WebAccess::NotTold { is_token } => is_token,
            WebAccess::Told(facts) => facts.scopes.is_some(),
        }
    }
}

/// Every command with what it lacks. `has_api_key` where there is one and it is good.
pub fn abilities(has_api_key: bool, web: WebAccess<'_>) -> Vec<Ability> {
    DEMANDS
        .iter()
        .map(|demand| demand.judge(has_api_key, web))
        .collect()
}

/// The commands in short: `monitors plan, apply; dashboards plan`.
pub fn in_short<'a>(abilities: impl Iterator<Item = &'a Ability>) -> String {
    let mut text = String::new();
    let mut last = "";
    for ability in abilities {
        let (noun, verb) = ability
            .command
            .split_once(' ')
            .unwrap_or((ability.command, ""));
        match (text.as_str(), noun == last) {
            ("", _) => text.push_str(ability.command),
            (_, true) => text.extend([", ", verb]),
            (_, false) => text.extend(["; ", ability.command]),
        }
        last = noun;
    }
    text
}

impl Demand {
    const fn web(command: &'static str, permissions: &'static [Permission]) -> Self {
        Self {
            command,
            sends: false,
            permissions,
            is_unscoped: false,
        }
    }

    fn judge(&self, has_api_key: bool, web: WebAccess<'_>) -> Ability {
        let mut lacks = Vec::new();
        if self.sends && !has_api_key {
            lacks.push("an API key".to_owned());
        }
        let is_told = self.permissions.is_empty() || !matches!(web, WebAccess::NotTold { .. });
        match web {
            _ if self.permissions.is_empty() => {}
            WebAccess::None => lacks.push("an application key".to_owned()),
            WebAccess::NotTold { .. } => {}
            WebAccess::Told(facts) => {
                lacks.extend(
                    facts
                        .lacks(self.permissions)
                        .iter()
                        .map(ToString::to_string),
                );
            }
        }
        if self.is_unscoped && web.has_scopes() {
            lacks.push(NO_SCOPES.to_owned());
        }
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
        sends: true,
        is_unscoped: true,
        ..Demand::web("monitors apply", WRITES)
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
                format!("an API key, monitors_write, {NO_SCOPES}")
            )
        );
        assert_eq!(
            judged(true, WebAccess::None),
            (Some(false), "an application key".to_owned())
        );
    }

    #[test]
    fn scopes_that_are_not_told_are_not_guessed_at() {
        let of_key = WebAccess::NotTold { is_token: false };
        assert_eq!(judged(true, of_key).0, None);
        assert_eq!(judged(false, of_key).0, Some(false));
        let of_token = WebAccess::NotTold { is_token: true };
        assert_eq!(judged(true, of_token), (Some(false), NO_SCOPES.to_owned()));
    }

    #[test]
    fn commands_are_named_by_their_noun_once() {
        let all = abilities(true, WebAccess::None);
        let open = all.iter().filter(|one| one.command != "monitors export");
        assert_eq!(
            in_short(open),
            "sessions export; monitors validate, plan, apply, remove; \
             dashboards plan, apply, remove"
        );
        assert_eq!(in_short([].into_iter()), "");
    }
}
