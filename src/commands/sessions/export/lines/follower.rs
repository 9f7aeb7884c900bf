//! Follows a run over lines: makes events of what was read, tells how it goes, and has the position
//! remember.

use std::cell::{Cell, RefCell};

use crate::commands::shipping::Chorus;
use crate::delivery::state::StateError;
use crate::delivery::{
    Broken, Fate, Given, Line, LineLedger, Number, Observer, Progress, SentBatch,
};
use crate::sources::lines::{Chunk, Mark, Row, TimeForm};
use crate::ui::Ui;

pub(super) struct Follower<'a> {
    ui: &'a Ui,
    chorus: &'a Chorus<'a>,
    /// Number of its destination.
    at: usize,
    ledger: &'a RefCell<LineLedger>,
    lines: Cell<u64>,
    set_right: Cell<u64>,
}

impl<'a> Follower<'a> {
    pub fn new(
        ui: &'a Ui,
        chorus: &'a Chorus<'a>,
        at: usize,
        ledger: &'a RefCell<LineLedger>,
    ) -> Self {
        Self {
            ui,
            chorus,
            at,
            ledger,
            lines: Cell::default(),
            set_right: Cell::default(),
        }
    }

    /// Lines read, empty ones too.
    pub fn lines(&self) -> u64 {
        self.lines.get()
    }

    /// Lines of which the time was in another form than the intake's.
    pub fn set_right(&self) -> u64 {
        self.set_right.get()
    }

    pub fn given(&self, chunk: Chunk) -> impl Iterator<Item = Given> {
        let lines = chunk.rows.len() + chunk.passed.len();
        self.lines.update(|read| read + lines as u64);
        if let Some((line, form, count)) = chunk.set_right {
            self.say_set_right(line, form);
            self.set_right.update(|set_right| set_right + count);
        }
        let mark = |mark: Mark| (mark.line, mark.offset);
        let marks = [mark(chunk.start), mark(chunk.end)];
        let mut ledger = self.ledger.borrow_mut();
        ledger.read(marks, &chunk.passed, chunk.known);
        chunk.rows.into_iter().map(given)
    }

    fn say_set_right(&self, line: u64, form: TimeForm) {
        // They read the same lines.
        if self.at == 0 && self.set_right.get() == 0 {
            self.ui.warning(&format!(
                "the timestamp of line {line} is in {form}: sent in milliseconds, as are others \
                 that Datadog would misread"
            ));
        }
    }
}

fn given(row: Row) -> Given {
    match row {
        Row::Event(event) => Given::Line(Line {
            id: event.id,
            kind: event.kind,
            timestamp: event.timestamp,
            json: event.json,
            number: Some(event.number),
        }),
        Row::Broken(broken) => Given::Broken(Broken {
            id: broken.id,
            bytes: broken.bytes,
            reason: format!("line {}: {}", broken.number, broken.reason),
            number: Some(broken.number),
        }),
    }
}

impl Observer for &Follower<'_> {
    fn told(&mut self, progress: Progress) {
        self.chorus.tell(self.at, progress);
    }

    fn batch(&mut self, batch: &SentBatch<'_>) -> Result<(), StateError> {
        if matches!(batch.fate, Fate::DeadLetter { .. } | Fate::Skipped) {
            let mut ledger = self.ledger.borrow_mut();
            ledger.set_aside(batch.entries.len() as u64);
        }
        Ok(())
    }

    fn settled(&mut self, numbers: &[Number]) -> Result<(), StateError> {
        self.ledger.borrow_mut().settled(numbers)
    }
}
