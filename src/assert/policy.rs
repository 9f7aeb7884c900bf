//! A policy, checked and ready to be held against sessions.

use std::time::Duration;

use serde_saphyr::Spanned;

use super::check::{Approval, Check, Needed, Statements, Unclear};
use super::file::{
    self, WrittenApproval, WrittenIdentity, WrittenNeeded, WrittenPart, WrittenPattern,
    WrittenRule, WrittenScope, WrittenStatements, WrittenUnclear, WrittenVerb,
};
use super::problem::PolicyError;
use super::sql::KindPattern;
use crate::domain::session::{IdentityKind, Verb};
use crate::domain::time::parse_duration;
use crate::search::{Part, Parts, Pattern};

/// Rules in the order of the file.
#[derive(Clone, Debug)]
pub struct Policy {
    pub rules: Vec<Rule>,
}

/// What must hold of the sessions of a scope.
#[derive(Clone, Debug)]
pub struct Rule {
    pub name: String,
    /// Why it exists, for who has broken it.
    pub why: Option<String>,
    /// Where it stands in the file.
    pub line: u64,
    pub scope: Scope,
    /// At least one; all must hold.
    pub checks: Vec<Check>,
}

/// Which sessions a rule is about; each part that says nothing is about all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    /// Globs over the connection's name.
    pub connections: Vec<String>,
    /// Globs over the environment that the profile gives the connection.
    pub environments: Vec<String>,
    /// Types or subtypes of the connection.
    pub types: Vec<String>,
    pub verb: Option<Verb>,
    pub identity: Option<IdentityKind>,
}

impl Policy {
    /// Reads a policy in YAML.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its place.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let file = file::read(text)?;
        if file.version.value != file::VERSION {
            let what = format!(
                "version {} is not known; this ddctl reads {}",
                file.version.value,
                file::VERSION
            );
            return Err(PolicyError::at(&file.version, what));
        }
        let mut rules: Vec<Rule> = Vec::new();
        for written in file.rules {
            let name = written.name.clone();
            if rules.iter().any(|rule| rule.name == name.value) {
                let what = format!("there are two rules `{}`", name.value);
                return Err(PolicyError::at(&name, what));
            }
            rules.push(rule(written)?);
        }
        match rules.is_empty() {
            true => Err(PolicyError::new(
                "the policy has no rules, and would hold of everything",
            )),
            false => Ok(Self { rules }),
        }
    }

    /// True where a rule asks whether an approval was to be expected.
    pub fn asks_what_was_expected(&self) -> bool {
        let asks = |check: &Check| matches!(check, Check::Approval(approval) if approval.needed == Needed::WhereExpected);
        self.rules.iter().any(|rule| rule.checks.iter().any(asks))
    }
}

