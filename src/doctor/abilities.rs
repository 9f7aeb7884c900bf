//! Which of ddctl's commands the keys suffice for.

use serde::Serialize;

use super::demands::{DEMANDS, Demand};
use crate::datadog::AppKeyFacts;

/// What every scope together does not replace.
const NO_SCOPES: &str = "a key without scopes, which log monitors need";

/// Whether the keys suffice for one command.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Ability {
    /// With a flag where that is what asks.
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

/// Every command that asks something of Datadog, with what it lacks. `has_api_key` where there is one
/// and it is good.
pub fn abilities(has_api_key: bool, web: WebAccess<'_>) -> Vec<Ability> {
    DEMANDS
        .iter()
        .filter(|demand| demand.is_of_datadog())
        .map(|demand| demand.judge(has_api_key, web))
        .collect()
}

/// The commands in short: `monitors plan, apply; dashboards plan`.
pub fn in_short(commands: impl IntoIterator<Item = &'static str>) -> String {
    let mut text = String::new();
    let mut last = "";
    for command in commands {
        let (noun, verb) = command.split_once(' ').unwrap_or((command, ""));
        match (text.as_str(), noun == last) {
            ("", _) => text.push_str(command),
            (_, true) => text.extend([", ", verb]),
            (_, false) => text.extend(["; ", command]),
        }
        last = noun;
    }
    text
}

impl Demand {
    fn judge(&self, has_api_key: bool, web: WebAccess<'_>) -> Ability {
        let mut lacks = Vec::new();
        if self.api_key && !has_api_key {
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

    /// The rehearsal: it sends, and makes a monitor.
    fn rehearsal() -> &'static Demand {
        let mut demands = DEMANDS.iter();
        let found = demands.find(|demand| demand.command == "test-event");
        found.expect("a command")
    }

    fn facts(scopes: Option<&[&str]>) -> AppKeyFacts {
        AppKeyFacts {
            id: String::new(),
            name: String::new(),
            scopes: scopes.map(|scopes| scopes.iter().map(ToString::to_string).collect()),
            expires: None,
        }
    }

    fn judged(has_api_key: bool, web: WebAccess<'_>) -> (Option<bool>, String) {
        let ability = rehearsal().judge(has_api_key, web);
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
                format!("an API key, monitors_write, logs_read_data, {NO_SCOPES}")
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
        let commands = [
            "sessions export",
            "sessions export --verify",
            "monitors plan",
            "test-event",
            "test-event --live",
        ];
        assert_eq!(
            in_short(commands),
            "sessions export, export --verify; monitors plan; test-event, --live"
        );
        assert_eq!(in_short([]), "");
    }

    #[test]
    fn what_asks_the_gateway_alone_is_not_judged_by_keys_of_datadog() {
        let all = abilities(false, WebAccess::None);
        let named = |command| all.iter().any(|one| one.command == command);
        assert!(named("receipts verify") && named("relay"));
        assert!(!named("sessions list") && !named("webhooks list"));
    }
}
