//! Order, age, size, and the dry run.

use std::cell::Cell;
use std::collections::HashMap;

use serde_json::json;

use super::*;
use crate::delivery::sinks::IntakeKind;
use crate::delivery::sinks::dry_run::DryRun;

/// Event `number` of one of `sessions` sessions, by turns.
fn of_sessions(count: u32, sessions: u32) -> Vec<Record> {
    let mut records = testing::records(count);
    for (number, record) in (0_u32..).zip(&mut records) {
        record.order_by = (number % sessions).to_string();
    }
    records
}

#[tokio::test]
async fn the_events_of_a_session_stay_in_order_however_many_requests_are_out() {
    const SESSIONS: u32 = 40;
    let sink = Uneven::default();
    let outcome = deliver_to(&sink, of_sessions(4_000, SESSIONS), batches_of(7)).await;
    outcome.result.expect("everything was taken in the end");
    let taken = sink.taken.into_inner();
    assert_eq!(taken.len(), 4_000);
    let mut last: HashMap<u32, u32> = HashMap::new();
    for id in taken {
        let number: u32 = id[3..].parse().expect("a number");
        let before = last.insert(number % SESSIONS, number);
        assert!(before < Some(number), "{before:?} before {number}");
    }
}

#[tokio::test]
async fn requests_overlap_once_things_go_well() {
    let sink = Uneven::default();
    let outcome = deliver_to(&sink, testing::records(600), batches_of(4)).await;
    assert_eq!(outcome.summary().accepted, 600);
    assert_eq!(sink.most.get(), 4);
}

/// Serves requests at uneven speed, so that a later one may be done first, and refuses one in a
/// hundred.
#[derive(Default)]
struct Uneven {
    requests: Cell<u32>,
    out: Cell<usize>,
    most: Cell<usize>,
    /// Ids, in the order in which their requests were done.
    taken: RefCell<Vec<String>>,
}

impl Sink for Uneven {
    fn name(&self) -> String {
        "uneven".to_owned()
    }

    async fn send(&self, entries: &[Entry], _: &EncodedBatch) -> Answer {
        let number = self.requests.replace(self.requests.get() + 1);
        self.out.set(self.out.get() + 1);
        self.most.set(self.most.get().max(self.out.get()));
        // In turns of the scheduler; enough for the requests after this one to overtake it.
        for _ in 0..number * 7_919 % 1_500 {
            tokio::task::yield_now().await;
        }
        self.out.set(self.out.get() - 1);
        if number % 100 == 99 {
            return Err(trouble(Meaning::Split, Reason::Status(413)));
        }
        let ids = entries.iter().map(|entry| entry.id.clone());
        self.taken.borrow_mut().extend(ids);
        Ok(Taken::default())
    }

    async fn check(&self) -> Answer {
        Ok(Taken::default())
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        None
    }
}

fn aged(number: u32, hours: i64) -> Record {
    let mut record = testing::record(number);
    record.timestamp = testing::now() - SignedDuration::from_hours(hours);
    record
}

#[tokio::test]
async fn late_events_are_restamped_marked_and_counted() {
    let intake = Intake::start(Vec::new()).await;
    let records = vec![aged(0, 1), aged(1, 18), aged(2, -3)];
    let outcome = deliver(&intake, records, options()).await;
    assert_eq!(outcome.summary().late, 2);
    let sent = logs(&intake.requests()[0]);
    assert!(sent[0].get("ddtags").is_none());
    for (log, original) in [
        (&sent[1], "2026-08-01T18:00:00.000Z"),
        (&sent[2], "2026-08-02T15:00:00.000Z"),
    ] {
        assert_eq!(log["ddtags"], "late:true");
        assert_eq!(log["evt"]["original_time"], original);
        assert_eq!(log["timestamp"], testing::now().as_millisecond());
    }
}

#[tokio::test]
async fn late_events_are_left_out_or_set_aside_on_request() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (policy, skipped, letters) in [(LatePolicy::Skip, 1, 0), (LatePolicy::DeadLetter, 0, 1)] {
        let intake = Intake::start(Vec::new()).await;
        let options = Options {
            late: Some(policy),
            dead_letters: Some(folder.path().to_owned()),
            ..options()
        };
        let outcome = deliver(&intake, vec![aged(0, 40), aged(1, 1)], options).await;
        let summary = outcome.summary();
        assert_eq!(stored(&intake), ids([1]));
        assert_eq!((summary.skipped, summary.dead_letters), (skipped, letters));
    }
}

