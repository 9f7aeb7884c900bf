//! Redaction of secrets in recorded text: one mechanism for what is shown, exported and sent.
//!
//! A secret that a rule finds is replaced by `[redacted:<rule>]`; the text around it stays
//! (`password=[redacted:password]`). [`RULES`] lists the rules with an example and a source each.
//! Redacting twice is redacting once.
//!
//! # What cannot be found
//!
//! - A secret that is not written in one piece: typed with corrections, split by cursor moves or by
//!   the edge of a screen, encoded (a base64 of a password alone), or cut off from its name by
//!   the end of the text that is handed in. Lines and values should be handed in whole.
//! - A secret without a name or a format: a password typed at a prompt and echoed, a column of a
//!   result table, `INSERT INTO users (password) VALUES ('…')`.
//! - A value that already holds a mark is left as it is.

mod assignment;
mod card;
mod command;
mod http;
mod judge;
mod pem;
mod rules;
mod scan;
mod sql;
mod text;
mod tokens;
mod url;
mod value;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

pub use rules::{RULES, Rule};

/// Finds secrets by rule and replaces each by `[redacted:<rule>]`.
#[derive(Clone, Debug)]
pub struct Redactor {
    is_on: bool,
}

/// That a rule found something, and where its mark stands. Never what it found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name, as in the mark.
    pub rule: &'static str,
    /// The bytes of the redacted text that the mark takes.
    pub mark: Range<usize>,
}

/// Bytes of a text that hold a secret, and the rule that found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub rule: &'static str,
    pub start: usize,
    pub end: usize,
}

impl Span {
    fn new(rule: &'static str, start: usize, end: usize) -> Self {
        Self { rule, start, end }
    }

    /// What stands in the secret's place.
    pub fn mark(&self) -> String {
        format!("[redacted:{}]", self.rule)
    }
}

impl Default for Redactor {
    fn default() -> Self {
        Self::built_in()
    }
}

impl Redactor {
    /// The built-in rules.
    pub fn built_in() -> Self {
        Self { is_on: true }
    }

    /// Changes nothing: for `--no-redact`.
    pub fn off() -> Self {
        Self { is_on: false }
    }

    /// False where nothing is ever found.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// Where the secrets of `text` stand, in its order, for those who keep text in pieces.
    pub fn spans(&self, text: &str) -> Vec<Span> {
        match self.is_on {
            true => scan::spans(text),
            false => Vec::new(),
        }
    }

    /// `text` with every secret found replaced; borrowed when there was none.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.redact_with_report(text).0
    }

    /// As [`Redactor::redact`], and which rule found something where, in the order of the text.
    pub fn redact_with_report<'a>(&self, text: &'a str) -> (Cow<'a, str>, Vec<Finding>) {
        let spans = self.spans(text);
        if spans.is_empty() {
            return (Cow::Borrowed(text), Vec::new());
        }
        let mut redacted = String::with_capacity(text.len());
        let mut findings = Vec::with_capacity(spans.len());
        let mut kept = 0;
        for span in spans {
            redacted.push_str(&text[kept..span.start]);
            let start = redacted.len();
            redacted.push_str(&span.mark());
            findings.push(Finding {
                rule: span.rule,
                mark: start..redacted.len(),
            });
            kept = span.end;
        }
        redacted.push_str(&text[kept..]);
        (Cow::Owned(redacted), findings)
    }
}
