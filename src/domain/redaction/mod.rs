//! Redaction of secrets in recorded text: one mechanism for what is shown, exported and sent.
//!
//! A secret that a rule finds is replaced by `[redacted:<rule>]`; the text around it stays
//! (`password=[redacted:password]`). [`RULES`] lists the rules with an example and a source each;
//! a profile adds its own ([`OwnRule`]). Redacting twice is redacting once.
//!
//! With a key ([`TokenKey`]) a mark carries a token, `[redacted:<rule>:<16 hexadecimal digits>]`:
//! the same value under the same rule has the same one, in every text and on every machine that
//! has the key.
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
mod own;
mod pem;
mod rules;
mod scan;
mod sql;
mod text;
mod token;
mod tokens;
mod url;
mod value;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

pub use own::{OwnRule, RuleError};
pub use rules::{RULES, Rule};
pub use token::{TokenKey, WeakKey};

/// The name of a rule: a built-in one's, or of the profile.
pub type RuleName = Cow<'static, str>;

/// Finds secrets by rule and replaces each by its mark.
#[derive(Clone, Debug)]
pub struct Redactor {
    is_on: bool,
    own: Arc<[OwnRule]>,
    key: Option<Arc<TokenKey>>,
}

/// That a rule found something, and where its mark stands. Never what it found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name, as in the mark.
    pub rule: RuleName,
    /// The bytes of the redacted text that the mark takes.
    pub mark: Range<usize>,
}

/// Bytes of a text that hold a secret, and the rule that found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub rule: RuleName,
    pub start: usize,
    pub end: usize,
    /// Of the value, where there is a key.
    token: Option<String>,
}

/// A secret, and the value that its token is of: all of it, where a part stays readable.
#[derive(Debug)]
struct Found {
    span: Span,
    value: Range<usize>,
}

impl Span {
    fn new(rule: &'static str, start: usize, end: usize) -> Self {
        Self {
            rule: Cow::Borrowed(rule),
            start,
            end,
            token: None,
        }
    }

    /// What stands in the secret's place.
    pub fn mark(&self) -> String {
        mark(&self.rule, self.token.as_deref())
    }
}

fn mark(rule: &str, token: Option<&str>) -> String {
    match token {
        None => format!("[redacted:{rule}]"),
        Some(token) => format!("[redacted:{rule}:{token}]"),
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
        Self {
            is_on: true,
            own: [].into(),
            key: None,
        }
    }

    /// Changes nothing: for `--no-redact`.
    pub fn off() -> Self {
        Self {
            is_on: false,
            ..Self::built_in()
        }
    }

    /// With these rules besides.
    pub fn with_rules(self, own: Vec<OwnRule>) -> Self {
        Self {
            own: own.into(),
            ..self
        }
    }

    /// With a token in every mark.
    pub fn with_key(self, key: TokenKey) -> Self {
        Self {
            key: Some(Arc::new(key)),
            ..self
        }
    }

    /// False where nothing is ever found.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// The mark of a value that a protocol's own reader found to be a secret.
    pub fn mark(&self, rule: &str, value: &str) -> String {
        mark(rule, self.token(rule, value).as_deref())
    }

    /// Where the secrets of `text` stand, in its order, for those who keep text in pieces.
    pub fn spans(&self, text: &str) -> Vec<Span> {
        match self.is_on {
            true if self.own.is_empty() && self.key.is_none() => scan::spans(text),
            true => self.all_spans(text),
            false => Vec::new(),
        }
    }

    /// With the profile's rules, and with tokens.
    fn all_spans(&self, text: &str) -> Vec<Span> {
        let built_in = scan::spans(text).into_iter().map(|span| Found {
            value: span.start..span.end,
            span,
        });
        let mut found = Vec::new();
        if !self.own.is_empty() {
            let marks = own::marks(text);
            for rule in self.own.iter() {
                rule.find(text, &marks, &mut found);
            }
        }
        found.extend(built_in);
        let mut spans = without_overlap(found);
        for found in &mut spans {
            found.span.token = self.token(&found.span.rule, &text[found.value.clone()]);
        }
        spans.into_iter().map(|found| found.span).collect()
    }

    fn token(&self, rule: &str, value: &str) -> Option<String> {
        Some(self.key.as_ref()?.token(rule, value))
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
            kept = span.end;
            findings.push(Finding {
                rule: span.rule,
                mark: start..redacted.len(),
            });
        }
        redacted.push_str(&text[kept..]);
        (Cow::Owned(redacted), findings)
    }
}

/// What overlaps becomes one, under the rule that begins first; of those that begin together the
/// first of the list is it.
fn without_overlap(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|found| found.span.start);
    let mut apart: Vec<Found> = Vec::with_capacity(found.len());
    for next in found {
        match apart.last_mut() {
            Some(last) if next.span.start < last.span.end => {
                last.span.end = last.span.end.max(next.span.end);
            }
            _ => apart.push(next),
        }
    }
    apart
}