thread_local! {
    static BEGIN: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// A wall clock that goes with the one that is turned by hand.
fn turned() -> Timestamp {
    let begin = BEGIN.get().unwrap_or_else(Instant::now);
    let gone = SignedDuration::try_from(begin.elapsed()).expect("a short test");
    testing::now() + gone
}

#[tokio::test(start_paused = true)]
async fn an_event_that_grows_old_while_it_waits_is_restamped_when_it_goes_out() {
    BEGIN.set(Some(Instant::now()));
    let mut record = testing::record(0);
    record.timestamp = testing::now() - SignedDuration::from_mins(17 * 60 + 25);
    let sink = Scripted::new([busy(Some(600))]);
    let options = Options {
        now: turned,
        ..options()
    };
    let outcome = deliver_to(&sink, vec![record], options).await;
    assert_eq!(outcome.summary().late, 1);
    let sent = sink.sent.borrow();
    let marks: Vec<bool> = sent.iter().map(|batch| batch[0].is_restamped).collect();
    assert_eq!(marks, [false, true]);
    assert_eq!(sent[1][0].body()["ddtags"], "late:true");
}

#[tokio::test]
async fn an_entry_above_the_limit_is_cut_and_one_that_cannot_be_is_set_aside() {
    let mut records = testing::records(3);
    records[0]
        .body
        .insert("message".to_owned(), json!("\u{1}".repeat(300_000)));
    for n in 0..300_000 {
        records[1].body.insert(n.to_string(), json!(n));
    }
    let sink = Scripted::default();
    let outcome = deliver_to(&sink, records, options()).await;
    let summary = outcome.summary();
    assert_eq!((summary.cut, summary.dead_letters), (1, 1));
    assert_eq!(sink.sent_ids(), [ids([0, 2])]);
    let size = sink.sent.borrow()[0][0].json.len();
    assert!((800_000..=900_000).contains(&size), "{size}");
}

#[tokio::test]
async fn clocks_that_differ_are_told_once() {
    let sink = Scripted {
        offset: Some(SignedDuration::from_secs(-61)),
        ..Scripted::default()
    };
    let outcome = deliver_to(&sink, testing::records(6), batches_of(2)).await;
    let warnings = outcome
        .progress
        .iter()
        .filter(|step| matches!(step, Progress::ClockOff { .. }));
    assert_eq!(warnings.count(), 1);
    assert_eq!(outcome.summary().clock_offset, sink.offset);
}

#[tokio::test]
async fn the_destinations_clock_decides_what_is_too_old() {
    for (hours_ahead, late) in [(0, 0), (1, 1), (-1, 0)] {
        let sink = Scripted {
            offset: Some(SignedDuration::from_hours(hours_ahead)),
            ..Scripted::default()
        };
        let outcome = deliver_to(&sink, vec![aged(0, 17)], options()).await;
        assert_eq!(outcome.summary().late, late, "{hours_ahead} h ahead");
        let there = testing::now() + SignedDuration::from_hours(hours_ahead);
        let entry = &sink.sent.borrow()[0][0];
        assert_eq!(entry.is_restamped, late == 1);
        assert!(late == 0 || entry.body()["timestamp"] == there.as_millisecond());
    }
}

#[tokio::test]
async fn a_dry_run_shows_the_real_requests_and_sends_none() {
    let intake = Intake::start(Vec::new()).await;
    let datadog = datadog_at(&intake, Site::Eu1);
    let shown = RefCell::new(Vec::new());
    let sink = DryRun::new(&datadog, IntakeKind::Logs, |text: &str| {
        shown.borrow_mut().push(text.to_owned())
    });
    let outcome = deliver_to(&sink, testing::records(3), batches_of(2)).await;
    let shown = shown.take();
    assert_eq!(outcome.summary().requests, 2);
    assert!(intake.requests().is_empty());
    assert!(shown[0].starts_with(
        "POST /api/v2/logs\n\
         host: http-intake.logs.datadoghq.eu\n\
         dd-api-key: ****cdef\n\
         content-type: application/json\n\
         content-encoding: gzip\n"
    ));
    assert!(shown[0].contains("\n# 2 events, "), "{}", shown[0]);
    assert!(shown[0].contains("\"message\": \"event 1\""));
    assert!(!shown.concat().contains("0123456789abcdef"));
}
