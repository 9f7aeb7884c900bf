//! What came back for a batch, in words that every destination shares.

use std::fmt;

use crate::datadog::{DatadogError, Meaning};
use crate::http::TransportError;
use crate::otlp::{self, OtlpError, Verdict};

/// `Ok` once the destination has taken the batch, or what of it it will ever take.
pub type Answer = Result<Taken, Trouble>;

/// What became of a batch that was not refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// The status it was said by; `None` where the destination speaks in none.
    pub status: Option<u16>,
    /// What the destination left out, and will not take if it is sent again.
    pub rejected: Option<Rejected>,
    /// All was taken, and yet the destination has something to say.
    pub warning: Option<String>,
}

/// Entries of a batch that the destination left out; it does not say which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    pub entries: u64,
    pub why: String,
}

impl Taken {
    /// All of it, with that status.
    pub fn with_status(status: u16) -> Self {
        Self {
            status: Some(status),
            ..Self::default()
        }
    }
}

impl From<otlp::Taken> for Taken {
    fn from(taken: otlp::Taken) -> Self {
        Self {
            status: Some(taken.status),
            rejected: taken.rejected.map(|rejected| Rejected {
                entries: rejected.spans,
                why: rejected.message,
            }),
            warning: taken.warning,
        }
    }
}

/// Why a batch was not taken, and what that means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub meaning: Meaning,
    pub reason: Reason,
    /// For people: who refused what, and why. Holds no secret.
    pub text: String,
    /// A receiver that is not Datadog's answered, and was sent no key.
    pub is_foreign: bool,
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
            is_foreign: false,
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
            is_foreign: false,
        }
    }
}

impl From<OtlpError> for Trouble {
    fn from(error: OtlpError) -> Self {
        let (meaning, reason) = match &error {
            OtlpError::Refused(refusal) => {
                (meaning_of(refusal.verdict), Reason::Status(refusal.status))
            }
            OtlpError::Transport(transport) if transport.is_retriable() => {
                (Meaning::Retry { after: None }, reason_of(transport))
            }
            OtlpError::Transport(transport) => (Meaning::Unreachable, reason_of(transport)),
        };
        Self {
            meaning,
            reason,
            text: error.to_string(),
            is_foreign: matches!(&error, OtlpError::Refused(refusal) if !refusal.had_key),
        }
    }
}

fn meaning_of(verdict: Verdict) -> Meaning {
    match verdict {
        Verdict::Retry { after } => Meaning::Retry { after },
        Verdict::RetryAFewTimes { after } => Meaning::RetryAFewTimes { after },
        Verdict::Split => Meaning::Split,
        Verdict::Poison => Meaning::Poison,
        Verdict::Pause => Meaning::Pause,
        Verdict::NotAReceiver => Meaning::NotAnIntake,
    }
}

fn reason_of(error: &TransportError) -> Reason {
    match error {
        TransportError::UnknownHost { .. } => Reason::UnknownHost,
        TransportError::Connect { .. } | TransportError::Proxy { .. } => Reason::Connect,
        TransportError::Timeout { .. } => Reason::Timeout,
        TransportError::Broken { .. } => Reason::Broken,
        TransportError::Certificate { .. }
        | TransportError::TooLarge { .. }
        | TransportError::Settings { .. } => Reason::Other,
    }
}
