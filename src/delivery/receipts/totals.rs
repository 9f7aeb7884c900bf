//! What a receipt's lines add up to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::line::{Batch, Line, SetAside, Way};
use crate::delivery::kinds::count_kind;

/// Counts of events, unless the name says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    pub batches: u64,
    /// Taken by the destination.
    pub events: u64,
    pub bytes: u64,
    pub bytes_sent: u64,
    /// Taken, by `evt.name`; `other` for those without one, and beyond the first 64.
    pub kinds: BTreeMap<String, u64>,
    /// Taken under another time than their own.
    pub late: u64,
    /// Taken with a text cut.
    pub cut: u64,
    pub dead_letters: u64,
    pub skipped: u64,
    /// Perhaps taken: no answer came.
    pub uncertain: u64,
    /// Of a verification: found at the destination.
    #[serde(default)]
    pub found: u64,
    /// Of a verification: not accounted for.
    #[serde(default)]
    pub findings: u64,
    /// Requests to which no answer came, of batches that were taken later on.
    pub unanswered: u64,
}

impl Totals {
    pub(super) fn add(&mut self, line: &Line) {
        match line {
            Line::Batch(batch) => self.add_batch(batch),
            Line::SetAside(SetAside { way, ids, .. }) => match way {
                Way::DeadLetter => self.dead_letters += ids.len() as u64,
                Way::Skipped => self.skipped += ids.len() as u64,
            },
            Line::Uncertain(uncertain) => self.uncertain += uncertain.ids.len() as u64,
            Line::Found(found) => self.found += found.ids.len() as u64,
            Line::Finding(_) => self.findings += 1,
            Line::Receipt(_) | Line::Ended(_) => {}
        }
    }

    fn add_batch(&mut self, batch: &Batch) {
        self.batches += 1;
        self.events += batch.events;
        self.bytes += batch.bytes;
        self.bytes_sent += batch.bytes_sent;
        for (kind, count) in &batch.kinds {
            count_kind(&mut self.kinds, kind, *count);
        }
        self.late += batch
            .late
            .iter()
            .map(|late| late.ids.len() as u64)
            .sum::<u64>();
        self.cut += batch.cut.len() as u64;
        self.unanswered += u64::from(batch.unanswered);
    }
}
