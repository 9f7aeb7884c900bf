//! Gathering entries into batches that an intake takes.

use super::entry::Entry;
use crate::datadog::limits;

/// What one request may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the JSON array before compression.
    pub bytes: usize,
    pub entries: usize,
    /// Bytes of one entry; what is longer is cut.
    pub entry_bytes: usize,
}

impl Limits {
    /// For Datadog's logs intake: below its cap, as Vector does, and an entry below the length at
    /// which the intake cuts without a word.
    pub const DATADOG_LOGS: Self = Self {
        bytes: 4_250_000,
        entries: limits::REQUEST_ENTRIES,
        entry_bytes: 900_000,
    };

    /// For spans, by whatever door: below every limit that a receiver is known to have, and below
    /// that of Datadog's trace Agent.
    pub const SPANS: Self = Self {
        bytes: 3_000_000,
        entries: 1_000,
        entry_bytes: 900_000,
    };
}

/// The brackets of the array.
const FRAME: usize = 2;

/// The batch that is being filled.
#[derive(Debug)]
pub(super) struct Batcher {
    limits: Limits,
    entries: Vec<Entry>,
    /// Of the entries and the commas behind them.
    bytes: usize,
}

impl Batcher {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            entries: Vec::new(),
            bytes: 0,
        }
    }

    /// Entries gathered so far.
    pub fn events(&self) -> usize {
        self.entries.len()
    }

    /// Adds an entry. Where it does not fit any more, the batch so far is returned and the entry
    /// begins the next one, together with the entries before it that have to stay in order with
    /// it: else every batch would have to wait for the one before.
    pub fn push(&mut self, entry: Entry) -> Option<Vec<Entry>> {
        if self.has_room(size(&entry)) {
            self.add(entry);
            return None;
        }
        let group = self.group_of(&entry);
        let rest = self.entries.split_off(group);
        let full = std::mem::take(&mut self.entries);
        self.bytes = 0;
        rest.into_iter().for_each(|kept| self.add(kept));
        self.add(entry);
        Some(full)
    }

    /// Closes the batch; `None` where it is empty.
    pub fn take(&mut self) -> Option<Vec<Entry>> {
        self.bytes = 0;
        let entries = std::mem::take(&mut self.entries);
        (!entries.is_empty()).then_some(entries)
    }

    fn add(&mut self, entry: Entry) {
        self.bytes += size(&entry);
        self.entries.push(entry);
    }

    /// An entry always has room in an empty batch: it was cut to a size far below.
    fn has_room(&self, size: usize) -> bool {
        self.entries.is_empty()
            || (self.entries.len() < self.limits.entries
                && FRAME + self.bytes + size <= self.limits.bytes)
    }

    /// Where the run of entries begins, at the end of the batch, that goes with `next`. The end of
    /// the batch where they would not leave room for it, or would leave nothing behind.
    fn group_of(&self, next: &Entry) -> usize {
        if next.order_key.is_none() {
            return self.entries.len();
        }
        let run = self.entries.iter().rev();
        let run: Vec<usize> = run
            .take_while(|entry| entry.order_key == next.order_key)
            .map(size)
            .collect();
        let bytes: usize = run.iter().sum::<usize>() + size(next);
        let fits = run.len() < self.limits.entries && FRAME + bytes <= self.limits.bytes;
        match fits && run.len() < self.entries.len() {
            true => self.entries.len() - run.len(),
            false => self.entries.len(),
        }
    }
}

/// An entry and the comma behind it.
fn size(entry: &Entry) -> usize {
    entry.json.len() + 1
}

/// Cuts a batch of two or more in half, in order.
pub(super) fn halves(mut entries: Vec<Entry>) -> (Vec<Entry>, Vec<Entry>) {
    let second = entries.split_off(entries.len() / 2);
    (entries, second)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, json};

    use super::*;
    use crate::delivery::compression::{Codec, encode};
    use crate::delivery::entry::Record;
    use crate::delivery::testing::at;

    const SMALL: Limits = Limits {
        bytes: 700,
        entries: 7,
        entry_bytes: 500,
    };

    /// An entry of a session; the text is chosen to grow under JSON escaping.
    fn entry(session: u8, text: &str) -> Entry {
        let mut body = Map::new();
        body.insert("message".to_owned(), json!(text));
        let record = Record {
            id: "id".to_owned(),
            order_by: session.to_string(),
            timestamp: at("2026-08-01T12:00:00Z"),
            body,
            number: None,
        };
        Entry::encode(record, SMALL.entry_bytes)
            .expect("one text can be cut")
            .0
    }

    fn batches(entries: &[Entry], limits: Limits) -> Vec<Vec<Entry>> {
        let mut batcher = Batcher::new(limits);
        let mut full: Vec<Vec<Entry>> = entries
            .iter()
            .filter_map(|entry| batcher.push(entry.clone()))
            .collect();
        full.extend(batcher.take());
        full
    }

    #[test]
    fn a_batch_ends_between_two_sessions_where_it_can() {
        let of_sessions = |sessions: &[u8]| -> Vec<usize> {
            let entries: Vec<Entry> = sessions.iter().map(|n| entry(*n, "x")).collect();
            batches(&entries, SMALL).iter().map(Vec::len).collect()
        };
        assert_eq!(of_sessions(&[1, 1, 1, 2, 2, 3, 3, 3, 3]), [5, 4]);
        assert_eq!(of_sessions(&[1; 9]), [7, 2], "one session fills a batch");
    }

    fn any_entries() -> impl Strategy<Value = Vec<Entry>> {
        let text = "[a\u{1}\"ü]{0,80}";
        prop::collection::vec((0_u8..4, text), 1..60)
            .prop_map(|list| list.iter().map(|(n, text)| entry(*n, text)).collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn batches_concatenate_to_the_input_and_none_exceeds_a_limit(entries in any_entries()) {
            let batches = batches(&entries, SMALL);
            for batch in &batches {
                prop_assert!(!batch.is_empty() && batch.len() <= SMALL.entries);
                prop_assert!(encode(batch, Codec::Identity).raw_bytes <= SMALL.bytes);
            }
            prop_assert_eq!(batches.concat(), entries);
        }

        #[test]
        fn halves_concatenate_to_the_whole_and_neither_is_empty(entries in any_entries()) {
            prop_assume!(entries.len() > 1);
            let (first, second) = halves(entries.clone());
            prop_assert!(!first.is_empty() && !second.is_empty());
            prop_assert_eq!([first, second].concat(), entries);
        }
    }
}
