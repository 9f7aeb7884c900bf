//! Where sessions come from, and the only place that turns the gateway's rows into session events.
//!
//! `list` and `export` walk a range of start times newest first, without a gap and without a
//! double, whatever the gateway's limits. `completed` fills in what list rows lack;
//! `events_of` is pure. This room retries what may pass, and prints nothing.

mod error;
mod filter;
mod list;
mod retry;
mod rows;
#[cfg(test)]
mod testing;
mod window;

pub use error::SourceError;
pub use filter::{Approval, SessionFilter};
pub use list::list;
