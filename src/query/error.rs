//! What is wrong with a text that does not parse, and how it is shown: the line, a caret, what was
//! expected and what to try.

use super::span::Span;
use crate::domain::excerpt::{Excerpt, floor_boundary};

/// A text that does not parse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}; expected {expected}{}", hint(.suggestion))]
pub struct ParseError {
    /// Where the parser stopped, in bytes of the source.
    pub span: Span,
    pub problem: String,
    /// What could have stood there, as a noun phrase.
    pub expected: String,
    /// What to write instead, as a whole phrase.
    pub suggestion: Option<String>,
}

fn hint(suggestion: &Option<String>) -> String {
    suggestion
        .as_ref()
        .map(|text| format!(" ({text})"))
        .unwrap_or_default()
}

impl ParseError {
    pub(super) fn new(span: Span, problem: impl Into<String>, expected: impl Into<String>) -> Self {
        Self {
            span,
            problem: problem.into(),
            expected: expected.into(),
            suggestion: None,
        }
    }

    pub(super) fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }

    /// The same error in a text in which the source began at `offset`.
    pub(super) fn moved(mut self, map: impl Fn(usize) -> usize) -> Self {
        self.span = Span::new(map(self.span.start), map(self.span.end));
        self
    }

    /// The column of the first wrong character in its line, counted from 1 in characters.
    pub fn column(&self, source: &str) -> usize {
        let start = floor_boundary(source, self.span.start);
        let line_start = source[..start].rfind('\n').map_or(0, |at| at + 1);
        source[line_start..start].chars().count() + 1
    }

    /// The line in question, a caret under the wrong part, what was expected and what to try.
    pub fn render(&self, source: &str) -> String {
        let mut shown = Excerpt::of(source, self.span.range()).with(&self.problem);
        shown.push_str("\n  expected ");
        shown.push_str(&self.expected);
        if let Some(suggestion) = &self.suggestion {
            shown.push_str("\n  try: ");
            shown.push_str(suggestion);
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_wrong_part() {
        let error = ParseError::new(Span::new(8, 9), "this `(` is never closed", "`)`");
        assert_eq!(
            error.render("service:(a OR b"),
            "  service:(a OR b\n          ^ this `(` is never closed\n  expected `)`"
        );
    }

    #[test]
    fn a_wide_character_moves_the_caret_by_two_columns() {
        let source = "日本 )";
        let error = ParseError::new(Span::new(7, 8), "nothing to close", "a term");
        let rendered = error.render(source);
        assert!(rendered.contains("\n       ^ nothing"), "{rendered}");
        assert_eq!(error.column(source), 4);
    }

    #[test]
    fn a_span_outside_the_source_does_not_panic() {
        let error = ParseError::new(Span::new(90, 95), "wrong", "right");
        assert!(error.render("é").contains('^'));
    }
}
