//! What parses but cannot match, or hardly says what was meant.
//!
//! A search that finds nothing looks like quiet: Datadog takes it, and the monitor never fires. The
//! checks know how statuses are remapped and, where a table of attributes is given, which
//! attributes there are, of what type and with which words.

mod values;

use super::monitor::{Alert, EventQuery, Method};
use super::record::Record;
use super::span::Span;
use super::status::{IndexedStatus, Remapped};
use super::tree::{Field, Node, NodeKind, Path, Query, Reserved, Test};
use crate::domain::excerpt::Excerpt;
use crate::domain::nearest::nearest;
use values::{compared, empty_range, free_text, literal_or_pattern, source, value};

/// An attribute that the records are known to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Without `@`.
    pub path: &'static str,
    pub kind: Kind,
}

/// What an attribute's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Flag,
    /// One of these words, and no other.
    OneOf(&'static [&'static str]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// This part can match nothing.
    NeverMatches,
    /// It may be meant, and rarely is.
    Doubtful,
}

/// One thing that is wrong with a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub level: Level,
    /// A place in the search; `None` where it is about the whole.
    pub span: Option<Span>,
    pub problem: String,
    /// What to write instead, as a whole phrase.
    pub suggestion: Option<String>,
}

impl Finding {
    /// The line with a caret under the part, what is wrong with it and what to try.
    pub fn render(&self, source: &str) -> String {
        let mut text = match self.span {
            Some(span) => Excerpt::of(source, span.range()).with(&self.problem),
            None => format!("  {}", self.problem),
        };
        if let Some(suggestion) = &self.suggestion {
            text.push_str("\n  try: ");
            text.push_str(suggestion);
        }
        text
    }
}

/// What is wrong with `query` over records of one kind. `known` may be empty, which leaves out
/// whatever needs a table of attributes.
pub fn lint(query: &Query, record: Record, known: &[Attribute]) -> Vec<Finding> {
    let mut linter = Linter {
        record,
        known,
        findings: Vec::new(),
    };
    linter.node(&query.root, false);
    linter.findings
}

/// What is wrong with one query of a monitor, its search and its groups.
pub fn lint_query(query: &EventQuery, known: &[Attribute]) -> Vec<Finding> {
    let mut findings = lint(&query.search, query.record, known);
    if let Method::Unconfirmed(name) = query.rollup.method {
        findings.push(Finding {
            level: Level::Doubtful,
            span: None,
            problem: format!("`.rollup(\"{name}\", …)` in the short form is unconfirmed"),
            suggestion: Some(
                "`formula(\"a\")` with the query `a` in `options.variables`".to_owned(),
            ),
        });
    }
    let measured = query.rollup.attribute.iter();
    for facet in query.by.iter().chain(measured) {
        let name = facet.to_string();
        if known.iter().any(|attribute| attribute.path == name) {
            findings.push(Finding {
                level: Level::NeverMatches,
                span: None,
                problem: format!("`{name}` without `@` is a tag, and `@{name}` is the attribute"),
                suggestion: Some(format!("`@{name}`")),
            });
        }
    }
    findings
}

/// What is wrong with every query of a monitor, each with the search it is about.
pub fn lint_alert<'a>(alert: &'a Alert, known: &[Attribute]) -> Vec<(&'a EventQuery, Finding)> {
    let queries = alert.queries().into_iter();
    queries
        .flat_map(|query| {
            let findings = lint_query(query, known).into_iter();
            findings.map(move |finding| (query, finding))
        })
        .collect()
}

struct Linter<'a> {
    record: Record,
    known: &'a [Attribute],
    findings: Vec<Finding>,
}

/// What is wrong with one test, before its place is known.
struct Wrong {
    level: Level,
    problem: String,
    suggestion: Option<String>,
}

impl Wrong {
    fn never(problem: impl Into<String>, suggestion: Option<String>) -> Option<Self> {
        Some(Self {
            level: Level::NeverMatches,
            problem: problem.into(),
            suggestion,
        })
    }

    fn doubtful(problem: impl Into<String>, suggestion: Option<String>) -> Option<Self> {
        Some(Self {
            level: Level::Doubtful,
            problem: problem.into(),
            suggestion,
        })
    }
}

