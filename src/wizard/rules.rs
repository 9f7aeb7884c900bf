//! Rules about connections that setup writes, and which connections look like production.

use serde::{Deserialize, Serialize};

use super::answers::Answers;
use super::step::Field;

/// The environment that the packs' monitors about production ask for.
const PRODUCTION: &str = "production";

/// What setup says of the connections that a pattern matches. Windows and whatever else a rule of
/// the profile has stay as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    #[serde(rename = "match")]
    pub pattern: String,
    pub environment: Option<String>,
    /// `expected` or `not-expected`.
    pub approval: Option<String>,
}

impl Rule {
    /// The rules that the answers ask for.
    pub fn wanted(answers: &Answers) -> Vec<Rule> {
        let approval = answers.filled(Field::Approval).map(str::to_owned);
        let patterns = answers.list(Field::Production).into_iter();
        let rule = |pattern: &str| Rule {
            pattern: pattern.to_owned(),
            environment: Some(PRODUCTION.to_owned()),
            approval: approval.clone(),
        };
        patterns.map(rule).collect()
    }

    /// In a line, for people.
    pub fn text(&self) -> String {
        let environment = self.environment.as_deref().unwrap_or("no environment");
        let approval = match self.approval.as_deref() {
            Some("expected") => ", approval expected",
            Some(_) => ", no approval expected",
            None => "",
        };
        format!("{environment}{approval}")
    }
}

/// Patterns for those of `names` that call themselves production; the fewest that match no other.
pub fn suggest(names: &[&str]) -> Vec<String> {
    let (own, others): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| is_production(name));
    let shared = ["prod-*", "*-prod", "production-*", "*-production"];
    let matches = |pattern: &str, name: &str| {
        let bare = pattern.trim_matches('*');
        match pattern.ends_with('*') {
            true => name.starts_with(bare),
            false => name.ends_with(bare),
        }
    };
    let mut patterns: Vec<String> = Vec::new();
    for name in own {
        if patterns.iter().any(|pattern| covers(pattern, name)) {
            continue;
        }
        let fits = |pattern: &&&str| {
            matches(pattern, name) && !others.iter().any(|other| matches(pattern, other))
        };
        let pattern = shared.iter().find(fits);
        patterns.push(pattern.map_or(name, |pattern| *pattern).to_owned());
    }
    patterns
}

fn covers(pattern: &str, name: &str) -> bool {
    crate::domain::connection::glob_matches(pattern, name)
}

fn is_production(name: &str) -> bool {
    name.split(['-', '_', '.', '/']).any(|word| {
        matches!(
            word.to_ascii_lowercase().as_str(),
            "prod" | "prd" | "production"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_calls_itself_production_is_suggested_by_the_fewest_patterns() {
        let names = [
            "prod-db",
            "prod-k8s",
            "staging-db",
            "billing-prod",
            "prodigy",
        ];
        assert_eq!(suggest(&names), ["prod-*", "*-prod"]);
        assert_eq!(suggest(&["db.prd.eu", "lab"]), ["db.prd.eu"]);
        assert!(suggest(&["lab", "product-db"]).is_empty());
    }

    #[test]
    fn every_production_connection_and_no_other_is_matched() {
        let names = ["a-prod", "prod-a", "x_prod_y", "reproduction", "prod"];
        let patterns = suggest(&names);
        for name in names {
            let is_matched = patterns.iter().any(|pattern| covers(pattern, name));
            assert_eq!(is_matched, is_production(name), "{name} by {patterns:?}");
        }
    }

    #[test]
    fn each_pattern_becomes_a_rule() {
        let mut answers = Answers::default();
        answers.set(Field::Production, "prod-*,db".to_owned());
        answers.set(Field::Approval, "expected".to_owned());
        let rules = Rule::wanted(&answers);
        assert_eq!(rules.len(), 2);
        assert_eq!(rules[0].text(), "production, approval expected");
        assert!(Rule::wanted(&Answers::default()).is_empty());
    }
}
