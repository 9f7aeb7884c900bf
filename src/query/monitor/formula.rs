//! The formula of a monitor: arithmetic over the numbers of its queries.

use std::fmt;

use super::super::ParseError;
use super::super::cursor::Cursor;
use super::super::span::Span;
use super::{NamedQuery, number::Number};
use crate::domain::nearest::nearest;

/// A formula with the queries that it names.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    pub expression: Expression,
    pub queries: Vec<NamedQuery>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    Number(f64),
    /// The place of a query in [`Formula::queries`].
    Query(usize),
    Negated(Box<Expression>),
    Joined(Box<Expression>, Arithmetic, Box<Expression>),
    /// `default_zero(…)`: nothing counts as 0.
    DefaultZero(Box<Expression>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Arithmetic {
    fn sign(self) -> char {
        match self {
            Arithmetic::Add => '+',
            Arithmetic::Subtract => '-',
            Arithmetic::Multiply => '*',
            Arithmetic::Divide => '/',
        }
    }
}

/// How deep parentheses and signs may nest.
const MAX_DEPTH: usize = 100;

impl Formula {
    /// Reads `text`, in which each name is that of one of `queries`.
    pub(super) fn parse(text: &str, queries: Vec<NamedQuery>) -> Result<Self, ParseError> {
        let mut reader = Reader {
            cursor: Cursor::new(text),
            names: queries.iter().map(|query| query.name.as_str()).collect(),
            depth: 0,
        };
        let expression = reader.sum()?;
        reader.cursor.skip_blanks();
        if !reader.cursor.is_at_end() {
            return Err(reader.wrong("the formula is over here", "`+`, `-`, `*`, `/` or its end"));
        }
        Ok(Self {
            expression,
            queries,
        })
    }

    pub(super) fn value(&self, of: &dyn Fn(usize) -> Number) -> Number {
        value(&self.expression, of)
    }
}

fn value(expression: &Expression, of: &dyn Fn(usize) -> Number) -> Number {
    match expression {
        Expression::Number(number) => Number::exactly(*number),
        Expression::Query(at) => of(*at),
        Expression::Negated(inner) => Number::exactly(0.0).minus(value(inner, of)),
        Expression::DefaultZero(inner) => value(inner, of).or_zero(),
        Expression::Joined(left, sign, right) => {
            let (left, right) = (value(left, of), value(right, of));
            match sign {
                Arithmetic::Add => left.plus(right),
                Arithmetic::Subtract => left.minus(right),
                Arithmetic::Multiply => left.times(right),
                Arithmetic::Divide => left.over(right),
            }
        }
    }
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    names: Vec<&'a str>,
    depth: usize,
}

impl Reader<'_> {
    fn sum(&mut self) -> Result<Expression, ParseError> {
        self.joined(&[Arithmetic::Add, Arithmetic::Subtract], |reader| {
            reader.joined(&[Arithmetic::Multiply, Arithmetic::Divide], Self::factor)
        })
    }

    /// `a ∘ b ∘ c`, from the left.
    fn joined(
        &mut self,
        signs: &[Arithmetic],
        part: fn(&mut Self) -> Result<Expression, ParseError>,
    ) -> Result<Expression, ParseError> {
        let mut left = part(self)?;
        loop {
            self.cursor.skip_blanks();
            let here = self.cursor.peek();
            let Some(sign) = signs.iter().find(|sign| here == Some(sign.sign())) else {
                return Ok(left);
            };
            self.cursor.bump();
            self.enter()?;
            let right = part(self)?;
            left = Expression::Joined(Box::new(left), *sign, Box::new(right));
        }
    }

    fn factor(&mut self) -> Result<Expression, ParseError> {
        self.cursor.skip_blanks();
        let start = self.cursor.at();
        match self.cursor.peek() {
            Some('-') => {
                self.cursor.bump();
                self.enter()?;
                Ok(Expression::Negated(Box::new(self.factor()?)))
            }
            Some('(') => self.parenthesis(),
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(start),
            Some(c) if c.is_alphabetic() || c == '_' => self.name(start),
            _ => Err(self.wrong("nothing stands here", "a query's name or a number")),
        }
    }

    /// Each step down and to the right counts: a tree that long could not be walked.
    fn enter(&mut self) -> Result<(), ParseError> {
        self.depth += 1;
        match self.depth > MAX_DEPTH {
            true => Err(self.wrong(
                format!("the formula has more than {MAX_DEPTH} parts"),
                "a shorter formula",
            )),
            false => Ok(()),
        }
    }

    fn parenthesis(&mut self) -> Result<Expression, ParseError> {
        let opening = self.cursor.here();
        self.cursor.bump();
        self.enter()?;
        let inner = self.sum()?;
        self.cursor.skip_blanks();
        match self.cursor.eat(")") {
            true => Ok(inner),
            false => Err(ParseError::new(opening, "this `(` is never closed", "`)`")),
        }
    }

    fn number(&mut self, start: usize) -> Result<Expression, ParseError> {
        let text = self.cursor.take_while(|c| c.is_ascii_digit() || c == '.');
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        let span = self.cursor.span_from(start);
        number
            .map(Expression::Number)
            .ok_or_else(|| ParseError::new(span, format!("`{text}` is no number"), "a number"))
    }

    fn name(&mut self, start: usize) -> Result<Expression, ParseError> {
        let name = self.cursor.take_while(|c| c.is_alphanumeric() || c == '_');
        let span = self.cursor.span_from(start);
        self.cursor.skip_blanks();
        if self.cursor.peek() == Some('(') {
            return self.function(name, span);
        }
        let place = self.names.iter().position(|known| *known == name);
        place.map(Expression::Query).ok_or_else(|| {
            let problem = format!("no query is called `{name}`");
            let error = ParseError::new(span, problem, "the name of a query");
            match nearest(name, self.names.iter().copied()) {
                Some(near) => error.suggest(format!("`{near}`")),
                None => error,
            }
        })
    }

    fn function(&mut self, name: &str, span: Span) -> Result<Expression, ParseError> {
        if name != "default_zero" {
            let problem = format!("the function `{name}` is not evaluated");
            return Err(ParseError::new(
                span,
                problem,
                "arithmetic or `default_zero(…)`",
            ));
        }
        let inner = self.parenthesis()?;
        Ok(Expression::DefaultZero(Box::new(inner)))
    }

    fn wrong(&self, problem: impl Into<String>, expected: &str) -> ParseError {
        ParseError::new(self.cursor.here(), problem, expected)
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(&self.expression, f)
    }
}

impl Formula {
    fn write(&self, expression: &Expression, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match expression {
            Expression::Number(number) => write!(f, "{number}"),
            Expression::Query(at) => f.write_str(&self.queries[*at].name),
            Expression::Negated(inner) => {
                f.write_str("-")?;
                self.operand(inner, f)
            }
            Expression::DefaultZero(inner) => {
                f.write_str("default_zero(")?;
                self.write(inner, f)?;
                f.write_str(")")
            }
            Expression::Joined(left, sign, right) => {
                self.operand(left, f)?;
                write!(f, " {} ", sign.sign())?;
                self.operand(right, f)
            }
        }
    }

    /// In parentheses where it joins parts of its own: longer than needed, and never read otherwise.
    fn operand(&self, expression: &Expression, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match expression {
            Expression::Joined(..) => {
                f.write_str("(")?;
                self.write(expression, f)?;
                f.write_str(")")
            }
            _ => self.write(expression, f),
        }
    }
}
