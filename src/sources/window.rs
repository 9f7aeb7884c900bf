//! Which page to ask for next, so that a whole range is read through a list that ends at 10,100
//! rows and is cut at whole seconds. Pure: pages go in, fresh rows come out.
//!
//! The list is newest first (`created_at`, then `id`, both descending) and its window is
//! inclusive at both ends. After some pages the window's end is moved down to the second of the
//! oldest row read, and paging begins anew there: rows of that second come twice and are told by
//! their ids. Within a window each page repeats the last row of the one before; where it does not,
//! rows above have left the result (deleted, or no longer matching a filter), others have moved up
//! past the page, and the window is begun anew below what was read.

use std::collections::HashMap;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use super::error::SourceError;
use crate::domain::session::Session;
use crate::domain::time::TimeRange;
use crate::gateway::{MAX_OFFSET, PAGE_LIMIT};

/// How many steps may in turn neither show a new row nor move on.
const STALLS: u32 = 10;

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
}

/// What to ask the gateway for: both ends inclusive, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PageRequest {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) offset: u32,
    pub(super) limit: u16,
}

/// A walk through a range, newest first.
#[derive(Debug)]
pub(super) struct Windows {
    reach: Reach,
    range: TimeRange,
    end: Timestamp,
    offset: u32,
    /// Rows of the window that were read already, by id.
    seen: HashMap<String, Timestamp>,
    oldest: Timestamp,
    stalls: u32,
    is_done: bool,
}

