//! A number of which perhaps only the bounds are known, and arithmetic with it.

use super::super::Reason;
use super::super::verdict::merged;

/// The number that is held against the threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Seen {
    Exactly(f64),
    /// It lies between these two, both included.
    Between(f64, f64),
    /// There is none, or it cannot be computed.
    Nothing,
}

/// What is known of a number. Without reasons [`Seen::Nothing`] says that there is no data; with
/// reasons, that it cannot be told.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Number {
    pub seen: Seen,
    pub reasons: Vec<Reason>,
}

impl Number {
    pub fn exactly(number: f64) -> Self {
        Self {
            seen: Seen::Exactly(number),
            reasons: Vec::new(),
        }
    }

    pub fn nothing() -> Self {
        Self::unknown(Vec::new())
    }

    pub fn unknown(reasons: Vec<Reason>) -> Self {
        Self {
            seen: Seen::Nothing,
            reasons,
        }
    }

    /// Exact where both bounds are the same; `reasons` say why they are not.
    pub fn between(low: f64, high: f64, reasons: &[Reason]) -> Self {
        match low == high {
            true => Self::exactly(low),
            false => Self {
                seen: Seen::Between(low, high),
                reasons: reasons.to_vec(),
            },
        }
    }

    pub fn plus(self, other: Self) -> Self {
        self.joined(other, |a, b| a + b)
    }

    pub fn minus(self, other: Self) -> Self {
        self.joined(other, |a, b| a - b)
    }

    pub fn times(self, other: Self) -> Self {
        self.joined(other, |a, b| a * b)
    }

    /// What Datadog makes of a division by zero is stated nowhere.
    pub fn over(self, other: Self) -> Self {
        let may_be_zero = other
            .bounds()
            .is_some_and(|(low, high)| low <= 0.0 && high >= 0.0);
        match may_be_zero {
            true => {
                let reasons = merged(self.reasons, other.reasons);
                Self::unknown(merged(reasons, vec![Reason::DivisionByZero]))
            }
            false => self.joined(other, |a, b| a / b),
        }
    }

    /// Nothing as 0; what cannot be told stays so, unless all that is open is the absence.
    pub fn or_zero(self) -> Self {
        let is_absent = self
            .reasons
            .iter()
            .all(|reason| matches!(reason, Reason::AbsentInFormula(_)));
        match self.seen == Seen::Nothing && is_absent {
            true => Self::exactly(0.0),
            false => self,
        }
    }

    fn bounds(&self) -> Option<(f64, f64)> {
        match self.seen {
            Seen::Exactly(number) => Some((number, number)),
            Seen::Between(low, high) => Some((low, high)),
            Seen::Nothing => None,
        }
    }

    /// The extremes over the four corners: each operation is monotone in either number.
    fn joined(self, other: Self, with: impl Fn(f64, f64) -> f64) -> Self {
        let bounds = self.bounds().zip(other.bounds());
        let reasons = merged(self.reasons, other.reasons);
        let Some(((a, b), (c, d))) = bounds else {
            return Self::unknown(reasons);
        };
        let corners = [with(a, c), with(a, d), with(b, c), with(b, d)];
        if corners.iter().any(|corner| !corner.is_finite()) {
            return Self::unknown(merged(reasons, vec![Reason::OutOfRange]));
        }
        let low = corners.into_iter().fold(f64::INFINITY, f64::min);
        let high = corners.into_iter().fold(f64::NEG_INFINITY, f64::max);
        Self::between(low, high, &reasons)
    }
}
