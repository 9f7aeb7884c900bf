//! What a monitor asks of a profile: an attribute that no event of the profile can have makes a
//! monitor that never fires, or always.
//!
//! Three attributes hang on settings alone. `session.in_maintenance_window` is there where a rule
//! has windows, `approval.expected` is true where a rule says so, and heartbeats are sent by the
//! long-running modes alone ([`crate::delivery::map::log`], the table of the session event).

use std::collections::BTreeSet;

use super::render::Monitor;
use super::shape::Shape;
use crate::domain::connection::ConnectionRule;
use crate::query::{Field, Node, NodeKind, Test};

/// What a profile says, as far as monitors hang on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileFacts {
    /// The profile's name, for the TOML to add.
    pub profile: String,
    /// A rule about connections has maintenance windows.
    pub has_windows: bool,
    /// A rule says that an approval is expected.
    pub expects_approval: bool,
    /// The environments that rules give to connections.
    pub environments: BTreeSet<String>,
    /// The events come from a long-running mode, `delivery = "relay"` or `"follow"`.
    pub sends_heartbeat: bool,
}

impl ProfileFacts {
    pub fn of(profile: &str, rules: &[ConnectionRule], sends_heartbeat: bool) -> Self {
        let environments = rules.iter().filter_map(|rule| rule.environment.clone());
        Self {
            profile: profile.to_owned(),
            has_windows: rules.iter().any(|rule| !rule.windows.is_empty()),
            expects_approval: rules
                .iter()
                .any(|rule| rule.approval_expected == Some(true)),
            environments: environments.collect(),
            sends_heartbeat,
        }
    }
}

/// A setting without which a monitor is of no use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What the monitor needs and why it is never there, as a sentence without its full stop.
    pub what: String,
    /// What to add to the settings file.
    pub toml: String,
}

/// The first setting that `monitor` needs and the profile does not have; `None` where it can work.
///
/// Only what every event has to meet is looked at: a part of an `OR`, or one that is negated, keeps
/// a monitor from nothing. Events of other shapes than ddctl's own owe nothing to the profile.
pub fn missing_for(monitor: &Monitor, facts: &ProfileFacts) -> Option<Missing> {
    if monitor.shape.is_some_and(|shape| shape != Shape::Ddctl) {
        return None;
    }
    let searches = monitor.alert.queries();
    let parts = searches
        .iter()
        .flat_map(|query| query.search.conjuncts())
        .filter_map(asked);
    parts
        .into_iter()
        .find_map(|(path, value)| facts.lacks(path, value))
}

/// The path and, where it is one plain value, what it has to be.
fn asked(part: &Node) -> Option<(&str, Option<&str>)> {
    let NodeKind::Match {
        field: Field::Attribute(path),
        test,
    } = &part.kind
    else {
        return None;
    };
    let value = match test {
        Test::Word(pattern) => pattern.as_literal(),
        Test::Phrase(text) => Some(text.as_str()),
        Test::Exists | Test::Compare(..) | Test::Range { .. } => None,
    };
    Some((path.as_str(), value))
}

impl ProfileFacts {
    fn lacks(&self, path: &str, value: Option<&str>) -> Option<Missing> {
        match (path, value) {
            ("session.in_maintenance_window", _) if !self.has_windows => Some(self.windows()),
            ("approval.expected", value) if value != Some("false") && !self.expects_approval => {
                Some(self.approval())
            }
            ("connection.environment", Some(name)) if !self.environments.contains(name) => {
                Some(self.environment(name))
            }
            ("evt.name", Some("ddctl.heartbeat")) if !self.sends_heartbeat => {
                Some(self.heartbeat())
            }
            _ => None,
        }
    }

    fn windows(&self) -> Missing {
        Missing {
            what: "it looks at maintenance windows, and no rule of the profile has any, so no event says whether it lies in one".to_owned(),
            toml: self.rule(
                "production",
                r#"windows = [{ days = "sat", from = "22:00", to = "02:00", tz = "UTC" }]"#,
            ),
        }
    }

    fn approval(&self) -> Missing {
        Missing {
            what: "it looks at sessions that should have been approved, and no rule of the profile expects an approval".to_owned(),
            toml: self.rule("production", r#"approval = "expected""#),
        }
    }

    fn environment(&self, name: &str) -> Missing {
        let known: Vec<&str> = self.environments.iter().map(String::as_str).collect();
        let known = match known.as_slice() {
            [] => "no rule of the profile names an environment".to_owned(),
            known => format!("the profile's rules name {} alone", known.join(", ")),
        };
        Missing {
            what: format!("it looks at connections of the environment `{name}`, and {known}"),
            toml: self.rule(name, ""),
        }
    }

    fn heartbeat(&self) -> Missing {
        Missing {
            what: "it looks at the heartbeat, which only `ddctl relay` and `ddctl sessions export --follow` send".to_owned(),
            toml: format!(
                "[profiles.{}]\ndelivery = \"follow\" # or \"relay\"\n",
                toml_key(&self.profile)
            ),
        }
    }

    fn rule(&self, environment: &str, more: &str) -> String {
        let mut lines = vec![
            format!("[[profiles.{}.connections]]", toml_key(&self.profile)),
            r#"match = "prod-*""#.to_owned(),
            format!("environment = {}", toml_text(environment)),
        ];
        lines.extend((!more.is_empty()).then(|| more.to_owned()));
        lines.join("\n") + "\n"
    }
}

/// A name as a key of TOML, quoted where it has to be.
fn toml_key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    match !name.is_empty() && name.chars().all(is_bare) {
        true => name.to_owned(),
        false => toml_text(name),
    }
}

