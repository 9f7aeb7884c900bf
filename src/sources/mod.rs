//! Where sessions come from, and the only place that turns the gateway's rows into session events.
//!
//! [`list`] and [`export`] walk a range of start times newest first, without a gap and without a
//! double, whatever the gateway's limits; [`follow`] goes on for ever. The single session fills in what list rows lack;
//! [`events_of`] is pure. This room retries what may pass, and prints nothing.

mod approvals;
mod as_of;
pub mod audit;
mod cache;
mod census;
mod complete;
mod completing;
mod contents;
mod dense;
mod error;
mod estimate;
mod events;
mod export;
mod filter;
mod find;
pub mod lines;
mod list;
mod message;
mod oldest;
mod reconcile;
mod recordings;
mod retry;
mod rounds;
mod rows;
mod stats;
mod stored;
pub mod tail;
#[cfg(test)]
mod testing;
mod throttle;
pub mod traces;
mod user;
mod window;

pub use approvals::ApprovalSources;
pub use cache::{Cache, CacheError};
pub use census::census;
pub use completing::{Again, Completer, Completing, Done, Webhook, Why};
pub use contents::{Contents, RECORDING_LIMIT, ReadRecording, has_recording, has_statements};
pub use dense::Hidden;
pub use error::SourceError;
pub use estimate::{Estimate, estimate, estimate_sessions};
pub use events::{EventContext, events_of};
pub use export::{
    Export, Fed, Follow, SourceProgress, SourceSummary, Stretch, export, export_sessions,
    export_unfinished, follow,
};
pub use filter::{Approval, SessionFilter};
pub use find::{SessionRef, find};
pub use list::list;
pub use oldest::oldest;
pub use reconcile::{GRACE, NotAPosition, Position, Reconcile, reconcile};
pub use recordings::{Reading, Recorded, Unread, Which, recording, recordings};
pub use rounds::{Left, News};
pub use stats::{By, Counts, Group, Tally, tally};
pub use stored::Stored;
pub use user::user;