fn rule(written: WrittenRule) -> Result<Rule, PolicyError> {
    let name = written.name;
    let mut checks = Vec::new();
    for (is_wanted, patterns) in [(true, written.must_match), (false, written.must_not_match)] {
        for one in patterns {
            checks.push(pattern(&name, is_wanted, one)?);
        }
    }
    if let Some(one) = written.statements {
        checks.push(Check::Statements(statements(&name, one)?));
    }
    if let Some(codes) = written.exit_code {
        checks.push(Check::ExitCode(codes));
    }
    if let Some(longest) = written.longest {
        checks.push(Check::Longest(duration(&longest)?));
    }
    if let Some(one) = written.approval {
        checks.push(Check::Approval(approval(one)));
    }
    if checks.is_empty() {
        let what = format!("the rule `{}` checks nothing", name.value);
        return Err(PolicyError::at(&name, what));
    }
    Ok(Rule {
        line: name.referenced.line(),
        name: name.value,
        why: written.why.map(|why| why.trim().to_owned()),
        scope: scope(written.r#where),
        checks,
    })
}

fn scope(written: WrittenScope) -> Scope {
    Scope {
        connections: written.connection,
        environments: written.environment,
        types: written.r#type,
        verb: written.verb.map(|verb| match verb {
            WrittenVerb::Connect => Verb::Connect,
            WrittenVerb::Exec => Verb::Exec,
        }),
        identity: written.identity.map(|identity| match identity {
            WrittenIdentity::User => IdentityKind::User,
            WrittenIdentity::Machine => IdentityKind::Machine,
        }),
    }
}

fn pattern(
    rule: &Spanned<String>,
    is_wanted: bool,
    written: WrittenPattern,
) -> Result<Check, PolicyError> {
    let parts = match written.r#in.as_slice() {
        // What was done; what came back only where it is asked for.
        [] => Parts::of([Part::Command, Part::Statement]),
        parts => Parts::of(parts.iter().map(|part| match part {
            WrittenPart::Commands => Part::Command,
            WrittenPart::Statements => Part::Statement,
            WrittenPart::Output => Part::Output,
        })),
    };
    let (text, is_regex) = match (written.text, written.regex) {
        (Some(text), None) => (text, false),
        (None, Some(regex)) => (regex, true),
        _ => {
            let what = format!(
                "a pattern of `{}` has either a `text` or a `regex`",
                rule.value
            );
            return Err(PolicyError::at(rule, what));
        }
    };
    let pattern = match is_regex {
        true => Pattern::regex(&text.value, written.ignore_case, parts),
        false => Pattern::literal(&text.value, written.ignore_case, parts),
    };
    Ok(Check::Match {
        is_wanted,
        pattern: pattern.map_err(|error| PolicyError::at(&text, error.to_string()))?,
        parts,
        text: text.value,
    })
}

fn statements(
    rule: &Spanned<String>,
    written: WrittenStatements,
) -> Result<Statements, PolicyError> {
    if written.forbid.is_empty() && written.allow.is_empty() {
        let what = format!(
            "`statements` of `{}` forbids and allows nothing",
            rule.value
        );
        return Err(PolicyError::at(rule, what));
    }
    let kinds = |written: &[Spanned<String>]| {
        let kind = |text: &Spanned<String>| {
            KindPattern::parse(&text.value)
                .map_err(|error| PolicyError::at(text, error.to_string()))
        };
        written.iter().map(kind).collect::<Result<Vec<_>, _>>()
    };
    Ok(Statements {
        forbid: kinds(&written.forbid)?,
        allow: kinds(&written.allow)?,
        unclear: match written.unclear {
            WrittenUnclear::CannotTell => Unclear::CannotTell,
            WrittenUnclear::Broken => Unclear::Broken,
            WrittenUnclear::Ignore => Unclear::Ignore,
        },
    })
}

fn duration(text: &Spanned<String>) -> Result<Duration, PolicyError> {
    parse_duration(&text.value).map_err(|error| PolicyError::at(text, error.to_string()))
}

