//! Recorded text made harmless: an allow-list of what may reach a terminal.
//!
//! Writing recorded bytes to a terminal runs whatever that terminal offers: clipboard, answers
//! typed into the shell, links that lie, text that reads other than it is. What passes here is
//! printable characters, tab, line feed, carriage return, and colours where they are asked for,
//! spelled anew. Every other control is dropped with its payload; so are direction marks,
//! zero-width characters and tags, and more than eight combining marks on one character.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar;

use super::sequence::{Csi, Param, Scanner, Token};
use super::utf8::Decoder;
use crate::domain::unseen::is_unseen;

/// Combining marks kept on one character: no writing system needs more.
pub const MARKS: usize = 8;

const JOINER: char = '\u{200d}';
const EMOJI_STYLE: char = '\u{fe0f}';

/// Whether colours and their like pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Styles {
    #[default]
    Dropped,
    /// Colours and attributes, except the one that conceals.
    Kept,
}

/// Filters a stream of recorded bytes that arrives in pieces.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    styles: Styles,
    decoder: Decoder,
    scanner: Scanner,
    marks: MarkFilter,
    text: String,
}

impl Filter {
    pub fn new(styles: Styles) -> Self {
        Self {
            styles,
            ..Self::default()
        }
    }

    /// Appends what of `bytes` is harmless to `safe`.
    pub fn push(&mut self, bytes: &[u8], safe: &mut String) {
        let mut text = std::mem::take(&mut self.text);
        self.decoder.push(bytes, &mut text);
        for c in text.drain(..) {
            self.char(c, safe);
        }
        self.text = text;
    }

    /// Ends the stream, and any colour that was left on.
    pub fn finish(mut self, safe: &mut String) {
        let mut text = String::new();
        self.decoder.finish(&mut text);
        for c in text.chars() {
            self.char(c, safe);
        }
        if self.styles == Styles::Kept {
            safe.push_str("\x1b[0m");
        }
    }

    fn char(&mut self, c: char, safe: &mut String) {
        match self.scanner.push(c) {
            Some(Token::Print(c)) if self.marks.keeps(c) => safe.push(c),
            Some(Token::Control(c @ ('\t' | '\n' | '\r'))) => {
                self.marks.reset();
                safe.push(c);
            }
            Some(Token::Csi(csi)) if self.styles == Styles::Kept && csi.is('m') => {
                sgr(&csi, safe);
            }
            _ => {}
        }
    }
}

/// All of a text, made harmless. Line ends and tabs stay.
pub fn text(recorded: &str) -> String {
    let (mut filter, mut safe) = (Filter::default(), String::with_capacity(recorded.len()));
    filter.push(recorded.as_bytes(), &mut safe);
    filter.finish(&mut safe);
    safe
}

/// As [`text`], on one line: line ends and tabs become spaces.
pub fn line(recorded: &str) -> String {
    text(recorded)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Decides character by character what may be shown; it remembers what it stands on.
#[derive(Clone, Debug, Default)]
pub struct MarkFilter {
    /// The last character with a width of its own; none after a line end.
    base: Option<char>,
    marks: usize,
}

impl MarkFilter {
    /// True when `c` may follow what was kept so far. Controls never may.
    pub fn keeps(&mut self, c: char) -> bool {
        if c.is_ascii() {
            self.base = Some(c);
            self.marks = 0;
            return !c.is_ascii_control();
        }
        if c == JOINER {
            return self.base.is_some_and(is_emoji) && self.mark();
        }
        if is_unseen(c) {
            return false;
        }
        if c.width() == Some(0) {
            return self.base.is_some() && self.mark();
        }
        self.base = Some(c);
        self.marks = 0;
        true
    }

    /// A line end: marks that follow have nothing to stand on.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    fn mark(&mut self) -> bool {
        self.marks += 1;
        self.marks <= MARKS
    }
}

/// True for a mark that joins the character before it and takes no column.
pub fn is_mark(c: char) -> bool {
    c == JOINER || c == EMOJI_STYLE || c.width() == Some(0)
}

/// The wide symbols that joiners are used between.
fn is_emoji(c: char) -> bool {
    c > '\u{2190}' && (c.width() == Some(2) || matches!(c, '\u{2190}'..='\u{2bff}'))
}

/// Spells a colour sequence anew from the parameters that are known to be harmless.
fn sgr(csi: &Csi, safe: &mut String) {
    let mut known: Vec<u16> = Vec::new();
    let mut rest = csi.params();
    if rest.is_empty() {
        known.push(0);
    }
    while let Some((first, after)) = rest.split_first() {
        let subs = after.iter().take_while(|param| param.is_sub).count();
        rest = match first.value {
            kind @ (38 | 48 | 58) => color(kind, after, subs, &mut known),
            value => {
                let is_off = subs > 0 && after[0].value == 0;
                if is_attribute(value) && !is_off {
                    known.push(value);
                }
                &after[subs..]
            }
        };
    }
    if known.is_empty() {
        return;
    }
    safe.push_str("\x1b[");
    for (n, value) in known.iter().enumerate() {
        let separator = if n == 0 { "" } else { ";" };
        let _ = write!(safe, "{separator}{value}");
    }
    safe.push('m');
}

/// Everything but 8, which hides text.
fn is_attribute(value: u16) -> bool {
    matches!(value, 0..=7 | 9 | 21..=27 | 29..=37 | 39..=47 | 49 | 53 | 55 | 59 | 90..=97 | 100..=107)
}

