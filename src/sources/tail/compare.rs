//! The stored recording held against what was shown live: which events were never shown.
//!
//! Stored times count from the beginning of the recorder's log, live ones are instants; the two
//! differ by the same amount for every event of a session. That amount is found once, by events
//! that are in both.

use super::ledger::{Ledger, Span, TOLERANCE, print};
use crate::recording::{Code, Event};

/// Events that the beginning of the log is found by.
const ANCHORS: usize = 16;
/// How long after the session's start its log may have been opened: sessions made through the API
/// connect first.
const LATEST_BEGINNING: i64 = 120 * 1_000_000;
const EARLIEST_BEGINNING: i64 = -1_000_000;
/// Beginnings that are weighed, and runs that are kept; both are a handful unless somebody means
/// ill.
const CANDIDATES: usize = 100_000;
const RUNS: usize = 256;

/// Finds the instant at which a session's log began.
#[derive(Debug)]
pub(super) struct Origin {
    start: i64,
    anchors: Vec<(i64, u64)>,
    found: Vec<i64>,
}

impl Origin {
    /// `start` is when the session began, in unix microseconds.
    pub(super) fn of(ledger: &Ledger, start: i64) -> Self {
        let singles = || ledger.spans().iter().filter(|span| span.is_single());
        // Some of either end: the stored part may not reach the newest.
        let both = singles()
            .take(ANCHORS / 2)
            .chain(singles().rev().take(ANCHORS / 2));
        let mut anchors: Vec<_> = both.map(|span| (span.first, span.print)).collect();
        anchors.sort_unstable();
        anchors.dedup();
        Self {
            start,
            anchors,
            found: Vec::new(),
        }
    }

    /// Takes the next stored event.
    pub(super) fn push(&mut self, event: &Event) {
        let (elapsed, mut known) = (micros(event), None);
        for (at, print_of) in &self.anchors {
            let beginning = at - elapsed;
            let late = beginning - self.start;
            if !(EARLIEST_BEGINNING..=LATEST_BEGINNING).contains(&late)
                || self.found.len() >= CANDIDATES
            {
                continue;
            }
            if *known.get_or_insert_with(|| print(&event.code, &event.data)) == *print_of {
                self.found.push(beginning);
            }
        }
    }

    /// The beginning that most events agree on, the earliest of several; `None` where no event is
    /// in both.
    pub(super) fn beginning(mut self) -> Option<i64> {
        self.found.sort_unstable();
        let mut best: Option<(usize, i64)> = None;
        let mut from = 0;
        for (to, beginning) in self.found.iter().enumerate() {
            while beginning - self.found[from] > TOLERANCE {
                from += 1;
            }
            let agree = to + 1 - from;
            if best.is_none_or(|(most, _)| agree > most) {
                best = Some((agree, self.found[from]));
            }
        }
        best.map(|(_, beginning)| beginning)
    }
}

/// Stored events in a row that were not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Places in the stored stream, both included.
    pub(super) first: usize,
    pub(super) last: usize,
    /// Unix microseconds.
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) events: u64,
    pub(super) bytes: u64,
}

/// Events of which is only known that there were more than were shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Unplaced {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) events: u64,
    pub(super) bytes: u64,
}

/// What came of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) runs: Vec<Run>,
    pub(super) unplaced: Vec<Unplaced>,
    /// Stored events that need not be looked at again.
    pub(super) settled: usize,
    /// The time of the last of them.
    pub(super) until: Option<i64>,
    /// The place of the gateway's own last word, the session's error.
    pub(super) last_word: Option<usize>,
}

/// Goes through the stored events in order.
#[derive(Debug)]
pub(super) struct Comparison {
    beginning: i64,
    spans: Vec<Span>,
    /// How many stored events each span had, and their bytes.
    seen: Vec<(u64, u64)>,
    /// Earlier events are not wanted.
    wanted_from: i64,
    skip: usize,
    run: Option<Run>,
    verdict: Verdict,
}

