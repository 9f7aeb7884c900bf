//! How a trace ended, and what that is to Datadog.

use crate::domain::event::Severity;
use crate::domain::session::Outcome;

/// What a platform says of the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceStatus {
    Success,
    Error,
    Timeout,
    PolicyBlocked,
    LimitExceeded,
    FlaggedForReview,
    /// Any other word.
    Unknown,
}

impl TraceStatus {
    pub fn of(word: &str) -> Self {
        match word {
            "success" => TraceStatus::Success,
            "error" => TraceStatus::Error,
            "timeout" => TraceStatus::Timeout,
            "policy_blocked" => TraceStatus::PolicyBlocked,
            "limit_exceeded" => TraceStatus::LimitExceeded,
            "flagged_for_review" => TraceStatus::FlaggedForReview,
            _ => TraceStatus::Unknown,
        }
    }

    /// A severity of its own: of the word itself Datadog would read the first letters, and take a
    /// flag for an emergency and a timeout for debug.
    pub fn severity(self) -> Severity {
        match self {
            TraceStatus::Success => Severity::Info,
            TraceStatus::Error | TraceStatus::Timeout => Severity::Error,
            TraceStatus::FlaggedForReview => Severity::Notice,
            TraceStatus::PolicyBlocked | TraceStatus::LimitExceeded | TraceStatus::Unknown => {
                Severity::Warn
            }
        }
    }

    /// In the words that every event has.
    pub fn outcome(self) -> Outcome {
        match self {
            TraceStatus::Success | TraceStatus::FlaggedForReview => Outcome::Success,
            TraceStatus::Error | TraceStatus::Timeout => Outcome::Failure,
            TraceStatus::PolicyBlocked | TraceStatus::LimitExceeded => Outcome::Blocked,
            TraceStatus::Unknown => Outcome::Unknown,
        }
    }

    /// What a span of it has as `error.type`; `None` where it is no error. `own` is what the trace
    /// says itself.
    pub fn error_type(self, own: Option<&str>) -> Option<&str> {
        match self {
            TraceStatus::Error => Some(own.unwrap_or("_OTHER")),
            TraceStatus::Timeout => Some("timeout"),
            TraceStatus::PolicyBlocked => Some("policy_blocked"),
            TraceStatus::LimitExceeded => Some("limit_exceeded"),
            TraceStatus::Success | TraceStatus::FlaggedForReview | TraceStatus::Unknown => None,
        }
    }
}
