//! Full text, `*:x`: all attributes and the message, without regard to case.

use std::borrow::Cow;

use super::evaluate::in_text;
use super::everything::Place;
use super::intake::IndexedLog;
use super::pattern::{Pattern, QuestionMark};
use super::text::{Cases, Text, folded, rarest};
use super::tree::Test;
use super::verdict::{Reason, Verdict, any};

/// What is asked, in lower case.
enum Wanted<'t> {
    Phrase(String),
    Pattern(Pattern),
    Other(&'t Test),
}

pub(super) fn full_text(test: &Test, log: &IndexedLog<'_>) -> Verdict {
    let wanted = match test {
        Test::Compare(..) | Test::Range { .. } => return Verdict::unclear(Reason::ComparedText),
        Test::Phrase(text) => Wanted::Phrase(folded(text)),
        Test::Word(pattern) => Wanted::Pattern(pattern.folded()),
        Test::Exists => Wanted::Other(test),
    };
    let needle = wanted.needle();
    let texts = || log.everything().holding(&needle);
    let found = any(texts().map(|(place, text)| match place {
        Place::Message => wanted.in_text(text),
        Place::Value => wanted.in_value(text),
        Place::Tag => Verdict::No,
    }));
    if !found.is_no() {
        return found;
    }
    let in_tags = texts().filter(|(place, _)| *place == Place::Tag);
    any(in_tags.map(|(_, tag)| match wanted.in_value(tag) {
        Verdict::No => Verdict::No,
        _ => Verdict::unclear(Reason::FullTextTag),
    }))
}

impl Wanted<'_> {
    /// What every text has to hold that is found.
    fn needle(&self) -> Cow<'_, str> {
        match self {
            Wanted::Phrase(text) => rarest(text).into(),
            Wanted::Pattern(pattern) => match pattern.as_literal() {
                Some(text) => rarest(text).into(),
                None => {
                    let longest = pattern.literals().max_by_key(|text| text.len());
                    longest.unwrap_or_default().into()
                }
            },
            Wanted::Other(_) => Cow::default(),
        }
    }

    fn in_text(&self, text: &str) -> Verdict {
        let text = Text::lower(text);
        match self {
            Wanted::Phrase(phrase) => super::text::find_phrase(phrase, &text, Cases::Ignored),
            Wanted::Pattern(pattern) => super::text::find_pattern(pattern, &text, Cases::Ignored),
            Wanted::Other(test) => in_text(test, &text, Cases::Ignored),
        }
    }

    /// One attribute's value: the whole value, or open for a part of it.
    fn in_value(&self, value: &str) -> Verdict {
        let is_whole = match self {
            Wanted::Phrase(phrase) => phrase == value,
            Wanted::Pattern(pattern) => pattern.matches_whole(value, QuestionMark::SpecialOnly),
            Wanted::Other(_) => false,
        };
        match is_whole || self.in_text(value).is_no() {
            true => Verdict::from(is_whole),
            false => Verdict::unclear(Reason::FullTextPart),
        }
    }
}
