//! A pattern cut at its `*`, made ready once however many texts it is held against.

use std::sync::OnceLock;

use memchr::memmem::Finder;

use super::pattern::{Part, QuestionMark};
use super::text::{Underscore, folded, is_edge};

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

/// The pieces of a pattern as it is written, and in lower case. Made at the first use; all are equal,
/// since they follow from the pattern.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    written: OnceLock<Pieces>,
    lower: OnceLock<Pieces>,
}

impl Prepared {
    pub fn written(&self, parts: &[Part]) -> &Pieces {
        self.written
            .get_or_init(|| Pieces::of(parts, str::to_owned))
    }

    pub fn lower(&self, parts: &[Part]) -> &Pieces {
        self.lower.get_or_init(|| Pieces::of(parts, folded))
    }
}

impl Clone for Prepared {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Prepared {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Prepared {}

/// What stands between the `*`, in order; empty pieces at the ends mean a leading or trailing `*`.
#[derive(Debug)]
pub(super) struct Pieces(Vec<Piece>);

#[derive(Debug)]
struct Piece {
    parts: Vec<Part>,
    /// The longest literal of the piece; `None` where it has none.
    rarest: Option<Rarest>,
}

#[derive(Debug)]
struct Rarest {
    /// Its place among the parts.
    at: usize,
    finder: Finder<'static>,
}

impl Pieces {
    fn of(parts: &[Part], spelled: impl Fn(&str) -> String) -> Self {
        let pieces = parts.split(|part| *part == Part::AnyRun);
        Self(pieces.map(|parts| Piece::of(parts, &spelled)).collect())
    }

    /// The longest literal; empty where there is none.
    pub fn longest(&self) -> &str {
        let literals = self.0.iter().flat_map(|piece| &piece.parts).map(literal);
        literals.max_by_key(|text| text.len()).unwrap_or_default()
    }

    /// Whether the pattern holds a stretch of `text` between two places that `anchors` allow.
    ///
    /// Taking each piece at its leftmost place leaves the most room for the next, so no way back is
    /// needed; only the last piece has to try every place.
    pub fn match_in(&self, text: &str, question_mark: QuestionMark, anchors: Anchors) -> bool {
        let last = self.0.len() - 1;
        let mut at = 0;
        for (index, piece) in self.0.iter().enumerate() {
            // A piece behind a `*` may begin anywhere, one in front of a `*` may end anywhere.
            let fits = |start: usize, end: usize| {
                (index > 0 || anchors.begins(text, start))
                    && (index < last || anchors.ends(text, end))
            };
            match piece.find(text, at, question_mark, fits) {
                Some(end) => at = end,
                None => return false,
            }
        }
        true
    }
}

fn literal(part: &Part) -> &str {
    match part {
        Part::Literal(text) => text,
        Part::AnyRun | Part::AnyOne => "",
    }
}

impl Piece {
    fn of(parts: &[Part], spelled: impl Fn(&str) -> String) -> Self {
        let spell = |part: &Part| match part {
            Part::Literal(text) => Part::Literal(spelled(text)),
            wildcard => wildcard.clone(),
        };
        let parts: Vec<Part> = parts.iter().map(spell).collect();
        let longest = parts
            .iter()
            .enumerate()
            .map(|(at, part)| (at, literal(part)));
        let longest = longest.max_by_key(|(_, text)| text.len());
        let rarest = longest.filter(|(_, text)| !text.is_empty());
        Self {
            rarest: rarest.map(|(at, text)| Rarest {
                at,
                finder: Finder::new(text).into_owned(),
            }),
            parts,
        }
    }

    /// The end of the leftmost place from `from` on that `fits`.
    fn find(
        &self,
        text: &str,
        from: usize,
        question_mark: QuestionMark,
        fits: impl Fn(usize, usize) -> bool,
    ) -> Option<usize> {
        let fitting = |start: usize| {
            let end = self.end(text, start, question_mark)?;
            fits(start, end).then_some(end)
        };
        match &self.rarest {
            Some(rarest) => {
                let starts = self.starts(text, from, rarest);
                starts.into_iter().find_map(fitting)
            }
            // Any place will do that may be an end: the first, or the last.
            None if self.parts.is_empty() => [from, text.len()].into_iter().find_map(fitting),
            None => {
                let starts = text[from..].char_indices().map(|(at, _)| from + at);
                starts.into_iter().find_map(fitting)
            }
        }
    }

