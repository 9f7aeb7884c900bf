//! MongoDB's commands that carry credentials, as extended JSON: `createUser`, the sign-in by SASL,
//! the older `authenticate`.
//!
//! A document may be cut, so it is not parsed: the value behind a key is read to its end.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::redact::{Hidden, pattern};

/// What its key says is a secret.
static ALWAYS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#""(?:pwd|password|speculativeAuthenticate)"\s*:\s*"#));

/// And in a sign-in, its payload: other documents may have a payload that is worth reading.
static IN_SIGN_IN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#""(?:pwd|password|speculativeAuthenticate|payload|key|nonce)"\s*:\s*"#)
});

static SIGN_IN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#""(?:saslStart|saslContinue|authenticate)"\s*:"#));

/// Hides the credentials of a command.
pub(super) fn hide(json: &str, hidden: &mut Hidden<'_>) {
    let keys = match SIGN_IN.is_match(json) {
        true => &*IN_SIGN_IN,
        false => &*ALWAYS,
    };
    for key in keys.find_iter(json) {
        if key.start() < hidden.end() {
            continue;
        }
        let Some(value) = value(json.as_bytes(), key.end()) else {
            continue;
        };
        let inner = match json.as_bytes()[value.start] {
            b'"' => value.start + 1..value.end - usize::from(json[..value.end].ends_with('"')),
            _ => value.clone(),
        };
        let inner = inner.start..inner.end.max(inner.start);
        hidden.replace(value, inner, "password", "\"");
    }
}

/// The string, object or list at `at`; up to the end of the text where it was cut. Numbers and
/// literals are no secrets.
fn value(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let mut depth = 0_usize;
    let mut end = at;
    loop {
        match bytes.get(end) {
            None if end > at => return Some(at..end),
            Some(b'"') => end = string_end(bytes, end),
            Some(b'{' | b'[') => (depth, end) = (depth + 1, end + 1),
            Some(b'}' | b']') if depth > 0 => (depth, end) = (depth - 1, end + 1),
            Some(_) if depth > 0 => end += 1,
            _ => return None,
        }
        if depth == 0 {
            return Some(at..end);
        }
    }
}

/// The end of the string whose opening quote is at `at`, behind its closing one.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'\\' => end += 2,
            b'"' => return end + 1,
            _ => end += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::redaction::Redactor;

    fn hidden(json: &str) -> String {
        let redactor = Redactor::built_in();
        let mut hidden = Hidden::new(json, &redactor);
        hide(json, &mut hidden);
        hidden
            .finish()
            .map_or_else(|| json.to_owned(), |(text, _)| text)
    }

    #[test]
    fn credentials_of_commands_are_hidden_and_the_rest_stays() {
        let cases = [
            (
                r#"{"createUser":"a","pwd":"x\"y","roles":[]}"#,
                r##"{"createUser":"a","pwd":"#","roles":[]}"##,
            ),
            (
                r#"{"saslStart":1,"payload":{"$binary":{"base64":"biws","subType":"00"}},"$db":"a"}"#,
                r##"{"saslStart":1,"payload":"#","$db":"a"}"##,
            ),
            (
                r#"{"hello":1,"speculativeAuthenticate":{"saslStart":1,"mechanism":"SCRAM-SHA-256","payload":{"$binary":{"base64":"biws","subType":"00"}},"db":"admin"},"$db":"admin"}"#,
                r##"{"hello":1,"speculativeAuthenticate":"#","$db":"admin"}"##,
            ),
            (
                r#"{"authenticate":1,"user":"a","nonce":"2375531c32080ae8","key":"21742f26431831d5","$db":"a"}"#,
                r##"{"authenticate":1,"user":"a","nonce":"#","key":"#","$db":"a"}"##,
            ),
            (
                r#"{"updateUser":"a","pwd":"cut in the mid"#,
                r##"{"updateUser":"a","pwd":"#""##,
            ),
            (
                r#"{"saslContinue":1,"payload":{"$binary":{"base64":"bi"#,
                r##"{"saslContinue":1,"payload":"#""##,
            ),
        ];
        for (json, expected) in cases {
            assert_eq!(hidden(json), expected.replace('#', "[redacted:password]"));
        }
    }

    #[test]
    fn what_is_no_credential_stays() {
        for json in [
            r#"{"insert":"jobs","documents":[{"payload":"x","key":"y"}]}"#,
            r#"{"find":"users","filter":{"pwd":1,"password":null}}"#,
            r#"{"createIndexes":"a","indexes":[{"key":{"b":1}}]}"#,
        ] {
            assert_eq!(hidden(json), json);
        }
    }
}
