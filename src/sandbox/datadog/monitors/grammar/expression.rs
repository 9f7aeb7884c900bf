//! The formula of a log alert: arithmetic over the numbers of its queries.

/// A formula as a tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    Number(f64),
    /// A query by its place among the variables.
    Query(usize),
    /// `default_zero(…)`: nothing is 0.
    DefaultZero(Box<Expression>),
    Joined(Box<Expression>, char, Box<Expression>),
}

/// How many parts a formula may have.
const MAX_PARTS: usize = 100;

impl Expression {
    /// Reads a formula over the queries called `names`; `None` where it calls a function that the
    /// stand-in does not know.
    pub fn parse(text: &str, names: &[&str]) -> Result<Option<Self>, String> {
        let mut reader = Reader {
            rest: text.trim(),
            names,
            parts: 0,
        };
        match reader.sum() {
            Ok(tree) if reader.rest.is_empty() => Ok(Some(tree)),
            Ok(_) => Err(reader.broken()),
            Err(Stop::UnknownFunction) => Ok(None),
            Err(Stop::Broken(why)) => Err(why),
        }
    }

    /// The number, given those of the queries; `None` where one it needs is missing or a division
    /// is by zero.
    pub fn value(&self, of: &impl Fn(usize) -> Option<f64>) -> Option<f64> {
        match self {
            Expression::Number(number) => Some(*number),
            Expression::Query(place) => of(*place),
            Expression::DefaultZero(inner) => Some(inner.value(of).unwrap_or(0.0)),
            Expression::Joined(left, sign, right) => {
                let (left, right) = (left.value(of)?, right.value(of)?);
                let joined = match sign {
                    '+' => left + right,
                    '-' => left - right,
                    '*' => left * right,
                    _ => left / right,
                };
                joined.is_finite().then_some(joined)
            }
        }
    }
}

enum Stop {
    UnknownFunction,
    Broken(String),
}

struct Reader<'a> {
    /// What is left to read; never begins with a blank between two steps.
    rest: &'a str,
    names: &'a [&'a str],
    parts: usize,
}

impl<'a> Reader<'a> {
    fn sum(&mut self) -> Result<Expression, Stop> {
        self.joined(&['+', '-'], |reader| {
            reader.joined(&['*', '/'], Self::factor)
        })
    }

    /// `a ∘ b ∘ c`, from the left.
    fn joined(
        &mut self,
        signs: &[char],
        part: fn(&mut Self) -> Result<Expression, Stop>,
    ) -> Result<Expression, Stop> {
        let mut left = part(self)?;
        while let Some(sign) = self.rest.chars().next().filter(|sign| signs.contains(sign)) {
            self.skip(1);
            let right = part(self)?;
            left = Expression::Joined(Box::new(left), sign, Box::new(right));
        }
        Ok(left)
    }

    fn factor(&mut self) -> Result<Expression, Stop> {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return Err(Stop::Broken("the formula is too long".to_owned()));
        }
        match self.rest.chars().next() {
            Some('(') => self.parenthesis(),
            Some('-') => {
                self.skip(1);
                let minus = Box::new(Expression::Number(-1.0));
                Ok(Expression::Joined(minus, '*', Box::new(self.factor()?)))
            }
            Some(first) if first.is_ascii_digit() || first == '.' => self.number(),
            _ => self.name(),
        }
    }

    fn parenthesis(&mut self) -> Result<Expression, Stop> {
        self.skip(1);
        let inner = self.sum()?;
        match self.rest.starts_with(')') {
            true => {
                self.skip(1);
                Ok(inner)
            }
            false => Err(Stop::Broken(self.broken())),
        }
    }

    fn number(&mut self) -> Result<Expression, Stop> {
        let text = self.take(|c| c.is_ascii_digit() || c == '.');
        text.parse()
            .map(Expression::Number)
            .map_err(|_| Stop::Broken(format!("invalid number in formula: {text}")))
    }

    fn name(&mut self) -> Result<Expression, Stop> {
        let name = self.take(|c| c.is_alphanumeric() || c == '_');
        if name.is_empty() {
            return Err(Stop::Broken(self.broken()));
        }
        match (self.rest.starts_with('('), name) {
            (true, "default_zero") => {
                let inner = self.parenthesis()?;
                Ok(Expression::DefaultZero(Box::new(inner)))
            }
            (true, _) => Err(Stop::UnknownFunction),
            (false, _) => {
                let place = self.names.iter().position(|known| *known == name);
                place
                    .map(Expression::Query)
                    .ok_or_else(|| Stop::Broken(format!("unknown query in formula: {name}")))
            }
        }
    }

    fn take(&mut self, belongs: fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        taken
    }

    /// Skips so many bytes, all of them ASCII.
    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest[bytes..].trim_start();
    }

    fn broken(&self) -> String {
        format!("unable to parse formula near: {}", self.rest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(text: &str, numbers: [Option<f64>; 2]) -> Option<f64> {
        Expression::parse(text, &["a", "b"])
            .expect("a formula")
            .expect("known functions")
            .value(&|place| numbers[place])
    }

    #[test]
    fn products_go_before_sums_and_both_from_the_left() {
        let numbers = [Some(6.0), Some(2.0)];
        for (text, expected) in [
            ("a", 6.0),
            ("a / b * 100", 300.0),
            ("1 + a * b", 13.0),
            ("a - b - 1", 3.0),
            ("(a - b) * 0.5", 2.0),
            ("-a + b", -4.0),
            ("a*-b", -12.0),
        ] {
            assert_eq!(value(text, numbers), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_missing_leaves_no_number_unless_it_defaults_to_zero() {
        assert_eq!(value("a + b", [Some(1.0), None]), None);
        assert_eq!(value("a + default_zero(b)", [Some(1.0), None]), Some(1.0));
        assert_eq!(value("a / b", [Some(1.0), Some(0.0)]), None);
        assert_eq!(value("default_zero(a / b)", [None, None]), Some(0.0));
    }

    #[test]
    fn an_unknown_function_is_no_error_and_an_unknown_query_is() {
        assert_eq!(Expression::parse("anomalies(a, 2)", &["a"]), Ok(None));
        for text in ["", "c", "a +", "a b", "(a", "a)", "1.2.3", "a ^ 2"] {
            assert!(Expression::parse(text, &["a", "b"]).is_err(), "{text}");
        }
        assert!(Expression::parse(&"(".repeat(10_000), &[]).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in r"[ab0-9.()+*/ é-]{0,20}") {
            let _ = Expression::parse(&text, &["a", "b"]);
        }
    }
}
