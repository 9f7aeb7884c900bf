//! Text of other people, made harmless before it meets a terminal.
//!
//! A session's name, a script or a server's message can hold escape sequences, line breaks or
//! characters that turn the reading order. Here they become visible marks; nothing is dropped
//! without a trace.

use std::borrow::Cow;

/// One line, safe to print: control characters as Unicode's control pictures, invisible and
/// direction-changing characters as U+FFFD.
pub fn line(text: &str) -> Cow<'_, str> {
    match text.chars().any(|c| shown(c) != c) {
        true => Cow::Owned(text.chars().map(shown).collect()),
        false => Cow::Borrowed(text),
    }
}

/// Several lines, safe to print: as [`line()`], but line ends and tabs stay.
pub fn block(text: &str) -> Cow<'_, str> {
    let keep = |c: char| matches!(c, '\n' | '\t');
    match text.chars().any(|c| !keep(c) && shown(c) != c) {
        true => Cow::Owned(
            text.chars()
                .map(|c| if keep(c) { c } else { shown(c) })
                .collect(),
        ),
        false => Cow::Borrowed(text),
    }
}

/// At most `width` columns of a safe line, with an ellipsis where something was cut.
pub fn cut(text: &str, width: usize) -> String {
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
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
        '\u{80}'..='\u{9f}' => '\u{fffd}',
        // Zero-width and joiners that hide text, marks that turn the direction, the tags block.
        '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{061c}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
        other => other,
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