fn approval(written: WrittenApproval) -> Approval {
    Approval {
        needed: match written.needed {
            WrittenNeeded::Always => Needed::Always,
            WrittenNeeded::WhereExpected => Needed::WhereExpected,
        },
        by: written.by,
        not_self: written.not_self,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Policy::parse(text).expect_err("a mistake").to_string()
    }

    #[test]
    fn every_key_is_read() {
        let policy = Policy::parse(
            "version: 1
rules:
  - name: all
    why: |
      Because.
    where:
      connection: ['prod-*']
      environment: [production]
      type: [database]
      verb: exec
      identity: machine
    must_match:
      - { text: BEGIN, in: [statements] }
    must_not_match:
      - { regex: 'a+', ignore_case: true, in: [output, commands] }
    statements: { forbid: [drop], allow: [select, drop], unclear: broken }
    exit_code: [0, 1]
    longest: 1h30m
    approval: { needed: where-expected, by: ['*@sre.example'], not_self: true }
",
        )
        .expect("a policy");
        let rule = &policy.rules[0];
        assert_eq!((rule.name.as_str(), rule.line), ("all", 3));
        assert_eq!(rule.why.as_deref(), Some("Because."));
        assert_eq!(rule.scope.connections, ["prod-*"]);
        assert_eq!(rule.checks.len(), 6);
        assert!(policy.asks_what_was_expected());
    }

    #[test]
    fn an_unknown_key_names_its_line_and_the_nearest_that_is_known() {
        let rule = |line: &str| format!("version: 1\nrules:\n  - name: a\n    {line}\n");
        for (text, expected) in [
            (
                rule("must_not_macth: []"),
                "line 4, column 5: unknown key `must_not_macth`; did you mean `must_not_match`?",
            ),
            (
                rule("where: { conection: [x] }"),
                "line 4, column 14: unknown key `conection`; did you mean `connection`?",
            ),
            (
                rule("must_match: [{ text: a, in: [comands] }]"),
                "line 4, column 34: unknown word `comands`; did you mean `commands`?",
            ),
            (
                rule("statements: { forbid: [dorp] }"),
                "line 4, column 28: `dorp` is no kind of statement; did you mean `drop`?",
            ),
            (
                rule("longest: 5"),
                "line 4, column 14: `5` is no duration; write a number and a unit, such as 90d, 12h, 30m or 45s",
            ),
            (
                rule("why: nothing"),
                "line 3, column 11: the rule `a` checks nothing",
            ),
            (
                rule("must_match: [{ in: [output] }]"),
                "line 3, column 11: a pattern of `a` has either a `text` or a `regex`",
            ),
            (
                "version: 2\nrules: []\n".to_owned(),
                "line 1, column 10: version 2 is not known; this ddctl reads 1",
            ),
        ] {
            assert_eq!(error(&text), expected);
        }
    }

    #[test]
    fn a_mistake_is_shown_in_its_line_with_a_caret() {
        let shown = |line: &str| {
            let text = format!("version: 1\nrules:\n  - name: a\n    {line}\n");
            let error = Policy::parse(&text).expect_err("a mistake");
            error.render(&text)
        };
        for (line, expected) in [
            (
                "must_not_macth: []",
                "line 4, column 5: unknown key `must_not_macth`; did you mean `must_not_match`?
      must_not_macth: []
      ^^^^^^^^^^^^^^",
            ),
            (
                "exit_code: 0",
                "line 4, column 16: a list is expected here: [one, another]
      exit_code: 0
                 ^",
            ),
            (
                "must_match: ['é']",
                "line 4, column 18: keys with values are expected here: { key: value }
      must_match: ['é']
                   ^",
            ),
            (
                "longest: 5x",
                "line 4, column 14: `5x` is no duration; write a number and a unit, such as 90d, 12h, 30m or 45s
      longest: 5x
               ^^",
            ),
            (
                "must_match: [{ regex: 'a(b' }]",
                "line 4, column 27: this is no regular expression: unclosed group
    a(b
     ^",
            ),
            (
                "name: again",
                "line 4, column 5: the key `name` stands here twice
      name: again
      ^^^^",
            ),
        ] {
            assert_eq!(shown(line), expected);
        }
    }

    #[test]
    fn what_is_wrong_with_the_whole_is_said_without_a_place() {
        for nothing in ["", "\n\n"] {
            assert_eq!(error(nothing), "the file is empty");
        }
        assert!(error("version: 1\nrules: []\n").contains("no rules"));
        let twice =
            "version: 1\nrules:\n- { name: a, exit_code: [0] }\n- { name: a, exit_code: [0] }\n";
        assert_eq!(error(twice), "line 4, column 11: there are two rules `a`");
        let cut = error("version: 1\nrules:\n  - name: a\n   exit_code: [0]\n");
        assert!(
            cut.starts_with("line 4, column 4: ") && !cut.contains(" at line "),
            "{cut}"
        );
    }
}
