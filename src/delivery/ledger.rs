//! A cursor in use by one run: what is still to be read, what the destination already has, and what
//! may be remembered.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use jiff::Timestamp;

use super::positions::{Number, Positions};
use super::state::{Cursor, CursorKey, Holder, Lock, State, StateError, Step, Unfinished};
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
    /// From when on this run reads, until that is remembered.
    begin: Option<Timestamp>,
    positions: Positions,
    /// Events that the destination had before this run.
    known: HashSet<String>,
    is_first_round: bool,
    /// Of start times: what else is read is for others.
    scope: Option<TimeRange>,
    is_given_up: bool,
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
            begin: None,
            positions: Positions::default(),
            known: HashSet::new(),
            is_first_round: true,
            scope: None,
            is_given_up: false,
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

    /// What follows is to be read from `since` on, however far this run gets: remembered with the
    /// first move.
    pub fn begin_at(&mut self, since: Timestamp) {
        self.begin = Some(since);
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

    /// Nothing more goes to the destination in this run.
    pub fn give_up(&mut self) {
        self.is_given_up = true;
    }

    /// Whether anything more can go there.
    pub fn is_given_up(&self) -> bool {
        self.is_given_up
    }

    /// Sessions that may bring more, by id with their starts.
    pub fn unfinished(&self) -> BTreeMap<String, Timestamp> {
        let unfinished = self.cursor.as_ref().map(|cursor| &cursor.unfinished);
        unfinished.cloned().unwrap_or_default()
    }

    pub fn key(&self) -> &CursorKey {
        &self.key
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

    /// An event of `session` was read: its number, or `None` where the destination has it or is not
    /// to get it, and where it is on its way.
    pub fn read(&mut self, session: Unfinished, event: String) -> Option<Number> {
        if !self.is_concerned(&session) {
            return None;
        }
        if self.has(&session, &event) {
            if self.is_first_round && !self.was_set_aside(&event) {
                self.known.insert(event);
            }
            return None;
        }
        let is_open = |cursor: &Cursor| cursor.unfinished.contains_key(&session.session);
        let is_open = self.cursor.as_ref().is_some_and(is_open);
        if is_open && !self.of_unfinished.insert(event.clone()) {
            return self.read_again(session, event);
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

    /// Whether [`Ledger::read`] would give a number.
    pub fn lacks(&self, session: &Unfinished, event: &str) -> bool {
        let is_there = || self.has(session, event) || self.positions.is_waiting(event);
        self.is_concerned(session) && !is_there()
    }

    fn has(&self, session: &Unfinished, event: &str) -> bool {
        let has = |cursor: &Cursor| cursor.has(&session.session, event);
        self.cursor.as_ref().is_some_and(has)
    }

    fn was_set_aside(&self, event: &str) -> bool {
        let was = |cursor: &Cursor| cursor.set_aside.contains(event);
        self.cursor.as_ref().is_some_and(was)
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

    /// The event of that id comes to its end without having been sent.
    pub fn set_aside(&mut self, event: &str) {
        self.positions.set_aside(event);
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
            (Some(step), Some((state, _))) => {
                let begin = self.begin;
                state.advance(&self.key, &Step { begin, ..step })?;
                self.begin = None;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Events that the destination had before this run.
    pub fn known(&self) -> u64 {
        self.known.len() as u64
    }
}

#[cfg(test)]
mod tests;
