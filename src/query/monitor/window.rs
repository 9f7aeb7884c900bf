//! The window of a monitor and how its number is held against a threshold.

use std::fmt;
use std::time::Duration;

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
    pub(super) const ALL: [Operator; 6] = [
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
    pub(super) fn is_below(self) -> bool {
        matches!(self, Operator::Less | Operator::LessOrEqual)
    }

    /// True where an ever larger number changes the answer once at most.
    pub(super) fn is_monotone(self) -> bool {
        !matches!(self, Operator::Equal | Operator::NotEqual)
    }
}
