//! Answers that ask to come back later.

use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};

use super::{Played, SMALL, Scenario};
use crate::oracle::Answered;
use crate::stage::Stage;

pub const ROWS: &[Scenario] = &[
    Scenario {
        name: "retry-after-0",
        what: "429 with Retry-After: 0",
        sessions: (40, 40),
        play: |stage| told_to_wait(stage, "0", FIRST),
    },
    Scenario {
        name: "retry-after-3",
        what: "429 with Retry-After: 3",
        sessions: (40, 40),
        play: |stage| told_to_wait(stage, "3", SignedDuration::from_secs(3)),
    },
    Scenario {
        name: "retry-after-rubbish",
        what: "429 with a Retry-After that is none",
        sessions: (40, 40),
        play: |stage| told_to_wait(stage, "soon, perhaps", FIRST),
    },
    Scenario {
        name: "retry-after-date",
        what: "429 with an HTTP date",
        sessions: (40, 40),
        play: told_when,
    },
    Scenario {
        name: "retry-after-aeon",
        what: "429 with Retry-After: 1000000000, and a time limit",
        sessions: (40, 40),
        play: told_never,
    },
    Scenario {
        name: "bursts",
        what: "bursts of 500, 502 and 503",
        sessions: (100, 600),
        play: bursts,
    },
    Scenario {
        name: "503-often",
        what: "three answers in ten are 503",
        sessions: (100, 600),
        play: |stage| {
            stage.faults(&[SMALL, "logs:503@0.3"]);
            let _ = stage.run(&[]).exits(0);
            let asked = stage.asked();
            let refused = asked.iter().filter(|one| one.status == Some(503)).count();
            stage.note(format!("{refused} of {} requests refused", asked.len()));
            Played::Out
        },
    },
];

/// The shortest first wait of the curve: half of a second.
const FIRST: SignedDuration = SignedDuration::from_millis(500);
/// A wait may look so much shorter, since request and answer take time of their own.
const SLACK: SignedDuration = SignedDuration::from_millis(20);
/// The longest delay of the curve, in seconds.
const CAP: f64 = 60.0;
/// Requests that may be out when an outage begins.
const IN_FLIGHT: usize = 4;

/// The times of the first two requests, the first of which was answered 429.
fn first_two(stage: &mut Stage, fault: &str) -> [Timestamp; 2] {
    stage.faults(&[fault]);
    let mut exporter = stage.start(&[]);
    assert!(
        stage.wait(&mut exporter, |seen| seen.logs >= 2),
        "it did not try again"
    );
    stage.faults(&[]);
    let _ = stage.ended(exporter).exits(0);
    let asked = stage.asked();
    [asked[0].at, asked[1].at]
}

fn told_to_wait(stage: &mut Stage, value: &str, at_least: SignedDuration) -> Played {
    let [first, second] = first_two(stage, &format!("logs:429={value}"));
    let waited = second.duration_since(first);
    assert!(
        waited >= at_least - SLACK,
        "told `{value}`, it waited {waited}"
    );
    stage.note(format!("waited {:.1} s", waited.as_secs_f64()));
    Played::Out
}

fn told_when(stage: &mut Stage) -> Played {
    let soon = Timestamp::now() + SignedDuration::from_secs(4);
    let date = DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&soon)
        .expect("a date of this century");
    let [first, second] = first_two(stage, &format!("logs:429={date}"));
    // The date is of whole seconds.
    let earliest = soon - SignedDuration::from_secs(1) - SLACK;
    assert!(second >= earliest, "told {date}, it was asked at {second}");
    stage.note(format!(
        "waited {:.1} s",
        second.duration_since(first).as_secs_f64()
    ));
    Played::Out
}

fn told_never(stage: &mut Stage) -> Played {
    stage.faults(&["logs:429=1000000000"]);
    let _ = stage.run(&["--timeout", "6s"]).exits(5);
    let asked = stage.asked().len();
    assert!(
        asked <= 1,
        "{asked} requests, though told to wait for decades"
    );
    Played::Out
}

/// Several outages, each of a status of its own, while one export goes on.
fn bursts(stage: &mut Stage) -> Played {
    let (outages, refusals) = if stage.is_long { (3, 5) } else { (2, 2) };
    let mut exporter = stage.start(&[]);
    for _ in 0..outages {
        let status = *stage.random.pick(&["500", "502", "503"]);
        let before = stage.seen(&exporter);
        stage.faults(&[SMALL, &format!("logs:{status}")]);
        stage.wait(&mut exporter, |seen| {
            seen.unavailable >= before.unavailable + refusals
        });
        let before = stage.seen(&exporter);
        stage.faults(&[SMALL]);
        stage.wait(&mut exporter, |seen| seen.taken > before.taken);
    }
    let _ = stage.ended(exporter).exits(0);
    let asked = stage.asked();
    let outages = outages_in(&asked);
    assert!(!outages.is_empty(), "nothing was refused");
    for (width, outage) in outages {
        let requests = outage.len();
        assert!(
            is_bounded(width, &outage),
            "{requests} requests, against the curve: {outage:?}"
        );
    }
    Played::Out
}

/// The outages, each with how many requests may have been out when it began, and the times of its
/// requests: those answered 5xx one after the other.
fn outages_in(asked: &[Answered]) -> Vec<(usize, Vec<Timestamp>)> {
    let is_outage = |one: &Answered| matches!(one.status, Some(500..=599));
    let mut taken = 0;
    let mut found = Vec::new();
    for run in asked.chunk_by(|one, next| is_outage(one) == is_outage(next)) {
        taken += run.iter().filter(|one| one.is_acknowledged()).count();
        if run.iter().any(is_outage) {
            // Ten successes in a row widen the gate by one.
            let width = (1 + taken / 10).min(IN_FLIGHT);
            found.push((width, run.iter().map(|one| one.at).collect()));
        }
    }
    found
}

/// `width` requests were out when it began; from then on there is one probe after each wait, and the
/// shortest waits are half of the curve.
fn is_bounded(width: usize, outage: &[Timestamp]) -> bool {
    let waits = (0..).map(|errors| f64::min(CAP, 2_f64.powi(errors)) / 2.0);
    let earliest = waits.scan(0.0, |sum, wait| {
        *sum += wait;
        Some(*sum)
    });
    let begun = outage.first().copied().unwrap_or_default();
    let mut probes = outage.iter().skip(width).zip(earliest);
    probes.all(|(probe, earliest)| {
        let after = probe.duration_since(begun) + SLACK;
        after.as_secs_f64() >= earliest
    })
}
