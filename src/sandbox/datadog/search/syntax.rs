//! Reads Datadog's search syntax (docs.datadoghq.com/logs/explorer/search_syntax).
//!
//! Left out and refused: `CIDR(…)` and calculated fields.

use super::query::{Bound, Field, Pattern, Piece, Query, Test};

/// How deep parentheses and negations may nest.
const MAX_DEPTH: usize = 64;
/// What ends an unquoted word.
const WORD_ENDS: [char; 4] = ['(', ')', '"', ':'];

/// Reads a search; the error says what cannot be read.
pub fn parse(text: &str) -> Result<Query, String> {
    let mut parser = Parser {
        rest: text.trim(),
        depth: 0,
    };
    if parser.rest.is_empty() {
        return Ok(Query::All);
    }
    let query = parser.any_of(&Field::Message)?;
    match parser.rest.is_empty() {
        true => Ok(query),
        false => Err(parser.broken()),
    }
}

struct Parser<'a> {
    /// What is left to read; never begins with a blank between two steps.
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn any_of(&mut self, field: &Field) -> Result<Query, String> {
        let mut parts = vec![self.all_of(field)?];
        while self.take_operator(&["OR", "||"]) {
            parts.push(self.all_of(field)?);
        }
        Ok(one_or(parts, Query::AnyOf))
    }

    fn all_of(&mut self, field: &Field) -> Result<Query, String> {
        let mut parts = vec![self.clause(field)?];
        loop {
            if self.rest.is_empty() || self.rest.starts_with(')') || self.at_or() {
                return Ok(one_or(parts, Query::AllOf));
            }
            self.take_operator(&["AND", "&&"]);
            parts.push(self.clause(field)?);
        }
    }

    fn at_or(&self) -> bool {
        operator(self.rest, "OR") || operator(self.rest, "||")
    }

    fn clause(&mut self, field: &Field) -> Result<Query, String> {
        if self.at_or() || operator(self.rest, "AND") || operator(self.rest, "&&") {
            return Err(self.broken());
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("the query nests too deeply".to_owned());
        }
        let negated = self.take_operator(&["NOT"]) || self.take("-") || self.take("!");
        let query = match negated {
            true => Query::Not(Box::new(self.clause(field)?)),
            false if self.take("(") => self.group(field)?,
            false => self.term(field)?,
        };
        self.depth -= 1;
        Ok(query)
    }

    fn group(&mut self, field: &Field) -> Result<Query, String> {
        let query = self.any_of(field)?;
        match self.take(")") {
            true => Ok(query),
            false => Err("missing closing parenthesis".to_owned()),
        }
    }

    /// A value, or a key with its value. Within `key:(…)` the key is already known.
    fn term(&mut self, field: &Field) -> Result<Query, String> {
        if self.rest.starts_with("CIDR(") || self.rest.starts_with('#') {
            return Err(format!("not supported by the sandbox: {}", self.rest));
        }
        if *field == Field::Message
            && let Some(keyed) = self.key()
        {
            return match self.take("(") {
                true => self.group(&keyed),
                false => self.value(keyed),
            };
        }
        self.value(field.clone())
    }

    /// Takes `key:` where one stands next.
    fn key(&mut self) -> Option<Field> {
        let (word, behind) = word(self.rest);
        let behind = behind.strip_prefix(':')?;
        let name = match word.as_literal() {
            Some(name) => name,
            None if word.is_any() => "*".to_owned(),
            None => return None,
        };
        self.rest = behind.trim_start();
        Some(match (name.as_str(), name.strip_prefix('@')) {
            ("*", _) => Field::Everything,
            (_, Some(path)) => Field::Attribute(path.to_owned()),
            _ => Field::Key(name),
        })
    }

    fn value(&mut self, field: Field) -> Result<Query, String> {
        let keyed = field != Field::Message;
        let test = match self.rest.chars().next() {
            Some('"') => Test::Matches(Pattern::literal(&self.quoted()?)),
            Some('[' | '{') if keyed => self.range()?,
            Some('<' | '>') if keyed => self.comparison()?,
            _ => Test::Matches(self.pattern()?),
        };
        let any = matches!(&test, Test::Matches(pattern) if pattern.is_any());
        match field {
            Field::Message | Field::Everything if any => Ok(Query::All),
            _ if any => Ok(Query::Term {
                field,
                test: Test::Exists,
            }),
            _ => Ok(Query::Term { field, test }),
        }
    }

    fn pattern(&mut self) -> Result<Pattern, String> {
        let (word, behind) = word(self.rest);
        if word.pieces.is_empty() {
            return Err(self.broken());
        }
        self.rest = behind.trim_start();
        Ok(word)
    }

    fn quoted(&mut self) -> Result<String, String> {
        let mut text = String::new();
        let mut characters = self.rest.char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = self.rest[at + 1..].trim_start();
                    return Ok(text);
                }
                '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
                other => text.push(other),
            }
        }
        Err("missing closing quote".to_owned())
    }

    /// `[1 TO 9]`, `{1 TO 9}` or a mixture of both.
    fn range(&mut self) -> Result<Test, String> {
        let low_inclusive = self.rest.starts_with('[');
        let end = self.rest.find([']', '}']).ok_or_else(|| self.broken())?;
        let high_inclusive = self.rest[end..].starts_with(']');
        let inside = &self.rest[1..end];
        let (low, high) = inside.split_once(" TO ").ok_or_else(|| self.broken())?;
        self.rest = self.rest[end + 1..].trim_start();
        Ok(Test::Between {
            low: bound(low, low_inclusive),
            high: bound(high, high_inclusive),
        })
    }

    fn comparison(&mut self) -> Result<Test, String> {
        let above = self.rest.starts_with('>');
        let rest = &self.rest[1..];
        let (inclusive, rest) = match rest.strip_prefix('=') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        self.rest = rest;
        let value = self.pattern()?.as_literal().ok_or_else(|| self.broken())?;
        let bound = Some(Bound { value, inclusive });
        Ok(match above {
            true => Test::Between {
                low: bound,
                high: None,
            },
            false => Test::Between {
                low: None,
                high: bound,
            },
        })
    }

    fn take(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn take_operator(&mut self, spellings: &[&str]) -> bool {
        spellings
            .iter()
            .any(|spelling| operator(self.rest, spelling) && self.take(spelling))
    }

    fn broken(&self) -> String {
        format!("cannot parse the query near: {}", self.rest)
    }
}