/// Reads an indexed or direct colour, in either spelling, and returns what follows it.
fn color<'a>(kind: u16, after: &'a [Param], subs: usize, known: &mut Vec<u16>) -> &'a [Param] {
    let all = if subs > 0 { &after[..subs] } else { after };
    let byte = |index: usize| all.get(index).map_or(0, |param| param.value.min(255));
    let used = match all.first().map(|param| param.value) {
        Some(5) => {
            known.extend([kind, 5, byte(1)]);
            2
        }
        Some(2) => {
            // `38:2::r:g:b` has a colour space before the three.
            let red = if subs >= 5 { 2 } else { 1 };
            known.extend([kind, 2, byte(red), byte(red + 1), byte(red + 2)]);
            4
        }
        _ => 1,
    };
    let used = if subs > 0 { subs } else { used };
    &after[used.min(after.len())..]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;
    use crate::recording::hostile::HOSTILE;

    fn filtered<'a>(styles: Styles, pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
        let (mut filter, mut safe) = (Filter::new(styles), String::new());
        for piece in pieces {
            filter.push(piece, &mut safe);
        }
        filter.finish(&mut safe);
        safe
    }

    fn is_allowed(text: &str, styles: Styles) -> bool {
        let plain = match styles {
            Styles::Dropped => text.to_owned(),
            Styles::Kept => Regex::new("\x1b\\[[0-9;]+m")
                .expect("a pattern")
                .replace_all(text, "")
                .into_owned(),
        };
        let is_plain = |c: char| matches!(c, '\t' | '\n' | '\r') || !is_unseen(c) || c == JOINER;
        let deepest = plain
            .chars()
            .fold((0, 0), |(run, most), c| {
                let run = if is_mark(c) { run + 1 } else { 0 };
                (run, most.max(run))
            })
            .1;
        plain.chars().all(is_plain) && deepest <= MARKS
    }

    #[test]
    fn hostile_sequences_leave_only_the_text() {
        for bytes in HOSTILE {
            let safe = filtered(Styles::Dropped, [bytes]);
            let text: String = safe.chars().filter(|c| !is_mark(*c)).collect();
            assert!(text.ends_with("ok"), "{bytes:?} became {safe:?}");
            assert!(is_allowed(&safe, Styles::Dropped), "{safe:?}");
        }
    }

    #[test]
    fn hostile_sequences_cut_anywhere_stay_harmless() {
        for bytes in HOSTILE {
            for cut in 0..bytes.len() {
                let (head, tail) = bytes.split_at(cut);
                for styles in [Styles::Dropped, Styles::Kept] {
                    for safe in [filtered(styles, [head]), filtered(styles, [tail])] {
                        assert!(is_allowed(&safe, styles), "{safe:?}");
                    }
                    assert_eq!(filtered(styles, [head, tail]), filtered(styles, [bytes]));
                }
            }
        }
    }

    #[test]
    fn stray_c1_bytes_are_replaced_and_hide_nothing() {
        assert_eq!(
            filtered(Styles::Dropped, [&b"a\x9dsecret"[..]]),
            "a\u{fffd}secret"
        );
    }

    #[test]
    fn colours_are_spelled_anew() {
        let keep = |text: &str| filtered(Styles::Kept, [text.as_bytes()]);
        assert_eq!(keep("\x1b[1;31mx"), "\x1b[1;31mx\x1b[0m");
        assert_eq!(keep("\x1b[mx"), "\x1b[0mx\x1b[0m");
        assert_eq!(keep("\x1b[38;5;999mx"), "\x1b[38;5;255mx\x1b[0m");
        assert_eq!(keep("\x1b[38:2::1:2:3mx"), "\x1b[38;2;1;2;3mx\x1b[0m");
        assert_eq!(keep("\x1b[48;2;1;2;3;4mx"), "\x1b[48;2;1;2;3;4mx\x1b[0m");
        assert_eq!(keep("\x1b[8mx\x1b[4:0m\x1b[38m"), "x\x1b[0m");
        assert_eq!(keep("\x1b[>4;1m\x1b[1 mx"), "x\x1b[0m");
    }

    #[test]
    fn writing_systems_and_emoji_stay_whole() {
        for text in [
            "naïve ✓ 日本語 Łódź\t|\r\n",
            "e\u{301}",
            "👩\u{200d}💻 ❤\u{fe0f}",
            "नमस्ते",
        ] {
            assert_eq!(super::text(text), text);
        }
    }

    #[test]
    fn one_line_has_no_line_ends() {
        assert_eq!(line("a\r\nb\tc\x1b[31m"), "a  b c");
    }

    proptest! {
        #[test]
        fn any_bytes_become_allowed_text(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            size in 1..9_usize,
        ) {
            for styles in [Styles::Dropped, Styles::Kept] {
                let whole = filtered(styles, [bytes.as_slice()]);
                prop_assert!(is_allowed(&whole, styles), "{:?}", whole);
                prop_assert_eq!(whole, filtered(styles, bytes.chunks(size)));
            }
        }

        #[test]
        fn any_text_becomes_allowed_text(text in "(\\PC|[\u{1b}\u{9b}\\[\\];:0-9m\u{200b}-\u{202e}\u{300}]){0,60}") {
            let safe = super::text(&text);
            prop_assert!(is_allowed(&safe, Styles::Dropped), "{:?}", safe);
            prop_assert_eq!(super::text(&safe), safe.clone());
        }
    }
}
