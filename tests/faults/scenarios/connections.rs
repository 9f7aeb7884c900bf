//! Connections that break, and answers that come late, in part or not at all.

use std::time::Duration;

use super::{Played, SMALL, Scenario};
use crate::stage::Stage;

pub const ROWS: &[Scenario] = &[
    Scenario {
        name: "reset",
        what: "connections reset before the body is read",
        sessions: (70, 600),
        play: |stage| until_it_struck(stage, "logs:reset"),
    },
    Scenario {
        name: "reset-after-store",
        what: "connections reset after the store and before the answer",
        sessions: (70, 600),
        play: |stage| until_it_struck(stage, "logs:reset-after-store"),
    },
    Scenario {
        name: "cut",
        what: "answers cut in their body",
        sessions: (70, 600),
        play: |stage| export(stage, &[SMALL, "logs:cut"]),
    },
    Scenario {
        name: "slow",
        what: "answers that come a byte at a time",
        sessions: (70, 600),
        play: |stage| export(stage, &[SMALL, "logs:slow=3ms"]),
    },
    Scenario {
        name: "slower-than-the-timeout",
        what: "answers whose head takes longer than ddctl waits (long form alone)",
        sessions: (40, 200),
        play: slower_than_the_timeout,
    },
    Scenario {
        name: "stall",
        what: "an intake that never answers, and a time limit",
        sessions: (40, 200),
        play: stall,
    },
    Scenario {
        name: "stall-then-good",
        what: "an intake that answers again after the request timed out (long form alone)",
        sessions: (40, 200),
        play: stall_then_good,
    },
];

fn export(stage: &mut Stage, faults: &[&str]) -> Played {
    stage.faults(faults);
    let _ = stage.run(&[]).exits(0);
    Played::Out
}

/// In the short form so many requests are struck; in the long one three of ten.
fn until_it_struck(stage: &mut Stage, fault: &str) -> Played {
    if stage.is_long {
        return export(stage, &[SMALL, &format!("{fault}@0.3")]);
    }
    while !has_struck(stage, fault) {
        stage.conclude();
        stage.begin_again();
    }
    Played::Out
}

/// False where the run was over before the fault came: a quick one sends its last batch while the
/// first is looked at. A fault that is there from the beginning has to strike.
fn has_struck(stage: &mut Stage, fault: &str) -> bool {
    let taken = stage.random.within(0..=2);
    let first = if taken == 0 {
        fault
    } else {
        "logs:slow=1ms@0.5"
    };
    stage.faults(&[SMALL, first]);
    let mut exporter = stage.start(&[]);
    assert!(
        stage.wait(&mut exporter, |seen| seen.taken >= taken),
        "it was over too soon"
    );
    let before = match taken {
        0 => 0,
        _ => stage.seen(&exporter).unanswered,
    };
    stage.faults(&[SMALL, fault]);
    let has_struck = stage.wait(&mut exporter, |seen| seen.unanswered > before);
    assert!(has_struck || taken > 0, "nothing was struck");
    stage.faults(&[SMALL]);
    let _ = stage.ended(exporter).exits(0);
    has_struck
}

fn stall(stage: &mut Stage) -> Played {
    stage.faults(&["logs:stall"]);
    let ended = stage.run(&["--timeout", "6s"]).exits(5);
    assert_eq!(ended.count("accepted").unwrap_or(0), 0);
    Played::Out
}

fn stall_then_good(stage: &mut Stage) -> Played {
    time_out(stage, "logs:stall")
}

fn slower_than_the_timeout(stage: &mut Stage) -> Played {
    // The status line alone is some twenty bytes.
    time_out(stage, "logs:slow=4s")
}

/// The first request meets `fault` until ddctl gives it up; the next ones are answered.
fn time_out(stage: &mut Stage, fault: &str) -> Played {
    if !stage.is_long {
        return Played::LongAlone;
    }
    stage.faults(&[fault]);
    let mut exporter = stage.start(&[]);
    assert!(
        stage.wait(&mut exporter, |seen| seen.logs >= 1),
        "nothing was sent"
    );
    stage.faults(&[]);
    let ended = stage.ended(exporter).exits(0);
    let retries = ended
        .summary
        .as_ref()
        .map(|summary| summary["retries"].clone());
    assert!(
        ended.elapsed >= Duration::from_secs(60),
        "it gave up after {:?}",
        ended.elapsed
    );
    assert_eq!(retries, Some(serde_json::json!({"timeout": 1})));
    Played::Out
}
