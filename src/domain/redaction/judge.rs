//! Whether what a key is given is a secret, or only stands for one.

use super::text::{Text, is_word};
use super::value::Value;

/// True when the value holds something that may be hidden: it is not empty, not already redacted,
/// and no placeholder, expansion, call or literal such as `null`.
pub(super) fn is_literal(text: &Text, value: &Value) -> bool {
    let bytes = value.bytes(text);
    has_substance(bytes)
        && !text.has_mark(value.start, value.end)
        && !text.is_mark(value.end)
        && !is_expansion(bytes)
        && !is_word_without_secret(bytes)
        && memchr::memmem::find(bytes, b"-----BEGIN").is_none()
        && (value.quoted || !is_reference(text, value))
}

/// True when the value looks made by a machine: eight bytes at least, letters and digits, no
/// space, no path.
pub(super) fn is_random(bytes: &[u8]) -> bool {
    bytes.len() >= 8
        && bytes.iter().any(u8::is_ascii_digit)
        && bytes.iter().any(u8::is_ascii_alphabetic)
        && is_opaque(bytes)
}

/// True for a value without spaces that names no file and no address.
pub(super) fn is_opaque(bytes: &[u8]) -> bool {
    !bytes.iter().any(u8::is_ascii_whitespace)
        && !bytes.starts_with(b"/")
        && !bytes.starts_with(b"./")
        && !bytes.starts_with(b"~/")
        && memchr::memmem::find(bytes, b"://").is_none()
}

/// True when an unquoted value is code: `user.password`, `parts[0]`, `get(`, `Option<`, or a
/// variable in a list, `dbPassword,`.
pub(super) fn is_code(text: &Text, value: &Value) -> bool {
    let bytes = value.bytes(text);
    let next = text.get(value.end);
    let is_name = bytes
        .iter()
        .all(|&b| is_word(b) || matches!(b, b'.' | b'['));
    let is_path = bytes.contains(&b'.') && !bytes[0].is_ascii_digit();
    let is_index = bytes.contains(&b'[') && next == Some(b']');
    let is_element = next == Some(b',') && !bytes.iter().any(u8::is_ascii_digit);
    let is_applied = matches!(next, Some(b'(' | b'[' | b'<'));
    is_name && (is_path || is_index || is_element || is_applied)
}

/// True when nothing of the sentence follows the value: its line, list or string ends.
pub(super) fn ends_phrase(text: &Text, value: &Value) -> bool {
    let next = text.skip_blanks(value.end);
    match text.get(next) {
        None => true,
        Some(b) => matches!(
            b,
            b'\n' | b'\r' | b',' | b';' | b'}' | b')' | b']' | b'"' | b'\\' | b'#' | b'<' | 0x1b
        ),
    }
}

/// A letter or digit of any script, and not one character over and over (`xxxx`, `****`).
fn has_substance(bytes: &[u8]) -> bool {
    let solid = bytes
        .iter()
        .any(|b| b.is_ascii_alphanumeric() || !b.is_ascii());
    let filler = bytes
        .iter()
        .all(|b| matches!(b, b'x' | b'X' | b'*' | b'.' | b'-'));
    solid && !filler
}

/// `$NAME`, `$1`, `${…}`, `$(…)`, `%NAME%`, `%s`, `{{…}}`, `{name}`, `:name` and `<name>`.
fn is_expansion(bytes: &[u8]) -> bool {
    match bytes {
        [b'$', b'{' | b'(', ..] | [b'{', ..] | [b'<', ..] => true,
        [b'$'] => true,
        [b'$' | b':', name @ ..] => !name.is_empty() && name.iter().all(|&b| is_word(b)),
        [b'%', b's' | b'd' | b'v'] => true,
        [b'%', name @ .., b'%'] => name.iter().all(|&b| is_word(b)),
        _ => false,
    }
}

/// Values that programs and people write where no secret is: literals, types, the marks of other
/// redactors, and what `nsswitch.conf` says of `passwd`.
const NO_SECRETS: &[&str] = &[
    "0",
    "1",
    "any",
    "bool",
    "boolean",
    "bytes",
    "compat",
    "default",
    "empty",
    "false",
    "files",
    "filtered",
    "hidden",
    "int",
    "integer",
    "masked",
    "nil",
    "no",
    "none",
    "null",
    "number",
    "object",
    "off",
    "on",
    "optional",
    "prompt",
    "redacted",
    "required",
    "str",
    "string",
    "text",
    "true",
    "undefined",
    "unknown",
    "value",
    "varchar",
    "yes",
];

fn is_word_without_secret(bytes: &[u8]) -> bool {
    let word = bytes.trim_ascii();
    let word = word.strip_prefix(b"[").unwrap_or(word);
    let word = word.strip_suffix(b"]").unwrap_or(word);
    let word = word.strip_suffix(b".").unwrap_or(word);
    NO_SECRETS
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

/// What code and templates look a secret up by, instead of holding it.
const LOOKUPS: &[&str] = &[
    "env.",
    "env[",
    "os.environ",
    "os.getenv",
    "process.env",
    "secrets.",
    "self.",
    "system.getenv",
    "this.",
    "var.",
];

fn is_reference(text: &Text, value: &Value) -> bool {
    let bytes = value.bytes(text);
    let is_call =
        text.get(value.end) == Some(b'(') && bytes.iter().all(|&b| is_word(b) || b == b'.');
    is_call || text.first_of(value.start, LOOKUPS).is_some()
}
