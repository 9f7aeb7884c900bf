//! How far the lines of a file, or of a stream, are delivered.
//!
//! Lines settle in any order. A file's position is the longest run of lines from the beginning that
//! are dealt with, cut down to where the place of a line in the file is known, and the lines beyond
//! it that are dealt with as well. A thread of its own keeps it in the state, since each time is a
//! write to the disk that is waited for: as often as the disk allows, always the newest. So a run
//! that is killed repeats what was under way and what the disk was about to learn.

use std::collections::VecDeque;
use std::mem;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::positions::Number;
use super::state::{FileKey, FilePosition, Holder, Lock, State, StateError};
use crate::domain::line_set::LineSet;

/// What is dealt with. A line's number in the run is its number in the file.
#[derive(Debug)]
pub struct LineLedger {
    keeper: Option<Keeper>,
    /// As it is to be kept; lines that are settled are in `beyond`.
    position: FilePosition,
    /// Lines of which it is known where they begin, in order.
    marks: VecDeque<(u64, u64)>,
    known: u64,
    /// An earlier run got this far; the disk is told nothing less.
    had_reached: u64,
}

impl LineLedger {
    /// For a stream: nothing is remembered.
    pub fn of_stream() -> Self {
        let position = FilePosition {
            line: 1,
            ..FilePosition::default()
        };
        Self::new(None, position)
    }

    /// Takes the file of `key` in the state of `folder`. `from` makes of what is known of it where
    /// this run begins.
    ///
    /// # Errors
    ///
    /// [`StateError::Held`] where another process has it, and what makes the state unreadable.
    pub fn open(
        folder: &Path,
        key: FileKey,
        holder: &Holder,
        from: impl FnOnce(Option<FilePosition>) -> FilePosition,
    ) -> Result<Self, StateError> {
        let state = State::open(folder)?;
        let lock = state.lock_file(&key, holder)?;
        let position = from(state.file(&key)?);
        Ok(Self::new(Some(Keeper::start(state, key, lock)), position))
    }

    /// As [`LineLedger::open`], for a run that delivers nothing: it takes no lock and remembers
    /// nothing.
    pub fn look(
        folder: &Path,
        key: &FileKey,
        from: impl FnOnce(Option<FilePosition>) -> FilePosition,
    ) -> Result<Self, StateError> {
        let found = match State::look(folder)? {
            Some(state) => state.file(key)?,
            None => None,
        };
        Ok(Self::new(None, from(found)))
    }

    fn new(keeper: Option<Keeper>, position: FilePosition) -> Self {
        let first = (position.line, position.offset);
        Self {
            keeper,
            position,
            marks: VecDeque::from([first]),
            known: 0,
            had_reached: 0,
        }
    }

    /// Begins at the beginning, whatever the destination has.
    pub fn send_again(&mut self) {
        self.had_reached = self.position.offset;
        self.position = FilePosition {
            offset: 0,
            line: 1,
            beyond: LineSet::default(),
            unsent: 0,
            ..mem::take(&mut self.position)
        };
        self.marks = VecDeque::from([(1, 0)]);
    }

    /// Where the run begins, at first; then how far it is.
    pub fn position(&self) -> &FilePosition {
        &self.position
    }

    /// The first line that is not dealt with.
    pub fn reached(&self) -> u64 {
        self.position.beyond.end_of_run(self.position.line)
    }

    /// Lines that were settled by an earlier run.
    pub fn known(&self) -> u64 {
        self.known
    }

    /// Lines were read: `marks` say where the first begins and where the one behind the last will,
    /// `passed` are those that are no events, of which `known` were delivered earlier.
    pub fn read(&mut self, marks: [(u64, u64); 2], passed: &[u64], known: u64) {
        self.known += known;
        for mark in marks {
            if self.marks.back() != Some(&mark) {
                self.marks.push_back(mark);
            }
        }
        self.position.beyond.insert_all(passed);
        self.position.unsent += (passed.len() as u64).saturating_sub(known);
    }

    /// So many lines come to their end without having been sent; told before they are settled.
    pub fn set_aside(&mut self, lines: u64) {
        self.position.unsent += lines;
    }

    /// These lines came to an end. The disk learns of it soon.
    ///
    /// # Errors
    ///
    /// Where an earlier position could not be kept.
    pub fn settled(&mut self, lines: &[Number]) -> Result<(), StateError> {
        self.position.beyond.insert_all(lines);
        self.move_on();
        match &self.keeper {
            Some(keeper) if self.position.offset >= self.had_reached => {
                keeper.keep(self.position.clone())
            }
            _ => Ok(()),
        }
    }

    /// Waits until the disk knows everything.
    pub fn finish(&mut self) -> Result<(), StateError> {
        self.settled(&[])?;
        self.keeper.take().map_or(Ok(()), Keeper::finish)
    }

    fn move_on(&mut self) {
        let reached = self.reached();
        while let Some((line, offset)) = self.marks.front().copied()
            && line <= reached
        {
            self.position.line = line;
            self.position.offset = offset;
            self.marks.pop_front();
        }
        self.position.beyond.forget_before(self.position.line);
    }
}

