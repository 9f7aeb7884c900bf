//! Bodies that are too large, and events that are refused whatever comes with them.

use super::{Played, SMALL, Scenario};
use crate::stage::Stage;

pub const ROWS: &[Scenario] = &[
    Scenario {
        name: "limit-1mb",
        what: "bodies above 1 MB are answered 413; above 200 KB in the short form",
        sessions: (120, 2_000),
        play: |stage| {
            let bytes = if stage.is_long { 1_000_000 } else { 200_000 };
            limited(stage, &format!("logs:limit={bytes}"))
        },
    },
    Scenario {
        name: "limit-10kb",
        what: "bodies above 10 KB are answered 413",
        sessions: (60, 600),
        play: |stage| limited(stage, "logs:limit=10000"),
    },
    Scenario {
        name: "poison",
        what: "one event of many is refused, and ddctl is killed after it was set aside",
        sessions: (100, 1_000),
        play: poison,
    },
];

fn limited(stage: &mut Stage, limit: &str) -> Played {
    stage.faults(&[limit]);
    let ended = stage.run(&[]).exits(0);
    let splits = ended.count("splits").unwrap_or(0);
    assert!(splits > 0, "nothing was split");
    stage.note(format!("{splits} splits"));
    Played::Out
}

/// The poisonous event becomes one dead letter, and does not come back after a crash.
fn poison(stage: &mut Stage) -> Played {
    let events = stage.there_is.clone();
    let poisonous = stage.random.pick(&events).clone();
    let refuse = format!("logs:poison={}", poisonous.id);
    stage.faults(&[SMALL, &refuse]);
    stage.expected_dead = 1;
    let mut exporter = stage.start(&[]);
    while stage.home.dead().is_empty() && !exporter.is_over() {
        std::thread::yield_now();
    }
    // What is left is held up, so that there is something to kill; it may be through already.
    stage.faults(&[SMALL, &refuse, "logs:stall"]);
    let is_sending = stage.wait(&mut exporter, |seen| seen.unanswered > 0);
    stage.faults(&[SMALL, &refuse]);
    match is_sending && !exporter.is_over() {
        true => drop(stage.kill(exporter)),
        false => drop(stage.ended(exporter).exits(6)),
    }
    stage.look();
    // A crash between the letter and the note of it makes a second one.
    let dead = stage.home.dead();
    assert!(!dead.is_empty() && dead.iter().all(|event| *event == poisonous));
    let was_noted = stage.covers(&poisonous);
    let refusals = |stage: &Stage| {
        stage
            .asked()
            .iter()
            .filter(|one| one.status == Some(400))
            .count()
    };
    let before = refusals(stage);
    stage.go_on();
    assert!(
        !was_noted || refusals(stage) == before,
        "the dead letter came back"
    );
    Played::Out
}
