//! Which page to ask for next, so that a whole range is read through a list that ends at 10,100
//! rows and is cut at whole seconds. Pure: pages go in, fresh rows come out. A second that holds
//! more rows than that is read by [`Dense`].
//!
//! The list is newest first (`created_at`, then `id`, both descending) and its window is
//! inclusive at both ends. After some pages the window's end is moved down to the second of the
//! oldest row read, and paging begins anew there: rows of that second come twice and are told by
//! their ids. Within a window each page repeats the last row of the one before; where it does not,
//! rows above have left the result (deleted, or no longer matching a filter), others have moved up
//! past the page, and the window is begun anew below what was read.

use std::collections::HashMap;

use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};

use super::dense::{Dense, Hidden, Names, Part};
use super::error::SourceError;
use crate::domain::session::Session;
use crate::domain::time::TimeRange;
use crate::gateway::{MAX_OFFSET, PAGE_LIMIT, SessionPage};

/// How many steps may in turn neither show a new row nor move on.
pub(super) const STALLS: u32 = 10;

/// The gateway's database keeps microseconds: nothing starts between two of them.
pub(super) const TICK: SignedDuration = SignedDuration::from_micros(1);

/// How far the list reaches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    pub(super) page: u16,
    /// Rows after which the window moves down: deep offsets cost the gateway's database more.
    pub(super) window: u32,
    pub(super) max_offset: u32,
}

impl Reach {
    pub(super) const GATEWAY: Reach = Reach {
        page: PAGE_LIMIT,
        window: 1_000,
        max_offset: MAX_OFFSET,
    };

    /// Where the page behind `position` rows begins, the last of which is asked for again.
    pub(super) fn behind(&self, position: u32, offset: u32) -> Ahead {
        let wanted = position.saturating_sub(1);
        let next = wanted.min(self.max_offset);
        match (next > offset, wanted > self.max_offset) {
            (true, _) => Ahead::At(next),
            (false, true) => Ahead::Beyond,
            (false, false) => Ahead::Nowhere,
        }
    }
}

/// What lies behind a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ahead {
    /// A page from this offset on.
    At(u32),
    /// The same page again.
    Nowhere,
    /// Rows that no offset reaches.
    Beyond,
}

/// What to ask the gateway for: both ends inclusive, in whole seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PageRequest {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) offset: u32,
    pub(super) limit: u16,
    /// Instead of the names of the query.
    pub(super) part: Option<Part>,
    /// All rows that match are counted.
    pub(super) is_counted: bool,
}

/// What a walk gives, newest first but within a second that was read in parts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Walked {
    Row {
        row: Box<Session>,
        /// Everything that started since then was given before, or is this row or a sibling of the
        /// same instant.
        whole_from: Timestamp,
    },
    /// What of a second cannot be had; all the rest of the second was given.
    Hidden(Hidden),
}

/// A walk through a range, newest first.
#[derive(Debug)]
pub(super) struct Windows {
    reach: Reach,
    range: TimeRange,
    /// The names that every row has to have.
    root: Part,
    names: Names,
    /// The second that is being read in parts.
    dense: Option<Dense>,
    end: Timestamp,
    offset: u32,
    /// Rows of the window that were read already, by id.
    seen: HashMap<String, Timestamp>,
    oldest: Timestamp,
    stalls: u32,
    is_done: bool,
}

impl Windows {
    pub(super) fn new(range: TimeRange, root: Part, reach: Reach) -> Self {
        Self {
            reach,
            range,
            root,
            names: Names::default(),
            dense: None,
            end: whole_second(range.until, RoundMode::Ceil),
            offset: 0,
            seen: HashMap::new(),
            oldest: range.until,
            stalls: 0,
            is_done: range.until <= range.since,
        }
    }

    /// The next page; `None` when the range is read.
    pub(super) fn next(&self) -> Option<PageRequest> {
        if let Some(dense) = &self.dense {
            return dense.next();
        }
        (!self.is_done).then(|| PageRequest {
            start: whole_second(self.range.since, RoundMode::Floor),
            end: self.end,
            offset: self.offset,
            limit: self.reach.page,
            part: None,
            is_counted: false,
        })
    }

    /// True while a second is read in parts: the more names are known then, the better.
    pub(super) fn wants_names(&self) -> bool {
        self.dense.is_some()
    }