    /// Where the piece would begin for each place of its rarest literal.
    fn starts<'t>(
        &'t self,
        text: &'t str,
        from: usize,
        rarest: &'t Rarest,
    ) -> impl Iterator<Item = usize> + 't {
        let step = literal(&self.parts[rarest.at])
            .chars()
            .next()
            .map_or(1, char::len_utf8);
        let mut next = from;
        let places = std::iter::from_fn(move || {
            let at = next + rarest.finder.find(text.as_bytes().get(next..)?)?;
            next = at + step;
            Some(at)
        });
        let before = &self.parts[..rarest.at];
        places.filter_map(move |at| {
            let start = before.iter().rev().try_fold(at, |at, part| match part {
                Part::Literal(literal) => text[..at].ends_with(literal).then(|| at - literal.len()),
                _ => Some(at - text[..at].chars().next_back()?.len_utf8()),
            });
            start.filter(|start| *start >= from)
        })
    }

    /// Where the piece ends if it begins at `start`.
    fn end(&self, text: &str, start: usize, question_mark: QuestionMark) -> Option<usize> {
        self.parts.iter().try_fold(start, |at, part| match part {
            Part::Literal(literal) => text[at..].starts_with(literal).then(|| at + literal.len()),
            Part::AnyOne => {
                let c = text[at..].chars().next()?;
                question_mark.stands_for(c).then(|| at + c.len_utf8())
            }
            Part::AnyRun => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::query::Pattern;

    /// Whether `parts` hold all of `text`, trying every length of every `*`.
    fn plainly(parts: &[Part], text: &str, question_mark: QuestionMark) -> bool {
        let Some((first, rest)) = parts.split_first() else {
            return text.is_empty();
        };
        match first {
            Part::Literal(literal) => text
                .strip_prefix(literal.as_str())
                .is_some_and(|text| plainly(rest, text, question_mark)),
            Part::AnyOne => text.chars().next().is_some_and(|c| {
                let text = &text[c.len_utf8()..];
                question_mark.stands_for(c) && plainly(rest, text, question_mark)
            }),
            Part::AnyRun => {
                let places = text.char_indices().map(|(at, _)| at).chain([text.len()]);
                places
                    .into_iter()
                    .any(|at| plainly(rest, &text[at..], question_mark))
            }
        }
    }

    fn plainly_between(
        pattern: &Pattern,
        text: &str,
        question_mark: QuestionMark,
        anchors: Anchors,
    ) -> bool {
        let places = || text.char_indices().map(|(at, _)| at).chain([text.len()]);
        places()
            .filter(|start| anchors.begins(text, *start))
            .any(|start| {
                let ends = places().filter(|end| *end >= start && anchors.ends(text, *end));
                ends.into_iter()
                    .any(|end| plainly(pattern.parts(), &text[start..end], question_mark))
            })
    }

    fn pattern() -> impl Strategy<Value = Pattern> {
        prop::collection::vec("[abAü_ *?-]", 1..8).prop_map(|signs| {
            let mut pattern = Pattern::default();
            for sign in signs {
                match sign.as_str() {
                    "*" => pattern.push_wildcard(Part::AnyRun),
                    "?" => pattern.push_wildcard(Part::AnyOne),
                    text => pattern.push_str(text),
                }
            }
            pattern
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_pattern_holds_what_trying_everything_finds(
            pattern in pattern(),
            text in "[abAü_ .-]{0,12}",
        ) {
            for question_mark in [QuestionMark::SpecialOnly, QuestionMark::AnyCharacter] {
                for anchors in [Anchors::Ends, Anchors::Words] {
                    let quick = pattern.pieces().match_in(&text, question_mark, anchors);
                    let plain = plainly_between(&pattern, &text, question_mark, anchors);
                    prop_assert_eq!(quick, plain, "{} in `{}`, {:?} {:?}", pattern, text, question_mark, anchors);
                }
            }
        }
    }

    #[test]
    fn the_longest_literal_is_in_lower_case_where_it_is_asked_for() {
        let mut pattern = Pattern::literal("Ab");
        pattern.push_wildcard(Part::AnyRun);
        pattern.push_str("LONG");
        assert_eq!(pattern.lower().longest(), "long");
        assert_eq!(pattern.pieces().longest(), "LONG");
        pattern.push_str("ER");
        assert_eq!(
            pattern.lower().longest(),
            "longer",
            "it follows the pattern"
        );
    }
}
