//! What comes of a rehearsal.

use std::fmt;

use super::copy::REHEARSAL_TAG;
use super::expectation::Expectation;
use super::steps::Finished;
use crate::datadog::DatadogError;
use crate::delivery::DeliveryError;

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The monitor came to the expected state.
    Reached {
        state: Expectation,
        group: Option<String>,
    },
    /// It came to another state for good.
    Missed {
        state: String,
        group: Option<String>,
    },
    /// The time was up; where the monitor was then.
    TimedOut { state: String },
    /// The time was up before Datadog had every event.
    NotArrived { found: usize, sent: usize },
    /// The person stopped it.
    Stopped,
}

/// What came of a rehearsal.
#[derive(Debug)]
pub struct Report {
    /// How it ended, or what kept it from being held to its end.
    pub ending: Result<Ending, RehearsalError>,
    /// The monitor that was watched, once there was one.
    pub monitor: Option<u64>,
    pub steps: Vec<Finished>,
    pub left: Left,
}

/// What is left of the temporary copy.
#[derive(Debug)]
pub enum Left {
    Nothing,
    /// It could not be deleted.
    Copy(u64, DatadogError),
    /// It may have been made although no answer said so, and it could not be looked for.
    Perhaps(DatadogError),
}

/// Why a rehearsal could not be held.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    #[error("make a temporary copy of the monitor")]
    Copy(#[source] DatadogError),
    #[error("send the test events")]
    Send(#[from] DeliveryError),
    #[error("{dead} of {sent} test events were refused by Datadog")]
    Refused { dead: u64, sent: u64 },
    #[error("look for the test events")]
    Arrive(#[source] DatadogError),
    #[error("look at the monitor")]
    Watch(#[source] DatadogError),
    #[error("monitor {0} was deleted by somebody else while it was watched")]
    Gone(u64),
}

/// Waiting was cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    Stopped,
    TimedOut,
}

impl Left {
    /// A sentence for people, where something is left.
    pub fn warning(&self) -> Option<String> {
        match self {
            Left::Nothing => None,
            Left::Copy(id, why) => Some(format!(
                "the temporary monitor {id} could not be deleted: {why}"
            )),
            Left::Perhaps(why) => Some(format!(
                "a temporary monitor with the tag {REHEARSAL_TAG} may have been left behind, and \
                 could not be looked for: {why}"
            )),
        }
    }
}

/// Where the monitor came to, for people.
impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (state, group) = match self {
            Ending::Reached { state, group } => (state.as_str(), group),
            Ending::Missed { state, group } => (state.as_str(), group),
            Ending::TimedOut { state } => (state.as_str(), &None),
            Ending::NotArrived { found, sent } => return write!(f, "{found} of {sent} found"),
            Ending::Stopped => return f.write_str("stopped"),
        };
        match group {
            Some(group) => write!(f, "{state} ({group})"),
            None => f.write_str(state),
        }
    }
}
