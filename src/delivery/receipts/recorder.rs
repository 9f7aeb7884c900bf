//! Writes the receipt of a run, and hands everything on to whoever else follows it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::hash::hex;
use super::line::{Batch, Late, Line, LineRun, SetAside, Uncertain, Way};
use super::writing::Receipt;
use crate::datadog::EncodedBatch;
use crate::delivery::entry::Entry;
use crate::delivery::kinds::count_kinds;
use crate::delivery::observer::{Fate, Observer, Placed, SentBatch};
use crate::delivery::positions::Number;
use crate::delivery::state::StateError;
use crate::delivery::summary::Progress;

/// An observer in front of another one. The receipt stays with whoever ends the run.
pub struct Recorder<'a, O> {
    receipt: Option<&'a RefCell<Receipt>>,
    next: O,
    /// A record's number is that of its line.
    is_of_lines: bool,
}

impl<'a, O: Observer> Recorder<'a, O> {
    /// Without a receipt nothing is recorded: for a run that sends nothing.
    pub fn new(receipt: Option<&'a RefCell<Receipt>>, next: O) -> Self {
        Self {
            receipt,
            next,
            is_of_lines: false,
        }
    }

    /// As [`Recorder::new`], for records that are numbered as the lines of a source.
    pub fn of_lines(receipt: Option<&'a RefCell<Receipt>>, next: O) -> Self {
        Self {
            is_of_lines: true,
            ..Self::new(receipt, next)
        }
    }
}

impl<O: Observer> Observer for Recorder<'_, O> {
    fn told(&mut self, progress: Progress) {
        self.next.told(progress);
    }

    fn batch(&mut self, batch: &SentBatch<'_>) -> Result<(), StateError> {
        if let Some(receipt) = self.receipt {
            let mut receipt = receipt.borrow_mut();
            let number = receipt.totals().batches + 1;
            let lines = match self.is_of_lines {
                true => lines(batch.entries),
                false => Vec::new(),
            };
            receipt.add(&line_of(batch, number, lines))?;
        }
        self.next.batch(batch)
    }

    fn placed(&mut self, placed: &Placed<'_>) -> Result<(), StateError> {
        if let Some(receipt) = self.receipt {
            receipt.borrow_mut().add_placed(placed)?;
        }
        self.next.placed(placed)
    }

    fn settled(&mut self, numbers: &[Number]) -> Result<(), StateError> {
        self.next.settled(numbers)
    }
}

fn line_of(batch: &SentBatch<'_>, number: u64, lines: Vec<LineRun>) -> Line {
    let set_aside = |lines, way, status, why: Option<&str>| {
        Line::SetAside(SetAside {
            way,
            ids: ids(batch.entries, |_| true),
            kinds: kinds(batch.entries),
            lines,
            status,
            why: why.map(str::to_owned),
            attempts: batch.attempts,
        })
    };
    match batch.fate {
        Fate::Taken {
            batch: encoded,
            status,
        } => Line::Batch(Batch {
            lines,
            ..taken(batch, encoded, status, number)
        }),
        Fate::DeadLetter { status, why } => set_aside(lines, Way::DeadLetter, status, Some(why)),
        Fate::Skipped => set_aside(lines, Way::Skipped, None, None),
        Fate::Uncertain => Line::Uncertain(Uncertain {
            ids: ids(batch.entries, |_| true),
            lines,
            unanswered: batch.unanswered,
            sent_at: batch.sent_at,
        }),
    }
}

fn taken(batch: &SentBatch<'_>, encoded: &EncodedBatch, status: Option<u16>, number: u64) -> Batch {
    Batch {
        number,
        sha256: hex(&encoded.sha256),
        events: batch.entries.len() as u64,
        bytes: encoded.raw_bytes as u64,
        bytes_sent: encoded.body.len() as u64,
        status,
        attempts: batch.attempts,
        unanswered: batch.unanswered,
        sent_at: batch.sent_at,
        kinds: kinds(batch.entries),
        file: None,
        lines: Vec::new(),
        late: late(batch.entries),
        cut: ids(batch.entries, |entry| entry.is_cut),
    }
}

fn ids(entries: &[Entry], is_wanted: impl Fn(&Entry) -> bool) -> Vec<String> {
    let wanted = entries.iter().filter(|entry| is_wanted(entry));
    wanted.map(|entry| entry.id.clone()).collect()
}

fn kinds(entries: &[Entry]) -> BTreeMap<String, u64> {
    count_kinds(entries.iter().map(|entry| entry.kind.as_deref()))
}

fn lines(entries: &[Entry]) -> Vec<LineRun> {
    let mut numbers: Vec<Number> = entries.iter().filter_map(|entry| entry.number).collect();
    numbers.sort_unstable();
    let runs = numbers.chunk_by(|one, next| one + 1 == *next);
    runs.filter_map(|run| Some([*run.first()?, *run.last()?]))
        .collect()
}

/// Those restamped at one go are under one time.
fn late(entries: &[Entry]) -> Vec<Late> {
    let mut late: Vec<Late> = Vec::new();
    for entry in entries.iter().filter(|entry| entry.is_restamped) {
        match late.last_mut().filter(|last| last.at == entry.timestamp) {
            Some(last) => last.ids.push(entry.id.clone()),
            None => late.push(Late {
                at: entry.timestamp,
                ids: vec![entry.id.clone()],
            }),
        }
    }
    late
}
