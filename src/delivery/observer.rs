//! Whoever follows a run: told how it goes, what became of each batch, which rows are in their place,
//! and which records came to an end.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use super::entry::Entry;
use super::positions::Number;
use super::state::StateError;
use super::summary::Progress;
use crate::datadog::EncodedBatch;

/// A closure over [`Progress`] follows without keeping anything.
pub trait Observer {
    fn told(&mut self, progress: Progress);

    /// A batch, or a part of one, came to its end. Told before its records are settled.
    ///
    /// # Errors
    ///
    /// Where that cannot be kept; the run ends.
    fn batch(&mut self, _: &SentBatch<'_>) -> Result<(), StateError> {
        Ok(())
    }

    /// Rows are where they belong. Told before their records are settled.
    ///
    /// # Errors
    ///
    /// Where that cannot be kept; the run ends.
    fn placed(&mut self, _: &Placed<'_>) -> Result<(), StateError> {
        Ok(())
    }

    /// The records of these numbers have left the run for good: the destination took them, they are
    /// on the disk as dead letters, or they were skipped as the user asked. Once this returns, a
    /// run that is killed must not need them again.
    ///
    /// # Errors
    ///
    /// Where that cannot be remembered; the run ends.
    fn settled(&mut self, numbers: &[Number]) -> Result<(), StateError>;
}

/// Entries that share an end.
#[derive(Clone, Copy, Debug)]
pub struct SentBatch<'a> {
    pub entries: &'a [Entry],
    pub fate: Fate<'a>,
    /// Requests that these entries were part of.
    pub attempts: u32,
    /// Those of them to which no answer came: the destination may have taken the entries then.
    pub unanswered: u32,
    /// When the last of these requests went out; `None` where none did.
    pub sent_at: Option<Timestamp>,
}

/// Rows that are where they belong: a file under its name, or what a stream took.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    /// `None` for a stream.
    pub file: Option<&'a Path>,
    /// Of every byte that was written.
    pub sha256: [u8; 32],
    pub rows: u64,
    pub bytes: u64,
    /// Rows by the value of `evt.name`.
    pub kinds: &'a BTreeMap<String, u64>,
    pub at: Timestamp,
}

/// What became of the entries of a batch.
#[derive(Clone, Copy, Debug)]
pub enum Fate<'a> {
    Taken {
        batch: &'a EncodedBatch,
        /// As it was answered, where the destination answers with one.
        status: Option<u16>,
    },
    DeadLetter {
        status: Option<u16>,
        why: &'a str,
    },
    /// Too old, and left out as the user asked.
    Skipped,
    /// The run ended while nobody knew whether the destination had taken them.
    Uncertain,
}

impl<F: FnMut(Progress)> Observer for F {
    fn told(&mut self, progress: Progress) {
        self(progress);
    }

    fn settled(&mut self, _: &[Number]) -> Result<(), StateError> {
        Ok(())
    }
}
