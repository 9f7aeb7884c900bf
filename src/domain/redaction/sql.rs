//! Passwords in SQL: `CREATE ROLE … PASSWORD '…'` (PostgreSQL), `IDENTIFIED BY '…'` (MySQL,
//! Oracle), `SET PASSWORD FOR … = '…'` (MySQL).

use super::Span;
use super::judge;
use super::text::{Text, is_word};
use super::value::Value;

const RULE: &str = "sql-password";

/// Finds the literal after a `PASSWORD` at `at`.
pub(super) fn password_at(text: &Text, at: usize) -> Option<Span> {
    const WORD: &str = "password";
    if !text.has(at, WORD) || text.before(at).is_some_and(is_word) {
        return None;
    }
    let after = at + WORD.len();
    let next = text.skip_blanks(after);
    if next > after && text.has(next, "for ") {
        return set_password(text, next);
    }
    let open = next + usize::from(text.get(next) == Some(b'('));
    if open == after {
        return None;
    }
    literal(text, text.skip_blanks(open))
}

/// The literal of `FOR 'user'@'host' = '…'`, whose `FOR` stands at `at`. The `=` is looked for
/// nearby: account names have at most 32 + 255 bytes (MySQL reference, account names).
fn set_password(text: &Text, at: usize) -> Option<Span> {
    let equals = text.run(at, 300, |b| !matches!(b, b'=' | b';' | b'\n'));
    if text.get(equals) != Some(b'=') || text.has_mark(at, equals) {
        return None;
    }
    literal(text, text.skip_blanks(equals + 1))
}

/// Finds the literal after an `IDENTIFIED` at `at`.
pub(super) fn identified_at(text: &Text, at: usize) -> Option<Span> {
    const WORD: &str = "identified ";
    if !text.has(at, WORD) || text.before(at).is_some_and(is_word) {
        return None;
    }
    let mut next = text.skip_blanks(at + WORD.len());
    if text.has(next, "with ") {
        let plugin = text.skip_blanks(next + "with ".len());
        let plugin_end = text.run(plugin, 64, |b| is_word(b) || matches!(b, b'\'' | b'"'));
        next = text.skip_blanks(plugin_end);
    }
    let verb = text.first_of(next, &["by ", "as "])?;
    let mut value = text.skip_blanks(next + verb.len());
    if text.has(value, "password ") {
        value = text.skip_blanks(value + "password ".len());
    }
    literal(text, value).or_else(|| statement_end_word(text, value))
}

/// A quoted literal, with the `E` or `N` that PostgreSQL and SQL Server allow before it. Backticks
/// quote names in SQL, and code in prose.
fn literal(text: &Text, at: usize) -> Option<Span> {
    let prefixed =
        matches!(text.get(at), Some(b'E' | b'e' | b'N' | b'n')) && text.get(at + 1) == Some(b'\'');
    let start = at + usize::from(prefixed);
    if text.get(start) == Some(b'`') {
        return None;
    }
    let value = Value::parse_quoted(text, start)?;
    judge::is_literal(text, &value).then_some(Span::new(RULE, value.start, value.end))
}

/// Oracle's unquoted password, when the statement ends behind it.
fn statement_end_word(text: &Text, at: usize) -> Option<Span> {
    let value = Value::parse(text, at, false);
    let ends = text.get(text.skip_blanks(value.end)) == Some(b';');
    (ends && judge::is_literal(text, &value)).then_some(Span::new(RULE, value.start, value.end))
}
