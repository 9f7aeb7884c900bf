//! What became of the events of each hour and kind.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::delivery::receipts::proof::{Cell, Expectations, Expected, HOUR, hour_of};

/// Events that happened in one hour, of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HourRow {
    /// Where the hour begins.
    pub hour: Timestamp,
    /// The value of `evt.name`.
    pub kind: &'static str,
    pub expected: u64,
    pub found: u64,
    pub proven_earlier: u64,
    /// Neither found nor proven earlier.
    pub lacking: u64,
}

/// Every hour with an event, by the events' own time.
pub fn hours(expected: &Expectations) -> Vec<HourRow> {
    let mut cells: BTreeMap<Cell, [u64; 3]> = BTreeMap::new();
    let mut count = |event: &Expected, column: usize| {
        let cell = (hour_of(event.at), event.kind());
        cells.entry(cell).or_default()[column] += 1;
    };
    expected.events().for_each(|event| count(event, 0));
    expected.found().for_each(|event| count(event, 1));
    expected
        .proven_earlier()
        .for_each(|(event, _)| count(event, 2));
    let row = |((hour, kind), [expected, found, proven_earlier]): (Cell, [u64; 3])| HourRow {
        hour: Timestamp::from_second(hour * HOUR).unwrap_or(Timestamp::UNIX_EPOCH),
        kind,
        expected,
        found,
        proven_earlier,
        lacking: expected - found - proven_earlier,
    };
    cells.into_iter().map(row).collect()
}
