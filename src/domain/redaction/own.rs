//! A rule of the profile: a name, and a regular expression for what it hides.
//!
//! Expressions are those of the `regex` crate: matching takes time linear in the text, so that no
//! expression and no recording can stall a run. A recording is a stream, so an expression has to
//! mean the same wherever the text under it begins: `^` and `$` are the ends of a line.

use std::borrow::Cow;

use regex::{Match, Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::Look;

use super::rules::RULES;
use super::text::Text;
use super::{Found, Span};

/// Longest name of a rule.
const LONGEST_NAME: usize = 40;

/// Bytes that a compiled expression may take.
const LARGEST: usize = 1 << 20;

/// The group that is hidden, where an expression has one of this name; else all that it matches.
const GROUP: &str = "secret";

/// Most characters that may stay.
const MOST_KEPT: u8 = 8;

/// A rule that somebody wrote.
#[derive(Clone, Debug)]
pub struct OwnRule {
    name: String,
    regex: Regex,
    has_group: bool,
    /// So many characters at the end stay readable.
    keep: u8,
}

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error(
        "`{0}` is no name of a rule; write 1 to {LONGEST_NAME} of a-z, 0-9 and -, a letter first"
    )]
    Name(String),
    #[error("the rule `{0}` is built in; choose another name")]
    BuiltIn(String),
    #[error("the regex of rule `{name}` is wrong: {why}")]
    Regex { name: String, why: String },
    #[error("rule `{name}` keeps {keep} characters, and at most {MOST_KEPT} may stay")]
    Keep { name: String, keep: i64 },
}

