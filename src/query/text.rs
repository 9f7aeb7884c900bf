//! Free text: words and phrases looked for in a message.
//!
//! Datadog's pages leave several points of this open (case, punctuation, what a wildcard is matched
//! against). Each open point is a dimension with two readings. The message is searched under every
//! combination: where all agree the answer is known, and where they differ the answer names the
//! points on which it hangs.

use super::pattern::{Anchors, Case, Part, Pattern, QuestionMark, Reading};
use super::verdict::{Reason, Verdict};

/// A point on which two readings differ.
struct Dimension {
    reason: Reason,
    is_open: bool,
}

/// Looks for a quoted phrase, or a word without wildcards.
pub(super) fn find_phrase(phrase: &str, message: &str) -> Verdict {
    if !phrase.chars().any(is_word_character) {
        return match phrase.trim().is_empty() {
            true => Verdict::unclear(Reason::FreeTextEmpty),
            false => Verdict::from(message.contains(phrase)).if_known(Reason::FreeTextSpecial),
        };
    }
    // Cheap and often enough: under no reading is a text found that lacks the first word.
    if !holds_first_word(phrase, message) {
        return Verdict::No;
    }
    if stands_verbatim(phrase, message) {
        return match holds_unsearchable(phrase) {
            true => Verdict::unclear(Reason::FreeTextSpecial),
            false => Verdict::Yes,
        };
    }
    let dimensions = [
        Dimension {
            reason: Reason::FreeTextCase,
            is_open: true,
        },
        Dimension {
            reason: Reason::FreeTextPunctuation,
            is_open: true,
        },
        Dimension {
            reason: Reason::FreeTextUnderscore,
            is_open: phrase.contains('_') || message.contains('_'),
        },
    ];
    let found = weigh(&dimensions, |readings| {
        let [ignores_case, by_words, splits_underscore] = readings else {
            return false;
        };
        let case = if *ignores_case {
            Case::Ignored
        } else {
            Case::Sensitive
        };
        let finder = Finder {
            case,
            splits_underscore: *splits_underscore,
        };
        match by_words {
            true => finder.has_words(phrase, message),
            false => finder.has_text(phrase, message),
        }
    });
    match holds_unsearchable(phrase) {
        true => found.if_known(Reason::FreeTextSpecial),
        false => found,
    }
}

/// Looks for a word with wildcards.
pub(super) fn find_pattern(pattern: &Pattern, message: &str) -> Verdict {
    if let Some(literal) = pattern.as_literal() {
        return find_phrase(literal, message);
    }
    // Cheap and often enough, as for a phrase.
    let is_missing = |part: &Part| match part {
        Part::Literal(text) => !holds_ignoring_case(text, message),
        Part::AnyRun | Part::AnyOne => false,
    };
    if pattern.parts().iter().any(is_missing) {
        return Verdict::No;
    }
    let text: Vec<char> = message.chars().collect();
    let has_question_mark = pattern.parts().contains(&Part::AnyOne);
    let dimensions = [
        Dimension {
            reason: Reason::FreeTextCase,
            is_open: true,
        },
        Dimension {
            reason: Reason::FreeTextWildcard,
            is_open: true,
        },
        Dimension {
            reason: Reason::QuestionMark,
            is_open: has_question_mark,
        },
    ];
    let found = weigh(&dimensions, |readings| {
        let [ignores_case, by_words, any_character] = readings else {
            return false;
        };
        let reading = Reading {
            case: if *ignores_case {
                Case::Ignored
            } else {
                Case::Sensitive
            },
            question_mark: match any_character {
                true => QuestionMark::AnyCharacter,
                false => QuestionMark::SpecialOnly,
            },
        };
        match by_words {
            true => {
                let edge = |at: usize| is_edge(&text, at);
                let anchors = Anchors {
                    first: &edge,
                    last: &edge,
                };
                pattern.matches_between(&text, reading, &anchors)
            }
            false => pattern.matches_whole(&text, reading),
        }
    });
    let is_unsearchable = pattern.parts().iter().any(|part| match part {
        Part::Literal(text) => holds_unsearchable(text),
        _ => false,
    });
    match is_unsearchable {
        true => found.if_known(Reason::FreeTextSpecial),
        false => found,
    }
}

