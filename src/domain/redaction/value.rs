//! Where the value of an assignment begins and ends.

use super::text::{Text, is_base64url, is_word};

/// The part of a text that a key is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub start: usize,
    pub end: usize,
    pub quoted: bool,
}

impl Value {
    /// The value at `at`: quoted when a quote, itself perhaps escaped, stands there. `pipes` tells
    /// whether a `|` belongs to an unquoted value, as in the gateway's `<org>|<random>` keys.
    pub fn parse(text: &Text, at: usize, pipes: bool) -> Self {
        Self::parse_quoted(text, at).unwrap_or_else(|| Self {
            start: at,
            end: unquoted_end(text, at, pipes),
            quoted: false,
        })
    }

    /// The quoted value at `at`. One that is never closed ends with its line: it was cut.
    pub fn parse_quoted(text: &Text, at: usize) -> Option<Self> {
        let escapes = text.run(at, MAX_ESCAPES, |b| b == b'\\') - at;
        let quote = text.get(at + escapes).filter(|&b| is_quote(b))?;
        let start = at + escapes + 1;
        let end = closing_quote(text, start, quote, escapes);
        Some(Self {
            start,
            end,
            quoted: true,
        })
    }

    pub fn bytes<'a>(&self, text: &Text<'a>) -> &'a [u8] {
        &text.bytes[self.start..self.end]
    }
}

/// Deepest nesting looked at: JSON in JSON in JSON escapes a quote by seven backslashes.
const MAX_ESCAPES: usize = 8;

pub(super) fn is_quote(b: u8) -> bool {
    matches!(b, b'"' | b'\'' | b'`')
}

/// Where the value closes that was opened by `quote` behind `escapes` backslashes.
fn closing_quote(text: &Text, start: usize, quote: u8, escapes: usize) -> usize {
    let mut at = start;
    loop {
        at = text.run(at, usize::MAX, |b| {
            b != quote && !matches!(b, b'\\' | b'\n' | b'\r')
        });
        match text.get(at) {
            Some(b'\\') => {
                let slashes = text.run(at, usize::MAX, |b| b == b'\\') - at;
                let closes = text.get(at + slashes) == Some(quote)
                    && if escapes == 0 {
                        slashes.is_multiple_of(2)
                    } else {
                        slashes <= escapes
                    };
                if closes {
                    return if escapes == 0 { at + slashes } else { at };
                }
                at += slashes + usize::from(text.get(at + slashes) == Some(quote));
            }
            // SQL writes a quote inside a literal twice.
            Some(b'\'') if quote == b'\'' && at > start && text.get(at + 1) == Some(b'\'') => {
                at += 2;
            }
            _ => return at,
        }
    }
}

/// The end of the unquoted value at `start`. What goes on for too long is none, and ends where it
/// starts, unless it is base64 through and through: an encoded key has several thousand bytes.
fn unquoted_end(text: &Text, start: usize, pipes: bool) -> usize {
    let limit = text.bytes.len().min(start + MAX_UNQUOTED);
    let near = Text {
        bytes: &text.bytes[..limit],
        floor: text.floor,
    };
    let end = near_unquoted_end(&near, start, pipes);
    if end < start + MAX_UNQUOTED {
        return end;
    }
    let end = text.run(start, usize::MAX, |b| {
        is_base64url(b) || matches!(b, b'+' | b'/' | b'.')
    });
    let end = text.run(end, 2, |b| b == b'=');
    match text.get(end) {
        Some(b) if !is_stop(b) => start,
        _ if end < start + MAX_UNQUOTED => start,
        _ => end,
    }
}

/// Longest unquoted value with signs in it.
const MAX_UNQUOTED: usize = 1024;

fn near_unquoted_end(text: &Text, start: usize, pipes: bool) -> usize {
    let mut at = start;
    if text.from(at).starts_with(b"${") {
        at = text.run(at, MAX_EXPANSION, |b| b != b'}' && b > b' ');
        at += usize::from(text.get(at) == Some(b'}'));
    }
    loop {
        at = text.run(at, usize::MAX, |b| !is_stop(b));
        match text.get(at) {
            Some(b'|') if pipes => at += 1,
            Some(b',') if !separates(text, at) => at += 1,
            Some(b'\\') if !ends_line_or_quote(text, at) => {
                at = text.run(at, usize::MAX, |b| b == b'\\');
            }
            _ => return at,
        }
    }
}

/// Longest `${…}` taken as one.
const MAX_EXPANSION: usize = 256;

fn is_stop(b: u8) -> bool {
    b <= b' '
        || is_quote(b)
        || matches!(
            b,
            b'|' | b',' | b'\\' | b';' | b'&' | b'<' | b'>' | b'(' | b')' | b'}' | b']' | 0x7f
        )
}

/// True when the comma at `at` ends a value: white space, a quote, nothing or `name=` follows.
fn separates(text: &Text, at: usize) -> bool {
    match text.get(at + 1) {
        None => true,
        Some(b) if b <= b' ' || is_quote(b) => true,
        Some(_) => {
            let name = text.run(at + 1, 64, |b| is_word(b) || b == b'-');
            name > at + 1 && matches!(text.get(name), Some(b'=' | b':'))
        }
    }
}

/// True when the backslashes at `at` write a line end, a tab or a quote, as JSON and C do.
fn ends_line_or_quote(text: &Text, at: usize) -> bool {
    let next = text.run(at, usize::MAX, |b| b == b'\\');
    match text.get(next) {
        None => true,
        Some(b) => b <= b' ' || is_quote(b) || matches!(b, b'n' | b'r' | b't'),
    }
}
