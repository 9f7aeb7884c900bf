//! Names of objects, units and projects.

use std::fmt;
use std::str::FromStr;

use super::plan::Source;
use crate::config::DEFAULT_PROFILE;
use crate::domain::digest::{hex, sha256};

/// The longest name: a CronJob adds up to 11 characters to its own for each job, of the 63 that a
/// label may have (kubernetes.io/docs/concepts/workloads/controllers/cron-jobs).
const LONGEST: usize = 52;

/// Digits of a digest: few enough to be read, and enough for the profiles of one place.
const MARK: usize = 6;

/// A DNS label that begins with a letter, as the strictest of the objects (a Service, RFC 1035) wants
/// it; also a unit's name and a project's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// The name of what runs a profile. Whatever no name may hold becomes a dash, and a piece of a
    /// digest tells those apart that would be called the same then.
    pub fn of(source: Source, profile: &str) -> Self {
        let prefix = match source {
            Source::Sessions => "ddctl",
            Source::Audit => "ddctl-audit",
        };
        if profile == DEFAULT_PROFILE {
            return Self(prefix.to_owned());
        }
        let allowed = |c: char| match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => c,
            _ => '-',
        };
        let label: String = profile.chars().map(allowed).collect();
        // The names of what exports the audit log.
        let is_taken = source == Source::Sessions && label.split('-').next() == Some("audit");
        let name = format!("{prefix}-{label}");
        match name.parse() {
            Ok(name) if label == profile && !is_taken => name,
            _ => Self::marked(name, profile),
        }
    }

    fn marked(mut name: String, profile: &str) -> Self {
        name.truncate(LONGEST - MARK - 1);
        let digest = sha256(profile.as_bytes()).expect("text in memory can be read");
        let mark = &hex(&digest)[..MARK];
        Self(format!("{}-{mark}", name.trim_end_matches('-')))
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_inner = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-');
        let is_one = text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(is_inner)
            && !text.ends_with('-');
        match (is_one, text.len() <= LONGEST) {
            (true, true) => Ok(Self(text.to_owned())),
            (true, false) => Err(format!("it is at most {LONGEST} characters long")),
            _ => Err("it is small letters, digits and dashes, and begins with a letter".to_owned()),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    #[test]
    fn a_name_is_a_label_that_a_service_may_have() {
        for good in ["ddctl", "no", "a1-b"] {
            assert!(good.parse::<Name>().is_ok(), "{good}");
        }
        let long = "a".repeat(53);
        for wrong in ["", "1e3", "Big", "a_b", "a-", "-a", "a.b", "a b", &long] {
            assert!(wrong.parse::<Name>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_profile_has_a_name(profile in ".{1,80}") {
            let name = Name::of(Source::Sessions, &profile).to_string();
            prop_assert_eq!(name.parse::<Name>().map(|name| name.to_string()), Ok(name));
        }
    }

    #[test]
    fn profiles_that_would_be_called_the_same_are_not() {
        let names = ["default", "a-b", "a b", "a_b", "A-b", "a-b-", "ü", "ß"];
        let names: BTreeSet<String> = names
            .iter()
            .map(|profile| Name::of(Source::Sessions, profile).to_string())
            .collect();
        assert_eq!(names.len(), 8, "{names:?}");
        assert!(names.contains("ddctl") && names.contains("ddctl-a-b"));
        for (audit, sessions) in [
            ("default", "audit"),
            ("a-b", "audit-a-b"),
            ("a b", "audit-a b"),
        ] {
            let audit = Name::of(Source::Audit, audit);
            assert_ne!(audit, Name::of(Source::Sessions, sessions));
        }
    }
}
