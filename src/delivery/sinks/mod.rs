//! Where records end: an intake over the network, or rows of a file or a stream.

mod csv_row;
pub mod datadog_events;
pub mod datadog_logs;
pub mod dry_run;
pub mod rows;

use std::future::Future;

use jiff::SignedDuration;

use super::answer::Answer;
use super::entry::Entry;
use crate::datadog::EncodedBatch;

/// An intake: takes batches, and says what it thinks of each.
pub trait Sink {
    /// For messages and the name of the dead-letter file, such as `logs datadoghq.eu`.
    fn name(&self) -> String;

    /// Sends one batch. `entries` is what `batch` was encoded from.
    fn send(&self, entries: &[Entry], batch: &EncodedBatch) -> impl Future<Output = Answer>;

    /// Sends what a working intake is sure to take. Where that is refused too, the settings are
    /// at fault and not the events.
    fn check(&self) -> impl Future<Output = Answer>;

    /// The destination's clock minus ours, once known.
    fn clock_offset(&self) -> Option<SignedDuration>;
}
