//! Where records end: an intake over the network, or rows of a file or a stream.

pub mod account;
mod csv_row;
pub mod datadog_events;
pub mod datadog_logs;
pub mod dry_run;
pub mod hashing;
pub mod llmobs;
pub mod otlp;
pub mod parts;
pub mod rows;

use std::future::Future;

use jiff::SignedDuration;

use super::answer::Answer;
use super::entry::Entry;
use crate::datadog::EncodedBatch;

/// Which of Datadog's intakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntakeKind {
    Logs,
    Events,
    LlmObs,
}

impl IntakeKind {
    /// The word of `--to`.
    pub fn name(self) -> &'static str {
        match self {
            IntakeKind::Logs => "logs",
            IntakeKind::Events => "events",
            IntakeKind::LlmObs => "llmobs",
        }
    }
}

/// An intake: takes batches, and says what it thinks of each.
pub trait Sink {
    /// For messages and the name of the dead-letter file, such as `logs datadoghq.eu`.
    fn name(&self) -> String;

    /// Sends one batch. `entries` is what `batch` was encoded from.
    fn send(&self, entries: &[Entry], batch: &EncodedBatch) -> impl Future<Output = Answer>;

    /// Sends what a working intake is sure to take. Where that is refused too, the settings are
    /// at fault and not the events.
    fn check(&self) -> impl Future<Output = Answer>;

    /// Asks whether anything is taken again, after a key was refused or the address answered like no
    /// intake. A key that can be read again where it came from is.
    fn renew(&self) -> impl Future<Output = Answer> {
        self.check()
    }

    /// For people, while nothing is taken: where the key came from, and what brings another.
    fn remedy(&self) -> Option<&str> {
        None
    }

    /// The destination's clock minus ours, once known.
    fn clock_offset(&self) -> Option<SignedDuration>;
}
