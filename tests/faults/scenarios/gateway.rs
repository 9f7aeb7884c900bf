//! A gateway that fails while it is read.

use super::{Played, SMALL, Scenario};
use crate::stage::Stage;

pub const ROWS: &[Scenario] = &[
    Scenario {
        name: "gateway-trouble",
        what: "the gateway answers 5xx, resets, cuts and is slow, page by page",
        sessions: (40, 500),
        play: trouble,
    },
    Scenario {
        name: "gateway-stalls",
        what: "the gateway does not answer some questions, and a time limit",
        sessions: (60, 500),
        play: stalls,
    },
];

/// Whatever comes of a run: what it sent counts, and nothing else.
fn trouble(stage: &mut Stage) -> Played {
    let faults = [
        SMALL,
        "gateway:502@0.03",
        "gateway:503@0.03",
        "gateway:reset@0.03",
        "gateway:cut@0.03",
        "gateway:slow=1ms@0.02",
    ];
    stage.faults(&faults);
    let ended = stage.run(&[]);
    stage.note(format!("exit code {}", ended.code));
    assert!(
        [0, 5].contains(&ended.code),
        "{} ({})",
        ended.stderr,
        ended.code
    );
    Played::Out
}

fn stalls(stage: &mut Stage) -> Played {
    stage.faults(&[SMALL, "gateway:stall@0.05"]);
    let _ = stage.run(&["--timeout", "6s"]).exits(5);
    Played::Out
}