impl Linter<'_> {
    fn node(&mut self, node: &Node, is_negated: bool) {
        match &node.kind {
            NodeKind::Everything | NodeKind::Cidr { .. } => {}
            NodeKind::And(parts) | NodeKind::Or(parts) => {
                parts.iter().for_each(|part| self.node(part, is_negated));
            }
            NodeKind::Not(inner) => self.node(inner, !is_negated),
            NodeKind::Match { field, test } => {
                if let Some(wrong) = self.wrong(field, test) {
                    self.findings.push(wrong.at(node.span, is_negated));
                }
            }
        }
    }

    fn wrong(&self, field: &Field, test: &Test) -> Option<Wrong> {
        match field {
            Field::FreeText | Field::FullText => free_text(test),
            Field::Reserved(Reserved::Status) if self.record == Record::Log => self.status(test),
            Field::Reserved(Reserved::Source) if self.record == Record::Log => source(test),
            Field::Reserved(reserved) => compared(reserved.as_str(), test),
            Field::Tag(key) => self.tag(key, test),
            Field::Attribute(path) => self.attribute(path, test),
            Field::Calculated(_) => None,
        }
    }

    /// A word that no status ever is: Datadog remaps what was sent by its first letters.
    fn status(&self, test: &Test) -> Option<Wrong> {
        let Some(pattern) = literal_or_pattern(test) else {
            return compared("status", test);
        };
        if IndexedStatus::ALL
            .iter()
            .any(|status| pattern.finds(status.as_str()))
        {
            return None;
        }
        let other = IndexedStatus::ALL
            .iter()
            .find(|status| status.other_name().is_some_and(|name| pattern.finds(name)));
        if let Some(status) = other {
            let name = status.as_str();
            let problem = format!("Datadog indexes this severity as `{name}`");
            return Wrong::doubtful(problem, Some(format!("`status:{name}`")));
        }
        let Some(word) = pattern.literal() else {
            return Wrong::never("no status is like this", None);
        };
        let made = match IndexedStatus::remap(Some(&word.into())) {
            Remapped::Known(status) => format!("`{}`", status.as_str()),
            Remapped::ErrorOrInfo(_) => "`error` or `info`".to_owned(),
        };
        let problem = format!(
            "no log has the status `{word}`: Datadog remaps it by its first letters to {made}"
        );
        Wrong::never(problem, Some(self.instead_of_status(word)))
    }

    fn instead_of_status(&self, word: &str) -> String {
        let lower = word.to_lowercase();
        if IndexedStatus::ALL
            .iter()
            .any(|status| status.as_str() == lower)
        {
            return format!("`status:{lower}`: case matters");
        }
        let holder = self.known.iter().find(
            |attribute| matches!(attribute.kind, Kind::OneOf(words) if words.contains(&word)),
        );
        match holder {
            Some(holder) => format!("`@{}:{word}`", holder.path),
            None => format!("`@outcome:{word}`, and send the word as `outcome`"),
        }
    }

    fn tag(&self, key: &str, test: &Test) -> Option<Wrong> {
        if self.known.iter().any(|attribute| attribute.path == key) {
            let problem =
                format!("`{key}:` without `@` looks for a tag, and `{key}` is an attribute");
            return Wrong::never(problem, Some(format!("`@{key}:…`")));
        }
        compared(key, test)
    }

    fn attribute(&self, path: &Path, test: &Test) -> Option<Wrong> {
        if let Some(wrong) = empty_range(test) {
            return Some(wrong);
        }
        let path = path.as_str();
        let known = self.known.iter().find(|attribute| attribute.path == path);
        match known {
            Some(attribute) => value(*attribute, test),
            None => self.unknown_attribute(path),
        }
    }

    fn unknown_attribute(&self, path: &str) -> Option<Wrong> {
        let is_reserved = matches!(path, "env" | "source" | "host" | "service" | "status");
        if is_reserved && self.record == Record::Log {
            let problem =
                format!("`@{path}` is an attribute, and what Datadog calls `{path}` has no `@`");
            return Wrong::doubtful(problem, Some(format!("`{path}:…`")));
        }
        // One that is a part of a known path, or below one, is no slip.
        let is_near = |known: &&str| {
            !known.starts_with(&format!("{path}.")) && !path.starts_with(&format!("{known}."))
        };
        let paths = self.known.iter().map(|attribute| attribute.path);
        let near = nearest(path, paths.filter(is_near))?;
        let problem = format!("no attribute `{path}` is known");
        Wrong::doubtful(problem, Some(format!("`@{near}:…`")))
    }
}

impl Wrong {
    fn at(self, span: Span, is_negated: bool) -> Finding {
        let (level, problem) = match (self.level, is_negated) {
            (Level::NeverMatches, true) => (
                Level::Doubtful,
                format!("{}; so this leaves nothing out", self.problem),
            ),
            (level, _) => (level, self.problem),
        };
        Finding {
            level,
            span: Some(span),
            problem,
            suggestion: self.suggestion,
        }
    }
}

#[cfg(test)]
mod tests;
