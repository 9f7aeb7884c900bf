//! Text of other people, made harmless before it meets a terminal.
//!
//! A session's name, a script or a server's message can hold escape sequences, line breaks or
//! characters that turn the reading order. Here they become visible marks; nothing is dropped
//! without a trace.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::domain::unseen::is_unseen;

/// Combining marks kept on one character: no writing system needs more.
const MARKS: usize = 8;

/// One line, safe to print: control characters as Unicode's control pictures; what cannot be seen
/// or turns the direction, and marks without end, as U+FFFD.
pub fn line(text: &str) -> Cow<'_, str> {
    harmless(text, |_| false)
}

/// Several lines, safe to print: as [`line()`], but line ends and tabs stay.
pub fn block(text: &str) -> Cow<'_, str> {
    harmless(text, |c| matches!(c, '\n' | '\t'))
}

fn harmless(text: &str, stays: fn(char) -> bool) -> Cow<'_, str> {
    let mut marks = 0;
    let safe = text.chars().map(move |c| {
        let is_mark = !c.is_ascii() && c.width() == Some(0);
        marks = if is_mark { marks + 1 } else { 0 };
        match marks > MARKS {
            true => '\u{fffd}',
            false if stays(c) => c,
            false => shown(c),
        }
    });
    match text.chars().eq(safe.clone()) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(safe.collect()),
    }
}

/// At most `width` columns of a safe line, with an ellipsis where something was cut.
pub fn cut(text: &str, width: usize) -> String {
    let safe = line(text);
    if safe.width() <= width {
        return safe.into_owned();
    }
    let mut kept = String::new();
    let mut columns = 1;
    for c in safe.chars() {
        columns += c.width().unwrap_or(0);
        if columns > width {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept
}

fn shown(c: char) -> char {
    match c {
        '\u{00}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        c if is_unseen(c) => '\u{fffd}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_escape_sequence_is_shown_and_not_run() {
        assert_eq!(line("a\x1b[31mb\r\n"), "a␛[31mb␍␊");
        assert_eq!(line("\u{9b}31m"), "\u{fffd}31m");
        assert_eq!(block("a\tb\n\x07"), "a\tb\n␇");
    }

    #[test]
    fn text_that_turns_direction_is_marked() {
        assert_eq!(line("user\u{202e}txt.exe"), "user\u{fffd}txt.exe");
    }

    #[test]
    fn text_that_cannot_be_seen_and_marks_without_end_are_marked() {
        assert_eq!(
            line("o\u{ad}k\u{34f}\u{e0041}"),
            "o\u{fffd}k\u{fffd}\u{fffd}"
        );
        let tower = format!("e{}x", "\u{301}".repeat(10));
        assert_eq!(line(&tower).matches('\u{301}').count(), MARKS);
        assert_eq!(line("e\u{301} 日 ✓"), "e\u{301} 日 ✓");
    }

    #[test]
    fn a_long_line_is_cut_by_columns() {
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("日本語テキスト", 5), "日本…");
        assert_eq!(cut("abc", 3), "abc");
    }

    proptest! {
        #[test]
        fn no_control_character_survives(text in any::<String>()) {
            prop_assert!(!line(&text).chars().any(char::is_control));
        }

        #[test]
        fn a_cut_line_fits(text in any::<String>(), width in 1usize..40) {
            use unicode_width::UnicodeWidthStr;
            prop_assert!(cut(&text, width).width() <= width);
        }
    }
}
