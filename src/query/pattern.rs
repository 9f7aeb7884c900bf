//! Text with wildcards, and how it is matched. Wildcards work outside quotes only.

use super::pieces::{Anchors, Pieces, Prepared};

/// An unquoted value: literal text, `*` (any run of characters) and `?` (one character).
///
/// Neighbouring literals are one part and so are neighbouring `*`; there is at least one part.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Pattern {
    parts: Vec<Part>,
    prepared: Prepared,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Literal(String),
    /// `*`
    AnyRun,
    /// `?`
    AnyOne,
}

/// What `?` stands for. The documentation names a special character or a space; that it also
/// stands for a letter is written nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuestionMark {
    SpecialOnly,
    AnyCharacter,
}

impl QuestionMark {
    pub(super) fn stands_for(self, c: char) -> bool {
        self == QuestionMark::AnyCharacter || !c.is_alphanumeric()
    }
}

impl Pattern {
    pub fn literal(text: &str) -> Self {
        let mut pattern = Self::default();
        pattern.push_str(text);
        pattern
    }

    pub(super) fn push(&mut self, c: char) {
        self.prepared = Prepared::default();
        match self.parts.last_mut() {
            Some(Part::Literal(text)) => text.push(c),
            _ => self.parts.push(Part::Literal(c.to_string())),
        }
    }

    pub(super) fn push_str(&mut self, text: &str) {
        text.chars().for_each(|c| self.push(c));
    }

    pub(super) fn push_wildcard(&mut self, wildcard: Part) {
        self.prepared = Prepared::default();
        let doubles_a_run = wildcard == Part::AnyRun && self.parts.last() == Some(&Part::AnyRun);
        if !doubles_a_run {
            self.parts.push(wildcard);
        }
    }

    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// True for `*` alone.
    pub fn is_any(&self) -> bool {
        self.parts == [Part::AnyRun]
    }

    /// The text, where there is no wildcard.
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The texts between the wildcards.
    pub(super) fn literals(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(text) => Some(text.as_str()),
            Part::AnyRun | Part::AnyOne => None,
        })
    }

    /// Whether the pattern holds all of `text`, with case.
    pub fn matches_whole(&self, text: &str, question_mark: QuestionMark) -> bool {
        self.pieces().match_in(text, question_mark, Anchors::Ends)
    }

    pub(super) fn pieces(&self) -> &Pieces {
        self.prepared.written(&self.parts)
    }

    /// The same in lower case, for texts in lower case.
    pub(super) fn lower(&self) -> &Pieces {
        self.prepared.lower(&self.parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        let mut pattern = Pattern::default();
        for c in text.chars() {
            match c {
                '*' => pattern.push_wildcard(Part::AnyRun),
                '?' => pattern.push_wildcard(Part::AnyOne),
                c => pattern.push(c),
            }
        }
        pattern
    }

    fn whole(given: &str, text: &str, question_mark: QuestionMark) -> bool {
        pattern(given).matches_whole(text, question_mark)
    }

    #[test]
    fn a_star_stands_for_any_run() {
        for (given, text, expected) in [
            ("web*", "web", true),
            ("web*", "webshop", true),
            ("web*", "my-web", false),
            ("*mongo", "replica-mongo", true),
            ("*mongo", "mongos", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("a**b", "ab", true),
        ] {
            assert_eq!(
                whole(given, text, QuestionMark::SpecialOnly),
                expected,
                "{given} {text}"
            );
        }
    }

    #[test]
    fn a_question_mark_stands_for_exactly_one_character() {
        assert!(whole(
            "hello?world",
            "hello world",
            QuestionMark::SpecialOnly
        ));
        assert!(!whole(
            "hello?world",
            "helloXworld",
            QuestionMark::SpecialOnly
        ));
        assert!(whole(
            "hello?world",
            "helloXworld",
            QuestionMark::AnyCharacter
        ));
        assert!(!whole(
            "hello?world",
            "helloworld",
            QuestionMark::AnyCharacter
        ));
        assert!(!whole("a?", "a", QuestionMark::AnyCharacter));
    }

    #[test]
    fn many_stars_over_a_long_text_end_soon() {
        let given = "a*".repeat(200) + "b";
        assert!(!whole(
            &given,
            &"a".repeat(20_000),
            QuestionMark::SpecialOnly
        ));
    }
}
