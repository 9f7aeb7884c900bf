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
    /// Of start times: what else is read is for others.
    scope: Option<TimeRange>,
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
            scope: None,
        }
    }

    /// Sessions that started outside of `scope` are of no concern, unless they were unfinished: for
    /// a reading that other destinations share.
    pub fn limit_to(&mut self, scope: TimeRange) {
        self.scope = Some(scope);
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

    /// An event of `session` was read: its number, or `None` where the destination has it or is not
    /// to get it.
    pub fn read(&mut self, session: Unfinished, event: String) -> Option<Number> {
        if !self.is_concerned(&session) {
            return None;
        }
        if self.has(&session, &event) {
            self.known += 1;
            return None;
        }
        Some(self.positions.read(session, event))
    }

    /// Whether [`Ledger::read`] would give a number.
    pub fn lacks(&self, session: &Unfinished, event: &str) -> bool {
        self.is_concerned(session) && !self.has(session, event)
    }

    fn has(&self, session: &Unfinished, event: &str) -> bool {
        let has = |cursor: &Cursor| cursor.has(&session.session, event);
        self.cursor.as_ref().is_some_and(has)
    }

    /// A session that was over when its stretch was dealt with brings nothing more.
    fn is_concerned(&self, session: &Unfinished) -> bool {
        let is_open = |cursor: &Cursor| cursor.unfinished.contains_key(&session.session);
        let is_dealt_with = |cursor: &Cursor| cursor.done.contains(session.started);
        match &self.cursor {
            Some(cursor) if is_open(cursor) => true,
            Some(cursor) if is_dealt_with(cursor) => false,
            _ => self
                .scope
                .is_none_or(|scope| scope.contains(session.started)),
        }
    }

    /// As [`Positions::close`]. What is within the scope counts alone; a session of an earlier run
    /// that started in `range` and is not among `unfinished` any more is finished.
    pub fn close(
        &mut self,
        range: TimeRange,
        unfinished: Vec<Unfinished>,
        mut finished: Vec<String>,
    ) {
        if let Some(cursor) = &self.cursor {
            // Of a stretch under way what was sent is still needed, whoever else is done with it.
            let is_under_way =
                |id: &String| cursor.sent.contains_key(id) && !cursor.unfinished.contains_key(id);
            finished.retain(|id| !is_under_way(id));
            let is_over = |id: &String| unfinished.iter().all(|open| open.session != *id);
            let earlier = cursor.unfinished.iter();
            let earlier = earlier.filter(|(id, started)| range.contains(**started) && is_over(id));
            finished.extend(earlier.map(|(id, _)| id.clone()));
        }
        let unfinished = unfinished.into_iter();
        let unfinished = unfinished.filter(|open| self.is_concerned(open)).collect();
        let range = self.scope.map_or(range, |scope| TimeRange {
            since: range.since.max(scope.since),
            until: range.until.min(scope.until),
        });
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
    fn of_a_shared_reading_it_takes_what_it_lacks_and_forgets_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut first = ledger(&folder);
        let number = first.read(session(3), "open".to_owned()).expect("new");
        first.close(range(0, 10), vec![session(3), session(4)], Vec::new());
        first.settled(&[number]).expect("written");
        drop(first);

        let mut second = ledger(&folder);
        second.limit_to(range(0, 20));
        for (number, event, is_lacked) in [
            (3, "open", false),
            (3, "close", true),
            (5, "open", false),
            (15, "open", true),
            (25, "open", false),
        ] {
            assert_eq!(second.lacks(&session(number), event), is_lacked, "{number}");
            let read = second.read(session(number), event.to_owned());
            assert_eq!(read.is_some(), is_lacked, "{number}");
        }
        assert_eq!(second.known(), 1);
        second.close(range(0, 30), vec![session(4), session(26)], Vec::new());
        second.settled(&[0, 1]).expect("written");
        drop(second);

        let cursor = ledger(&folder).cursor().cloned().expect("it moved");
        assert_eq!(cursor.done.iter().collect::<Vec<_>>(), [range(0, 20)]);
        let open: Vec<_> = cursor.unfinished.into_keys().collect();
        assert_eq!(open, ["4"], "3 is over, and 26 is for others");
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
