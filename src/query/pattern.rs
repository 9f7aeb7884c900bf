//! Text with wildcards, and how it is matched. Wildcards work outside quotes only.

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

/// How characters are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    Sensitive,
    Ignored,
}

/// One reading of a pattern.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    pub case: Case,
    pub question_mark: QuestionMark,
}

impl Reading {
    /// How the values of attributes and tags are compared, `?` read narrowly.
    pub const STRICT: Reading = Reading {
        case: Case::Sensitive,
        question_mark: QuestionMark::SpecialOnly,
    };
    /// The same, `?` read widely.
    pub const STRICT_ANY: Reading = Reading {
        case: Case::Sensitive,
        question_mark: QuestionMark::AnyCharacter,
    };

    pub fn equal(self, a: char, b: char) -> bool {
        a == b || (self.case == Case::Ignored && a.to_lowercase().eq(b.to_lowercase()))
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

    /// Whether the pattern holds all of `text`.
    pub fn matches_whole(&self, text: &[char], reading: Reading) -> bool {
        let anchors = Anchors {
            first: &|at| at == 0,
            last: &|at| at == text.len(),
        };
        self.matches_between(text, reading, &anchors)
    }

    /// Whether the pattern holds a stretch of `text` between two ends that `anchors` allow.
    ///
    /// The pattern is cut at its `*`. Taking each piece at its leftmost place leaves the most room
    /// for the next, so no way back is needed; only the last piece has to try every place.
    pub(super) fn matches_between(
        &self,
        text: &[char],
        reading: Reading,
        anchors: &Anchors<'_>,
    ) -> bool {
        let pieces = self.pieces();
        let last = pieces.len() - 1;
        let mut at = 0;
        for (index, piece) in pieces.iter().enumerate() {
            // A piece behind a `*` may begin anywhere, one in front of a `*` may end anywhere.
            let begins = |start: usize| index > 0 || (anchors.first)(start);
            let ends = |end: usize| index < last || (anchors.last)(end);
            let found = (at..=text.len().saturating_sub(piece.len())).find(|start| {
                let end = start + piece.len();
                end <= text.len()
                    && begins(*start)
                    && ends(end)
                    && piece_matches(piece, &text[*start..end], reading)
            });
            match found {
                Some(start) => at = start + piece.len(),
                None => return false,
            }
        }
        true
    }

    /// What stands between the `*`; empty pieces at the ends mean a leading or trailing `*`.
    fn pieces(&self) -> Vec<Vec<Option<char>>> {
        let mut pieces = vec![Vec::new()];
        for part in &self.parts {
            match part {
                Part::AnyRun => pieces.push(Vec::new()),
                Part::AnyOne => last_piece(&mut pieces).push(None),
                Part::Literal(text) => last_piece(&mut pieces).extend(text.chars().map(Some)),
            }
        }
        pieces
    }
}

/// Where the first piece may begin and the last may end, as places between characters.
pub(super) struct Anchors<'a> {
    pub first: &'a dyn Fn(usize) -> bool,
    pub last: &'a dyn Fn(usize) -> bool,
}

fn last_piece<T>(pieces: &mut [Vec<T>]) -> &mut Vec<T> {
    pieces.last_mut().expect("there is always a first piece")
}

fn piece_matches(piece: &[Option<char>], text: &[char], reading: Reading) -> bool {
    piece.iter().zip(text).all(|(wanted, c)| match wanted {
        Some(wanted) => reading.equal(*wanted, *c),
        None => reading.question_mark == QuestionMark::AnyCharacter || !c.is_alphanumeric(),
    })
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

    fn whole(given: &str, text: &str, reading: Reading) -> bool {
        let text: Vec<char> = text.chars().collect();
        pattern(given).matches_whole(&text, reading)
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
                whole(given, text, Reading::STRICT),
                expected,
                "{given} {text}"
            );
        }
    }

    #[test]
    fn a_question_mark_stands_for_exactly_one_character() {
        assert!(whole("hello?world", "hello world", Reading::STRICT));
        assert!(!whole("hello?world", "helloXworld", Reading::STRICT));
        assert!(whole("hello?world", "helloXworld", Reading::STRICT_ANY));
        assert!(!whole("hello?world", "helloworld", Reading::STRICT_ANY));
        assert!(!whole("a?", "a", Reading::STRICT_ANY));
    }

    #[test]
    fn many_stars_over_a_long_text_end_soon() {
        let given = "a*".repeat(200) + "b";
        assert!(!whole(&given, &"a".repeat(20_000), Reading::STRICT));
    }
}
