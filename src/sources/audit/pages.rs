//! Which page of the audit log to ask for next, so that a whole range is read although its order
//! has no tie-break. Pure: pages go in, fresh rows come out.
//!
//! The log is newest first (`created_at` descending, nothing more) and its window is inclusive at
//! both ends, so two pages may order rows of one instant differently, and a page by number may then
//! miss a row. So no page follows another by its number: each window ends where the page before it
//! ended, and rows of that instant are told by their ids. An instant with more rows than a page is
//! paged through alone, as often as it takes to see all that the gateway counts there.

use std::collections::HashSet;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use crate::domain::time::TimeRange;
use crate::gateway::{AuditLog, AuditPage, AuditQuery};
use crate::sources::error::SourceError;
use crate::sources::window::TICK;

/// How many pages may in turn show no new row and not move on.
const STALLS: u32 = 100;

/// A walk through a range, newest first.
#[derive(Debug)]
pub(super) struct Pages {
    range: TimeRange,
    /// Rows of a whole page.
    limit: u64,
    /// Nothing newer is asked for any more.
    end: Timestamp,
    /// The page of the one instant `end` that is asked for next; `None` while windows do.
    within: Option<u32>,
    /// Rows of the instant `end` that were given, by id.
    seen: HashSet<String>,
    stalls: u32,
    is_done: bool,
}

/// What a page brought.
#[derive(Debug)]
pub(super) struct Taken {
    pub rows: Vec<AuditLog>,
    /// Everything that was written since then was given.
    pub whole_from: Timestamp,
}

impl Pages {
    pub fn new(range: TimeRange, limit: u16) -> Self {
        Self {
            range,
            limit: limit.into(),
            end: whole_tick(range.until),
            within: None,
            seen: HashSet::new(),
            stalls: 0,
            is_done: range.until <= range.since,
        }
    }

    /// The next page; `None` when the range is read.
    pub fn next(&self) -> Option<AuditQuery> {
        (!self.is_done).then(|| AuditQuery {
            created_after: Some(match self.within {
                None => self.range.since,
                Some(_) => self.end,
            }),
            created_before: Some(self.end),
            page: self.within.unwrap_or_default(),
            ..AuditQuery::default()
        })
    }

    /// Takes the page that [`Pages::next`] asked for; gives its rows that are in the range and were
    /// not given before.
    ///
    /// # Errors
    ///
    /// `Unstable` where the gateway counts rows and does not show them.
    pub fn take(&mut self, page: AuditPage) -> Result<Taken, SourceError> {
        let read = page.rows.len() as u64;
        let oldest = page.rows.iter().map(|row| row.created_at).min();
        let rows = self.fresh(page.rows, oldest);
        if !rows.is_empty() {
            self.stalls = 0;
        }
        let whole_from = match self.within {
            Some(number) => self.after_instant(number, read, page.total)?,
            None => self.after_window(read, page.total, oldest)?,
        };
        Ok(Taken { rows, whole_from })
    }

    /// What was not given yet. Ids are kept of the oldest instant alone: no other is read again.
    fn fresh(&mut self, rows: Vec<AuditLog>, oldest: Option<Timestamp>) -> Vec<AuditLog> {
        let mut fresh = Vec::new();
        let mut of_oldest = HashSet::new();
        for row in rows {
            let is_new = !self.seen.contains(&row.id);
            if Some(row.created_at) == oldest {
                of_oldest.insert(row.id.clone());
            }
            if is_new && self.range.contains(row.created_at) {
                fresh.push(row);
            }
        }
        if oldest.is_some_and(|oldest| oldest < self.end) {
            self.seen.clear();
        }
        self.seen.extend(of_oldest);
        fresh
    }

    fn after_window(
        &mut self,
        read: u64,
        total: u64,
        oldest: Option<Timestamp>,
    ) -> Result<Timestamp, SourceError> {
        match oldest {
            // A row may have come between the counting and the page, and pushed the oldest off it.
            _ if read >= total && read < self.limit => {
                self.is_done = true;
                return Ok(self.range.since);
            }
            Some(oldest) if oldest < self.end => self.end = oldest,
            Some(_) => self.within = Some(0),
            None => self.stall()?,
        }
        Ok(self.end + TICK)
    }

    fn after_instant(
        &mut self,
        number: u32,
        read: u64,
        total: u64,
    ) -> Result<Timestamp, SourceError> {
        if self.seen.len() as u64 >= total {
            let instant = self.end;
            self.go_below();
            return Ok(instant);
        }
        self.stall()?;
        let is_last = read == 0 || (u64::from(number) + 1) * self.limit >= total;
        self.within = Some(if is_last { 0 } else { number + 1 });
        Ok(self.end + TICK)
    }

    fn go_below(&mut self) {
        self.end -= TICK;
        self.within = None;
        self.seen.clear();
        self.stalls = 0;
        self.is_done = self.end < self.range.since;
    }