/// The thread that writes.
#[derive(Debug)]
struct Keeper {
    positions: Sender<FilePosition>,
    failed: Arc<Mutex<Option<StateError>>>,
    thread: JoinHandle<()>,
    _lock: Lock,
}

impl Keeper {
    fn start(state: State, key: FileKey, lock: Lock) -> Self {
        let (positions, received) = channel();
        let failed = Arc::default();
        let failure = Arc::clone(&failed);
        let thread = thread::spawn(move || keep_newest(state, &key, &received, &failure));
        Self {
            positions,
            failed,
            thread,
            _lock: lock,
        }
    }

    fn keep(&self, position: FilePosition) -> Result<(), StateError> {
        // It went away because it failed.
        let _ = self.positions.send(position);
        take(&self.failed)
    }

    fn finish(self) -> Result<(), StateError> {
        drop(self.positions);
        self.thread
            .join()
            .expect("the thread that writes positions does not panic");
        take(&self.failed)
    }
}

fn take(failed: &Mutex<Option<StateError>>) -> Result<(), StateError> {
    let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
    mem::take(&mut *failed).map_or(Ok(()), Err)
}

fn keep_newest(
    mut state: State,
    key: &FileKey,
    positions: &Receiver<FilePosition>,
    failed: &Mutex<Option<StateError>>,
) {
    while let Ok(first) = positions.recv() {
        let newest = positions.try_iter().last().unwrap_or(first);
        if let Err(error) = state.keep_file(key, &newest) {
            *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use tempfile::TempDir;

    use super::*;

    fn key() -> FileKey {
        FileKey {
            destination: "logs".to_owned(),
            site: "datadoghq.eu".to_owned(),
            device: u64::MAX,
            inode: 7,
        }
    }

    fn beginning(found: Option<FilePosition>) -> FilePosition {
        found.unwrap_or_else(|| FilePosition {
            path: "lines".to_owned(),
            line: 1,
            ..FilePosition::default()
        })
    }

    fn open(folder: &TempDir) -> LineLedger {
        let holder = Holder::this("sessions export --file", Timestamp::UNIX_EPOCH);
        LineLedger::open(folder.path(), key(), &holder, beginning).expect("nobody has it")
    }

    #[test]
    fn the_position_is_where_a_line_begins_and_what_is_beyond_is_remembered() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut first = open(&folder);
        first.read([(1, 0), (4, 30)], &[2], 0);
        first.read([(4, 30), (7, 60)], &[], 0);
        first.settled(&[1, 3, 5]).expect("kept");
        assert_eq!(first.reached(), 4);
        first.settled(&[]).expect("kept");
        first.finish().expect("kept");
        drop(first);

        let mut second = open(&folder);
        let position = second.position().clone();
        assert_eq!((position.line, position.offset), (4, 30));
        assert_eq!(position.beyond.to_string(), "5-6");
        second.read([(4, 30), (7, 60)], &[5], 1);
        second.settled(&[4, 6]).expect("kept");
        assert_eq!((second.reached(), second.known()), (7, 1));
        second.finish().expect("kept");
        drop(second);
        assert_eq!(open(&folder).position().offset, 60);
    }

    #[test]
    fn sending_again_takes_nothing_back() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut first = open(&folder);
        first.read([(1, 0), (3, 30)], &[], 0);
        first.settled(&[1, 2]).expect("kept");
        first.finish().expect("kept");
        drop(first);
        let mut again = open(&folder);
        again.send_again();
        assert_eq!(again.position().offset, 0);
        again.read([(1, 0), (2, 15)], &[], 0);
        again.settled(&[1]).expect("kept");
        again.finish().expect("kept");
        drop(again);
        assert_eq!(open(&folder).position().offset, 30);
    }

    #[test]
    fn a_second_run_on_the_file_learns_who_has_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let _first = open(&folder);
        let holder = Holder::this("x", Timestamp::UNIX_EPOCH);
        let second = LineLedger::open(folder.path(), key(), &holder, beginning);
        assert!(matches!(second, Err(StateError::Held { .. })));
        let looked = LineLedger::look(folder.path(), &key(), beginning);
        assert!(looked.is_ok(), "to look takes no lock");
    }

    #[test]
    fn a_position_that_cannot_be_kept_ends_the_run() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut ledger = open(&folder);
        let other = rusqlite::Connection::open(folder.path().join("state.db")).expect("a file");
        other.execute_batch("DROP TABLE file").expect("it is there");
        ledger.read([(1, 0), (2, 10)], &[], 0);
        // A thread writes: it is told as soon as that is known, once.
        let told = ledger.settled(&[1]).and_then(|()| ledger.finish());
        told.expect_err("there is no table");
    }

    #[test]
    fn a_stream_says_how_far_it_came() {
        let mut stream = LineLedger::of_stream();
        stream.read([(1, 0), (9, 90)], &[1], 0);
        stream.settled(&[2, 3, 7]).expect("nothing to keep");
        assert_eq!(stream.reached(), 4);
    }
}
