//! Text with wildcards, and how it is matched. Wildcards work outside quotes only.

use super::text::{Underscore, folded, is_edge, places};

/// An unquoted value: literal text, `*` (any run of characters) and `?` (one character).
///
/// Neighbouring literals are one part and so are neighbouring `*`; there is at least one part.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Pattern {
    parts: Vec<Part>,
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

/// Where a pattern may begin and end in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchors {
    /// At the ends of the text: the pattern holds all of it.
    Ends,
    /// Between words.
    Words,
}

impl Anchors {
    fn begins(self, text: &str, at: usize) -> bool {
        match self {
            Anchors::Ends => at == 0,
            Anchors::Words => is_edge(text, at, Underscore::Joins),
        }
    }

    fn ends(self, text: &str, at: usize) -> bool {
        match self {
            Anchors::Ends => at == text.len(),
            Anchors::Words => is_edge(text, at, Underscore::Joins),
        }
    }
}

impl Pattern {
    pub fn literal(text: &str) -> Self {
        let mut pattern = Self::default();
        pattern.push_str(text);
        pattern
    }

    pub(super) fn push(&mut self, c: char) {
        match self.parts.last_mut() {
            Some(Part::Literal(text)) => text.push(c),
            _ => self.parts.push(Part::Literal(c.to_string())),
        }
    }

    pub(super) fn push_str(&mut self, text: &str) {
        text.chars().for_each(|c| self.push(c));
    }

    pub(super) fn push_wildcard(&mut self, wildcard: Part) {
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

    /// The same in lower case.
    pub(super) fn folded(&self) -> Self {
        let lower = |part: &Part| match part {
            Part::Literal(text) => Part::Literal(folded(text)),
            wildcard => wildcard.clone(),
        };
        Self {
            parts: self.parts.iter().map(lower).collect(),
        }
    }

    /// Whether the pattern holds all of `text`, with case.
    pub fn matches_whole(&self, text: &str, question_mark: QuestionMark) -> bool {
        self.matches(text, question_mark, Anchors::Ends)
    }

    /// Whether the pattern holds a stretch of `text` between two places that `anchors` allow.
    ///
    /// The pattern is cut at its `*`. Taking each piece at its leftmost place leaves the most room
    /// for the next, so no way back is needed; only the last piece has to try every place.
    pub(super) fn matches(
        &self,
        text: &str,
        question_mark: QuestionMark,
        anchors: Anchors,
    ) -> bool {
        // Empty pieces at the ends mean a leading or trailing `*`.
        let mut pieces = self.parts.split(|part| *part == Part::AnyRun).peekable();
        let (mut at, mut is_first) = (0, true);
        while let Some(parts) = pieces.next() {
            let is_last = pieces.peek().is_none();
            let piece = Piece {
                parts,
                question_mark,
            };
            // A piece behind a `*` may begin anywhere, one in front of a `*` may end anywhere.
            let fits = |start: usize, end: usize| {
                (!is_first || anchors.begins(text, start)) && (!is_last || anchors.ends(text, end))
            };
            let Some(end) = piece.find(text, at, fits) else {
                return false;
            };
            (at, is_first) = (end, false);
        }
        true
    }
}

/// What stands between two `*`.
struct Piece<'p> {
    parts: &'p [Part],
    question_mark: QuestionMark,
}

impl Piece<'_> {
    /// The end of the leftmost place from `from` on that `fits`.
    fn find(&self, text: &str, from: usize, fits: impl Fn(usize, usize) -> bool) -> Option<usize> {
        let fitting = |start: usize| {
            let end = self.end(text, start)?;
            fits(start, end).then_some(end)
        };
        match self.parts {
            // Any place will do that may be an end: the first, or the last.
            [] => [from, text.len()].into_iter().find_map(fitting),
            [Part::Literal(literal), ..] => places(literal, text, from).find_map(fitting),
            _ => {
                let starts = text[from..].char_indices().map(|(at, _)| from + at);
                starts.into_iter().find_map(fitting)
            }
        }
    }

    /// Where the piece ends if it begins at `start`.
    fn end(&self, text: &str, start: usize) -> Option<usize> {
        self.parts.iter().try_fold(start, |at, part| match part {
            Part::Literal(literal) => text[at..].starts_with(literal).then(|| at + literal.len()),
            Part::AnyOne => {
                let c = text[at..].chars().next()?;
                self.stands_for(c).then(|| at + c.len_utf8())
            }
            Part::AnyRun => None,
        })
    }

    /// What `?` stands for.
    fn stands_for(&self, c: char) -> bool {
        self.question_mark == QuestionMark::AnyCharacter || !c.is_alphanumeric()
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
