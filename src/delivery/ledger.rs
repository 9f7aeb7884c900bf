//! A cursor in use by one run: what is still to be read, what the destination already has, and what
//! may be remembered.

use std::path::Path;

use super::positions::{Number, Positions};
use super::state::{Cursor, CursorKey, Holder, Lock, State, StateError, Unfinished};
use crate::domain::intervals::Intervals;
use crate::domain::time::TimeRange;

/// Held by one process at a time.
#[derive(Debug)]
pub struct Ledger {
    /// `None` where the run only looks.
    held: Option<(State, Lock)>,
    key: CursorKey,
    /// As it stood when the run began.
    cursor: Option<Cursor>,
    positions: Positions,
    known: u64,
}

impl Ledger {
    /// Takes the cursor of `key` in the state of `folder`.
    ///
    /// # Errors
    ///
    /// [`StateError::Held`] where another process has it, and what makes the state unreadable.
    pub fn open(folder: &Path, key: CursorKey, holder: &Holder) -> Result<Self, StateError> {
        let state = State::open(folder)?;
        let lock = state.lock(&key, holder)?;
        let cursor = state.cursor(&key)?;
        Ok(Self::new(Some((state, lock)), key, cursor))
    }

    /// As [`Ledger::open`], for a run that delivers nothing: it takes no lock and remembers nothing.
    pub fn look(folder: &Path, key: CursorKey) -> Result<Self, StateError> {
        let cursor = match State::look(folder)? {
            Some(state) => state.cursor(&key)?,
            None => None,
        };
        Ok(Self::new(None, key, cursor))
    }

    fn new(held: Option<(State, Lock)>, key: CursorKey, cursor: Option<Cursor>) -> Self {
        Self {
            held,
            key,
            cursor,
            positions: Positions::default(),
            known: 0,
        }
    }

    /// Reads and sends everything, whatever the destination has.
    pub fn send_again(&mut self) {
        self.cursor = None;
    }

    /// Where the cursor stood when the run began; `None` where it never moved.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// What of `range` is still to be read.
    pub fn missing(&self, range: TimeRange) -> Intervals {
        match &self.cursor {
            Some(cursor) => cursor.done.missing_from(range),
            None => [range].into_iter().collect(),
        }
    }

    /// An event of `session` was read: its number, or `None` where the destination has it.
    pub fn read(&mut self, session: Unfinished, event: String) -> Option<Number> {
        let is_known = |cursor: &Cursor| cursor.has(&session.session, &event);
        if self.cursor.as_ref().is_some_and(is_known) {
            self.known += 1;
            return None;
        }
        Some(self.positions.read(session, event))
    }

    /// As [`Positions::close`].
    pub fn close(&mut self, range: TimeRange, unfinished: Vec<Unfinished>, finished: Vec<String>) {
        self.positions.close(range, unfinished, finished);
    }

    /// These events came to an end; on the disk once this returns.
    pub fn settled(&mut self, numbers: &[Number]) -> Result<(), StateError> {
        for number in numbers {
            self.positions.settled(*number);
        }
        self.write()
    }

    /// Remembers what needed no event any more: to be called when the run is over.
    pub fn write(&mut self) -> Result<(), StateError> {
        match (self.positions.take(), &mut self.held) {
            (Some(step), Some((state, _))) => state.advance(&self.key, &step),
            _ => Ok(()),
        }
    }

    /// Events that the destination had already.
    pub fn known(&self) -> u64 {
        self.known
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use tempfile::TempDir;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a small number")
    }

    fn range(since: i64, until: i64) -> TimeRange {
        TimeRange {
            since: at(since),
            until: at(until),
        }
    }

    fn session(number: i64) -> Unfinished {
        Unfinished {
            session: number.to_string(),
            started: at(number),
        }
    }

    fn ledger(folder: &TempDir) -> Ledger {
        let key = CursorKey {
            organisation: "acme".to_owned(),
            filter: String::new(),
            destination: "logs".to_owned(),
            site: "datadoghq.eu".to_owned(),
            scheme: "ddctl/event/1".to_owned(),
        };
        let holder = Holder::this("sessions export", at(0));
        Ledger::open(folder.path(), key, &holder).expect("nobody has it")
    }

    #[test]
    fn the_next_run_reads_what_is_missing_and_knows_what_was_under_way() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut first = ledger(&folder);
        assert!(first.cursor().is_none());
        let mut numbers = Vec::new();
        for number in 0..4 {
            let event = format!("event-{number}");
            numbers.push(first.read(session(number * 10), event).expect("new"));
            let stretch = range(number * 10, number * 10 + 10);
            first.close(stretch, Vec::new(), Vec::new());
        }
        first.settled(&[numbers[3], numbers[1]]).expect("written");
        drop(first);

        let mut second = ledger(&folder);
        let missing: Vec<_> = second.missing(range(0, 50)).iter().collect();
        assert_eq!(missing, [range(0, 10), range(20, 30), range(40, 50)]);
        assert!(second.read(session(20), "event-2".to_owned()).is_some());
    }

    #[test]
    fn an_event_that_was_taken_before_its_stretch_was_read_is_not_sent_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut first = ledger(&folder);
        let number = first.read(session(3), "open".to_owned()).expect("new");
        first.settled(&[number]).expect("written");
        drop(first);

        let mut second = ledger(&folder);
        assert_eq!(second.read(session(3), "open".to_owned()), None);
        assert!(second.read(session(3), "close".to_owned()).is_some());
        assert_eq!(second.known(), 1);
    }

    #[test]
    fn a_stretch_without_anything_new_is_remembered_at_the_end() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut first = ledger(&folder);
        first.close(range(0, 10), vec![session(7)], Vec::new());
        first.write().expect("written");
        drop(first);
        let second = ledger(&folder);
        let cursor = second.cursor().expect("it moved");
        assert!(cursor.done.contains(at(9)));
        assert_eq!(cursor.unfinished.len(), 1);
    }
}
