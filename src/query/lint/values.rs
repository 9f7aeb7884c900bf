//! What is wrong with the value that a test asks for, by the kind of key in front of it.

use super::{Attribute, Kind, Wrong};
use crate::domain::nearest::nearest;
use crate::query::pattern::{Pattern, QuestionMark};
use crate::query::tree::{Bound, Test};

/// What a whole value is compared with.
pub(super) enum Wanted<'t> {
    Literal(&'t str),
    Pattern(&'t Pattern),
}

impl<'t> Wanted<'t> {
    pub fn finds(&self, value: &str) -> bool {
        match self {
            Wanted::Literal(text) => *text == value,
            Wanted::Pattern(pattern) => pattern.matches_whole(value, QuestionMark::AnyCharacter),
        }
    }

    pub fn literal(&self) -> Option<&'t str> {
        match self {
            Wanted::Literal(text) => Some(text),
            Wanted::Pattern(_) => None,
        }
    }
}

pub(super) fn literal_or_pattern(test: &Test) -> Option<Wanted<'_>> {
    match test {
        Test::Word(pattern) => Some(match pattern.as_literal() {
            Some(text) => Wanted::Literal(text),
            None => Wanted::Pattern(pattern),
        }),
        Test::Phrase(text) => Some(Wanted::Literal(text)),
        Test::Exists | Test::Compare(..) | Test::Range { .. } => None,
    }
}

fn is_comparison(test: &Test) -> bool {
    matches!(test, Test::Compare(..) | Test::Range { .. })
}

pub(super) fn free_text(test: &Test) -> Option<Wrong> {
    match test {
        Test::Word(pattern) => {
            let word = pattern.as_literal()?;
            let upper = word.to_uppercase();
            let joins = matches!(upper.as_str(), "AND" | "OR" | "NOT") && word != upper;
            let problem = format!("`{word}` is searched for as a word: only `{upper}` joins terms");
            joins.then(|| Wrong::doubtful(problem, Some(format!("`{upper}`"))))?
        }
        Test::Phrase(text) if text.contains(['“', '”']) => Wrong::doubtful(
            "search ignores curly quotes",
            Some("straight quotes, or none".to_owned()),
        ),
        _ => None,
    }
}

pub(super) fn source(test: &Test) -> Option<Wrong> {
    let Some(Wanted::Literal(text)) = literal_or_pattern(test) else {
        return compared("source", test);
    };
    let lower = text.to_lowercase();
    match lower == text {
        true => None,
        false => Wrong::never(
            "Datadog keeps a source in lower case",
            Some(format!("`source:{lower}`")),
        ),
    }
}

pub(super) fn compared(key: &str, test: &Test) -> Option<Wrong> {
    let problem = format!("`{key}` is text, and comparisons are documented for attributes alone");
    is_comparison(test).then(|| Wrong::doubtful(problem, None))?
}

pub(super) fn value(attribute: Attribute, test: &Test) -> Option<Wrong> {
    let path = attribute.path;
    match attribute.kind {
        Kind::Number => not_a_number(path, test),
        Kind::Text | Kind::OneOf(_) | Kind::Flag if is_comparison(test) => {
            Wrong::never(format!("`{path}` is never a number"), None)
        }
        Kind::Text => None,
        Kind::Flag => other_word(path, &["true", "false"], test),
        Kind::OneOf(words) => other_word(path, words, test),
    }
}

fn other_word(path: &str, words: &[&'static str], test: &Test) -> Option<Wrong> {
    let wanted = literal_or_pattern(test)?;
    if words.iter().any(|word| wanted.finds(word)) {
        return None;
    }
    let near = wanted
        .literal()
        .and_then(|text| nearest(text, words.iter().copied()));
    let suggestion = near.map(|word| format!("`@{path}:{word}`"));
    Wrong::never(
        format!("`{path}` is only ever {}", words.join(", ")),
        suggestion,
    )
}

fn not_a_number(path: &str, test: &Test) -> Option<Wrong> {
    let is_text = match test {
        Test::Compare(_, bound) => matches!(bound, Bound::Text(_)),
        Test::Range { from, to, .. } => [from, to]
            .into_iter()
            .any(|bound| matches!(bound, Some(Bound::Text(_)))),
        Test::Exists => false,
        _ => literal_or_pattern(test)
            .and_then(|wanted| wanted.literal())
            .is_some_and(|text| text.parse::<f64>().is_err()),
    };
    is_text.then(|| Wrong::never(format!("`{path}` is always a number"), None))?
}

/// `[9 TO 1]`
pub(super) fn empty_range(test: &Test) -> Option<Wrong> {
    let Test::Range {
        from: Some(Bound::Number(from)),
        to: Some(Bound::Number(to)),
        includes_from,
        includes_to,
    } = test
    else {
        return None;
    };
    let is_empty = from > to || (from == to && !(*includes_from && *includes_to));
    let turned = (from > to).then(|| format!("`[{to} TO {from}]`"));
    is_empty.then(|| Wrong::never("nothing lies in this range", turned))?
}