impl Windows {
    pub(super) fn new(range: TimeRange, reach: Reach) -> Self {
        Self {
            reach,
            range,
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
        (!self.is_done).then(|| PageRequest {
            start: whole_second(self.range.since, RoundMode::Floor),
            end: self.end,
            offset: self.offset,
            limit: self.reach.page,
        })
    }

    /// Takes the page that [`Windows::next`] asked for; gives its rows that are in the range and
    /// were not given before, in order.
    pub(super) fn take(
        &mut self,
        rows: Vec<Session>,
        has_next_page: bool,
    ) -> Result<Vec<Session>, SourceError> {
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
        Ok(fresh
            .into_iter()
            .filter(|row| self.range.contains(row.start_date))
            .collect())
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
            self.seen.insert(row.id.clone(), row.start_date).is_none()
        });
        rows
    }

    /// Goes on behind `position` rows of this window, in it or in the one below.
    fn advance(&mut self, position: u32) -> Result<(), SourceError> {
        // The last row read is asked for again.
        let offset = position.saturating_sub(1);
        if position >= self.reach.window && self.below() < self.end {
            self.begin_anew();
        } else if offset > self.reach.max_offset {
            return Err(SourceError::TooDense {
                second: self.end,
                rows: position,
            });
        } else if offset > self.offset {
            self.offset = offset;
        } else {
            self.stall()?;
        }
        Ok(())
    }

    /// Where the next window ends: no row below it was read but those of its last second.
    fn below(&self) -> Timestamp {
        whole_second(self.oldest, RoundMode::Ceil).min(self.end)
    }

    fn begin_anew(&mut self) {
        let end = self.below();
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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sources::testing::{at_millis, row};

    /// The gateway's list: inclusive whole seconds, newest first, offsets refused above the reach.
    struct Model {
        rows: Vec<Session>,
        reach: Reach,
    }

    impl Model {
        fn new(millis: &[i64], reach: Reach) -> Self {
            let mut rows: Vec<Session> = (0..)
                .zip(millis)
                .map(|(id, at)| row(id, at_millis(*at)))
                .collect();
            rows.sort_by(|a, b| (b.start_date, &b.id).cmp(&(a.start_date, &a.id)));
            Self { rows, reach }
        }

        fn page(&self, asked: PageRequest) -> (Vec<Session>, bool) {
            assert!(asked.offset <= self.reach.max_offset, "422 at {asked:?}");
            let cut = |at: Timestamp| whole_second(at, RoundMode::Trunc);
            let mut rest = self
                .rows
                .iter()
                .filter(|row| {
                    cut(asked.start) <= row.start_date && row.start_date <= cut(asked.end)
                })
                .skip(asked.offset as usize);
            let page: Vec<Session> = rest.by_ref().take(asked.limit.into()).cloned().collect();
            (page, rest.next().is_some())
        }

        fn ids_in(&self, range: TimeRange) -> Vec<String> {
            self.rows
                .iter()
                .filter(|row| range.contains(row.start_date))
                .map(|row| row.id.clone())
                .collect()
        }
    }

    /// Walks the range while `meanwhile` changes the model after each page.
    fn walk(
        model: &mut Model,
        range: TimeRange,
        mut meanwhile: impl FnMut(&mut Model, &[Session]),
    ) -> Result<Vec<Session>, SourceError> {
        let mut windows = Windows::new(range, model.reach);
        let mut all = Vec::new();
        while let Some(asked) = windows.next() {
            let (page, has_next) = model.page(asked);
            all.extend(windows.take(page, has_next)?);
            meanwhile(model, &all);
        }
        Ok(all)
    }

    fn ids(rows: &[Session]) -> Vec<String> {
        rows.iter().map(|row| row.id.clone()).collect()
    }

    fn range(since: i64, until: i64) -> TimeRange {
        TimeRange {
            since: at_millis(since),
            until: at_millis(until),
        }
    }

    const SMALL: Reach = Reach {
        page: 4,
        window: 9,
        max_offset: 40,
    };

    /// Times on a grid of a quarter second, many of them equal.
    fn times() -> impl Strategy<Value = Vec<i64>> {
        proptest::collection::vec((0_i64..160).prop_map(|quarter| quarter * 250), 0..200)
    }

    proptest! {
        #[test]
        fn every_row_of_the_range_comes_once_and_newest_first(
            times in times(),
            since in 0_i64..20_000,
            length in 0_i64..40_000,
        ) {
            let mut model = Model::new(&times, SMALL);
            let range = range(since, since + length);
            match walk(&mut model, range, |_, _| ()) {
                Ok(rows) => prop_assert_eq!(ids(&rows), model.ids_in(range)),
                // Allowed only where two neighbouring seconds hold more rows than the reach.
                Err(SourceError::TooDense { second, .. }) => {
                    let second = second.as_millisecond();
                    let dense = times.iter().filter(|at| (second - 1_000..=second).contains(at));
                    prop_assert!(dense.count() > SMALL.max_offset as usize);
                }
                Err(other) => prop_assert!(false, "{other}"),
            }
        }

        #[test]
        fn rows_that_leave_or_arrive_meanwhile_hide_no_other(
            times in times(),
            leaving in proptest::collection::vec(any::<prop::sample::Index>(), 0..20),
            arriving in 0_usize..3,
        ) {
            let mut model = Model::new(&times, Reach { max_offset: 400, ..SMALL });
            let range = range(0, 41_000);
            let mut leaving = leaving.into_iter();
            let mut next_id = 10_000;
            let mut gone = Vec::new();
            let rows = walk(&mut model, range, |model, _| {
                if let (Some(index), false) = (leaving.next(), model.rows.is_empty()) {
                    gone.push(model.rows.remove(index.index(model.rows.len())).id);
                }
                for _ in 0..arriving {
                    model.rows.insert(0, row(next_id, at_millis(40_999)));
                    next_id += 1;
                }
            });
            let rows = ids(&rows.expect("the model is sparse enough"));
            let mut once = rows.clone();
            once.sort();
            once.dedup();
            prop_assert_eq!(once.len(), rows.len(), "a double");
            let stayed: Vec<String> = (0..times.len() as u32)
                .map(|id| row(id, at_millis(0)).id)
                .filter(|id| !gone.contains(id))
                .collect();
            for id in stayed {
                prop_assert!(rows.contains(&id), "lost {}", id);
            }
        }
    }

    #[test]
    fn a_row_in_the_last_fraction_of_the_range_is_not_cut_off() {
        let mut model = Model::new(&[5_250, 5_000, 5_750], SMALL);
        let rows = walk(&mut model, range(5_000, 5_500), |_, _| ()).expect("rows");
        assert_eq!(
            rows.len(),
            2,
            "the gateway alone would leave out 5.250 or give 5.750"
        );
    }

    #[test]
    fn a_second_with_more_rows_than_can_be_reached_is_an_error_and_not_a_gap() {
        let mut model = Model::new(&[1_500; 60], SMALL);
        assert!(matches!(
            walk(&mut model, range(0, 9_000), |_, _| ()),
            Err(SourceError::TooDense { rows: 42.., .. })
        ));
    }

    #[test]
    fn a_list_that_never_holds_still_is_given_up() {
        let mut windows = Windows::new(range(0, 100_000), SMALL);
        let page_at = |first: u32| (first..first + 4).map(|id| row(id, at_millis(50_000)));
        let mut pages = 0;
        let error = loop {
            let asked = windows.next().expect("the list has no end");
            // Whatever is asked behind the first page has never been seen.
            let page = page_at(if asked.offset == 0 { 0 } else { 100 });
            pages += 1;
            assert!(pages < 100, "still asking");
            if let Err(error) = windows.take(page.collect(), true) {
                break error;
            }
        };
        assert!(matches!(error, SourceError::Unstable { .. }), "{error}");
    }

    #[test]
    fn an_empty_range_asks_nothing() {
        assert_eq!(Windows::new(range(5_000, 5_000), SMALL).next(), None);
    }
}
