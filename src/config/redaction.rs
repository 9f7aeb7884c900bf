//! The profile's own rules of redaction, and where the key of its tokens is.

use serde::Deserialize;

use super::error::ConfigError;
use crate::domain::redaction::OwnRule;

pub(super) const REDACTION_KEYS: [&str; 2] = ["key_file", "rules"];
pub(super) const RULE_KEYS: [&str; 3] = ["name", "regex", "keep"];

/// `[profiles.NAME.redaction]`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct RedactionSection {
    /// The file that holds the key.
    pub key_file: Option<String>,
    #[serde(default)]
    pub rules: Vec<RuleSection>,
}

/// One `[[profiles.NAME.redaction.rules]]`.
#[derive(Clone, Debug, Deserialize)]
pub struct RuleSection {
    pub name: String,
    pub regex: String,
    #[serde(default)]
    pub keep: i64,
}

impl RedactionSection {
    /// The rules of `profile`, each checked.
    pub fn own_rules(&self, profile: &str) -> Result<Vec<OwnRule>, ConfigError> {
        let wrong = |why: String| ConfigError::Redaction {
            profile: profile.to_owned(),
            why,
        };
        let mut rules: Vec<OwnRule> = Vec::with_capacity(self.rules.len());
        for section in &self.rules {
            let rule = OwnRule::new(&section.name, &section.regex, section.keep)
                .map_err(|error| wrong(error.to_string()))?;
            if rules.iter().any(|other| other.name() == rule.name()) {
                return Err(wrong(format!("two rules are named `{}`", rule.name())));
            }
            rules.push(rule);
        }
        Ok(rules)
    }
}

#[cfg(test)]
mod tests {
    use super::super::environment::Environment;
    use super::super::layers::Flags;
    use super::super::settings::Settings;
    use super::*;
    use crate::domain::redaction::Redactor;

    fn settings(profile: &str) -> Result<Settings, ConfigError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.toml");
        std::fs::write(&path, format!("[profiles.default]\n{profile}")).expect("written");
        let flags = Flags {
            config: Some(path),
            ..Flags::default()
        };
        Settings::resolve(&flags, &Environment::default())
    }

    fn error(profile: &str) -> String {
        settings(profile).expect_err("it is wrong").to_string()
    }

    const RULES: &str = "redaction.rules = [{ name = \"badge\", regex = 'EMP-\\d+', keep = 1 }]\n";

    #[test]
    fn the_rules_of_a_profile_find_what_they_describe() {
        let settings = settings(RULES).expect("valid");
        let redactor = Redactor::built_in().with_rules(settings.redaction_rules);
        assert_eq!(redactor.redact("by EMP-4711"), "by [redacted:badge]1");
    }

    #[test]
    fn a_wrong_rule_is_an_error_that_says_which_and_why() {
        assert_eq!(
            error(&RULES.replace("EMP-", "(?=x)")),
            "redaction of profile `default`: the regex of rule `badge` is wrong: look-around, \
             including look-ahead and look-behind, is not supported"
        );
        let rules = RULES.replace("}]", "}, { name = \"badge\", regex = 'x' }]");
        assert!(error(&rules).ends_with("two rules are named `badge`"));
        assert!(error(&RULES.replace("badge", "jwt")).contains("`jwt` is built in"));
        assert!(error(&RULES.replace("keep", "kep")).contains("did you mean `keep`?"));
        assert!(error("redaction.keyfile = \"x\"").contains("did you mean `key_file`?"));
        assert!(error("redaction.rules = [{ name = \"a\" }]").contains("missing field `regex`"));
    }
}
