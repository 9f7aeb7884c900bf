//! Tokens that tell what they are by their own prefix, wherever they stand.

use super::Span;
use super::text::{Text, is_base64url, is_word};

/// One prefix and what follows it.
struct Shape {
    rule: &'static str,
    prefix: &'static str,
    tail: fn(u8) -> bool,
    /// Least and greatest number of bytes after the prefix.
    length: (usize, usize),
    /// What the tail must have besides its length.
    looks: fn(&[u8]) -> bool,
}

const fn shape(
    rule: &'static str,
    prefix: &'static str,
    tail: fn(u8) -> bool,
    length: (usize, usize),
) -> Shape {
    Shape {
        rule,
        prefix,
        tail,
        length,
        looks: any,
    }
}

/// The limit of tokens that have none of their own: longer than any that was seen, and short enough
/// that a run which turns out to be no token costs little.
const LONG: usize = 1024;

/// Sources of the formats are in [`super::RULES`]. A prefix that begins another stands after it.
const SHAPES: &[Shape] = &[
    shape("aws-access-key-id", "AKIA", is_base32, (16, 16)),
    shape("aws-access-key-id", "ASIA", is_base32, (16, 16)),
    shape("github-token", "ghp_", is_alphanumeric, (36, 251)),
    shape("github-token", "gho_", is_alphanumeric, (36, 251)),
    shape("github-token", "ghu_", is_alphanumeric, (36, 251)),
    shape("github-token", "ghs_", is_dotted, (36, LONG)),
    shape("github-token", "ghr_", is_alphanumeric, (36, 251)),
    shape("github-token", "github_pat_", is_word, (60, 251)),
    shape("gitlab-token", "glpat-", is_dotted, (20, LONG)),
    shape("gitlab-token", "glptt-", is_dotted, (20, LONG)),
    shape("gitlab-token", "gldt-", is_dotted, (20, LONG)),
    shape("gitlab-token", "glrt-", is_dotted, (20, LONG)),
    shape("gitlab-token", "glcbt-", is_dotted, (20, LONG)),
    shape("slack-token", "xoxa-", is_slack, (10, 300)),
    shape("slack-token", "xoxb-", is_slack, (10, 300)),
    shape("slack-token", "xoxc-", is_slack, (10, 300)),
    shape("slack-token", "xoxd-", is_slack, (10, 300)),
    shape("slack-token", "xoxe.xoxb-", is_slack, (10, 300)),
    shape("slack-token", "xoxe.xoxp-", is_slack, (10, 300)),
    shape("slack-token", "xoxe-", is_slack, (10, 300)),
    shape("slack-token", "xoxo-", is_slack, (10, 300)),
    shape("slack-token", "xoxp-", is_slack, (10, 300)),
    shape("slack-token", "xoxr-", is_slack, (10, 300)),
    shape("slack-token", "xoxs-", is_slack, (10, 300)),
    shape("slack-token", "xapp-", is_slack, (20, 300)),
    shape("stripe-key", "sk_live_", is_alphanumeric, (16, 251)),
    shape("stripe-key", "sk_test_", is_alphanumeric, (16, 251)),
    shape("stripe-key", "rk_live_", is_alphanumeric, (16, 251)),
    shape("stripe-key", "rk_test_", is_alphanumeric, (16, 251)),
    shape("google-key", "AIza", is_base64url, (35, 35)),
    shape("google-key", "GOCSPX-", is_base64url, (28, 28)),
    Shape {
        looks: has_digit,
        ..shape("anthropic-key", "sk-ant-", is_base64url, (20, 300))
    },
    Shape {
        looks: is_unbroken,
        ..shape("openai-key", "sk-", is_base64url, (20, 300))
    },
    shape("npm-token", "npm_", is_alphanumeric, (36, 36)),
    shape("pypi-token", "pypi-AgE", is_base64url, (50, LONG)),
    shape("datadog-key", "ddapp_", is_word, (34, 34)),
    shape("datadog-key", "ddpat_", is_word, (20, 251)),
    shape("datadog-key", "ddsat_", is_word, (20, 251)),
    shape("gateway-key", "hpk_", is_base64url, (43, 43)),
    shape("gateway-key", "xapi-", is_base64url, (20, LONG)),
    shape("webhook-secret", "whsec_", is_base64, (24, LONG)),
    shape("vault-token", "hvs.", is_base64url, (24, LONG)),
    shape("vault-token", "hvb.", is_base64url, (24, LONG)),
];