impl OwnRule {
    /// A rule that hides what `regex` matches, or its group `secret`, but for the last `keep`
    /// characters.
    pub fn new(name: &str, regex: &str, keep: i64) -> Result<Self, RuleError> {
        check_name(name)?;
        let wrong = |why: String| RuleError::Regex {
            name: name.to_owned(),
            why,
        };
        check_meaning(regex).map_err(wrong)?;
        let regex = RegexBuilder::new(regex)
            .multi_line(true)
            .size_limit(LARGEST)
            .build()
            .map_err(|error| wrong(last_line(&error.to_string())))?;
        let too_many = || RuleError::Keep {
            name: name.to_owned(),
            keep,
        };
        let keep = u8::try_from(keep).ok().filter(|keep| *keep <= MOST_KEPT);
        Ok(Self {
            name: name.to_owned(),
            has_group: regex.capture_names().any(|group| group == Some(GROUP)),
            keep: keep.ok_or_else(too_many)?,
            regex,
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Appends what the rule finds in `text`, whose marks are at `marks`.
    pub(super) fn find(&self, text: &str, marks: &[(usize, usize)], found: &mut Vec<Found>) {
        let mut add = |matched: Match<'_>| {
            let is_marked = marks
                .iter()
                .any(|(start, end)| matched.start() < *end && *start < matched.end());
            // What stands right behind a mark is what was kept of a value.
            let is_kept = self.keep > 0 && marks.iter().any(|(_, end)| *end == matched.start());
            if !matched.is_empty() && !is_marked && !is_kept {
                found.push(self.found(matched));
            }
        };
        match self.has_group {
            false => self.regex.find_iter(text).for_each(&mut add),
            true => self
                .regex
                .captures_iter(text)
                .filter_map(|captures| captures.name(GROUP))
                .for_each(&mut add),
        }
    }

    fn found(&self, matched: Match<'_>) -> Found {
        let kept = matched.as_str().char_indices().rev();
        let kept = kept.take(self.keep.into()).last().map(|(at, _)| at);
        // A value that is no longer than what may stay would not be hidden at all.
        let end = match kept {
            Some(at) if at > 0 => matched.start() + at,
            _ => matched.end(),
        };
        Found {
            span: Span {
                rule: Cow::Owned(self.name.clone()),
                start: matched.start(),
                end,
                token: None,
            },
            value: matched.range(),
        }
    }
}

/// The marks in `text`, in order.
pub(super) fn marks(text: &str) -> Vec<(usize, usize)> {
    let read = Text {
        bytes: text.as_bytes(),
        floor: 0,
    };
    memchr::memmem::find_iter(text.as_bytes(), super::text::MARK)
        .filter_map(|start| Some((start, read.mark_end(start)?)))
        .collect()
}

fn check_name(name: &str) -> Result<(), RuleError> {
    let is_name = name.len() <= LONGEST_NAME
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !is_name {
        return Err(RuleError::Name(name.to_owned()));
    }
    match RULES.iter().any(|rule| rule.name == name) {
        true => Err(RuleError::BuiltIn(name.to_owned())),
        false => Ok(()),
    }
}

/// Refuses what has no meaning in a stream, in words.
fn check_meaning(regex: &str) -> Result<(), String> {
    let parsed = ParserBuilder::new().multi_line(true).build().parse(regex);
    let parsed = parsed.map_err(|error| last_line(&error.to_string()))?;
    let properties = parsed.properties();
    if properties.minimum_len().unwrap_or(0) == 0 {
        return Err("it matches where there is nothing".to_owned());
    }
    let looks = properties.look_set();
    if looks.contains(Look::Start) || looks.contains(Look::End) {
        return Err("a recording has no \\A and no \\z; ^ and $ are the ends of a line".to_owned());
    }
    Ok(())
}

/// The `regex` crate draws the place of an error and says on the last line what it is.
fn last_line(error: &str) -> String {
    let line = error.lines().last().unwrap_or_default().trim();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::Redactor;
    use super::*;

    fn redact(rules: &[(&str, &str, i64)], text: &str) -> String {
        let rules = rules
            .iter()
            .map(|(name, regex, keep)| OwnRule::new(name, regex, *keep).expect("a rule"));
        let redactor = Redactor::built_in().with_rules(rules.collect());
        let once = redactor.redact(text).into_owned();
        assert_eq!(redactor.redact(&once), once, "twice is once");
        once
    }

    #[test]
    fn a_rule_hides_what_it_matches_or_its_group() {
        let whole = [("badge", r"\bEMP-\d{4}\b", 0)];
        assert_eq!(
            redact(&whole, "by EMP-1234 and EMP-5678"),
            "by [redacted:badge] and [redacted:badge]"
        );
        let group = [("badge", r"(?i)^badge: (?<secret>\d+)", 0)];
        assert_eq!(
            redact(&group, "x\nBadge: 4711 of 12"),
            "x\nBadge: [redacted:badge] of 12"
        );
    }

    #[test]
    fn the_last_characters_stay_unless_they_are_all() {
        let rule = [("account", r"\bDE\d+", 4)];
        assert_eq!(redact(&rule, "to DE89370400"), "to [redacted:account]0400");
        let rule = [("account", r"\d+", 4)];
        assert_eq!(
            redact(&rule, "12 1234 12345é"),
            "[redacted:account] [redacted:account] [redacted:account]2345é"
        );
        let rule = [("word", r"é+", 2)];
        assert_eq!(redact(&rule, "éééé"), "[redacted:word]éé");
    }

    #[test]
    fn what_two_rules_find_is_hidden_by_the_one_that_begins_first() {
        let rule = [("badge", r"EMP-\d+", 0)];
        let redacted = redact(&rule, "DB_PASSWORD=EMP-12-rest; password=x-EMP-12 EMP-3");
        assert_eq!(
            redacted,
            "DB_PASSWORD=[redacted:badge]; password=[redacted:password] [redacted:badge]"
        );
    }

    #[test]
    fn a_mark_is_never_looked_into() {
        let rules = [("a", "[a-z]+", 0), ("b", r"x \[redacted:jwt\]", 0)];
        assert_eq!(
            redact(&rules, "1 [redacted:jwt] x [redacted:jwt] 2"),
            "1 [redacted:jwt] [redacted:a] [redacted:jwt] 2"
        );
    }

    #[test]
    fn a_rule_that_cannot_be_meant_is_refused_with_the_reason() {
        let error = |name, regex, keep| OwnRule::new(name, regex, keep).expect_err("no rule");
        let text = |name, regex, keep| error(name, regex, keep).to_string();
        assert!(text("Badge", "x", 0).contains("is no name"));
        assert!(text("", "x", 0).contains("is no name"));
        assert!(text("password", "x", 0).contains("built in"));
        assert!(text("a", "x", 9).contains("at most 8"));
        assert!(text("a", "x", -1).contains("at most 8"));
        assert_eq!(
            text("a", r"(?<=x)y", 0),
            "the regex of rule `a` is wrong: look-around, including look-ahead and look-behind, \
             is not supported"
        );
        assert!(text("a", "(", 0).contains("unclosed group"));
        assert!(text("a", "x*", 0).contains("nothing"));
        assert!(text("a", r"\Ax", 0).contains("no \\A"));
        assert!(text("a", r"(?:\pL{900}){900}", 0).contains("limit"));
    }
}
