//! Why a run ended before everything was delivered.

use std::fmt;

use crate::datadog::Meaning;
use crate::delivery::answer::Trouble;
use crate::delivery::dead_letter::DeadLetterError;
use crate::delivery::state::StateError;
use crate::delivery::summary::Summary;

/// A run that ended early, and what it had done until then.
#[derive(Debug)]
pub struct DeliveryError {
    pub cause: Cause,
    pub summary: Box<Summary>,
}

/// What ended it.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// 401, 403, or a key whose shape no key has.
    #[error("{0}")]
    KeyRefused(Trouble),
    /// A redirect, 404, 405 or a status that no intake sends.
    #[error("this is not an intake for this site: {0}")]
    NotAnIntake(Trouble),
    /// Every event was refused, and so was the empty one that a working intake takes.
    #[error(
        "the intake refuses every event and its own connectivity check, so the settings are at fault: {0}"
    )]
    Misconfigured(Trouble),
    /// No answer will come, or none came in time.
    #[error("{0}")]
    Unreachable(Trouble),
    /// The time for the run was over while the destination worked.
    #[error("the time given was over")]
    OutOfTime,
    #[error(transparent)]
    DeadLetters(#[from] DeadLetterError),
    /// What was delivered cannot be remembered.
    #[error(transparent)]
    State(#[from] StateError),
}

impl Cause {
    /// The same for a later answer, where it is still that.
    pub(super) fn with(&self, trouble: Trouble) -> Self {
        match (self, trouble.meaning) {
            (_, Meaning::Pause) => Cause::KeyRefused(trouble),
            (Cause::Misconfigured(_), _) => Cause::Misconfigured(trouble),
            (_, Meaning::Retry { .. } | Meaning::RetryAFewTimes { .. } | Meaning::Unreachable) => {
                Cause::Unreachable(trouble)
            }
            _ => Cause::NotAnIntake(trouble),
        }
    }

    /// True where a person can help while the run waits.
    pub(super) fn is_for_a_person(&self) -> bool {
        match self {
            Cause::KeyRefused(_)
            | Cause::NotAnIntake(_)
            | Cause::Misconfigured(_)
            | Cause::DeadLetters(_) => true,
            Cause::Unreachable(_) | Cause::OutOfTime | Cause::State(_) => false,
        }
    }
}

impl fmt::Display for DeliveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { read, accepted, .. } = *self.summary;
        match read {
            0 => write!(f, "nothing was delivered"),
            _ => write!(f, "{accepted} of {read} events were delivered"),
        }
    }
}

impl std::error::Error for DeliveryError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}
