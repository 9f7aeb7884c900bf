//! Terminals that show ASCII alone: what stands in for the signs that they have not.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// Whether a locale, the first set of `LC_ALL`, `LC_CTYPE` and `LANG`, has Unicode. Containers seldom
/// set one, and terminals have it all the same.
pub fn has_unicode(locale: Option<&str>) -> bool {
    let Some(locale) = locale else { return true };
    let codeset = locale.split_once('.').map(|(_, codeset)| codeset);
    let codeset = codeset.unwrap_or_default().to_ascii_lowercase();
    // `de_DE` names a language whose terminals moved to Unicode long ago; `C` names none.
    let is_open = codeset.is_empty() && !matches!(locale, "C" | "POSIX");
    is_open || codeset.starts_with("utf-8") || codeset.starts_with("utf8")
}

/// The text in ASCII, as many columns wide as before.
pub fn in_ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            _ if c.is_ascii() => plain.push(c),
            '…' => plain.push('~'),
            '·' | '•' => plain.push('*'),
            '–' | '—' | '─' | '━' => plain.push('-'),
            '│' | '┃' => plain.push('|'),
            '×' => plain.push('x'),
            '→' | '▶' => plain.push('>'),
            '←' | '◀' => plain.push('<'),
            '‘' | '’' => plain.push('\''),
            '“' | '”' => plain.push('"'),
            _ => plain.extend(std::iter::repeat_n('?', c.width().unwrap_or(0))),
        }
    }
    Cow::Owned(plain)
}

/// Sentences in ASCII, in which nothing stands below anything: dots instead of a sign that might be
/// taken for part of what is to be typed.
pub fn prose_in_ascii(text: &str) -> Cow<'_, str> {
    match text.contains('…') {
        true => Cow::Owned(in_ascii(&text.replace('…', "...")).into_owned()),
        false => in_ascii(text),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn a_locale_without_unicode_says_so() {
        for unicode in ["C.UTF-8", "en_US.UTF-8", "de_DE.utf8@euro", "de_DE"] {
            assert!(has_unicode(Some(unicode)), "{unicode}");
        }
        for plain in ["C", "POSIX", "de_DE.ISO-8859-1"] {
            assert!(!has_unicode(Some(plain)), "{plain}");
        }
        assert!(has_unicode(None));
    }

    #[test]
    fn what_has_a_like_in_ascii_is_written_so() {
        assert_eq!(in_ascii("abc… → Inês"), "abc~ > In?s");
        assert_eq!(in_ascii("日 e\u{301}"), "?? e");
        assert_eq!(prose_in_ascii("httpproxy, … → all"), "httpproxy, ... > all");
        assert_eq!(prose_in_ascii("Inês"), "In?s");
    }

    proptest! {
        #[test]
        fn a_text_keeps_its_columns(text in "[a-z…日é→ ]{0,40}") {
            let plain = in_ascii(&text);
            prop_assert!(plain.is_ascii());
            prop_assert_eq!(plain.width(), text.width());
        }
    }
}
