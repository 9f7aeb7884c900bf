//! What a receipt's lines add up to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::line::{Batch, Line, SetAside, Way};

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

/// Of events without a name, with a very long one, and of names past the first so many.
const OTHER: &str = "other";

/// Names that are told apart: lines of a file may have any.
const KINDS: usize = 64;

/// Bytes of a name that is told apart.
const LONGEST_KIND: usize = 100;

/// Counts events of one kind.
pub(super) fn count_kind(kinds: &mut BTreeMap<String, u64>, kind: &str, count: u64) {
    if let Some(known) = kinds.get_mut(kind) {
        *known += count;
        return;
    }
    let has_room = kinds.len() < KINDS && kind.len() <= LONGEST_KIND;
    let kind = if has_room { kind } else { OTHER };
    *kinds.entry(kind.to_owned()).or_default() += count;
}

/// Events by kind.
pub(super) fn count_kinds<'a>(
    kinds: impl Iterator<Item = Option<&'a str>>,
) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for kind in kinds {
        count_kind(&mut counts, kind.unwrap_or(OTHER), 1);
    }
    counts
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_names_there_are_the_counts_stay_few_and_add_up() {
        let names: Vec<String> = (0..1_000).map(|number| format!("name-{number}")).collect();
        let long = "x".repeat(10_000);
        let named = names.iter().map(|name| Some(name.as_str()));
        let kinds = count_kinds(named.chain([Some(long.as_str()), None, Some("name-0")]));
        assert_eq!(kinds.len(), KINDS + 1);
        assert_eq!(kinds.values().sum::<u64>(), 1_003);
        assert_eq!(kinds["name-0"], 2);
        assert!(kinds.keys().all(|name| name.len() <= LONGEST_KIND));
    }
}
