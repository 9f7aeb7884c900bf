//! The text under the scan: bytes, the edge of what is already redacted, and small steps over it.

use super::token;

/// What every mark starts with.
pub(super) const MARK: &[u8] = b"[redacted:";

/// How a rule sees the text. Whatever lies before `floor` is redacted already and reads as the
/// `]` that ends a mark, so a rule decides the same on a text and on its redacted form.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub bytes: &'a [u8],
    pub floor: usize,
}

impl<'a> Text<'a> {
    /// The byte at `at`, if there is one.
    pub fn get(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// The byte before `at`.
    pub fn before(&self, at: usize) -> Option<u8> {
        if at == 0 {
            None
        } else if at <= self.floor {
            Some(b']')
        } else {
            self.get(at - 1)
        }
    }

    /// The text from `at` on; empty past the end.
    pub fn from(&self, at: usize) -> &'a [u8] {
        self.bytes.get(at..).unwrap_or_default()
    }

    /// True when `literal` (in lower case) stands at `at`, in any case.
    pub fn has(&self, at: usize, literal: &str) -> bool {
        self.from(at)
            .get(..literal.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(literal.as_bytes()))
    }

    /// The first of `literals` that stands at `at`, in any case.
    pub fn first_of<'l>(&self, at: usize, literals: &[&'l str]) -> Option<&'l str> {
        literals
            .iter()
            .copied()
            .find(|literal| self.has(at, literal))
    }

    /// True when `literal` ends right before `at`, in any case, after the floor.
    pub fn ends_with(&self, at: usize, literal: &str) -> bool {
        at.checked_sub(literal.len())
            .is_some_and(|start| start >= self.floor && self.has(start, literal))
    }

    /// True when a mark starts at `at`.
    pub fn is_mark(&self, at: usize) -> bool {
        self.from(at).starts_with(MARK)
    }

    /// True when a mark starts somewhere in `start..end`.
    pub fn has_mark(&self, start: usize, end: usize) -> bool {
        self.bytes
            .get(start..end)
            .is_some_and(|part| memchr::memmem::find(part, MARK).is_some())
    }

    /// The end of the mark that starts at `at`, with a token or without one.
    pub fn mark_end(&self, at: usize) -> Option<usize> {
        if !self.is_mark(at) {
            return None;
        }
        let name = at + MARK.len();
        let end = self.run(name, usize::MAX, |b| {
            b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'
        });
        let token = end + usize::from(self.get(end) == Some(b':'));
        let token_end = self.run(token, token::WRITTEN, |b| {
            b.is_ascii_digit() || matches!(b, b'a'..=b'f')
        });
        let is_whole = match token_end - end {
            0 => true,
            length => length == 1 + token::WRITTEN,
        };
        (end > name && is_whole && self.get(token_end) == Some(b']')).then_some(token_end + 1)
    }

    /// The end of the run of bytes from `at` that `belongs` holds for, of at most `limit` bytes.
    pub fn run(&self, at: usize, limit: usize, belongs: impl Fn(u8) -> bool) -> usize {
        let rest = self.from(at);
        let rest = &rest[..rest.len().min(limit)];
        at + rest.iter().position(|&b| !belongs(b)).unwrap_or(rest.len())
    }

    /// The start of the run of name bytes (`A-Z a-z 0-9 _ - .`) that ends before `at`.
    pub fn name_start(&self, at: usize) -> usize {
        let earliest = self.floor.max(at.saturating_sub(MAX_NAME));
        let before = &self.bytes[earliest..at];
        let rest = before
            .iter()
            .rposition(|&b| !(is_word(b) || matches!(b, b'-' | b'.')));
        rest.map_or(earliest, |stop| earliest + stop + 1)
    }

    /// Past spaces, tabs and the colour changes (`ESC [ … m`) that a program puts between a key
    /// and its value.
    pub fn skip_blanks(&self, mut at: usize) -> usize {
        loop {
            at = self.run(at, usize::MAX, |b| matches!(b, b' ' | b'\t'));
            match self.colour_end(at) {
                Some(end) => at = end,
                None => return at,
            }
        }
    }

    fn colour_end(&self, at: usize) -> Option<usize> {
        if !self.from(at).starts_with(b"\x1b[") {
            return None;
        }
        let end = self.run(at + 2, MAX_COLOUR, |b| {
            b.is_ascii_digit() || matches!(b, b';' | b':')
        });
        (self.get(end) == Some(b'm')).then_some(end + 1)
    }
}

/// Longest name looked at before a keyword.
const MAX_NAME: usize = 64;

/// Longest parameter list of a colour change: `38;2;255;255;255;48;2;255;255;255` has 35.
const MAX_COLOUR: usize = 48;

/// A byte of a word: a letter, a digit or `_`.
pub(super) fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// A byte of base64url: a word byte or `-`.
pub(super) fn is_base64url(b: u8) -> bool {
    is_word(b) || b == b'-'
}
