//! One way out of the program: from events to destinations, at least once.
//!
//! An event becomes a [`Record`] in [`map`], and then goes one of two ways:
//!
//! - [`run`] sends it to an intake ([`Sink`]): batched ([`batch`]), compressed ([`compression`]),
//!   retried ([`retry`]), split around what is refused, restamped when it is too old ([`late`]),
//!   and set aside in a dead-letter file ([`dead_letter`]) when nothing helps. An event leaves the
//!   pipeline delivered, in a dead letter, skipped because the user asked for it, or counted as
//!   undelivered in the [`Summary`]. There is no other end.
//! - [`to_file`] and [`to_writer`] write it as a row of a file or of standard output.
//!
//! Several destinations each have a run, a position and dead letters of their own; [`fan_out`] hands
//! one source's events to all of them.
//!
//! The pipeline knows records and sinks, and nothing of sessions: traces, files and the relay come
//! the same way.

mod answer;
mod atomic_file;
mod backlog;
pub mod batch;
pub mod compression;
mod cut;
pub mod dead_letter;
mod entry;
mod envelope;
mod fan_out;
mod gate;
mod kinds;
pub mod late;
mod ledger;
mod leftovers;
mod line_ledger;
pub mod map;
mod observer;
mod pipeline;
mod positions;
pub mod queue;
pub mod receipts;
pub mod retry;
pub mod sinks;
pub mod spool;
pub mod state;
mod summary;
#[cfg(test)]
mod testing;

pub use answer::{Answer, Reason, Rejected, Taken, Trouble};
pub use atomic_file::{AtomicFile, FileError};
pub use backlog::Backlog;
pub use batch::Limits;
pub use compression::Codec;
pub use entry::{Broken, Entry, Given, Line, Record};
pub use envelope::Envelope;
pub use fan_out::{Outlet, Worth, fan_out};
pub use late::{Ages, LatePolicy, OLDEST};
pub use ledger::Ledger;
pub use leftovers::{sweep, sweep_beside};
pub use line_ledger::LineLedger;
pub use observer::{Fate, Observer, Placed, SentBatch};
pub use pipeline::{Cause, DRAIN, DeliveryError, Options, Patience, Stop, run};
pub use positions::{Number, Positions};
pub use retry::Pace;
pub use sinks::account::{Account, Reread};
pub use sinks::datadog_events::DatadogEvents;
pub use sinks::datadog_logs::DatadogLogs;
pub use sinks::dry_run::DryRun;
pub use sinks::hashing::{Hashing, Written};
pub use sinks::llmobs::LlmObs;
pub use sinks::otlp::{Keyed, Receiver, ShownSpans};
pub use sinks::parts::{Parts, Rotation, to_parts};
pub use sinks::rows::{Format, RowsError, Unplaced, to_file, to_writer};
pub use sinks::{IntakeKind, Sink};
pub use summary::{Progress, Summary};