    pub(super) fn names(&mut self) -> &mut Names {
        &mut self.names
    }

    /// Takes the page that [`Windows::next`] asked for; gives its rows that are in the range and
    /// were not given before, in order.
    pub(super) fn take(&mut self, page: SessionPage) -> Result<Vec<Walked>, SourceError> {
        match self.dense.take() {
            Some(dense) => self.take_of_dense(dense, page),
            None => self.take_of_window(page),
        }
    }

    fn take_of_dense(
        &mut self,
        mut dense: Dense,
        page: SessionPage,
    ) -> Result<Vec<Walked>, SourceError> {
        let rows = dense.take(page, &mut self.names)?;
        let whole_from = dense.whole_from();
        let fresh = self.keep_fresh(rows);
        let mut walked: Vec<Walked> = self
            .in_range(fresh)
            .map(|row| Walked::Row { row, whole_from })
            .collect();
        match dense.next() {
            Some(_) => self.dense = Some(dense),
            None => {
                self.go_below(dense.start());
                walked.extend(dense.into_hidden().into_iter().map(Walked::Hidden));
            }
        }
        Ok(walked)
    }

    fn take_of_window(&mut self, page: SessionPage) -> Result<Vec<Walked>, SourceError> {
        let SessionPage {
            rows,
            has_next_page,
            ..
        } = page;
        if !self.joins(&rows) {
            self.begin_anew();
            self.stall()?;
            return Ok(Vec::new());
        }
        let read = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let fresh = self.keep_fresh(rows);
        if !fresh.is_empty() {
            self.stalls = 0;
        }
        if !has_next_page || read == 0 {
            self.is_done = true;
        } else {
            self.advance(self.offset.saturating_add(read))?;
        }
        let of_window = |row: Box<Session>| Walked::Row {
            whole_from: row.start_date + TICK,
            row,
        };
        Ok(self.in_range(fresh).map(of_window).collect())
    }

    fn in_range(&self, rows: Vec<Session>) -> impl Iterator<Item = Box<Session>> + use<> {
        let range = self.range;
        rows.into_iter()
            .filter(move |row| range.contains(row.start_date))
            .map(Box::new)
    }

    /// True where no row can lie between what was read and this page.
    fn joins(&self, rows: &[Session]) -> bool {
        self.offset == 0
            || rows
                .first()
                .is_some_and(|row| self.seen.contains_key(&row.id))
    }

    fn keep_fresh(&mut self, mut rows: Vec<Session>) -> Vec<Session> {
        rows.retain(|row| {
            self.oldest = self.oldest.min(row.start_date);
            self.names.note(row);
            self.seen.insert(row.id.clone(), row.start_date).is_none()
        });
        rows
    }

    /// Goes on behind `position` rows of this window, in it or in the one below.
    fn advance(&mut self, position: u32) -> Result<(), SourceError> {
        if position >= self.reach.window && self.below() < self.end {
            self.begin_anew();
            return Ok(());
        }
        match self.reach.behind(position, self.offset) {
            Ahead::At(offset) => self.offset = offset,
            Ahead::Nowhere => self.stall()?,
            Ahead::Beyond => {
                self.dense = Some(Dense::new(self.end, self.root.clone(), self.reach));
            }
        }
        Ok(())
    }

    /// Where the next window ends: no row below it was read but those of its last second.
    fn below(&self) -> Timestamp {
        whole_second(self.oldest, RoundMode::Ceil).min(self.end)
    }

    fn begin_anew(&mut self) {
        self.go_below(self.below());
    }

    /// Goes on with the rows that started at `end` or before.
    fn go_below(&mut self, end: Timestamp) {
        self.is_done = end < whole_second(self.range.since, RoundMode::Floor);
        self.end = end;
        self.offset = 0;
        self.seen.retain(|_, start| *start <= end);
    }

    fn stall(&mut self) -> Result<(), SourceError> {
        self.stalls += 1;
        match self.stalls > STALLS {
            true => Err(SourceError::Unstable {
                around: self.oldest,
            }),
            false => Ok(()),
        }
    }
}

/// A time that cannot be rounded lies at the end of what can be written, and stays.
fn whole_second(at: Timestamp, mode: RoundMode) -> Timestamp {
    at.round(TimestampRound::new().smallest(Unit::Second).mode(mode))
        .unwrap_or(at)
}

#[cfg(test)]
mod tests;
