//! Credentials of the `Authorization` header (RFC 9110, RFC 7617, RFC 6750), in a request, a
//! command line or a dump of headers.

use super::Span;
use super::judge;
use super::text::Text;
use super::value::{Value, is_quote};

const RULE: &str = "authorization";

/// Schemes that carry the secret itself, not a signature made with it.
const SCHEMES: &[&str] = &["apikey", "basic", "bearer", "bot", "negotiate", "token"];

/// Finds the credentials of the header whose name ends `authorization`, at `at`.
pub(super) fn header_at(text: &Text, at: usize) -> Option<Span> {
    const NAME: &str = "authorization";
    if !text.has(at, NAME) {
        return None;
    }
    let colon = past_punctuation(text, at + NAME.len(), |b| is_quote(b) || b == b'\\');
    if !matches!(text.get(colon), Some(b':' | b'=' | b',')) {
        return None;
    }
    let value = past_punctuation(text, colon + 1, |b| {
        is_quote(b) || matches!(b, b'\\' | b'[' | b'>')
    });
    match text.first_of(value, SCHEMES) {
        Some(scheme) => credentials(text, value + scheme.len(), 1),
        None => bare_credentials(text, value),
    }
}

/// Finds the token after a `Bearer` at `at` that stands outside of a header.
pub(super) fn bearer_at(text: &Text, at: usize) -> Option<Span> {
    const SCHEME: &str = "bearer";
    if !text.has(at, SCHEME) || text.before(at).is_some_and(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    credentials(text, at + SCHEME.len(), 16)
        .filter(|span| judge::is_random(&text.bytes[span.start..span.end]))
}

/// The credentials after a scheme that ends at `at`, of at least `least` bytes.
fn credentials(text: &Text, at: usize, least: usize) -> Option<Span> {
    let start = if text.has(at, "%20") {
        at + 3
    } else {
        text.skip_blanks(at)
    };
    let value = Value::parse(text, start, true);
    let found = start > at
        && value.end >= value.start + least
        && !value.quoted
        && judge::is_literal(text, &value);
    found.then_some(Span::new(RULE, value.start, value.end))
}

/// The token of a header without a scheme. Of an unknown scheme, more words follow.
fn bare_credentials(text: &Text, at: usize) -> Option<Span> {
    let value = Value::parse(text, at, true);
    let bytes = value.bytes(text);
    let found = bytes.len() >= 16
        && judge::is_random(bytes)
        && judge::ends_phrase(text, &value)
        && judge::is_literal(text, &value);
    found.then_some(Span::new(RULE, value.start, value.end))
}

/// Past blanks and the few bytes that quote a name or a value.
fn past_punctuation(text: &Text, at: usize, quotes: impl Fn(u8) -> bool) -> usize {
    let at = text.skip_blanks(at);
    text.skip_blanks(text.run(at, 8, quotes))
}