/// How many prefixes there are.
pub(super) const PREFIXES: usize = SHAPES.len();

/// The first three bytes of a prefix, which the scan looks for.
pub(super) const fn head(index: usize) -> [u8; 3] {
    let prefix = SHAPES[index].prefix.as_bytes();
    [prefix[0], prefix[1], prefix[2]]
}

/// Finds a token at `at`, which must not stand inside a longer word.
pub(super) fn at(text: &Text, at: usize) -> Option<Span> {
    if text.before(at).is_some_and(is_word) {
        return None;
    }
    SHAPES.iter().find_map(|shape| shape.at(text, at))
}

impl Shape {
    fn at(&self, text: &Text, at: usize) -> Option<Span> {
        let prefix = self.prefix.as_bytes();
        if text.get(at) != prefix.first().copied() || !text.from(at).starts_with(prefix) {
            return None;
        }
        let tail = at + self.prefix.len();
        let (least, most) = self.length;
        let end = text.run(tail, most.saturating_add(1), self.tail);
        let end = without_full_stop(text, tail, end);
        let fits = (least..=most).contains(&(end - tail))
            && !text.get(end).is_some_and(is_word)
            && !text.is_mark(end)
            && (self.looks)(&text.bytes[tail..end]);
        fits.then_some(Span::new(self.rule, at, end))
    }
}

/// A full stop at the end belongs to the sentence around the token.
fn without_full_stop(text: &Text, start: usize, end: usize) -> usize {
    let tail = &text.bytes[start..end];
    match tail.iter().rposition(|b| *b != b'.') {
        Some(last) => start + last + 1,
        None => start,
    }
}

/// Finds a JSON Web Token (RFC 7519) at `at`: three parts, the first of them `{"…` in base64url.
/// One of five parts is encrypted (RFC 7516) and found as well.
pub(super) fn jwt_at(text: &Text, at: usize) -> Option<Span> {
    let starts = text.from(at).starts_with(b"eyJ") && !text.before(at).is_some_and(is_base64url);
    if !starts {
        return None;
    }
    let header = part_end(text, at, 12)?;
    let payload = part_end(text, header + 1, 10)?;
    let mut end = text.run(payload + 1, usize::MAX, is_base64url);
    for _encrypted in 0..2 {
        if text.get(end) == Some(b'.') && text.get(end + 1).is_some_and(is_base64url) {
            end = text.run(end + 1, usize::MAX, is_base64url);
        }
    }
    (!text.is_mark(end)).then_some(Span::new("jwt", at, end))
}

/// The dot after a part of at least `least` bytes.
fn part_end(text: &Text, start: usize, least: usize) -> Option<usize> {
    let end = text.run(start, usize::MAX, is_base64url);
    (end >= start + least && text.get(end) == Some(b'.')).then_some(end)
}

fn any(_: &[u8]) -> bool {
    true
}

fn has_digit(tail: &[u8]) -> bool {
    tail.iter().any(u8::is_ascii_digit)
}

/// A run of 20 letters and digits with at least one digit: keys have it, CSS classes such as
/// `sk-cube-grid-animation-delay-2` do not.
fn is_unbroken(tail: &[u8]) -> bool {
    tail.split(|b| !b.is_ascii_alphanumeric())
        .any(|part| part.len() >= 20 && has_digit(part))
}

fn is_alphanumeric(b: u8) -> bool {
    b.is_ascii_alphanumeric()
}

fn is_base32(b: u8) -> bool {
    b.is_ascii_uppercase() || matches!(b, b'2'..=b'7')
}

fn is_base64(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')
}

fn is_slack(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'-'
}

fn is_dotted(b: u8) -> bool {
    is_base64url(b) || b == b'.'
}
