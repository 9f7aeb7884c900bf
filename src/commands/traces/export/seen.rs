//! What a run knows of a file that it has looked at.

use std::path::PathBuf;
use std::time::Instant;

use super::shelf::FileNumber;
use super::whole::Growing;
use crate::domain::line_set::LineSet;
use crate::sources::lines::Mark;
use crate::sources::traces::{self, message_of};

/// A file that was looked at.
#[derive(Clone, Debug)]
pub(super) struct SeenFile {
    pub number: FileNumber,
    /// Its size when it was read last.
    pub size: u64,
    /// Where the next line begins.
    pub next: Mark,
    /// A last line that had no end and was given out all the same.
    pub given: LineSet,
    /// The number of the last line, where it is not all there.
    pub unfinished: Option<u64>,
    /// It is one message, and not all there.
    pub growing: Option<Growing>,
    /// It holds something else.
    pub is_refused: bool,
    pub path: PathBuf,
}

impl SeenFile {
    pub fn new(number: FileNumber, path: PathBuf) -> Self {
        Self {
            number,
            size: 0,
            next: Mark::BEGINNING,
            given: LineSet::default(),
            unfinished: None,
            growing: None,
            is_refused: false,
            path,
        }
    }

    /// Whether there is something to read in it. What was no file of traces may become a message as
    /// long as somebody writes it; one that is waited for is read as it is when nobody does.
    pub fn has_news(&self, found: &traces::Found) -> bool {
        let is_message = !found.is_renamed && message_of(&found.path).is_some();
        let is_overdue = self.growing.is_some_and(|it| it.is_quiet(Instant::now()));
        let is_changed = found.size != self.size;
        (is_changed || is_overdue) && (is_message || !self.is_refused)
    }
}