fn toml_text(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ConfigFile;
    use crate::monitors::{MonitorFile, Values, find};

    fn monitor(identity: &str, values: &[(&str, &str)]) -> Monitor {
        let (identity, text) = find(identity).expect(identity);
        let values: Values = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        MonitorFile::parse(text)
            .and_then(|file| file.render(identity, Some(Shape::Ddctl), &values))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    fn facts(toml: &str) -> ProfileFacts {
        let file: ConfigFile =
            ConfigFile::parse(std::path::Path::new("x"), toml).expect("it is a settings file");
        let profile = &file.profiles["my profile"];
        let rules: Vec<ConnectionRule> = profile
            .connections
            .iter()
            .map(|rule| rule.rule(&jiff::tz::TimeZone::UTC).expect("it is a rule"))
            .collect();
        ProfileFacts::of("my profile", &rules, false)
    }

    fn bare() -> ProfileFacts {
        ProfileFacts::of("my profile", &[], false)
    }

    #[test]
    fn what_a_bare_profile_lacks_is_named_and_the_toml_supplies_it() {
        for identity in ["hoop/outside-window", "hoop/unapproved-prod"] {
            let monitor = monitor(identity, &[]);
            // The environment comes first in both queries.
            let named = ProfileFacts {
                environments: ["production".to_owned()].into(),
                ..bare()
            };
            let missing = missing_for(&monitor, &named).expect(identity);
            assert_eq!(
                missing_for(&monitor, &facts(&missing.toml)),
                None,
                "{identity}"
            );
        }
    }

    #[test]
    fn an_environment_that_no_rule_names_is_missing_and_its_toml_is_quoted() {
        let monitor = monitor("hoop/outside-window", &[("environment", "prod eu")]);
        let missing = missing_for(&monitor, &bare()).expect("no rule at all");
        assert!(missing.what.contains("`prod eu`"), "{}", missing.what);
        assert!(
            missing
                .toml
                .starts_with("[[profiles.\"my profile\".connections]]\n")
        );
        let named = facts(&missing.toml);
        assert!(named.environments.contains("prod eu"));
        let missing = missing_for(&monitor, &named).expect("it has no windows");
        assert!(missing.what.contains("windows"), "{}", missing.what);
    }

    #[test]
    fn monitors_of_the_heartbeat_need_a_mode_that_sends_it() {
        for identity in ["hoop/silence", "hoop/export-lag", "hoop/open-too-long"] {
            let monitor = monitor(identity, &[]);
            let missing = missing_for(&monitor, &bare()).expect(identity);
            assert!(missing.toml.contains("delivery = \"follow\""), "{identity}");
            let following = ProfileFacts {
                sends_heartbeat: true,
                ..bare()
            };
            assert_eq!(missing_for(&monitor, &following), None, "{identity}");
        }
    }

    #[test]
    fn what_needs_no_setting_misses_none() {
        for identity in ["hoop/failed-sessions", "execlave/cost-runaway"] {
            assert_eq!(
                missing_for(&monitor(identity, &[]), &bare()),
                None,
                "{identity}"
            );
        }
    }

    #[test]
    fn only_what_every_event_has_to_meet_counts() {
        for (search, is_missing) in [
            ("@session.in_maintenance_window:false", true),
            ("@session.in_maintenance_window:*", true),
            ("-@session.in_maintenance_window:true", false),
            ("@session.in_maintenance_window:false OR service:x", false),
            ("@approval.expected:false", false),
            ("@connection.environment:prod*", false),
        ] {
            let query = format!(r#"logs("{search}").index("*").rollup("count").last("5m") > 0"#);
            let file = format!(
                "why: x\nname: x\ntype: log alert\nquery: {query}\nthresholds: {{critical: 0}}\nmessage: x\n"
            );
            let identity = monitor("hoop/silence", &[]).identity;
            let monitor = MonitorFile::parse(&file)
                .and_then(|file| file.render(identity, None, &Values::new()))
                .unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(
                missing_for(&monitor, &bare()).is_some(),
                is_missing,
                "{search}"
            );
        }
    }
}
