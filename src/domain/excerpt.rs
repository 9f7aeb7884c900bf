//! A line of a text with a caret under a part of it.

use std::fmt;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// Characters shown on either side of the caret of a long line.
const CONTEXT: usize = 48;

/// The line around a place, indented by two, and below it a caret under the place; nothing behind
/// the caret.
///
/// Control characters are shown as blanks and a long line is cut around the caret, so that the
/// caret stands where it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    line: String,
    /// Columns in front of the caret.
    indent: usize,
    /// Columns that it is wide.
    width: usize,
}

impl Excerpt {
    /// `span` is in bytes of `source`; what lies outside is moved inside.
    pub fn of(source: &str, span: Range<usize>) -> Self {
        let start = floor_boundary(source, span.start);
        let end = floor_boundary(source, span.end.max(start));
        let line_start = source[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = source[start..]
            .find('\n')
            .map_or(source.len(), |at| start + at);
        let before = &source[line_start..start];
        let marked = &source[start..end.min(line_end)];
        let after = &source[start + marked.len()..line_end];

        let skipped = before.chars().count().saturating_sub(CONTEXT);
        let mut line = String::new();
        if skipped > 0 {
            line.push('…');
        }
        line.extend(before.chars().skip(skipped).map(visible));
        let indent = columns(&line);
        let marked: String = marked.chars().take(CONTEXT).map(visible).collect();
        line.push_str(&marked);
        let room = (2 * CONTEXT).saturating_sub(marked.chars().count());
        line.extend(after.chars().take(room).map(visible));
        if after.chars().count() > room {
            line.push('…');
        }
        Self {
            line,
            indent,
            width: columns(&marked).max(1),
        }
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (indent, caret) = (" ".repeat(self.indent), "^".repeat(self.width));
        write!(f, "  {}\n  {indent}{caret}", self.line)
    }
}

/// The character boundary at `at`, or the last one before it.
pub fn floor_boundary(source: &str, at: usize) -> usize {
    (0..=at.min(source.len()))
        .rev()
        .find(|at| source.is_char_boundary(*at))
        .unwrap_or(0)
}

fn visible(c: char) -> char {
    if c.is_control() { ' ' } else { c }
}

fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_part_in_its_own_line() {
        let shown = Excerpt::of("first\n日本\tx(\nlast", 14..15).to_string();
        assert_eq!(shown, "  日本 x(\n        ^");
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret_and_only_its_line_is_shown() {
        let source = format!("first\n{}!{}", "a".repeat(500), "b".repeat(500));
        let shown = Excerpt::of(&source, 506..507).to_string();
        let line = shown.lines().next().unwrap_or_default();
        assert!(line.chars().count() < 160, "{line}");
        assert!(line.starts_with("  …a") && line.ends_with("b…"), "{line}");
        assert!(!shown.contains("first"));
    }

    #[test]
    fn a_part_outside_of_the_text_does_not_panic() {
        assert_eq!(Excerpt::of("é", 90..95).to_string(), "  é\n   ^");
        assert_eq!(Excerpt::of("", 0..1).to_string(), "  \n  ^");
    }
}
