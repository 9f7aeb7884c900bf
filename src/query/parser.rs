//! The boolean structure of a search: `AND`, `OR`, negation and parentheses. Terms are read in
//! [`super::term`].
//!
//! Nothing between two terms means `AND`, `AND` binds tighter than `OR`, and a negation takes the
//! next clause only (docs.datadoghq.com/logs/explorer/search_syntax; the binding by
//! vectordotdev/vrl).

use super::cursor::Cursor;
use super::error::ParseError;
use super::span::Span;
use super::term;
use super::tree::{Field, Node, NodeKind, Query};

/// How deep parentheses and negations may nest: far above what people write, far below the stack.
const MAX_DEPTH: usize = 100;

/// Reads a search. An empty text, `*` and `*:*` ask for everything.
pub fn parse(source: &str) -> Result<Query, ParseError> {
    let mut parser = Parser {
        cursor: Cursor::new(source),
        depth: 0,
    };
    parser.cursor.skip_blanks();
    if parser.cursor.is_at_end() {
        let root = Node::new(NodeKind::Everything, parser.cursor.here());
        return Ok(Query { root });
    }
    let root = parser.any_of(None)?;
    if !parser.cursor.is_at_end() {
        return Err(ParseError::new(
            parser.cursor.here(),
            "nothing is open here to close",
            "a term",
        )
        .suggest("remove this `)`, or escape it: `\\)`"));
    }
    Ok(Query { root })
}

pub(super) struct Parser<'a> {
    pub cursor: Cursor<'a>,
    depth: usize,
}

/// A word that joins or negates instead of being searched for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    And,
    Or,
    Not,
}

impl Parser<'_> {
    /// `a OR b …`, until the end or a `)`. Values without a key are searched for in `field`.
    pub fn any_of(&mut self, field: Option<&Field>) -> Result<Node, ParseError> {
        let mut parts = vec![self.all_of(field)?];
        while self.eat(Operator::Or) {
            parts.push(self.all_of(field)?);
        }
        Ok(Node::any_of(parts))
    }

    fn all_of(&mut self, field: Option<&Field>) -> Result<Node, ParseError> {
        let mut parts = vec![self.clause(field)?];
        loop {
            if self.eat(Operator::And) {
                parts.push(self.clause(field)?);
                continue;
            }
            self.cursor.skip_blanks();
            let ends = matches!(self.cursor.peek(), None | Some(')'));
            if ends || self.stands_here(Operator::Or) {
                return Ok(Node::all_of(parts));
            }
            parts.push(self.clause(field)?);
        }
    }

    fn clause(&mut self, field: Option<&Field>) -> Result<Node, ParseError> {
        self.cursor.skip_blanks();
        let start = self.cursor.at();
        if self.eat(Operator::Not) || self.eat_minus()? {
            let negation = self.cursor.span_from(start);
            let inner = self.nested(negation, |parser| parser.clause(field))?;
            let span = negation.to(inner.span);
            return Ok(Node::new(NodeKind::Not(Box::new(inner)), span));
        }
        self.refuse_operator()?;
        match self.cursor.peek() {
            Some('(') => self.group(field),
            Some(')') => Err(ParseError::new(
                self.cursor.here(),
                "nothing stands here",
                "a term",
            )),
            None => Err(ParseError::new(
                self.cursor.here(),
                "the query ends here",
                "a term",
            )),
            Some(_) => term::term(self, field),
        }
    }

    /// `(…)`, the cursor on the opening parenthesis.
    pub fn group(&mut self, field: Option<&Field>) -> Result<Node, ParseError> {
        let opening = self.cursor.here();
        self.cursor.bump();
        let inner = self.nested(opening, |parser| parser.any_of(field))?;
        self.cursor.skip_blanks();
        if !self.cursor.eat(")") {
            return Err(ParseError::new(opening, "this `(` is never closed", "`)`")
                .suggest("close it, or escape it: `\\(`"));
        }
        let span = self.cursor.span_from(opening.start);
        Ok(Node::new(inner.kind, span))
    }

    fn nested(
        &mut self,
        opening: Span,
        read: impl FnOnce(&mut Self) -> Result<Node, ParseError>,
    ) -> Result<Node, ParseError> {
        if self.depth == MAX_DEPTH {
            let problem = format!("this nests deeper than {MAX_DEPTH}");
            return Err(ParseError::new(opening, problem, "a flatter query"));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// A `-` in front of a clause. A blank may not follow: nobody says what that would mean.
    fn eat_minus(&mut self) -> Result<bool, ParseError> {
        let minus = self.cursor.here();
        if !self.cursor.eat("-") {
            return Ok(false);
        }
        match self.cursor.peek() {
            Some(c) if !c.is_whitespace() && c != ')' => Ok(true),
            _ => Err(ParseError::new(
                minus,
                "this `-` negates nothing",
                "a clause right behind it",
            )
            .suggest("remove the blank, or search for the sign: `\\-`")),
        }
    }

    fn refuse_operator(&self) -> Result<(), ParseError> {
        for operator in [Operator::And, Operator::Or] {
            if let Some(length) = self.length_here(operator) {
                let start = self.cursor.at();
                let word = &self.cursor.rest()[..length];
                let problem = format!("`{word}` joins two terms and one is missing");
                let span = Span::new(start, start + length);
                return Err(ParseError::new(span, problem, "a term")
                    .suggest(format!("to search for the word, quote it: `\"{word}\"`")));
            }
        }
        Ok(())
    }

    fn eat(&mut self, operator: Operator) -> bool {
        self.cursor.skip_blanks();
        match self.length_here(operator) {
            Some(length) => {
                let end = self.cursor.at() + length;
                while self.cursor.at() < end {
                    self.cursor.bump();
                }
                true
            }
            None => false,
        }
    }

    fn stands_here(&self, operator: Operator) -> bool {
        self.length_here(operator).is_some()
    }

    /// The length of `operator` where it stands here as a word of its own.
    fn length_here(&self, operator: Operator) -> Option<usize> {
        let (word, sign) = match operator {
            Operator::And => ("AND", Some("&&")),
            Operator::Or => ("OR", Some("||")),
            Operator::Not => ("NOT", None),
        };
        let rest = self.cursor.rest();
        if let Some(sign) = sign.filter(|sign| rest.starts_with(*sign)) {
            return Some(sign.len());
        }
        let behind = rest.strip_prefix(word)?.chars().next();
        let is_whole_word =
            behind.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')' | '"'));
        is_whole_word.then_some(word.len())
    }
}
