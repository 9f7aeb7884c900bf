//! The comparison at the end of a query.

/// How the number is held against a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

/// Longer ones first, so that `>=` is not read as `>`.
const OPERATORS: [(&str, Operator); 6] = [
    (">=", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    (">", Operator::Greater),
    ("<", Operator::Less),
];

impl Operator {
    pub fn holds(self, number: f64, threshold: f64) -> bool {
        match self {
            Operator::Less => number < threshold,
            Operator::LessOrEqual => number <= threshold,
            Operator::Greater => number > threshold,
            Operator::GreaterOrEqual => number >= threshold,
            Operator::Equal => number == threshold,
            Operator::NotEqual => number != threshold,
        }
    }

    /// True where small numbers alert.
    pub fn is_below(self) -> bool {
        matches!(self, Operator::Less | Operator::LessOrEqual)
    }
}

/// What is compared, how, and the number it is compared with.
pub fn split(query: &str) -> Result<(&str, Operator, f64), String> {
    // The operator stands behind the last call or scope; a search may hold such characters too.
    let behind = query.rfind([')', '}']).map_or(0, |at| at + 1);
    let rest = query[behind..].trim_start();
    let found = OPERATORS
        .into_iter()
        .find(|(spelling, _)| rest.starts_with(spelling));
    let Some((spelling, operator)) = found else {
        let given = rest.split_whitespace().next().unwrap_or_default();
        let given = if behind == 0 { "" } else { given };
        return Err(format!("invalid operator specified: {given}"));
    };
    let number = rest[spelling.len()..].trim();
    match number.parse::<f64>() {
        Ok(threshold) if threshold.is_finite() => Ok((&query[..behind], operator, threshold)),
        _ => Err(format!("invalid threshold specified: {number}")),
    }
}