/// Asks `find` under every combination of readings of the open dimensions.
fn weigh(dimensions: &[Dimension], find: impl Fn(&[bool]) -> bool) -> Verdict {
    let open: Vec<usize> = (0..dimensions.len())
        .filter(|at| dimensions[*at].is_open)
        .collect();
    let readings = |combination: usize| {
        let mut readings = vec![false; dimensions.len()];
        for (bit, dimension) in open.iter().enumerate() {
            readings[*dimension] = combination & (1 << bit) != 0;
        }
        readings
    };
    let answers: Vec<bool> = (0..1 << open.len())
        .map(|combination| find(&readings(combination)))
        .collect();
    if answers.iter().all(|answer| *answer == answers[0]) {
        return Verdict::from(answers[0]);
    }
    let decides = |bit: usize| {
        (0..answers.len())
            .any(|combination| answers[combination] != answers[combination ^ (1 << bit)])
    };
    let reasons = open.iter().enumerate().filter(|(bit, _)| decides(*bit));
    Verdict::CannotTell(
        reasons
            .map(|(_, at)| dimensions[*at].reason.clone())
            .collect(),
    )
}

struct Finder {
    case: Case,
    splits_underscore: bool,
}

impl Finder {
    /// Whether the words of `phrase` follow each other in `message`, whatever stands between.
    fn has_words(&self, phrase: &str, message: &str) -> bool {
        let wanted: Vec<&str> = self.words(phrase).collect();
        if wanted.is_empty() {
            // Underscores alone, read as punctuation.
            return false;
        }
        let words: Vec<&str> = self.words(message).collect();
        words.windows(wanted.len()).any(|window| {
            window
                .iter()
                .zip(&wanted)
                .all(|(word, wanted)| self.equal(word, wanted))
        })
    }

    /// Whether `phrase` itself stands in `message`, not inside a longer word.
    fn has_text(&self, phrase: &str, message: &str) -> bool {
        let (phrase, message): (Vec<char>, Vec<char>) =
            (phrase.chars().collect(), message.chars().collect());
        let reading = Reading {
            case: self.case,
            question_mark: QuestionMark::SpecialOnly,
        };
        let ends_at = |at: usize| self.is_edge(&message, at);
        (0..=message.len().saturating_sub(phrase.len())).any(|start| {
            let end = start + phrase.len();
            end <= message.len()
                && ends_at(start)
                && ends_at(end)
                && message[start..end]
                    .iter()
                    .zip(&phrase)
                    .all(|(a, b)| reading.equal(*a, *b))
        })
    }

    fn words<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let splits_underscore = self.splits_underscore;
        text.split(move |c: char| !is_word_character(c) || (splits_underscore && c == '_'))
            .filter(|word| !word.is_empty())
    }

    fn is_edge(&self, text: &[char], at: usize) -> bool {
        is_edge(text, at) || (self.splits_underscore && (text[at] == '_' || text[at - 1] == '_'))
    }

    fn equal(&self, a: &str, b: &str) -> bool {
        match self.case {
            Case::Sensitive => a == b,
            Case::Ignored => equal_ignoring_case(a, b),
        }
    }
}

pub(super) fn equal_ignoring_case(a: &str, b: &str) -> bool {
    a.chars()
        .flat_map(char::to_lowercase)
        .eq(b.chars().flat_map(char::to_lowercase))
}

/// Whether `message` holds the first run of letters and digits of `phrase`, in any case.
fn holds_first_word(phrase: &str, message: &str) -> bool {
    let word = phrase
        .split(|c: char| !c.is_alphanumeric())
        .find(|word| !word.is_empty())
        .unwrap_or_default();
    holds_ignoring_case(word, message)
}

/// Whether `phrase` stands in `message` letter by letter between blanks or punctuation: then it is
/// found under every reading. Only ASCII is looked at; the slow way decides the rest.
fn stands_verbatim(phrase: &str, message: &str) -> bool {
    if !phrase.contains(|c: char| c.is_ascii_alphanumeric()) {
        return false;
    }
    let bytes = message.as_bytes();
    let is_apart = |byte: Option<&u8>| {
        byte.is_none_or(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric() && *byte != b'_')
    };
    memchr::memmem::find_iter(bytes, phrase).any(|at| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        is_apart(before) && is_apart(bytes.get(at + phrase.len()))
    })
}

