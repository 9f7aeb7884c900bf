//! What came back for a batch, in words that every destination shares.

use std::fmt;

use crate::datadog::{DatadogError, Meaning};
use crate::http::TransportError;

/// `Ok` once the destination has taken the batch, with the status it said so by; `None` where it
/// speaks in none.
pub type Answer = Result<Option<u16>, Trouble>;

/// Why a batch was not taken, and what that means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub meaning: Meaning,
    pub reason: Reason,
    /// For people: who refused what, and why. Holds no secret.
    pub text: String,
}

/// What retries are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    Status(u16),
    UnknownHost,
    Connect,
    Timeout,
    Broken,
    /// Nothing was asked at all, or nothing that is an answer came.
    Other,
}

impl Reason {
    /// True where the request may have arrived, and been taken, although no answer came.
    pub(super) fn leaves_open(self) -> bool {
        matches!(self, Reason::Timeout | Reason::Broken)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Reason::Status(status) => return f.pad(&status.to_string()),
            Reason::UnknownHost => "unknown host",
            Reason::Connect => "no connection",
            Reason::Timeout => "timeout",
            Reason::Broken => "broken connection",
            Reason::Other => "other",
        })
    }
}

impl Trouble {
    /// Nobody waited for the answer any more.
    pub(super) fn left_behind() -> Self {
        Self {
            meaning: Meaning::Retry { after: None },
            reason: Reason::Broken,
            text: "the run was over before an answer came".to_owned(),
        }
    }

    /// The status that was answered.
    pub fn status(&self) -> Option<u16> {
        match self.reason {
            Reason::Status(status) => Some(status),
            _ => None,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<DatadogError> for Trouble {
    fn from(error: DatadogError) -> Self {
        let reason = match (&error, error.status()) {
            (_, Some(status)) => Reason::Status(status),
            (DatadogError::Transport(error), _) => reason_of(error),
            _ => Reason::Other,
        };
        Self {
            meaning: error.meaning(),
            reason,
            text: error.to_string(),
        }
    }
}

fn reason_of(error: &TransportError) -> Reason {
    match error {
        TransportError::UnknownHost { .. } => Reason::UnknownHost,
        TransportError::Connect { .. } => Reason::Connect,
        TransportError::Timeout { .. } => Reason::Timeout,
        TransportError::Broken { .. } => Reason::Broken,
        TransportError::Certificate { .. }
        | TransportError::TooLarge { .. }
        | TransportError::Settings { .. } => Reason::Other,
    }
}
