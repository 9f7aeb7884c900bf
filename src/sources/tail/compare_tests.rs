//! The comparison against a model that knows what was shown.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

const START: i64 = 1_795_000_000_000_000;
/// How long after the session its log began.
const LATE: i64 = 38_123;

/// An event of a session: its time since the log began, and what it said.
type Said = (i64, Vec<u8>);

fn stored(said: &[Said]) -> Vec<Event> {
    let event = |(index, (at, data)): (usize, &Said)| Event {
        time: Duration::from_micros(at.unsigned_abs()),
        code: Code::Output,
        data: data.clone(),
        index,
    };
    said.iter().enumerate().map(event).collect()
}

/// The ledger of those that were shown; live times may differ by a rounding.
fn ledger(said: &[Said], is_shown: impl Fn(usize) -> bool) -> Ledger {
    let mut ledger = Ledger::default();
    for (n, (at, data)) in said.iter().enumerate() {
        if is_shown(n) {
            ledger.push(START + LATE + at + (n % 3) as i64 - 1, &Code::Output, data);
        }
    }
    ledger
}

fn compare(ledger: &Ledger, events: &[Event], wanted_from: i64, skip: usize) -> Verdict {
    let mut origin = Origin::of(ledger, START);
    events.iter().for_each(|event| origin.push(event));
    let beginning = origin.beginning().unwrap_or(START);
    let mut comparison = Comparison::new(ledger, beginning, wanted_from, skip);
    events.iter().for_each(|event| comparison.push(event));
    comparison.finish()
}

fn missed(verdict: &Verdict) -> Vec<usize> {
    verdict
        .runs
        .iter()
        .flat_map(|run| run.first..=run.last)
        .collect()
}

/// Lines of a program, 10 ms to 2 s apart, many of them alike.
fn session() -> impl Strategy<Value = Vec<Said>> {
    let said = (10_000_i64..2_000_000, "[ab]{1,2}");
    prop::collection::vec(said, 3..120).prop_map(|pieces| {
        let mut at = 0;
        pieces
            .into_iter()
            .map(|(pause, text)| {
                at += pause;
                (at, text.into_bytes())
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn exactly_what_was_not_shown_is_found(
        said in session(),
        drops in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        // Some that nothing else resembles, as any real session has, tell where the log began.
        let mut said = said;
        said[0].1 = b"$ whoami".to_vec();
        said[2].1 = b"agent".to_vec();
        let dropped: Vec<usize> = drops.iter().map(|at| at.index(said.len())).filter(|n| *n > 2).collect();
        let ledger = ledger(&said, |n| !dropped.contains(&n));
        let verdict = compare(&ledger, &stored(&said), i64::MIN, 0);
        let mut expected = dropped;
        expected.sort_unstable();
        expected.dedup();
        prop_assert_eq!(missed(&verdict), expected);
        prop_assert!(verdict.unplaced.is_empty());
        prop_assert_eq!(verdict.settled, said.len());
    }

    #[test]
    fn a_gap_has_the_bytes_and_times_of_what_is_missing(
        said in session(), from in any::<prop::sample::Index>(), length in 1..9_usize,
    ) {
        let mut said = said;
        said[0].1 = b"$ whoami".to_vec();
        let from = 1 + from.index(said.len() - 1);
        let to = (from + length).min(said.len());
        let ledger = ledger(&said, |n| !(from..to).contains(&n));
        let verdict = compare(&ledger, &stored(&said), i64::MIN, 0);
        prop_assert_eq!(verdict.runs.len(), 1);
        let run = verdict.runs[0];
        let gap = &said[from..to];
        prop_assert_eq!((run.first, run.last), (from, to - 1));
        prop_assert_eq!(run.events, gap.len() as u64);
        prop_assert_eq!(run.bytes, gap.iter().map(|(_, data)| data.len() as u64).sum::<u64>());
        prop_assert_eq!(run.to - run.from, gap[gap.len() - 1].0 - gap[0].0);
    }

    #[test]
    fn what_was_settled_is_not_looked_at_again(said in session(), cut in any::<prop::sample::Index>()) {
        let mut said = said;
        said[0].1 = b"$ whoami".to_vec();
        let cut = cut.index(said.len());
        // Nothing was shown of the first part, and nothing of it is wanted again.
        let ledger = ledger(&said, |n| n >= cut);
        let verdict = compare(&ledger, &stored(&said), i64::MIN, cut);
        prop_assert_eq!(missed(&verdict), Vec::<usize>::new());
    }

    #[test]
    fn of_a_long_session_the_number_of_missing_events_is_right(
        count in 1_000..3_000_usize, dropped in 1..40_usize,
    ) {
        let said: Vec<Said> = (0..count).map(|n| (n as i64 * 1_000, format!("{n}").into_bytes())).collect();
        let ledger = ledger(&said, |n| n == 0 || n > dropped);
        let verdict = compare(&ledger, &stored(&said), i64::MIN, 0);
        let placed: u64 = verdict.runs.iter().map(|run| run.events).sum();
        let unplaced: u64 = verdict.unplaced.iter().map(|gap| gap.events).sum();
        prop_assert_eq!(placed + unplaced, dropped as u64);
    }
}

fn three() -> Vec<Said> {
    ["one", "two", "three"]
        .iter()
        .zip(1..)
        .map(|(text, n)| (n * 1_000_000, text.as_bytes().to_vec()))
        .collect()
}

#[test]
fn the_beginning_of_the_log_is_found_by_what_is_in_both() {
    let said = three();
    let mut origin = Origin::of(&ledger(&said, |_| true), START);
    stored(&said).iter().for_each(|event| origin.push(event));
    let beginning = origin.beginning().expect("they share three events");
    assert!((beginning - START - LATE).abs() <= TOLERANCE, "{beginning}");
}

#[test]
fn a_log_that_shares_nothing_has_no_beginning() {
    let mut origin = Origin::of(&ledger(&three(), |_| true), START);
    let other = vec![(1_000_000, b"other".to_vec())];
    stored(&other).iter().for_each(|event| origin.push(event));
    assert_eq!(origin.beginning(), None);
}

#[test]
fn what_lies_before_the_wanted_time_is_no_gap() {
    let said = three();
    let wanted = START + LATE + 1_500_000;
    let verdict = compare(&ledger(&said, |n| n == 2), &stored(&said), wanted, 0);
    assert_eq!(missed(&verdict), [1]);
}

#[test]
fn countless_gaps_are_counted_and_not_kept() {
    let said: Vec<Said> = (0..5_000)
        .map(|n| (n * 1_000, format!("{n}").into_bytes()))
        .collect();
    let mut recent = Ledger::default();
    for (at, data) in said.iter().skip(4_400).step_by(2) {
        recent.push(START + LATE + at, &Code::Output, data);
    }
    let verdict = compare(&recent, &stored(&said)[4_400..], i64::MIN, 0);
    assert_eq!(verdict.runs.len(), RUNS);
    let counted: u64 = verdict.unplaced.iter().map(|gap| gap.events).sum();
    assert_eq!(counted + RUNS as u64, 300);
}
