//! Which sessions of a list are news. Pure: rows go in, what to follow comes out.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::event::Begin;
use crate::domain::session::Session;
use crate::domain::time::TimeRange;

/// How far each look goes back behind the newest session that is known: rows of one moment may be
/// stored in any order.
const OVERLAP: SignedDuration = SignedDuration::from_secs(60);
/// How far ahead of this machine's clock the gateway's may be.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);
/// Sessions that were over before the tail began and are shown all the same.
const MOST_PAST: usize = 1_000;

/// The sessions that were seen.
#[derive(Clone, Debug)]
pub(super) struct Roster {
    /// What is over is wanted from here.
    since: Option<Timestamp>,
    /// What is open is wanted from here.
    open_since: Timestamp,
    known: HashMap<String, Timestamp>,
    newest: Option<Timestamp>,
    has_looked: bool,
    past: usize,
    /// Some that were over are not shown.
    is_cut: bool,
}

impl Roster {
    /// Sessions that were over are shown since `since`, open ones since `open_since`.
    pub(super) fn new(since: Option<Timestamp>, open_since: Timestamp) -> Self {
        Self {
            since,
            open_since,
            known: HashMap::new(),
            newest: None,
            has_looked: false,
            past: 0,
            is_cut: false,
        }
    }

    /// Where to look next.
    pub(super) fn range(&self, now: Timestamp) -> TimeRange {
        let first = self
            .since
            .map_or(self.open_since, |since| since.min(self.open_since));
        let since = match self.newest {
            Some(newest) if self.has_looked => before(newest, OVERLAP).max(first),
            _ => first,
        };
        TimeRange {
            since,
            until: now.checked_add(AHEAD).unwrap_or(Timestamp::MAX),
        }
    }

    /// Takes a row of the look that is under way, newest first; says how its session begins where
    /// it is to be followed.
    pub(super) fn take(&mut self, row: &Session) -> Option<Begin> {
        let start = row.start_date;
        if self.known.insert(row.id.clone(), start).is_some() {
            return None;
        }
        self.newest = self.newest.max(Some(start));
        match (self.has_looked, row.is_done()) {
            (true, _) => Some(Begin::New),
            (false, false) => {
                (start >= self.open_since || self.is_since(start)).then_some(Begin::Joined)
            }
            (false, true) => self.take_past(start),
        }
    }

    /// The look is over.
    pub(super) fn looked(&mut self) {
        self.has_looked = true;
        if let Some(newest) = self.newest {
            let oldest = before(newest, OVERLAP);
            self.known.retain(|_, start| *start >= oldest);
        }
    }

    /// How many were shown of those that were over, where some were not.
    pub(super) fn cut(&self) -> Option<usize> {
        self.is_cut.then_some(MOST_PAST)
    }

    fn is_since(&self, start: Timestamp) -> bool {
        self.since.is_some_and(|since| start >= since)
    }

    fn take_past(&mut self, start: Timestamp) -> Option<Begin> {
        if !self.is_since(start) {
            return None;
        }
        self.is_cut |= self.past == MOST_PAST;
        self.past = (self.past + 1).min(MOST_PAST);
        (!self.is_cut).then_some(Begin::Past)
    }
}

fn before(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::session::Status;
    use crate::sources::testing::{at_millis, row};

    fn session(number: u32, second: i64, is_open: bool) -> Session {
        let mut session = row(number, at_millis(second * 1_000));
        if is_open {
            session.status = Status::Open;
        }
        session
    }

    #[test]
    fn at_first_open_ones_are_joined_and_afterwards_all_are_new() {
        let mut roster = Roster::new(None, at_millis(10_000));
        let first = [(4, 100, false), (3, 50, true), (2, 5, true), (1, 4, false)];
        let taken = first.map(|(n, at, open)| roster.take(&session(n, at, open)));
        assert_eq!(taken, [None, Some(Begin::Joined), None, None]);
        roster.looked();
        assert_eq!(roster.range(at_millis(200_000)).since, at_millis(40_000));
        assert_eq!(roster.take(&session(4, 100, false)), None);
        assert_eq!(roster.take(&session(5, 101, false)), Some(Begin::New));
        assert_eq!(roster.take(&session(6, 99, true)), Some(Begin::New));
    }

    #[test]
    fn since_brings_what_was_over_and_open_ones_of_before() {
        let mut roster = Roster::new(Some(at_millis(20_000)), at_millis(10_000));
        assert_eq!(roster.range(at_millis(0)).since, at_millis(10_000));
        let rows = [(3, 30, false), (2, 19, false), (1, 12, true)];
        let taken = rows.map(|(n, at, open)| roster.take(&session(n, at, open)));
        assert_eq!(taken, [Some(Begin::Past), None, Some(Begin::Joined)]);
    }

    #[test]
    fn what_is_remembered_is_what_may_come_again() {
        let mut roster = Roster::new(None, at_millis(0));
        for n in 0..10_000 {
            roster.take(&session(n, i64::from(n), false));
        }
        roster.looked();
        assert_eq!(roster.known.len(), 61);
        assert!(roster.cut().is_none());
    }

    #[test]
    fn of_very_many_that_were_over_the_newest_are_taken() {
        let mut roster = Roster::new(Some(at_millis(0)), at_millis(0));
        let taken = (0..1_500).filter(|n| {
            roster
                .take(&session(*n, 2_000 - i64::from(*n), false))
                .is_some()
        });
        assert_eq!(taken.count(), MOST_PAST);
        assert_eq!(roster.cut(), Some(MOST_PAST));
    }
}
