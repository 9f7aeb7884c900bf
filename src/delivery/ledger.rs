//! A cursor in use by one run: what is still to be read, what the destination already has, and what
//! may be remembered.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use jiff::Timestamp;

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
    /// As it stood when the round began; a run that does not follow has one.
    cursor: Option<Cursor>,
    /// Events that were on their way then: they may have settled since.
    on_the_way: HashSet<String>,
    /// Events of unfinished sessions that were read in this round. Such a session can be in a
    /// range as well.
    of_unfinished: HashSet<String>,
    positions: Positions,
    /// Events that the destination had before this run.
    known: HashSet<String>,
    is_first_round: bool,
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
            on_the_way: HashSet::new(),
            of_unfinished: HashSet::new(),
            positions: Positions::default(),
            known: HashSet::new(),
            is_first_round: true,
        }
    }

    /// Reads and sends everything, whatever the destination has.
    pub fn send_again(&mut self) {
        self.cursor = None;
    }

    /// Looks again where the cursor stands: what is read from here on is another round.
    ///
    /// # Errors
    ///
    /// What makes the state unreadable.
    pub fn begin_round(&mut self) -> Result<(), StateError> {
        self.write()?;
        if let Some((state, _)) = &self.held {
            self.cursor = state.cursor(&self.key)?;
        }
        self.on_the_way = self.positions.waiting().map(str::to_owned).collect();
        self.of_unfinished.clear();
        self.is_first_round = false;
        Ok(())
    }

    /// True where nothing that was read is on its way.
    pub fn is_settled(&self) -> bool {
        self.positions.waiting().next().is_none()
    }

    /// Sessions that may bring more, by id with their starts.
    pub fn unfinished(&self) -> BTreeMap<String, Timestamp> {
        let unfinished = self.cursor.as_ref().map(|cursor| &cursor.unfinished);
        unfinished.cloned().unwrap_or_default()
    }

    /// Cursors of other selections and destinations of the same profile.
    pub fn others(&self) -> Result<Vec<CursorKey>, StateError> {
        let Some((state, _)) = &self.held else {
            return Ok(Vec::new());
        };
        let keys = state.cursors()?.into_iter().map(|(key, _)| key);
        Ok(keys.filter(|key| *key != self.key).collect())
    }

    /// Where the cursor stood when the round began; `None` where it never moved.
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

    /// An event of `session` was read: its number, or `None` where the destination has it or it is
    /// on its way.
    pub fn read(&mut self, session: Unfinished, event: String) -> Option<Number> {
        if let Some(cursor) = &self.cursor {
            if cursor.has(&session.session, &event) {
                if self.is_first_round {
                    self.known.insert(event);
                }
                return None;
            }
            if cursor.unfinished.contains_key(&session.session)
                && !self.of_unfinished.insert(event.clone())
            {
                return self.read_again(session, event);
            }
        }
        match self.on_the_way.contains(&event) {
            true => self.read_again(session, event),
            false => self.positions.read(session, event),
        }
    }

    /// What has settled since the round began needs no waiting.
    fn read_again(&mut self, session: Unfinished, event: String) -> Option<Number> {
        if self.positions.is_waiting(&event) {
            self.positions.read(session, event);
        }
        None
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

    /// Events that the destination had before this run.
    pub fn known(&self) -> u64 {
        self.known.len() as u64
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
    fn an_event_goes_out_once_however_often_its_session_is_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut ledger = ledger(&folder);
        let read = |ledger: &mut Ledger, event: &str| ledger.read(session(7), event.to_owned());
        let open = read(&mut ledger, "open").expect("new");
        ledger.close(range(0, 10), vec![session(7)], Vec::new());
        ledger.begin_round().expect("read");
        assert_eq!(read(&mut ledger, "open"), None, "it is on its way");
        ledger.settled(&[open]).expect("written");
        assert_eq!(read(&mut ledger, "open"), None, "it has settled meanwhile");
        ledger.begin_round().expect("read");
        assert_eq!(ledger.unfinished().len(), 1);
        assert_eq!(read(&mut ledger, "open"), None, "the cursor has it");
        // Asked for by its id, and once more in the range of the last minute.
        let close = read(&mut ledger, "close").expect("new");
        assert_eq!(read(&mut ledger, "close"), None);
        ledger.close(range(7, 7), Vec::new(), vec![session(7).session]);
        ledger.settled(&[close]).expect("written");
        assert_eq!(read(&mut ledger, "close"), None);
        ledger.begin_round().expect("read");
        assert!(ledger.unfinished().is_empty());
        assert_eq!(ledger.known(), 0);
    }

    #[test]
    fn a_session_that_finished_in_a_stretch_under_way_is_known_until_that_is_done() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut ledger = ledger(&folder);
        let number = ledger.read(session(7), "close".to_owned()).expect("new");
        let finished = vec![session(7).session];
        ledger.close(range(0, 0), Vec::new(), finished);
        ledger.settled(&[number]).expect("written");
        ledger.begin_round().expect("read");
        assert_eq!(ledger.read(session(7), "close".to_owned()), None);
        ledger.close(range(0, 10), Vec::new(), Vec::new());
        ledger.begin_round().expect("read");
        let cursor = ledger.cursor().expect("it moved");
        assert!(cursor.sent.is_empty() && cursor.done.contains(at(7)));
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