/// Whether `part` stands anywhere in `message`, in any case. Where folding changes lengths the
/// answer is yes, and the slow way decides.
fn holds_ignoring_case(part: &str, message: &str) -> bool {
    let (part, message) = (part.as_bytes(), message.as_bytes());
    let Some(first) = part.first() else {
        return true;
    };
    if !part.is_ascii() {
        return true;
    }
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let mut starts = memchr::memchr2_iter(lower, upper, message);
    starts.any(|at| {
        let there = message.get(at..at + part.len());
        there.is_some_and(|there| there.eq_ignore_ascii_case(part))
    }) || !message.is_ascii()
}

/// Characters that the documentation says cannot be searched for in a message. A hyphen can: a
/// recorded search for an unescaped hyphenated word found its log.
fn holds_unsearchable(text: &str) -> bool {
    text.chars()
        .any(|c| !is_word_character(c) && !c.is_whitespace() && c != '-')
}

fn is_word_character(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether no word runs across the place between two characters.
fn is_edge(text: &[char], at: usize) -> bool {
    at == 0 || at == text.len() || !(is_word_character(text[at - 1]) && is_word_character(text[at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(verdict: &Verdict) -> &[Reason] {
        verdict.reasons()
    }

    #[test]
    fn an_answer_names_only_the_points_it_hangs_on() {
        assert_eq!(
            reasons(&find_phrase("hello", "Hello, world")),
            [Reason::FreeTextCase]
        );
        assert_eq!(
            reasons(&find_phrase("hello world", "hello-world")),
            [Reason::FreeTextPunctuation]
        );
        assert_eq!(
            reasons(&find_phrase("Hello world", "hello-world")),
            [Reason::FreeTextCase, Reason::FreeTextPunctuation]
        );
        assert_eq!(
            reasons(&find_phrase("guard", "guard_rail")),
            [Reason::FreeTextUnderscore]
        );
    }

    #[test]
    fn a_word_is_not_found_inside_a_longer_one() {
        assert_eq!(find_phrase("hello", "helloworld"), Verdict::No);
        assert_eq!(find_phrase("ello", "hello"), Verdict::No);
        assert_eq!(find_phrase("grün", "ergrünt"), Verdict::No);
    }

    #[test]
    fn a_message_that_cannot_hold_the_word_is_left_out_early_and_no_other() {
        let pattern = |text: &str| match crate::query::parse(text).expect(text).root.kind {
            crate::query::NodeKind::Match {
                test: crate::query::Test::Word(pattern),
                ..
            } => pattern,
            other => panic!("{other:?}"),
        };
        assert_eq!(find_pattern(&pattern("drop*le"), "select 1"), Verdict::No);
        assert!(!find_pattern(&pattern("drop*le"), "DROP table").is_no());
        assert!(!find_pattern(&pattern("str*e"), "STRAßE").is_no());
        // The sign for kelvin folds to a plain `k`.
        assert!(!find_phrase("kelvin", "\u{212a}elvin").is_no());
    }

    proptest::proptest! {
        /// What is found the short way is found under every reading of the long way.
        #[test]
        fn the_short_way_to_a_yes_agrees_with_every_reading(
            phrase in "[aB_ .-]{1,5}",
            message in "[abB_ .é-]{0,12}",
        ) {
            if phrase.chars().any(is_word_character) && stands_verbatim(&phrase, &message) {
                for (case, splits_underscore) in [
                    (Case::Sensitive, true),
                    (Case::Sensitive, false),
                    (Case::Ignored, true),
                    (Case::Ignored, false),
                ] {
                    let finder = Finder { case, splits_underscore };
                    proptest::prop_assert!(finder.has_words(&phrase, &message));
                    proptest::prop_assert!(finder.has_text(&phrase, &message));
                }
            }
        }
    }

    #[test]
    fn underscores_alone_are_no_word_and_no_panic() {
        assert_eq!(find_phrase("_", "no such sign"), Verdict::No);
        assert_eq!(reasons(&find_phrase("__", "a __ b")).len(), 2);
    }

    #[test]
    fn a_message_outside_ascii_is_searched_like_any_other() {
        assert_eq!(find_phrase("grün", "alles grün hier"), Verdict::Yes);
        assert_eq!(
            reasons(&find_phrase("GRÜN", "alles grün")),
            [Reason::FreeTextCase]
        );
    }
}
