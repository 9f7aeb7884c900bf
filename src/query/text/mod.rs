//! Free text: words and phrases looked for in a message.
//!
//! Datadog's pages leave several points of this open (case, punctuation, what a wildcard is matched
//! against). Each open point is a dimension with two readings. The message is searched under every
//! combination: where all agree the answer is known, and where they differ the answer names the
//! points on which it hangs.

mod find;
mod fold;
mod readings;

pub(super) use find::{Underscore, is_edge, places};
pub(super) use fold::{Folded, Text, fold, folded};

use self::find::{Case, has_text, has_words, is_word_character};
use self::readings::{Dimension, Readings, weigh};
use super::pattern::{Anchors, Part, Pattern, QuestionMark};
use super::verdict::{Reason, Verdict};

/// Whether case matters: open in free text, known not to in full text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cases {
    Open,
    Ignored,
}

impl Cases {
    fn dimension(self) -> Dimension {
        Dimension {
            reason: Reason::FreeTextCase,
            is_open: self == Cases::Open,
        }
    }

    fn read(self, ignores_case: bool) -> Case {
        match ignores_case || self == Cases::Ignored {
            true => Case::Ignored,
            false => Case::Sensitive,
        }
    }
}

/// Looks for a quoted phrase, or a word without wildcards.
pub(super) fn find_phrase(phrase: &str, text: &Text<'_>, cases: Cases) -> Verdict {
    if !phrase.chars().any(is_word_character) {
        return match phrase.trim().is_empty() {
            true => Verdict::unclear(Reason::FreeTextEmpty),
            false => {
                let is_there = text.original().contains(phrase);
                Verdict::from(is_there).if_known(Reason::FreeTextSpecial)
            }
        };
    }
    let phrase = Text::new(phrase);
    // Cheap and often enough: under no reading is a text found that lacks a part of a word.
    if !holds(text.folded(), rarest(phrase.folded())) {
        return Verdict::No;
    }
    let dimensions = [
        cases.dimension(),
        Dimension {
            reason: Reason::FreeTextPunctuation,
            is_open: true,
        },
        Dimension {
            reason: Reason::FreeTextUnderscore,
            is_open: phrase.original().contains('_') || text.original().contains('_'),
        },
    ];
    // Underscores alone are a word or none.
    let readings = match phrase.original().contains(char::is_alphanumeric) {
        true => Readings::Nested,
        false => Readings::Unrelated,
    };
    let found = weigh(dimensions, readings, |[ignores_case, by_words, splits]| {
        let case = cases.read(ignores_case);
        let underscore = match splits {
            true => Underscore::Splits,
            false => Underscore::Joins,
        };
        match by_words {
            true => has_words(&phrase, text, case, underscore),
            false => has_text(&phrase, text, case, underscore),
        }
    });
    match holds_unsearchable(phrase.original()) {
        true => found.if_known(Reason::FreeTextSpecial),
        false => found,
    }
}

/// Looks for a word with wildcards.
pub(super) fn find_pattern(pattern: &Pattern, text: &Text<'_>, cases: Cases) -> Verdict {
    if let Some(literal) = pattern.as_literal() {
        return find_phrase(literal, text, cases);
    }
    let lower = pattern.folded();
    // Cheap and often enough, as for a phrase.
    if !lower.literals().all(|part| holds(text.folded(), part)) {
        return Verdict::No;
    }
    let dimensions = [
        cases.dimension(),
        Dimension {
            reason: Reason::FreeTextWildcard,
            is_open: true,
        },
        Dimension {
            reason: Reason::QuestionMark,
            is_open: pattern.parts().contains(&Part::AnyOne),
        },
    ];
    let found = weigh(
        dimensions,
        Readings::Nested,
        |[ignores_case, by_words, any_character]| {
            let (pattern, text) = match cases.read(ignores_case) {
                Case::Ignored => (&lower, text.folded()),
                Case::Sensitive => (pattern, text.original()),
            };
            let question_mark = match any_character {
                true => QuestionMark::AnyCharacter,
                false => QuestionMark::SpecialOnly,
            };
            let anchors = match by_words {
                true => Anchors::Words,
                false => Anchors::Ends,
            };
            pattern.matches(text, question_mark, anchors)
        },
    );
    match pattern.literals().any(holds_unsearchable) {
        true => found.if_known(Reason::FreeTextSpecial),
        false => found,
    }
}

/// What has to stand in a folded text if `phrase`, folded too, is found in it under any reading.
pub(super) fn rarest(phrase: &str) -> &str {
    let runs = |is_part: fn(char) -> bool| {
        let runs = phrase.split(move |c| !is_part(c));
        runs.max_by_key(|run| run.len()).unwrap_or_default()
    };
    match runs(char::is_alphanumeric) {
        "" => runs(is_word_character),
        run => run,
    }
}

/// Whether `part` stands in `text`.
pub(super) fn holds(text: &str, part: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some()
}

/// Characters that the documentation says cannot be searched for in a message. A hyphen can: a
/// recorded search for an unescaped hyphenated word found its log.
fn holds_unsearchable(text: &str) -> bool {
    text.chars()
        .any(|c| !is_word_character(c) && !c.is_whitespace() && c != '-')
}

#[cfg(test)]
mod tests;
