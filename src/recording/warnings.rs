//! What was wrong with a recording that could be used all the same.

use std::fmt;

/// The warnings kept in full; a hostile recording could otherwise make millions.
const KEPT: usize = 64;

/// One thing that was wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    #[error("the recording ends in the middle of event {index}; playing what is before it")]
    Cut { index: usize },
    #[error("event {index} is not base64 and was left out")]
    NotBase64 { index: usize },
    #[error("event {index} is no [time, code, data] and was left out")]
    NotAnEvent { index: usize },
    #[error("event {index} is larger than 16 MB and was left out")]
    TooLong { index: usize },
    #[error("frame {index} is no event and was left out: {why}")]
    BadFrame { index: usize, why: String },
    #[error("nothing behind frame {index} can be read: {why}")]
    Broken { index: usize, why: String },
    #[error("line {line} of the timing file is no timing and was left out: {why}")]
    BadTiming { line: usize, why: String },
    #[error("the typescript has no timing file: all of it is shown at once")]
    NoTiming,
    #[error("line {line} is no event and was left out: {why}")]
    BadLine { line: usize, why: String },
    #[error("the gateway lost this recording")]
    LogLost,
}

/// The warnings of one reading, bounded in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Warnings {
    kept: Vec<Warning>,
    further: usize,
}

impl Warnings {
    pub(super) fn push(&mut self, warning: Warning) {
        match self.kept.len() < KEPT {
            true => self.kept.push(warning),
            false => self.further += 1,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The first ones, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Warning> {
        self.kept.iter()
    }

    /// How many there were beyond those of [`Warnings::iter`].
    pub fn further(&self) -> usize {
        self.further
    }

    pub(super) fn first(&self) -> Option<&Warning> {
        self.kept.first()
    }
}

/// One warning a line, and how many more there were.
impl fmt::Display for Warnings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, warning) in self.kept.iter().enumerate() {
            let end = if n == 0 { "" } else { "\n" };
            write!(f, "{end}{warning}")?;
        }
        match self.further {
            0 => Ok(()),
            n => write!(f, "\nand {n} more of the kind"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_warnings_is_counted_and_not_kept() {
        let mut warnings = Warnings::default();
        for index in 0..10_000 {
            warnings.push(Warning::NotBase64 { index });
        }
        assert_eq!(warnings.iter().count() + warnings.further(), 10_000);
        assert!(warnings.kept.len() <= KEPT);
        assert!(warnings.to_string().ends_with("more of the kind"));
    }
}
