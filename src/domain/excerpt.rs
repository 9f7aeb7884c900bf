//! A line of a text with a caret under a part of it.

use std::fmt;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// Characters of a line that are shown: with its indent behind `error: ` it fits 80 columns, and the
/// caret stands where it should.
const WIDTH: usize = 68;
/// Characters of the part that are shown.
const MOST_MARKED: usize = 40;

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
        let whole = &source[start..end.min(line_end)];
        let marked: String = whole.chars().take(MOST_MARKED).map(visible).collect();
        // What stands behind a part that is cut does not follow what is shown of it.
        let is_cut = marked.chars().count() < whole.chars().count();
        let after = match is_cut {
            true => "",
            false => &source[start + whole.len()..line_end],
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
        Self {
            line,
            indent,
            width: columns(&marked).max(1),
        }
    }

    /// With `problem` behind the caret, or below it where it is too long for that.
    pub fn with(&self, problem: &str) -> String {
        let fits = self.indent + self.width + 1 + columns(problem) <= WIDTH;
        let between = if fits { " " } else { "\n  " };
        format!("{self}{between}{problem}")
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

    /// The line that is shown.
    fn line(source: &str, span: Range<usize>) -> String {
        let shown = Excerpt::of(source, span).to_string();
        shown.lines().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret_and_only_its_line_is_shown() {
        let source = format!("first\n{}!{}", "a".repeat(500), "b".repeat(500));
        let line = line(&source, 506..507);
        assert!(line.chars().count() <= WIDTH + 2, "{line}");
        assert!(line.starts_with("  …a") && line.ends_with("b…"), "{line}");
        assert!(!Excerpt::of(&source, 506..507).to_string().contains("first"));
    }

    #[test]
    fn an_early_or_a_late_caret_has_the_whole_width_for_its_line() {
        let source = "x".repeat(100);
        for (start, end) in [(0, 1), (50, 60), (99, 100), (100, 100)] {
            let line = line(&source, start..end);
            let shown = line.chars().count() - 2;
            assert!((WIDTH - 1..=WIDTH).contains(&shown), "{start}: {line}");
        }
    }

    #[test]
    fn a_part_too_long_to_show_is_cut_and_nothing_is_put_behind_it() {
        let source = format!("(({}))", "x".repeat(100));
        let line = line(&source, 2..102);
        assert!(line.starts_with("  ((x") && line.ends_with("x…"), "{line}");
    }

    #[test]
    fn a_problem_that_does_not_fit_behind_the_caret_stands_below_it() {
        let source = format!("{} )", "a".repeat(60));
        let shown = Excerpt::of(&source, 61..62).with("nothing is open here to close");
        assert!(shown.contains("^\n  nothing is open"), "{shown}");
        let short = Excerpt::of("a )", 2..3).with("nothing is open here to close");
        assert!(short.contains("^ nothing is open"), "{short}");
    }

    #[test]
    fn a_part_outside_of_the_text_does_not_panic() {
        assert_eq!(Excerpt::of("é", 90..95).to_string(), "  é\n   ^");
        assert_eq!(Excerpt::of("", 0..1).to_string(), "  \n  ^");
    }
}
