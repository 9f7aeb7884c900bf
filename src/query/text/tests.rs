//! Words and phrases, and the quick way held against a plain one.

use proptest::prelude::*;

use super::*;
use crate::query::{NodeKind, Test, parse};

fn found(phrase: &str, message: &str) -> Verdict {
    find_phrase(phrase, &Text::new(message), Cases::Open)
}

fn pattern(text: &str) -> Pattern {
    match parse(text).expect(text).root.kind {
        NodeKind::Match {
            test: Test::Word(pattern),
            ..
        } => pattern,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_answer_names_only_the_points_it_hangs_on() {
    for (phrase, message, reasons) in [
        ("hello", "Hello, world", &[Reason::FreeTextCase][..]),
        ("hello world", "hello-world", &[Reason::FreeTextPunctuation]),
        (
            "Hello world",
            "hello-world",
            &[Reason::FreeTextCase, Reason::FreeTextPunctuation],
        ),
        ("guard", "guard_rail", &[Reason::FreeTextUnderscore]),
    ] {
        assert_eq!(found(phrase, message).reasons(), reasons, "{phrase}");
    }
}

#[test]
fn a_word_is_not_found_inside_a_longer_one() {
    assert_eq!(found("hello", "helloworld"), Verdict::No);
    assert_eq!(found("ello", "hello"), Verdict::No);
    assert_eq!(found("grün", "ergrünt"), Verdict::No);
}

#[test]
fn where_case_is_known_not_to_matter_it_decides_nothing() {
    let found = |phrase: &str| find_phrase(phrase, &Text::new("Hello, world"), Cases::Ignored);
    assert_eq!(found("HELLO"), Verdict::Yes);
    assert_eq!(
        found("hello world").reasons(),
        [Reason::FreeTextPunctuation]
    );
}

#[test]
fn a_message_that_cannot_hold_the_word_is_left_out_early_and_no_other() {
    let found = |given: &str, message: &str| {
        find_pattern(&pattern(given), &Text::new(message), Cases::Open)
    };
    assert_eq!(found("drop*le", "select 1"), Verdict::No);
    assert!(!found("drop*le", "DROP table").is_no());
    assert!(!found("str*e", "STRAßE").is_no());
    // The sign for kelvin folds to a plain `k`.
    assert!(!super::tests::found("kelvin", "\u{212a}elvin").is_no());
}

#[test]
fn underscores_alone_are_no_word_and_no_panic() {
    assert_eq!(found("_", "no such sign"), Verdict::No);
    assert_eq!(found("__", "a __ b").reasons().len(), 2);
}

#[test]
fn a_message_outside_ascii_is_searched_like_any_other() {
    assert_eq!(found("grün", "alles grün hier"), Verdict::Yes);
    assert_eq!(
        found("GRÜN", "alles grün").reasons(),
        [Reason::FreeTextCase]
    );
}

/// The same, character by character and word by word, as it is told to people.
struct Plain {
    ignores_case: bool,
    by_words: bool,
    splits_underscore: bool,
}

impl Plain {
    fn finds(&self, phrase: &str, message: &str) -> bool {
        let (phrase, message) = match self.ignores_case {
            true => (folded(phrase), folded(message)),
            false => (phrase.to_owned(), message.to_owned()),
        };
        match self.by_words {
            true => self.finds_words(&phrase, &message),
            false => self.finds_text(&phrase, &message),
        }
    }

    fn finds_words(&self, phrase: &str, message: &str) -> bool {
        let (wanted, words) = (self.words(phrase), self.words(message));
        !wanted.is_empty() && words.windows(wanted.len()).any(|window| window == wanted)
    }

    fn finds_text(&self, phrase: &str, message: &str) -> bool {
        let (phrase, message): (Vec<char>, Vec<char>) =
            (phrase.chars().collect(), message.chars().collect());
        let is_edge = |at: usize| {
            let Some((left, right)) = at
                .checked_sub(1)
                .map(|left| message[left])
                .zip(message.get(at))
            else {
                return true;
            };
            let is_word = is_word_character(left) && is_word_character(*right);
            !is_word || (self.splits_underscore && (left == '_' || *right == '_'))
        };
        let stands_at = |start: usize| {
            message[start..].starts_with(&phrase) && is_edge(start) && is_edge(start + phrase.len())
        };
        (0..=message.len()).any(stands_at)
    }

    fn words<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let splits = |c: char| !is_word_character(c) || (self.splits_underscore && c == '_');
        text.split(splits).filter(|word| !word.is_empty()).collect()
    }
}

fn plainly(phrase: &str, message: &str) -> Verdict {
    let has_underscore = phrase.contains('_') || message.contains('_');
    let mut answers = Vec::new();
    for ignores_case in [false, true] {
        for by_words in [false, true] {
            for splits_underscore in [false, has_underscore] {
                let plain = Plain {
                    ignores_case,
                    by_words,
                    splits_underscore,
                };
                answers.push(plain.finds(phrase, message));
            }
        }
    }
    match answers.iter().filter(|answer| **answer).count() {
        0 => Verdict::No,
        all if all == answers.len() => Verdict::Yes,
        _ => Verdict::unclear(Reason::FreeTextCase),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_quick_way_agrees_with_the_plain_one(
        phrase in "[abAB_ ü\u{212a}k-]{1,6}",
        message in "[abAB_ .üÜ\u{212a}kK-]{0,16}",
    ) {
        if phrase.chars().any(is_word_character) {
            let quick = found(&phrase, &message);
            let plain = plainly(&phrase, &message);
            let same = std::mem::discriminant(&quick) == std::mem::discriminant(&plain);
            prop_assert!(same, "`{}` in `{}`: {:?}, plainly {:?}", phrase, message, quick, plain);
        }
    }

    #[test]
    fn no_text_makes_a_search_panic(phrase in "\\PC{0,12}", message in "\\PC{0,24}") {
        for cases in [Cases::Open, Cases::Ignored] {
            find_phrase(&phrase, &Text::new(message.as_str()), cases);
            let mut pattern = Pattern::literal(&phrase);
            pattern.push_wildcard(Part::AnyRun);
            pattern.push_wildcard(Part::AnyOne);
            find_pattern(&pattern, &Text::new(message.as_str()), cases);
        }
    }
}