/// True where `text` begins with an operator that is a word of its own.
fn operator(text: &str, spelling: &str) -> bool {
    text.strip_prefix(spelling).is_some_and(|rest| {
        !spelling.starts_with(char::is_alphabetic)
            || rest.is_empty()
            || rest.starts_with(|c: char| c.is_whitespace() || c == '(')
    })
}

/// An unquoted word with its escapes resolved, and what stands behind it.
fn word(text: &str) -> (Pattern, &str) {
    let mut pattern = Pattern::default();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        let piece = match character {
            '\\' => match characters.next() {
                Some((_, escaped)) => Piece::Character(escaped),
                None => Piece::Character('\\'),
            },
            '*' => Piece::AnyRun,
            '?' => Piece::AnyOne,
            end if end.is_whitespace() || WORD_ENDS.contains(&end) => {
                return (pattern, &text[at..]);
            }
            other => Piece::Character(other),
        };
        pattern.pieces.push(piece);
    }
    (pattern, "")
}

fn bound(text: &str, inclusive: bool) -> Option<Bound> {
    let value = text.trim().trim_matches('"').to_owned();
    (value != "*").then_some(Bound { value, inclusive })
}

fn one_or(mut parts: Vec<Query>, many: fn(Vec<Query>) -> Query) -> Query {
    match parts.len() {
        1 => parts.remove(0),
        _ => many(parts),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn empty_and_star_are_everything() {
        for text in ["", "  ", "*", "*:*"] {
            assert_eq!(parse(text), Ok(Query::All), "{text}");
        }
    }

    #[test]
    fn and_binds_tighter_than_or_and_a_blank_is_and() {
        assert_eq!(parse("a b OR c"), parse("(a AND b) OR c"));
        assert_eq!(parse("a && b || c"), parse("a b OR c"));
        assert_ne!(parse("a b OR c"), parse("a (b OR c)"));
    }

    #[test]
    fn a_negation_takes_the_next_clause_only() {
        assert_eq!(parse("-a b"), parse("(NOT a) b"));
        assert_ne!(parse("-a b"), parse("-(a b)"));
    }

    #[test]
    fn a_key_is_spread_over_its_group() {
        assert_eq!(parse("@a:(b OR -c)"), parse("@a:b OR -@a:c"));
    }

    #[test]
    fn escapes_and_quotes_take_special_characters_as_they_are() {
        assert_eq!(parse(r"@a:b\:c\ d"), parse(r#"@a:"b:c d""#));
        assert_eq!(parse(r"@a:b\*"), parse(r#"@a:"b*""#));
        assert_ne!(parse("@a:b*"), parse(r#"@a:"b*""#));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for text in [
            "(",
            "a)",
            "a AND",
            "OR a",
            "a AND OR b",
            "\"a",
            "@a:",
            "@a:[1 2]",
            "@a:[1 TO",
            "-",
            "CIDR(@a, b)",
            "#x",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"(".repeat(100_000)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in r#"[ab@:*?"()\[\]{}<>= \\ORANDTé|&!-]{0,30}"#) {
            let _ = parse(&text);
        }
    }
}
