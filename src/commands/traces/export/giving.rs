//! Gives what was read to every destination, each trace once, and says what is odd in it.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::keeper::{FileLine, Item, Stretch};
use super::seen::SeenFile;
use super::tally::{Found, Remark, Tally};
use crate::sources::lines::{Chunk, Row};
use crate::sources::traces::{Entry, TraceLine};
use crate::ui::Ui;

pub(super) struct Giving<'a> {
    ui: &'a Ui,
    keeps_duplicates: bool,
    /// A place is named with its file.
    has_several: bool,
    tally: RefCell<Tally>,
}

/// Everybody who takes something has gone; they know why.
pub(super) struct Gone;

impl<'a> Giving<'a> {
    pub fn new(ui: &'a Ui, has_several: bool, keeps_duplicates: bool) -> Self {
        Self {
            ui,
            keeps_duplicates,
            has_several,
            tally: RefCell::default(),
        }
    }

    /// What was found so far in the lines.
    pub fn found(&self) -> Found {
        self.tally.borrow().found()
    }

    /// Whether a line was no trace.
    pub fn has_broken(&self) -> bool {
        self.tally.borrow().found.broken_lines > 0
    }

    /// Gives out what a chunk holds, but for what was there before.
    pub async fn chunk(
        &self,
        tx: &mpsc::Sender<Item>,
        file: &SeenFile,
        chunk: Chunk<TraceLine>,
    ) -> Result<(), Gone> {
        let of_file: Arc<str> = self.of_file(&file.path).into();
        self.count(&chunk, &of_file);
        let Chunk {
            start,
            end,
            rows,
            mut passed,
            ..
        } = chunk;
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            let (line, entries) = parts(row);
            let wanted = entries
                .into_iter()
                .filter(|row| self.is_wanted(row, line, &of_file));
            let wanted: Vec<Row<Entry>> = wanted.collect();
            if wanted.is_empty() {
                passed.push(line);
            }
            let parts = wanted.len() as u64;
            lines.extend(wanted.into_iter().map(|row| FileLine {
                file: file.number,
                line,
                of_file: Arc::clone(&of_file),
                parts,
                row,
            }));
        }
        let stretch = Stretch {
            file: file.number,
            start,
            end,
            passed,
        };
        give(tx, Item::Read(Arc::new(stretch))).await?;
        for line in lines {
            give(tx, Item::Line(Arc::new(line))).await?;
        }
        Ok(())
    }

    fn count(&self, chunk: &Chunk<TraceLine>, of_file: &str) {
        let mut tally = self.tally.borrow_mut();
        let found = &mut tally.found;
        found.lines += (chunk.rows.len() + chunk.passed.len()) as u64;
        if let Some((line, form, count)) = chunk.set_right {
            if found.times_set_right == 0 {
                self.ui.warning(&format!(
                    "the timestamp of {of_file}line {line} is in {form}: sent in milliseconds, as \
                     are others that Datadog would misread"
                ));
            }
            found.times_set_right += count;
        }
    }

    /// Takes in what a line says. False where that was said before.
    fn is_wanted(&self, row: &Row<Entry>, line: u64, of_file: &str) -> bool {
        let mut tally = self.tally.borrow_mut();
        let Row::Event(entry) = row else {
            tally.found.broken_lines += 1;
            return true;
        };
        if tally.is_duplicate(entry) && !self.keeps_duplicates {
            return false;
        }
        let trace = entry.trace();
        let at = || format!("{of_file}line {line}");
        for remark in tally.meet(trace, at) {
            self.ui.warning(&match remark {
                Remark::UnknownStatus(word) => format!(
                    "{}: `{word}` is no status of the platform: sent as warn, outcome unknown, as \
                     are others",
                    at()
                ),
                Remark::Cyclic => format!(
                    "{}: the trace is its own ancestor by parent_trace_id: sent as it is",
                    at()
                ),
            });
        }
        true
    }

    /// Before `line 3`, where there are several files.
    pub fn of_file(&self, path: &Path) -> String {
        match path.file_name() {
            Some(name) if self.has_several => format!("{}, ", name.to_string_lossy()),
            _ => String::new(),
        }
    }
}

/// A line and what it holds.
fn parts(row: Row<TraceLine>) -> (u64, Vec<Row<Entry>>) {
    match row {
        Row::Event(TraceLine { number, entries }) => (number, entries),
        Row::Broken(broken) => (broken.number, vec![Row::Broken(broken)]),
    }
}

pub(super) async fn give(tx: &mpsc::Sender<Item>, item: Item) -> Result<(), Gone> {
    tx.send(item).await.map_err(|_| Gone)
}