    fn stall(&mut self) -> Result<(), SourceError> {
        self.stalls += 1;
        match self.stalls > STALLS {
            true => Err(SourceError::Unstable { around: self.end }),
            false => Ok(()),
        }
    }
}

/// The gateway's database keeps microseconds. A time that cannot be rounded lies at the end of what
/// can be written, and stays.
fn whole_tick(at: Timestamp) -> Timestamp {
    let down = TimestampRound::new()
        .smallest(Unit::Microsecond)
        .mode(RoundMode::Floor);
    at.round(down).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sources::audit::testing::{at_micros, row};

    const LIMIT: u16 = 4;

    /// The gateway's log: inclusive at both ends, newest first, rows of one instant in another
    /// order at every question.
    struct Model {
        rows: Vec<AuditLog>,
        asked: usize,
        turns: Vec<usize>,
    }

    impl Model {
        fn page(&mut self, query: AuditQuery) -> AuditPage {
            let is_in = |row: &&AuditLog| {
                query.created_after.is_none_or(|at| at <= row.created_at)
                    && query.created_before.is_none_or(|at| row.created_at <= at)
            };
            let mut rows: Vec<AuditLog> = self.rows.iter().filter(is_in).cloned().collect();
            // Drawn anew each time: an order in step with the pages would hide a row for ever.
            let drawn = self.turns[self.asked % self.turns.len()] as u64 + self.asked as u64;
            let turn = (drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) as usize;
            self.asked += 1;
            let length = rows.len().max(1);
            rows.rotate_left(turn % length);
            rows.sort_by_key(|row| std::cmp::Reverse(row.created_at));
            let before = query.page as usize * usize::from(LIMIT);
            AuditPage {
                total: rows.len() as u64,
                rows: rows.into_iter().skip(before).take(LIMIT.into()).collect(),
            }
        }
    }

    fn range(since: i64, until: i64) -> TimeRange {
        TimeRange {
            since: at_micros(since),
            until: at_micros(until),
        }
    }

    /// Reads the range; late rows are written once the first page is read.
    fn walked(
        model: &mut Model,
        range: TimeRange,
        mut late: Vec<AuditLog>,
    ) -> Result<Vec<AuditLog>, SourceError> {
        let mut pages = Pages::new(range, LIMIT);
        let mut given: Vec<AuditLog> = Vec::new();
        while let Some(query) = pages.next() {
            let taken = pages.take(model.page(query))?;
            given.extend(taken.rows);
            let is_whole = |row: &&AuditLog| row.created_at >= taken.whole_from;
            let claimed = model
                .rows
                .iter()
                .filter(|row| range.contains(row.created_at));
            for row in claimed
                .filter(is_whole)
                .filter(|row| !row.id.starts_with("late"))
            {
                assert!(given.contains(row), "{row:?} is claimed and was not given");
            }
            model.rows.append(&mut late);
        }
        Ok(given)
    }

    proptest! {
        #[test]
        fn every_row_of_the_range_comes_once_whatever_the_order_of_equal_times(
            micros in prop::collection::vec(0_i64..12, 0..60),
            late in prop::collection::vec(0_i64..12, 0..6),
            turns in prop::collection::vec(0_usize..97, 1..20),
            since in 0_i64..6,
            length in 0_i64..8,
        ) {
            let numbered = |(number, at): (usize, &i64)| row(&number.to_string(), at_micros(*at));
            let rows: Vec<AuditLog> = micros.iter().enumerate().map(numbered).collect();
            let late = late.iter().enumerate();
            let late = late.map(|(number, at)| row(&format!("late-{number}"), at_micros(*at)));
            let range = range(since, since + length);
            let mut model = Model { rows: rows.clone(), asked: 0, turns };
            let given = walked(&mut model, range, late.collect()).expect("it comes to an end");
            let mut ids: Vec<&str> = given.iter().map(|row| row.id.as_str()).collect();
            ids.sort_unstable();
            let count = ids.len();
            ids.dedup();
            prop_assert_eq!(count, ids.len(), "a row came twice");
            for row in &rows {
                let is_given = ids.contains(&row.id.as_str());
                prop_assert_eq!(is_given, range.contains(row.created_at), "{:?}", row);
            }
        }
    }

    #[test]
    fn rows_that_are_counted_and_never_shown_are_an_error_and_no_end() {
        let mut pages = Pages::new(range(0, 10), LIMIT);
        let shown: Vec<AuditLog> = (0..4)
            .map(|id| row(&id.to_string(), at_micros(7)))
            .collect();
        let mut asked = 0;
        let error = loop {
            asked += 1;
            let page = AuditPage {
                rows: shown.clone(),
                total: 5,
            };
            match pages.take(page) {
                Ok(_) => assert!(asked < 1_000 && pages.next().is_some()),
                Err(error) => break error,
            }
        };
        assert_eq!(
            error,
            SourceError::Unstable {
                around: at_micros(7)
            }
        );
    }
}
