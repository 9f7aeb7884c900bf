//! What is wrong with a text that does not parse, and how it is shown: the line, a caret, what was
//! expected and what to try.

use unicode_width::UnicodeWidthChar;

use super::span::Span;

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
    ///
    /// Control characters are shown as blanks and a long line is cut around the caret, so that the
    /// caret stands where it should.
    pub fn render(&self, source: &str) -> String {
        let mut shown = pointed(source, self.span, &self.problem);
        shown.push_str("\n  expected ");
        shown.push_str(&self.expected);
        if let Some(suggestion) = &self.suggestion {
            shown.push_str("\n  try: ");
            shown.push_str(suggestion);
        }
        shown
    }
}

/// Characters of a line that are shown: with its indent behind `error: ` it fits 80 columns, and the
/// caret stands where it should.
const WIDTH: usize = 68;
/// Characters of the wrong part that are shown.
const MOST_MARKED: usize = 40;

/// The line around `span`, carets under it, and `problem` behind them, or below where it is too long.
pub(super) fn pointed(source: &str, span: Span, problem: &str) -> String {
    let (line, indent, length) = excerpt(source, span);
    let fits = indent + length + 1 + columns(problem) <= WIDTH;
    let between = if fits { " " } else { "\n  " };
    format!(
        "  {line}\n  {}{}{between}{problem}",
        " ".repeat(indent),
        "^".repeat(length)
    )
}

/// The line around `span`, and where in it the span lies: columns before it and its width.
fn excerpt(source: &str, span: Span) -> (String, usize, usize) {
    let start = floor_boundary(source, span.start);
    let end = floor_boundary(source, span.end.max(start));
    let line_start = source[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = source[start..]
        .find('\n')
        .map_or(source.len(), |at| start + at);
    let before = &source[line_start..start];
    let whole = &source[start..end.min(line_end)];
    let marked: String = whole.chars().take(MOST_MARKED).map(visible).collect();
    // What stands behind a part that is cut does not follow what is shown of it.
    let is_cut = marked.chars().count() < whole.chars().count();
    let after = if is_cut {
        ""
    } else {
        &source[start + whole.len()..line_end]
    };

    // Two for the signs of what is left out.
    let room = WIDTH - 2 - marked.chars().count();
    let (left, right) = (before.chars().count(), after.chars().count());
    let left_shown = left.min(room - right.min(room / 2));
    let right_shown = right.min(room - left_shown);

    let mut line = String::new();
    line.extend((left_shown < left).then_some('…'));
    line.extend(before.chars().skip(left - left_shown).map(visible));
    let indent = columns(&line);
    line.push_str(&marked);
    line.extend(after.chars().take(right_shown).map(visible));
    line.extend((is_cut || right_shown < right).then_some('…'));
    (line, indent, columns(&marked).max(1))
}

fn visible(c: char) -> char {
    if c.is_control() { ' ' } else { c }
}

fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

fn floor_boundary(source: &str, at: usize) -> usize {
    (0..=at.min(source.len()))
        .rev()
        .find(|at| source.is_char_boundary(*at))
        .unwrap_or(0)
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
    fn a_long_line_is_cut_around_the_caret_and_only_its_line_is_shown() {
        let source = format!("first\n{}!{}", "a".repeat(500), "b".repeat(500));
        let error = ParseError::new(Span::new(506, 507), "wrong", "right");
        let rendered = error.render(&source);
        let line = rendered.lines().next().unwrap_or_default();
        assert!(line.chars().count() <= WIDTH + 2, "{line}");
        assert!(line.starts_with("  …a") && line.ends_with("b…"), "{line}");
        assert!(!rendered.contains("first"));
    }

    #[test]
    fn an_early_or_a_late_caret_has_the_whole_width_for_its_line() {
        let source = "x".repeat(100);
        for (start, end) in [(0, 1), (50, 60), (99, 100), (100, 100)] {
            let error = ParseError::new(Span::new(start, end), "wrong", "right");
            let rendered = error.render(&source);
            let line = rendered.lines().next().unwrap_or_default();
            let shown = line.chars().count() - 2;
            assert!((WIDTH - 1..=WIDTH).contains(&shown), "{start}: {line}");
        }
    }

    #[test]
    fn a_part_too_long_to_show_is_cut_and_nothing_is_put_behind_it() {
        let source = format!("(({}))", "x".repeat(100));
        let error = ParseError::new(Span::new(2, 102), "wrong", "right");
        let rendered = error.render(&source);
        let line = rendered.lines().next().unwrap_or_default();
        assert!(line.starts_with("  ((x") && line.ends_with("x…"), "{line}");
    }

    #[test]
    fn a_problem_that_does_not_fit_behind_the_caret_stands_below_it() {
        let source = format!("{} )", "a".repeat(60));
        let error = ParseError::new(Span::new(61, 62), "nothing is open here to close", "x");
        let rendered = error.render(&source);
        assert!(rendered.contains("^\n  nothing is open"), "{rendered}");
    }

    #[test]
    fn a_span_outside_the_source_does_not_panic() {
        let error = ParseError::new(Span::new(90, 95), "wrong", "right");
        assert!(error.render("é").contains('^'));
    }
}
