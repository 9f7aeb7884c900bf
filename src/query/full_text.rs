//! Full text, `*:x`: all attributes and the message, without regard to case.

use std::borrow::Cow;

use super::evaluate::in_text;
use super::everything::Place;
use super::intake::IndexedLog;
use super::pattern::{Pattern, QuestionMark};
use super::pieces::Anchors;
use super::text::{Cases, Text, find_pattern, find_phrase, folded, rarest};
use super::tree::Test;
use super::verdict::{Reason, Verdict};

/// What is asked.
enum Wanted<'t> {
    /// In lower case.
    Phrase(Cow<'t, str>),
    Pattern(&'t Pattern),
    Other(&'t Test),
}

pub(super) fn full_text(test: &Test, log: &IndexedLog<'_>) -> Verdict {
    let wanted = match test {
        Test::Compare(..) | Test::Range { .. } => return Verdict::unclear(Reason::ComparedText),
        Test::Phrase(text) => Wanted::Phrase(folded(text).into()),
        Test::Word(pattern) => match pattern.as_literal() {
            Some(text) => Wanted::Phrase(folded(text).into()),
            None => Wanted::Pattern(pattern),
        },
        Test::Exists => Wanted::Other(test),
    };
    let (mut found, mut in_tags) = (Verdict::No, Verdict::No);
    for (place, text) in log.everything().holding(wanted.needle()) {
        match place {
            Place::Message => found = found.or(wanted.in_text(text)),
            Place::Value => found = found.or(wanted.in_value(text)),
            Place::Tag if wanted.in_value(text).is_no() => {}
            Place::Tag => in_tags = Verdict::unclear(Reason::FullTextTag),
        }
        if found.is_yes() {
            break;
        }
    }
    match found {
        Verdict::No => in_tags,
        found => found,
    }
}

impl Wanted<'_> {
    /// What every text has to hold that is found, in lower case.
    fn needle(&self) -> &str {
        match self {
            Wanted::Phrase(text) => rarest(text),
            Wanted::Pattern(pattern) => pattern.lower().longest(),
            Wanted::Other(_) => "",
        }
    }

    fn in_text(&self, text: &str) -> Verdict {
        let text = Text::lower(text);
        match self {
            Wanted::Phrase(phrase) => find_phrase(phrase, &text, Cases::Ignored),
            Wanted::Pattern(pattern) => find_pattern(pattern, &text, Cases::Ignored),
            Wanted::Other(test) => in_text(test, &text, Cases::Ignored),
        }
    }

    /// One attribute's value: the whole value, or open for a part of it.
    fn in_value(&self, value: &str) -> Verdict {
        let is_whole = match self {
            Wanted::Phrase(phrase) => phrase == value,
            Wanted::Pattern(pattern) => {
                let pieces = pattern.lower();
                pieces.match_in(value, QuestionMark::SpecialOnly, Anchors::Ends)
            }
            Wanted::Other(_) => false,
        };
        match is_whole || self.in_text(value).is_no() {
            true => Verdict::from(is_whole),
            false => Verdict::unclear(Reason::FullTextPart),
        }
    }
}
