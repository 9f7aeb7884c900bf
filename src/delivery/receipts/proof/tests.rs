//! Counting, comparing and judging, without a network.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::cells::{differing, expected_cells, pages, spans, windows};
use super::*;
use crate::delivery::receipts::Lack;
use crate::delivery::receipts::line::Way;
use crate::delivery::testing::at;
use crate::domain::event::{EventId, EventKind};

fn expected(number: u32, at: Timestamp) -> Expected {
    let session = format!("a0000000-0000-4000-8000-{number:012}");
    Expected {
        id: EventId::of_session(&session, EventKind::Open),
        about: About::Session(session.into(), EventKind::Open),
        started: at,
        at,
    }
}

fn expectations(count: u32) -> Expectations {
    let mut all = Expectations::default();
    (0..count).for_each(|number| all.push(expected(number, at("2026-11-01T12:00:00Z"))));
    all
}

const OPEN: &str = "session.open";

fn tallies(counts: &[(i64, u64)]) -> BTreeMap<Cell, Tally> {
    let tally = |count| Tally {
        logs: count,
        ids: count,
    };
    let cells = counts.iter();
    cells
        .map(|(hour, count)| ((*hour, OPEN), tally(*count)))
        .collect()
}

#[test]
fn each_event_is_judged_by_what_is_known_of_it() {
    let mut all = expectations(6);
    let ids: Vec<String> = all.events().map(|event| event.id.to_string()).collect();
    let mut item = |number: usize, change: fn(&mut expected::Item)| {
        change(all.of_id(&ids[number]).expect("it is expected"));
    };
    item(0, |item| item.is_found = true);
    item(1, |item| item.proven = Some(at("2026-11-02T00:00:00Z")));
    item(2, |item| item.aside = Some(Way::DeadLetter));
    item(3, |item| {
        item.is_late = true;
        item.under = at("2026-11-20T00:00:00Z");
    });
    item(4, |item| {
        item.is_late = true;
        item.under = at("2026-11-21T00:00:00Z");
        item.sent_at = Some(item.under);
    });
    let horizon = at("2026-11-06T00:00:00Z");
    let evidence = Evidence::default();
    let now = at("2026-11-21T00:01:00Z");
    let under_way = UnderWay::at(now, Duration::from_secs(300), &all, &evidence);
    let findings = all.findings(Some(horizon), &under_way);
    let found: Vec<(usize, Lack)> = findings
        .iter()
        .map(|one| {
            (
                ids.iter().position(|id| *id == one.id).expect("known"),
                one.finding,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (3, Lack::Missing),
            (2, Lack::ExpiredUnproven),
            (5, Lack::ExpiredUnproven),
            (4, Lack::NotIndexedYet),
        ]
    );
    assert!(findings[0].why.contains("sent late"));
    assert!(findings[1].why.contains("dead letters"));
    assert_eq!(all.found().count(), 1);
    assert_eq!(all.proven_earlier().count(), 1);
}

#[test]
fn an_hour_agrees_where_logs_and_ids_are_as_many_as_expected() {
    let all = expectations(3);
    let cells = expected_cells(&all, None);
    let cell = *cells.keys().next().expect("one hour");
    let differs = |logs, ids| {
        let counted = [(cell, Tally { logs, ids })].into();
        !differing(&cells, &counted).is_empty()
    };
    assert!(!differs(3, 3));
    assert!(differs(3, 2), "one twice, another not at all");
    assert!(differs(4, 3) && differs(2, 2) && differs(4, 4));
    assert_eq!(differing(&cells, &BTreeMap::new()), [cell]);
}

#[test]
fn nothing_is_asked_for_that_is_not_kept_or_was_set_aside() {
    let mut all = expectations(2);
    let id = all.events().next().expect("an event").id.to_string();
    all.of_id(&id).expect("it is expected").aside = Some(Way::Skipped);
    assert_eq!(expected_cells(&all, None).values().sum::<u64>(), 1);
    let later = at("2026-11-02T00:00:00Z");
    assert!(expected_cells(&all, Some(later)).is_empty());
}

#[test]
fn neighbours_are_listed_together_where_they_fit_one_page() {
    let counted = tallies(&[(1, 400), (2, 100), (3, 400), (9, 50), (10, 2_500)]);
    let differ = [(1, OPEN), (3, OPEN), (4, OPEN), (9, OPEN), (10, OPEN)];
    let found = spans(&differ, &counted);
    assert_eq!(found, [(1, 9), (10, 10)], "nothing is there at 4");
    assert_eq!(pages(&found, &counted), 1 + 3);
}

proptest! {
    #[test]
    fn windows_hold_every_hour_and_none_is_longer_than_a_week(hours in prop::collection::btree_set(0_i64..2_000, 0..60)) {
        let cells = hours.iter().map(|hour| ((*hour, OPEN), 1)).collect();
        let windows = windows(&cells);
        for hour in &hours {
            let holding = windows.iter().filter(|(first, last)| (first..=last).contains(&hour));
            prop_assert_eq!(holding.count(), 1);
        }
        prop_assert!(windows.iter().all(|(first, last)| last - first < 168));
    }

    #[test]
    fn spans_hold_every_hour_that_differs_and_has_logs(counts in prop::collection::btree_map(0_i64..200, 0_u64..900, 0..40)) {
        let counts: Vec<(i64, u64)> = counts.into_iter().collect();
        let counted = tallies(&counts);
        let differ: Vec<Cell> = counts.iter().map(|(hour, _)| (*hour, OPEN)).collect();
        let spans = spans(&differ, &counted);
        for (hour, count) in &counts {
            let is_held = spans.iter().any(|(first, last)| (first..=last).contains(&hour));
            prop_assert!(is_held || *count == 0);
        }
        prop_assert!(spans.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn an_instant_lies_in_its_hour(second in -10_000_000_i64..4_000_000_000) {
        let at = Timestamp::from_second(second).expect("an instant");
        let start = Timestamp::from_second(hour_of(at) * HOUR).expect("an instant");
        let past = at.duration_since(start);
        prop_assert!(past >= SignedDuration::ZERO && past < SignedDuration::from_hours(1));
    }
}
