//! What is read of a session's recording beside its row.

use std::sync::Arc;

use crate::domain::session::{Session, Verb};
use crate::domain::step::Steps;

/// Recordings above this are not fetched: they are read whole, and there are several at once.
pub const RECORDING_LIMIT: u64 = 16 << 20;

/// What a recording says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// The first statements of a native database session.
    pub statements: Option<String>,
    /// What the session did; `None` where nobody looked.
    pub steps: Option<Arc<Steps>>,
}

/// Reads recordings. A closure reads the first statements in a raw `event_stream` array.
pub trait ReadRecording {
    /// Whether a session's recording is asked for at all.
    fn wants(&self, row: &Session) -> bool {
        has_statements(row)
    }

    /// Reads a raw `event_stream` array.
    fn read(&self, session: &Session, event_stream: &[u8]) -> Contents;
}

impl<F: Fn(&Session, &[u8]) -> Option<String>> ReadRecording for F {
    fn read(&self, session: &Session, event_stream: &[u8]) -> Contents {
        Contents {
            statements: self(session, event_stream),
            steps: None,
        }
    }
}

/// Native clients of a database leave statements in the recording, complete once it is done.
pub fn has_statements(row: &Session) -> bool {
    row.verb == Verb::Connect && row.connection.kind == "database" && has_recording(row)
}

/// A recording that is complete, and not too large.
pub fn has_recording(row: &Session) -> bool {
    row.is_done() && (1..=RECORDING_LIMIT).contains(&row.event_size)
}
