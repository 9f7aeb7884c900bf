//! Events from lines of a file or of standard input: each line is one JSON object.
//!
//! What a line becomes is said by who reads: [`event_of_line`] makes an event of any program's, and
//! `sources::traces` the trace of an agent.
//!
//! A line that says when it happened (`timestamp`) and who it is (`evt.id`) is handed on byte for
//! byte, as a part of the piece of the file that was read; what is missing is spliced in, and
//! nothing else is touched. A line that is no object is handed on as broken, with its number.
//! Empty lines count and are no events.

mod ahead;
mod opened;
mod reader;
mod row;
mod time;

use std::io;

use bytes::Bytes;
use jiff::Timestamp;

pub use ahead::{Ahead, ahead};
pub use opened::{Opened, OpenedFile};
pub use reader::{Input, read};
pub use row::{broken, event_of_line, event_under};
pub use time::{LineTime, TimeForm, read as read_time};

/// The longest line that is held in memory. Of a longer one only the beginning is kept.
pub const LONGEST: usize = 4 << 20;

/// Where a line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Counted from 1.
    pub line: u64,
    /// In bytes.
    pub offset: u64,
}

impl Mark {
    pub const BEGINNING: Self = Self { line: 1, offset: 0 };
}

/// Some lines that follow each other, of which each becomes an `E`.
#[derive(Debug)]
pub struct Chunk<E = LineEvent> {
    pub start: Mark,
    /// Where the next line begins; the same as `start` where the last line is not at its end.
    pub end: Mark,
    pub rows: Vec<Row<E>>,
    /// Numbers of the lines that make no row, in order: empty ones, and those that are known.
    pub passed: Vec<u64>,
    /// How many of them are known.
    pub known: u64,
    /// The first line of which the time was in another form than the intake's, and how many.
    pub set_right: Option<(u64, TimeForm, u64)>,
}

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row<E = LineEvent> {
    Event(E),
    Broken(BrokenLine),
}

impl<E> Row<E> {
    pub fn broken(&self) -> Option<&BrokenLine> {
        match self {
            Row::Event(_) => None,
            Row::Broken(broken) => Some(broken),
        }
    }
}

/// An object with a time and an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineEvent {
    pub number: u64,
    /// What it says in `evt.id`.
    pub id: String,
    /// What it says in `evt.name`.
    pub kind: Option<Box<str>>,
    pub timestamp: Timestamp,
    pub json: Bytes,
}

/// What is no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenLine {
    pub number: u64,
    /// Over its bytes and number, as for an event without an id.
    pub id: String,
    pub bytes: Bytes,
    pub reason: String,
}

/// How the reading ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Lines there are.
    pub lines: u64,
    /// The last line has no end yet and is no object: somebody is still writing it.
    pub unfinished: Option<u64>,
}

/// Why lines could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LinesError {
    #[error("cannot read {name} any further")]
    Io { name: String, source: io::Error },
    #[error("{name} is no file of {what}, one a line: line {line} is {reason}")]
    NoObjects {
        name: String,
        what: &'static str,
        line: u64,
        reason: String,
    },
    /// Whoever took the lines has gone; that side knows why.
    #[error("nobody takes the lines any more")]
    Closed,
}
