//! Why the queue could not be used.

/// What went wrong with NATS.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum QueueError {
    #[error("`{given}` is no address of a NATS server: {why}")]
    Address { given: String, why: String },
    #[error("the credential of the queue is empty")]
    Credential,
    /// It begins as a `.creds` file, and has no seed or no JWT.
    #[error("the credential of the queue is a broken .creds file")]
    Creds,
    #[error("cannot connect to the NATS server at {servers}: {why}")]
    Connect { servers: String, why: String },
    #[error("the NATS server refused the sign-in at {servers}: {why}")]
    Refused { servers: String, why: String },
    #[error("cannot set up {what} on the NATS server: {why}")]
    SetUp { what: String, why: String },
    /// It is there, and is not what keeps every message.
    #[error("{what} on the NATS server has {has}, and needs {needs}")]
    Unfit {
        what: String,
        has: String,
        needs: String,
    },
    /// The stream has reached its limit; webhooks are refused until it shrinks.
    #[error("the queue is full: {why}")]
    Full { why: String },
    #[error("a message of {bytes} bytes is more than the NATS server takes")]
    TooLarge { bytes: usize },
    /// It may be there all the same.
    #[error("the queue did not confirm {what}: {why}")]
    Unconfirmed { what: &'static str, why: String },
    #[error("the queue could not be asked for {what}: {why}")]
    Unanswered { what: &'static str, why: String },
    /// Another relay wrote it meanwhile: this one has lost the lease.
    #[error("another relay has written {what} meanwhile")]
    Overtaken { what: &'static str },
}

impl QueueError {
    /// True where the same may succeed later.
    pub fn passes(&self) -> bool {
        matches!(
            self,
            QueueError::Full { .. }
                | QueueError::Unconfirmed { .. }
                | QueueError::Unanswered { .. }
        )
    }

    pub(super) fn set_up(what: impl Into<String>, why: impl ToString) -> Self {
        QueueError::SetUp {
            what: what.into(),
            why: why.to_string(),
        }
    }

    pub(super) fn unanswered(what: &'static str, why: impl ToString) -> Self {
        QueueError::Unanswered {
            what,
            why: why.to_string(),
        }
    }
}
