//! Words and quoted phrases: which characters belong to one, which have to be escaped.
//!
//! Datadog's list of special characters changed over time; what stands on any of the lists has to
//! be escaped here too, except where a recorded search shows that it need not be: a hyphen inside a
//! word. `+`, `=` and `#` inside a word are read as vectordotdev/vrl reads them, as themselves.

use super::cursor::Cursor;
use super::error::ParseError;
use super::pattern::{Part, Pattern};
use super::span::Span;

/// An unquoted run of characters.
pub(super) struct Word<'a> {
    /// As written, with its escapes.
    pub raw: &'a str,
    pub pattern: Pattern,
    pub span: Span,
}

/// Reads a word, up to a blank, a parenthesis, a colon or a joining sign.
pub(super) fn word<'a>(cursor: &mut Cursor<'a>) -> Result<Word<'a>, ParseError> {
    let start = cursor.at();
    let mut pattern = Pattern::default();
    while let Some(c) = cursor.peek() {
        if ends_word(c, cursor.rest()) {
            break;
        }
        let here = cursor.here();
        refuse_special(c, here, pattern.is_empty())?;
        cursor.bump();
        match c {
            '\\' => pattern.push(cursor.bump().ok_or_else(|| nothing_escaped(here))?),
            '*' => pattern.push_wildcard(Part::AnyRun),
            '?' => pattern.push_wildcard(Part::AnyOne),
            c => pattern.push(c),
        }
    }
    if pattern.is_empty() {
        return Err(unexpected(cursor));
    }
    Ok(Word {
        raw: cursor.since(start),
        pattern,
        span: cursor.span_from(start),
    })
}

/// Fails on a `(` right behind a word that takes none.
pub(super) fn refuse_parenthesis(cursor: &Cursor<'_>) -> Result<(), ParseError> {
    if cursor.peek() != Some('(') {
        return Ok(());
    }
    let problem = "a parenthesis inside a word";
    Err(ParseError::new(
        cursor.here(),
        problem,
        "a blank or an operator in front of it",
    )
    .suggest("put a blank before it, or escape it: `\\(`"))
}

fn ends_word(c: char, rest: &str) -> bool {
    c.is_whitespace()
        || matches!(c, '(' | ')' | ':')
        || rest.starts_with("&&")
        || rest.starts_with("||")
}

fn refuse_special(c: char, here: Span, is_first: bool) -> Result<(), ParseError> {
    let error = |problem: String| ParseError::new(here, problem, "an escaped or quoted value");
    match c {
        '“' | '”' => {
            Err(error("search ignores curly quotes".to_owned())
                .suggest("write straight quotes: `\"`"))
        }
        '"' => Err(error("a quote inside a word".to_owned())
            .suggest("quote the whole value, or escape the quote: `\\\"`")),
        '!' => Err(
            error("`!` does not negate here and has to be escaped".to_owned())
                .suggest("write `-` or `NOT` to negate, `\\!` for the sign"),
        ),
        '[' | ']' | '{' | '}' | '<' | '>' | '~' | '^' => {
            Err(error(format!("`{c}` has to be escaped")).suggest(format!("write `\\{c}`")))
        }
        '+' | '=' if is_first => {
            Err(error(format!("`{c}` has to be escaped")).suggest(format!("write `\\{c}`")))
        }
        _ => Ok(()),
    }
}

fn nothing_escaped(here: Span) -> ParseError {
    ParseError::new(here, "this `\\` escapes nothing", "a character behind it")
        .suggest("write `\\\\` for the sign itself")
}

fn unexpected(cursor: &Cursor<'_>) -> ParseError {
    let problem = match cursor.peek() {
        Some(c) => format!("`{c}` cannot begin a term"),
        None => "the query ends here".to_owned(),
    };
    ParseError::new(cursor.here(), problem, "a word, a quoted phrase or a key")
}

/// Reads a quoted phrase, the cursor on the opening quote. A backslash takes the next character as
/// it is.
pub(super) fn phrase(cursor: &mut Cursor<'_>) -> Result<String, ParseError> {
    let opening = cursor.here();
    cursor.bump();
    let mut text = String::new();
    loop {
        match cursor.bump() {
            Some('"') => return Ok(text),
            Some('\\') => text.extend(cursor.bump()),
            Some(c) => text.push(c),
            None => {
                return Err(
                    ParseError::new(opening, "this quote is never closed", "`\"`")
                        .suggest("close it, or escape it: `\\\"`"),
                );
            }
        }
    }
}
