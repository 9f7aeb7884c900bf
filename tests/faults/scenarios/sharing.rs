//! Two exporters on one cursor.

use super::{Played, SMALL, Scenario};
use crate::stage::Stage;

pub const ROWS: &[Scenario] = &[
    Scenario {
        name: "two-exporters",
        what: "a second exporter while the first waits for its intake",
        sessions: (60, 300),
        play: second,
    },
    Scenario {
        name: "two-at-once",
        what: "two exporters started together",
        sessions: (100, 600),
        play: together,
    },
];

fn second(stage: &mut Stage) -> Played {
    stage.faults(&["logs:stall"]);
    let mut first = stage.start(&[]);
    assert!(
        stage.wait(&mut first, |seen| seen.logs >= 1),
        "nothing was sent"
    );
    let asked = stage.asked().len();
    let second = stage.run(&[]).says("is in use by");
    assert_ne!(second.code, 0);
    assert_eq!(stage.asked().len(), asked, "the second sent something");
    let _ = stage.kill(first);
    Played::Out
}

fn together(stage: &mut Stage) -> Played {
    stage.faults(&[SMALL]);
    let exporters = [stage.start(&[]), stage.start(&[])];
    let codes = exporters.map(|exporter| stage.ended(exporter).code);
    assert!(
        codes.contains(&0),
        "none of them came to its end: {codes:?}"
    );
    stage.note(format!("exit codes {} and {}", codes[0], codes[1]));
    Played::Out
}
