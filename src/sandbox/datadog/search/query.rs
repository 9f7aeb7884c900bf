//! A search as a tree.

/// A search or a part of one.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// Every log.
    All,
    AllOf(Vec<Query>),
    AnyOf(Vec<Query>),
    Not(Box<Query>),
    Term {
        field: Field,
        test: Test,
    },
}

/// Where a term looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// The message: a term without a key.
    Message,
    /// `*:`, the message and every attribute.
    Everything,
    /// `@a.b`
    Attribute(String),
    /// A key without `@`: a reserved attribute or a tag's key.
    Key(String),
}

/// What a term asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    Exists,
    Matches(Pattern),
    /// Numbers where both sides are, else text. `None` is an open end.
    Between {
        low: Option<Bound>,
        high: Option<Bound>,
    },
}

/// One end of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    pub value: String,
    pub inclusive: bool,
}

/// A text with wildcards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    pub pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    Character(char),
    /// `*`
    AnyRun,
    /// `?`
    AnyOne,
}

impl Pattern {
    /// Text without wildcards.
    pub fn literal(text: &str) -> Self {
        Self {
            pieces: text.chars().map(Piece::Character).collect(),
        }
    }

    /// The text, where the pattern has no wildcard.
    pub fn as_literal(&self) -> Option<String> {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Character(character) => Some(*character),
                _ => None,
            })
            .collect()
    }

    pub fn is_any(&self) -> bool {
        self.pieces == [Piece::AnyRun]
    }

    /// The same pattern without capitals.
    pub fn lowercase(&self) -> Self {
        let pieces = self.pieces.iter().flat_map(|piece| match piece {
            Piece::Character(character) => character.to_lowercase().map(Piece::Character).collect(),
            wildcard => vec![*wildcard],
        });
        Self {
            pieces: pieces.collect(),
        }
    }

    /// True where the whole text fits.
    pub fn fits(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut at, mut piece) = (0, 0);
        // Where the last run began, and how far it reaches so far: grown when the rest fails.
        let mut run: Option<(usize, usize)> = None;
        while at < text.len() {
            match self.pieces.get(piece) {
                Some(Piece::AnyRun) => {
                    run = Some((piece, at));
                    piece += 1;
                }
                Some(Piece::AnyOne) => {
                    at += 1;
                    piece += 1;
                }
                Some(Piece::Character(character)) if *character == text[at] => {
                    at += 1;
                    piece += 1;
                }
                _ => match run {
                    Some((run_piece, reach)) => {
                        run = Some((run_piece, reach + 1));
                        at = reach + 1;
                        piece = run_piece + 1;
                    }
                    None => return false,
                },
            }
        }
        self.pieces[piece..]
            .iter()
            .all(|piece| *piece == Piece::AnyRun)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(text: &str) -> Pattern {
        let pieces = text.chars().map(|character| match character {
            '*' => Piece::AnyRun,
            '?' => Piece::AnyOne,
            other => Piece::Character(other),
        });
        Pattern {
            pieces: pieces.collect(),
        }
    }

    #[test]
    fn wildcards_stand_for_runs_and_single_characters() {
        for (glob, text) in [("a*c", "abbc"), ("*", ""), ("a?c", "abc"), ("*b*b", "abab")] {
            assert!(pattern(glob).fits(text), "{glob} {text}");
        }
        for (glob, text) in [("a*c", "abcd"), ("?", ""), ("abc", "ab"), ("", "a")] {
            assert!(!pattern(glob).fits(text), "{glob} {text}");
        }
    }

    proptest! {
        #[test]
        fn a_pattern_agrees_with_the_regular_expression_that_says_the_same(
            glob in "[ab*?]{0,8}", text in "[ab]{0,10}",
        ) {
            let expression = format!("^{}$", glob.replace('*', ".*").replace('?', "."));
            let expression = regex::Regex::new(&expression).expect("a valid expression");
            prop_assert_eq!(pattern(&glob).fits(&text), expression.is_match(&text));
        }
    }
}
