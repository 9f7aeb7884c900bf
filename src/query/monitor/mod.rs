//! The queries of log monitors: `logs("…").index("…").rollup("…").by("…").last("…") > 5`.
//!
//! The grammar is that of the `log alert` type (docs.datadoghq.com monitor API and log monitors).
//! The queries of other types are told apart and refused by name.

mod evaluate;
mod kind;
mod parse;

use std::fmt::{self, Write};
use std::time::Duration;

use super::facet::Facet;
use super::{ParseError, Query};

pub use evaluate::{Evaluation, Group, Seen, State};
pub use kind::QueryKind;
pub use parse::parse_log_alert;

/// A parsed query of type `log alert`.
#[derive(Clone, Debug, PartialEq)]
pub struct LogAlert {
    /// Its spans are places in the unescaped text between the quotes of `logs("…")`.
    pub search: Query,
    /// The index that is looked at, `*` for all. Only indexed logs of the standard tier are seen.
    pub index: String,
    pub rollup: Rollup,
    /// Up to four facets, one alert for each of their values.
    pub by: Vec<Facet>,
    pub window: Window,
    pub operator: Operator,
    /// Has to equal `options.thresholds.critical`.
    pub threshold: f64,
}

/// What is computed over the logs of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollup {
    pub method: Method,
    /// The attribute that is counted by value or measured.
    pub attribute: Option<Facet>,
}

/// The methods that the monitor API or the log monitor page name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Count,
    Cardinality,
    Average,
    /// Offered by the page, but unconfirmed in this form of the query.
    Unconfirmed(&'static str),
}

impl Method {
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Count => "count",
            Method::Cardinality => "cardinality",
            Method::Average => "avg",
            Method::Unconfirmed(name) => name,
        }
    }
}

/// How far back is looked: at most two days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    amount: u32,
    unit: WindowUnit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WindowUnit {
    Minutes,
    Hours,
}

impl Window {
    /// Reads `5m` to `2880m` and `1h` to `48h`.
    pub fn parse(text: &str) -> Option<Self> {
        let unit = match text.chars().last()? {
            'm' => WindowUnit::Minutes,
            'h' => WindowUnit::Hours,
            _ => return None,
        };
        let digits = &text[..text.len() - 1];
        let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        let amount = digits.parse().ok().filter(|_| is_plain)?;
        let longest = if unit == WindowUnit::Minutes {
            2_880
        } else {
            48
        };
        (1..=longest)
            .contains(&amount)
            .then_some(Self { amount, unit })
    }

    pub fn duration(self) -> Duration {
        let seconds = if self.unit == WindowUnit::Minutes {
            60
        } else {
            3_600
        };
        Duration::from_secs(u64::from(self.amount) * seconds)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = if self.unit == WindowUnit::Minutes {
            'm'
        } else {
            'h'
        };
        write!(f, "{}{unit}", self.amount)
    }
}

/// How the number is held against the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

impl Operator {
    const ALL: [Operator; 6] = [
        Operator::LessOrEqual,
        Operator::GreaterOrEqual,
        Operator::Equal,
        Operator::NotEqual,
        Operator::Less,
        Operator::Greater,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::Equal => "==",
            Operator::NotEqual => "!=",
        }
    }

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
    fn is_below(self) -> bool {
        matches!(self, Operator::Less | Operator::LessOrEqual)
    }

    /// True where an ever larger number changes the answer once at most.
    fn is_monotone(self) -> bool {
        !matches!(self, Operator::Equal | Operator::NotEqual)
    }
}

/// Why a query is not a log alert that can be evaluated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MonitorQueryError {
    #[error(transparent)]
    Syntax(#[from] ParseError),
    #[error("a query of type {0} is not evaluated yet; `logs(…)` queries are")]
    NotEvaluated(QueryKind),
    #[error(
        "the query alerts at {in_query} and options.thresholds.critical says {in_options}; both have to be the same number"
    )]
    Threshold { in_query: f64, in_options: f64 },
}

impl MonitorQueryError {
    /// The error as text for people: with the line and a caret where a place is known.
    pub fn render(&self, source: &str) -> String {
        match self {
            MonitorQueryError::Syntax(error) => error.render(source),
            other => other.to_string(),
        }
    }
}

impl LogAlert {
    /// Fails where the threshold of the query is not that of the options.
    pub fn check_threshold(&self, critical: f64) -> Result<(), MonitorQueryError> {
        match self.threshold == critical {
            true => Ok(()),
            false => Err(MonitorQueryError::Threshold {
                in_query: self.threshold,
                in_options: critical,
            }),
        }
    }

    /// What the monitor watches for, in words.
    pub fn explain(&self) -> String {
        let what = match (&self.rollup.method, &self.rollup.attribute) {
            (Method::Count, _) => "the number of logs".to_owned(),
            (Method::Cardinality, Some(facet)) => format!("the number of different `{facet}`"),
            (method, Some(facet)) => format!("the {} of `{facet}`", method.as_str()),
            (method, None) => format!("the {} of logs", method.as_str()),
        };
        let by: Vec<String> = self.by.iter().map(|facet| format!("`{facet}`")).collect();
        let by = match by.is_empty() {
            true => String::new(),
            false => format!(", for each {}", by.join(" and ")),
        };
        let operator = match self.operator {
            Operator::Less => "below",
            Operator::LessOrEqual => "at most",
            Operator::Greater => "above",
            Operator::GreaterOrEqual => "at least",
            Operator::Equal => "equal to",
            Operator::NotEqual => "other than",
        };
        format!(
            "alerts when {what} of the last {}{by} is {operator} {}, looking at logs {}",
            self.window,
            self.threshold,
            self.search.explain()
        )
    }
}

impl fmt::Display for LogAlert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "logs({}).index({})",
            Quoted(&self.search.to_string()),
            Quoted(&self.index)
        )?;
        write!(f, ".rollup(\"{}\"", self.rollup.method.as_str())?;
        if let Some(attribute) = &self.rollup.attribute {
            write!(f, ", \"{attribute}\"")?;
        }
        f.write_str(")")?;
        if !self.by.is_empty() {
            let by: Vec<String> = self.by.iter().map(ToString::to_string).collect();
            write!(f, ".by({})", Quoted(&by.join(",")))?;
        }
        write!(
            f,
            ".last(\"{}\") {} {}",
            self.window,
            self.operator.as_str(),
            self.threshold
        )
    }
}

/// Text between quotes. A quote is escaped; a backslash only where it would otherwise be read as
/// escaping what follows, since nothing says that Datadog takes a doubled one elsewhere.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        let mut characters = self.0.chars().peekable();
        while let Some(c) = characters.next() {
            let escapes_next = matches!(characters.peek(), None | Some('"' | '\\'));
            if c == '"' || (c == '\\' && escapes_next) {
                f.write_char('\\')?;
            }
            f.write_char(c)?;
        }
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests;
