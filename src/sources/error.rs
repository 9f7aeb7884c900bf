//! Why sessions could not be read.

use jiff::Timestamp;

use super::dense::Hidden;
use crate::gateway::GatewayError;

/// What ended the reading.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum SourceError {
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    #[error("gave up after {attempts} attempts")]
    GaveUp {
        attempts: u32,
        #[source]
        last: GatewayError,
    },
    /// The gateway pages to 10,100 rows and cuts its windows at whole seconds.
    #[error("the gateway's list ends before {hidden}; a narrower filter may show them")]
    TooDense { hidden: Hidden },
    #[error("the gateway's list of sessions kept changing while it was read, around {around}")]
    Unstable { around: Timestamp },
    #[error(
        "`{given}` names no session: give an id, its first four characters or more, or the address \
         of its page"
    )]
    Reference { given: String },
    #[error("no session of the last {days} days has an id that begins with `{prefix}`")]
    NotFound { prefix: String, days: u32 },
    #[error("`{given}` may mean several sessions")]
    Ambiguous {
        given: String,
        candidates: Vec<String>,
    },
    /// Whoever took the events has gone; that side knows why.
    #[error("nobody takes the events any more")]
    Closed,
}

impl SourceError {
    /// The gateway's error beneath, where there is one.
    pub fn gateway(&self) -> Option<&GatewayError> {
        match self {
            SourceError::Gateway(error) | SourceError::GaveUp { last: error, .. } => Some(error),
            _ => None,
        }
    }
}
