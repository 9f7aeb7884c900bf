//! Makes records of traces for one destination, and has it remembered what came of them.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::shelf::{FileNumber, Shelf, number};
use super::spans::Spans;
use crate::commands::shipping::Keeper;
use crate::delivery::map::execlave::Stamp;
use crate::delivery::map::trace::{TraceProfile, to_record};
use crate::delivery::state::StateError;
use crate::delivery::{Broken, Given, Number, Record, Worth};
use crate::domain::redaction::Redactor;
use crate::sources::lines::{Mark, Row};
use crate::sources::traces::{Entry, PATIENCE};
use crate::ui::Ui;

/// What the reading gives to every destination.
#[derive(Clone)]
pub(super) enum Item {
    /// Lines were read; those that make something follow.
    Read(Arc<Stretch>),
    Line(Arc<FileLine>),
    /// Everything there is was read, for now.
    Looked,
    /// There will be nothing more.
    End,
}

/// Lines of a file that follow each other.
pub(super) struct Stretch {
    pub file: FileNumber,
    pub start: Mark,
    pub end: Mark,
    /// Numbers of those that make nothing.
    pub passed: Vec<u64>,
}

pub(super) struct FileLine {
    pub file: FileNumber,
    /// Its number in the file.
    pub line: u64,
    /// Before `line 3`, where there are several files.
    pub of_file: Arc<str>,
    /// It holds so many.
    pub parts: u64,
    pub row: Row<Entry>,
}

/// From traces to what is sent.
pub(super) struct Mapping {
    pub profile: TraceProfile,
    pub redactor: Redactor,
    pub stamp: Stamp,
}

pub(super) struct TraceKeeper<'a> {
    pub ui: &'a Ui,
    pub mapping: &'a Mapping,
    pub shelf: Rc<Shelf<'a>>,
    /// Of a destination that takes spans.
    pub spans: Option<Spans>,
}

impl TraceKeeper<'_> {
    /// The line of `item` where the destination lacks it.
    fn taken(&self, item: Item) -> Option<Arc<FileLine>> {
        match item {
            Item::Read(read) => {
                let Stretch { start, end, .. } = *read;
                self.shelf.read(read.file, start, end, &read.passed);
                None
            }
            Item::Line(line) => self
                .shelf
                .take(line.file, line.line, line.parts)
                .then_some(line),
            Item::Looked | Item::End => None,
        }
    }

    /// What has waited for the rest of its trace for long enough.
    fn due(&self, item: &Item) -> Vec<Given> {
        let age = match item {
            Item::Looked => PATIENCE,
            Item::End => Duration::ZERO,
            Item::Read(_) | Item::Line(_) => return Vec::new(),
        };
        let spans = self.spans.iter();
        let due = spans.flat_map(|spans| spans.due(age, self.mapping));
        due.map(Given::Record).collect()
    }

    fn record_of(&self, line: &FileLine, entry: &Entry) -> Record {
        let Mapping {
            profile, redactor, ..
        } = self.mapping;
        Record {
            number: Some(number(line.file, line.line)),
            ..to_record(entry.trace(), profile, redactor)
        }
    }
}

impl FileLine {
    /// What is wrong with it, with its place.
    fn told(&self, reason: &str) -> String {
        format!("{}line {}: {reason}", self.of_file, self.line)
    }
}

impl Keeper<Item> for TraceKeeper<'_> {
    /// For files and stdout, which have no place for what is broken.
    fn record(&self, item: Item) -> Option<Record> {
        let line = self.taken(item)?;
        match &line.row {
            Row::Event(entry) => Some(self.record_of(&line, entry)),
            Row::Broken(broken) => {
                let told = line.told(&broken.reason);
                self.ui.warning(&format!("left out, {told}"));
                None
            }
        }
    }

    fn given(&self, item: Item) -> Vec<Given> {
        let mut given = self.due(&item);
        let Some(line) = self.taken(item) else {
            return given;
        };
        match (&line.row, &self.spans) {
            (Row::Event(_), Some(spans)) => {
                let records = spans.hold(&line, self.mapping).into_iter();
                given.extend(records.map(Given::Record));
            }
            (Row::Event(entry), None) => given.push(Given::Record(self.record_of(&line, entry))),
            (Row::Broken(broken), _) => given.push(Given::Broken(Broken {
                id: broken.id.clone(),
                bytes: broken.bytes.clone(),
                reason: line.told(&broken.reason),
                number: Some(number(line.file, line.line)),
            })),
        }
        given
    }

    fn worth(&self, item: &Item) -> Worth {
        match item {
            Item::Read(_) | Item::Looked | Item::End => Worth::Mark,
            Item::Line(line) => match self.shelf.lacks(line.file, line.line) {
                true => Worth::Event,
                false => Worth::Nothing,
            },
        }
    }

    fn settled(&self, numbers: &[Number]) -> Result<(), StateError> {
        self.shelf.settled(numbers)
    }

    fn finish(&self) -> Result<(), StateError> {
        self.shelf.finish()
    }

    fn known(&self) -> u64 {
        self.shelf.known()
    }
}