impl Comparison {
    /// `skip` events were settled before. `beginning` and `wanted_from` are unix microseconds.
    pub(super) fn new(ledger: &Ledger, beginning: i64, wanted_from: i64, skip: usize) -> Self {
        let spans: Vec<Span> = ledger.spans().iter().copied().collect();
        Self {
            beginning,
            seen: vec![(0, 0); spans.len()],
            spans,
            wanted_from,
            skip,
            run: None,
            verdict: Verdict {
                settled: skip,
                ..Verdict::default()
            },
        }
    }

    pub(super) fn push(&mut self, event: &Event) {
        if event.index < self.skip {
            return;
        }
        let at = self.beginning.saturating_add(micros(event));
        self.verdict.settled = event.index + 1;
        self.verdict.until = Some(at);
        if event.code == Code::Error {
            // Said by the gateway at the end, and never live.
            self.verdict.last_word = Some(event.index);
            return self.end_run();
        }
        let is_wanted = at >= self.wanted_from && !event.data.is_empty();
        match is_wanted && !self.was_shown(at, event) {
            true => self.miss(at, event),
            false if event.data.is_empty() => {}
            false => self.end_run(),
        }
    }

    pub(super) fn finish(mut self) -> Verdict {
        self.end_run();
        let surplus = self.spans.iter().zip(&self.seen);
        let surplus = surplus.filter(|(span, (events, _))| *events > span.events);
        self.verdict
            .unplaced
            .extend(surplus.map(|(span, (events, bytes))| Unplaced {
                from: span.first,
                to: span.last,
                events: events - span.events,
                bytes: bytes.saturating_sub(span.bytes),
            }));
        self.verdict
    }

    /// True for an event of a span; of one that is joined it counts as such until more come than
    /// were shown.
    fn was_shown(&mut self, at: i64, event: &Event) -> bool {
        let begin = self
            .spans
            .partition_point(|span| span.last + TOLERANCE < at);
        let near = self.spans[begin..]
            .iter()
            .take_while(|span| span.first - TOLERANCE <= at);
        let near = near.enumerate().map(|(n, span)| (begin + n, *span));
        let mut joined = None;
        for (n, span) in near.filter(|(_, span)| span.holds(at)) {
            if !span.is_single() {
                joined = Some(n);
            } else if self.seen[n].0 == 0 && span.print == print(&event.code, &event.data) {
                self.seen[n].0 = 1;
                return true;
            }
        }
        if let Some(n) = joined {
            self.seen[n].0 += 1;
            self.seen[n].1 += event.data.len() as u64;
        }
        joined.is_some()
    }

    fn miss(&mut self, at: i64, event: &Event) {
        let bytes = event.data.len() as u64;
        match &mut self.run {
            Some(run) => {
                run.last = event.index;
                run.to = at;
                run.events += 1;
                run.bytes += bytes;
            }
            None => {
                self.run = Some(Run {
                    first: event.index,
                    last: event.index,
                    from: at,
                    to: at,
                    events: 1,
                    bytes,
                });
            }
        }
    }

    fn end_run(&mut self) {
        let Some(run) = self.run.take() else { return };
        if self.verdict.runs.len() < RUNS {
            return self.verdict.runs.push(run);
        }
        // Shown here and there, the rest would be a mess: it is counted.
        let more = Unplaced {
            from: run.from,
            ..Unplaced::default()
        };
        if self.verdict.unplaced.is_empty() {
            self.verdict.unplaced.push(more);
        }
        if let Some(rest) = self.verdict.unplaced.last_mut() {
            rest.to = run.to;
            rest.events += run.events;
            rest.bytes += run.bytes;
        }
    }
}

/// An event's time since the log began, in microseconds.
pub(super) fn micros(event: &Event) -> i64 {
    i64::try_from(event.time.as_micros()).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
