//! What of a session was shown live, in as much memory whatever the session does.
//!
//! The newest events are kept one by one, so that the stored recording can be held against them
//! exactly. Older ones that nobody compared yet are joined in spans: how many there were is still
//! known, which of them is not.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::recording::Code;

/// Spans that are kept: 16 KiB a session.
const SPANS: usize = 512;
/// Of an event, as much as the gateway stores of any: raw TCP is cut to 5,000 bytes
/// (hoophq/hoop `gateway/transport/plugins/audit/wal.go`).
const PRINTED: usize = 4_096;
/// How far two spellings of one instant lie apart: nanoseconds here, a float of seconds there, both
/// cut to microseconds.
pub(super) const TOLERANCE: i64 = 3;

/// Neighbouring events that were shown. Times are unix microseconds by the gateway's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) events: u64,
    pub(super) bytes: u64,
    /// Tells one event from another; means nothing where there are several.
    pub(super) print: u64,
}

impl Span {
    pub(super) fn is_single(&self) -> bool {
        self.events == 1
    }

    pub(super) fn holds(&self, at: i64) -> bool {
        (self.first - TOLERANCE..=self.last + TOLERANCE).contains(&at)
    }

    fn join(&mut self, later: Span) {
        self.last = self.last.max(later.last);
        self.events += later.events;
        self.bytes += later.bytes;
    }
}

/// The spans, by time.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    spans: VecDeque<Span>,
}

impl Ledger {
    /// An event was shown. Empty ones are never stored, and count nothing.
    pub(super) fn push(&mut self, at: i64, code: &Code, data: &[u8]) {
        if data.is_empty() {
            return;
        }
        let span = Span {
            first: at,
            last: at,
            events: 1,
            bytes: data.len() as u64,
            print: print(code, data),
        };
        // Events of a moment may come in another order than they are stored.
        let place = self.spans.partition_point(|known| known.first <= at);
        self.spans.insert(place, span);
        if self.spans.len() > SPANS {
            self.join_oldest();
        }
    }

    /// Forgets what was compared.
    pub(super) fn settle(&mut self, until: i64) {
        self.spans.retain(|span| span.last > until);
    }

    pub(super) fn spans(&self) -> &VecDeque<Span> {
        &self.spans
    }

    /// Joins the older half in pairs: the newest stay exact.
    fn join_oldest(&mut self) {
        let older: Vec<Span> = self.spans.drain(..SPANS / 2).collect();
        for pair in older.chunks(2).rev() {
            let mut span = pair[0];
            pair[1..].iter().for_each(|later| span.join(*later));
            self.spans.push_front(span);
        }
    }
}

/// The same for the same event, live and stored.
pub(super) fn print(code: &Code, data: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    code.as_str().hash(&mut hasher);
    data[..data.len().min(PRINTED)].hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ledger(times: impl IntoIterator<Item = i64>) -> Ledger {
        let mut ledger = Ledger::default();
        for at in times {
            ledger.push(at, &Code::Output, b"xy");
        }
        ledger
    }

    fn first(ledger: &Ledger) -> Option<i64> {
        ledger.spans().front().map(|span| span.first)
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_memory_is_bounded(times in prop::collection::vec(0_i64..1_000_000, 0..4_000)) {
            let ledger = ledger(times.clone());
            let spans = ledger.spans();
            prop_assert!(spans.len() <= SPANS);
            prop_assert_eq!(spans.iter().map(|span| span.events).sum::<u64>(), times.len() as u64);
            prop_assert_eq!(spans.iter().map(|span| span.bytes).sum::<u64>(), 2 * times.len() as u64);
            prop_assert_eq!(first(&ledger), times.iter().copied().min());
        }
    }

    #[test]
    fn the_newest_events_are_known_one_by_one() {
        let ledger = ledger(0..100_000);
        let newest: Vec<_> = ledger.spans().iter().rev().take(SPANS / 4).collect();
        assert!(newest.iter().all(|span| span.is_single()));
    }

    #[test]
    fn what_was_compared_is_forgotten() {
        let mut ledger = ledger(0..10);
        ledger.settle(4);
        assert_eq!(first(&ledger), Some(5));
        ledger.settle(9);
        assert_eq!(first(&ledger), None);
    }

    #[test]
    fn an_event_without_bytes_counts_nothing() {
        let mut ledger = Ledger::default();
        ledger.push(1, &Code::Output, b"");
        assert_eq!(first(&ledger), None);
    }
}
