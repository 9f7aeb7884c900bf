//! Counting by hour and kind, and which hours have to be listed. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::expected::Expectations;

/// Seconds of an hour, which begins where the epoch's do.
pub const HOUR: i64 = 3_600;
/// Hours of one request: a week.
const WINDOW: i64 = 168;
/// Logs of one page of a listing.
const PAGE: u64 = 1_000;

/// An hour since the epoch and a value of `evt.name`.
pub type Cell = (i64, &'static str);

/// What Datadog has of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub logs: u64,
    /// Different ids among them.
    pub ids: u64,
}

pub fn hour_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(HOUR)
}

/// The beginning of its hour: a cell is asked for whole.
pub fn start_of_hour(at: Timestamp) -> Timestamp {
    Timestamp::from_second(hour_of(at) * HOUR).unwrap_or(at)
}

/// How many events each cell should have, from `since` on.
pub(super) fn expected_cells(
    expected: &Expectations,
    since: Option<Timestamp>,
) -> BTreeMap<Cell, u64> {
    let mut cells = BTreeMap::new();
    for item in &expected.items {
        if item.aside.is_none() && since.is_none_or(|since| item.under >= since) {
            let cell = (hour_of(item.under), item.event.kind());
            *cells.entry(cell).or_default() += 1;
        }
    }
    cells
}

/// Stretches of hours, first and last, that together hold every hour of `cells`.
pub(super) fn windows(cells: &BTreeMap<Cell, u64>) -> Vec<(i64, i64)> {
    let mut windows: Vec<(i64, i64)> = Vec::new();
    for (hour, _) in cells.keys() {
        match windows.last_mut() {
            Some((first, last)) if *hour < *first + WINDOW => *last = *hour,
            _ => windows.push((*hour, *hour)),
        }
    }
    windows
}

/// The cells that are not as expected.
pub(super) fn differing(
    expected: &BTreeMap<Cell, u64>,
    counted: &BTreeMap<Cell, Tally>,
) -> Vec<Cell> {
    let agrees = |cell: &Cell, count: u64| {
        let tally = counted.get(cell).copied().unwrap_or_default();
        tally.logs == count && tally.ids == count
    };
    let cells = expected.iter();
    let differing = cells.filter(|(cell, count)| !agrees(cell, **count));
    differing.map(|(cell, _)| *cell).collect()
}

/// Stretches of hours to list. Neighbours go together where they fit one page, whatever lies between
/// them. A cell of which Datadog has nothing needs no listing.
pub(super) fn spans(differing: &[Cell], counted: &BTreeMap<Cell, Tally>) -> Vec<(i64, i64)> {
    let logs_of = |first: i64, last: i64| -> u64 {
        let cells = counted.range((first, "")..(last + 1, ""));
        cells.map(|(_, tally)| tally.logs).sum()
    };
    let has_logs = |cell: &&Cell| counted.get(cell).is_some_and(|tally| tally.logs > 0);
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for (hour, _) in differing.iter().filter(has_logs) {
        match spans.last_mut() {
            Some((first, last)) if logs_of(*first, *hour) <= PAGE => *last = *hour,
            _ => spans.push((*hour, *hour)),
        }
    }
    spans.dedup();
    spans
}

/// Pages that listing `spans` takes.
pub(super) fn pages(spans: &[(i64, i64)], counted: &BTreeMap<Cell, Tally>) -> u64 {
    let pages = spans.iter().map(|(first, last)| {
        let cells = counted.range((*first, "")..(*last + 1, ""));
        cells
            .map(|(_, tally)| tally.logs)
            .sum::<u64>()
            .div_ceil(PAGE)
            .max(1)
    });
    pages.sum()
}
