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
use crate::query::monitor::Alert;
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
    /// The same as things to do, each in a line.
    pub steps: Vec<String>,
}

/// What `monitor` needs and the profile does not have, all at once; `None` where it can work.
///
/// Only what every event has to meet is looked at: a part of an `OR`, or one that is negated, keeps
/// a monitor from nothing. Events of other shapes than ddctl's own owe nothing to the profile.
pub fn missing_for(monitor: &Monitor, facts: &ProfileFacts) -> Option<Missing> {
    match monitor.shape {
        Some(Shape::Ddctl) | None => missing_in(&monitor.alert, facts),
        Some(_) => None,
    }
}

/// As [`missing_for`], of a query over ddctl's own events.
pub fn missing_in(alert: &Alert, facts: &ProfileFacts) -> Option<Missing> {
    let searches = alert.queries();
    let parts = searches
        .iter()
        .flat_map(|query| query.search.conjuncts())
        .filter_map(asked);
    let mut environment = None;
    let mut lacks: Vec<Lack<'_>> = Vec::new();
    for (path, value) in parts {
        if path == ENVIRONMENT {
            environment = environment.or(value);
        }
        let lack = facts.lacks(path, value);
        lacks.extend(lack.filter(|lack| !lacks.contains(lack)));
    }
    if lacks.is_empty() {
        return None;
    }
    let what: Vec<String> = lacks.iter().map(|lack| facts.said(*lack)).collect();
    let environment = environment.unwrap_or("production");
    Some(Missing {
        what: what.join("; "),
        toml: facts.toml(&lacks, environment),
        steps: facts.steps(&lacks, environment),
    })
}

/// The environment that a rule of the profile gives to a connection.
const ENVIRONMENT: &str = "connection.environment";

/// A setting that is not there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lack<'q> {
    Environment(&'q str),
    Windows,
    Approval,
    Heartbeat,
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
    fn lacks<'q>(&self, path: &str, value: Option<&'q str>) -> Option<Lack<'q>> {
        match (path, value) {
            ("session.in_maintenance_window", _) if !self.has_windows => Some(Lack::Windows),
            ("approval.expected", value) if value != Some("false") && !self.expects_approval => {
                Some(Lack::Approval)
            }
            (ENVIRONMENT, Some(name)) if !self.environments.contains(name) => {
                Some(Lack::Environment(name))
            }
            ("evt.name", Some("ddctl.heartbeat")) if !self.sends_heartbeat => Some(Lack::Heartbeat),
            _ => None,
        }
    }

    /// Why a monitor is of no use without it.
    fn said(&self, lack: Lack<'_>) -> String {
        match lack {
            Lack::Environment(name) => {
                let known: Vec<&str> = self.environments.iter().map(String::as_str).collect();
                let known = match known.as_slice() {
                    [] => "no rule of the profile names an environment".to_owned(),
                    known => format!("the profile's rules name {} alone", known.join(", ")),
                };
                format!("it looks at connections of the environment `{name}`, and {known}")
            }
            Lack::Windows => "it looks at maintenance windows, and no rule of the profile has any, so no event says whether it lies in one".to_owned(),
            Lack::Approval => "it looks at sessions that should have been approved, and no rule of the profile expects an approval".to_owned(),
            Lack::Heartbeat => "it looks at the heartbeat, which `ddctl relay` and `ddctl sessions export --follow` send, and the profile's delivery is neither".to_owned(),
        }
    }

    /// One rule about connections with all that rules lack, and the profile's own settings.
    fn toml(&self, lacks: &[Lack<'_>], environment: &str) -> String {
        let profile = toml_key(&self.profile);
        let mut toml = String::new();
        if lacks.contains(&Lack::Heartbeat) {
            toml += &format!("[profiles.{profile}]\ndelivery = \"follow\" # or \"relay\"\n");
        }
        let rule = rule(lacks, environment);
        if !rule.is_empty() {
            toml += &format!("[[profiles.{profile}.connections]]\n{}\n", rule.join("\n"));
        }
        toml
    }

    fn steps(&self, lacks: &[Lack<'_>], environment: &str) -> Vec<String> {
        let mut steps = Vec::new();
        if lacks.contains(&Lack::Heartbeat) {
            steps.push("`ddctl config set delivery follow`, or relay, as it is run".to_owned());
        }
        let rule = rule(lacks, environment);
        if !rule.is_empty() {
            steps.push(format!(
                "add a rule by `ddctl config edit`: [[profiles.{}.connections]] with {}",
                toml_key(&self.profile),
                rule.join(", ")
            ));
        }
        steps
    }
}

/// The settings of a rule about connections that has all that rules lack; none where they lack
/// nothing.
fn rule(lacks: &[Lack<'_>], environment: &str) -> Vec<String> {
    if lacks.iter().all(|lack| *lack == Lack::Heartbeat) {
        return Vec::new();
    }
    let mut rule = vec![
        "match = \"prod-*\"".to_owned(),
        format!("environment = {}", toml_text(environment)),
    ];
    if lacks.contains(&Lack::Approval) {
        rule.push("approval = \"expected\"".to_owned());
    }
    if lacks.contains(&Lack::Windows) {
        let windows =
            "windows = [{ days = \"sat\", from = \"22:00\", to = \"02:00\", tz = \"UTC\" }]";
        rule.push(windows.to_owned());
    }
    rule
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
    fn what_a_bare_profile_lacks_is_named_at_once_and_the_toml_supplies_it() {
        for (identity, named) in [
            ("hoop/outside-window", "maintenance windows"),
            ("hoop/unapproved-prod", "expects an approval"),
        ] {
            let monitor = monitor(identity, &[]);
            let missing = missing_for(&monitor, &bare()).expect(identity);
            assert!(missing.what.contains("names an environment"), "{missing:?}");
            assert!(missing.what.contains(named), "{missing:?}");
            assert_eq!(
                missing_for(&monitor, &facts(&missing.toml)),
                None,
                "{identity}"
            );
        }
    }

    #[test]
    fn the_toml_is_about_the_environment_that_the_monitor_looks_at() {
        let monitor = monitor("hoop/outside-window", &[("environment", "prod eu")]);
        let named = ProfileFacts {
            environments: ["prod eu".to_owned()].into(),
            ..bare()
        };
        let missing = missing_for(&monitor, &named).expect("it has no windows");
        assert!(!missing.what.contains("environment"), "{missing:?}");
        let toml = missing.toml;
        assert!(toml.starts_with("[[profiles.\"my profile\".connections]]\n"));
        assert!(facts(&toml).environments.contains("prod eu"), "{toml}");
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
