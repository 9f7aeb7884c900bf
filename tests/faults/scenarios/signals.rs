//! Being told to stop.

use std::time::Duration;

use rustix::process::Signal;

use super::{Played, SMALL, Scenario};
use crate::stage::Stage;

pub const ROWS: &[Scenario] = &[
    Scenario {
        name: "sigterm",
        what: "SIGTERM at full flow",
        sessions: (100, 2_000),
        play: once,
    },
    Scenario {
        name: "sigterm-twice",
        what: "SIGTERM twice, while the intake does not answer",
        sessions: (60, 300),
        play: twice,
    },
    Scenario {
        name: "sighup",
        what: "SIGHUP at full flow",
        sessions: (100, 2_000),
        play: hang_up,
    },
];

/// What was read may still go out for so long, and ddctl needs a little to end.
const LIMIT: Duration = Duration::from_secs(30 + 10);

/// It is orderly: everything that is under way is waited for, so that nothing comes twice.
fn once(stage: &mut Stage) -> Played {
    stage.faults(&[SMALL, "logs:slow=1ms@0.5"]);
    let mut exporter = stage.start(&[]);
    let taken = stage.random.within(1..=3);
    assert!(
        stage.wait(&mut exporter, |seen| seen.taken >= taken),
        "it was over too soon"
    );
    exporter.signal(Signal::TERM);
    let told = std::time::Instant::now();
    let ended = stage.ended(exporter);
    assert!(
        [0, 130].contains(&ended.code),
        "{} ({})",
        ended.stderr,
        ended.code
    );
    assert!(told.elapsed() < LIMIT, "it took {:?}", told.elapsed());
    stage.note(format!("exit code {} after {taken} requests", ended.code));
    Played::Out
}

fn twice(stage: &mut Stage) -> Played {
    stage.faults(&["logs:stall"]);
    let mut exporter = stage.start(&[]);
    assert!(
        stage.wait(&mut exporter, |seen| seen.logs >= 1),
        "nothing was sent"
    );
    exporter.signal(Signal::TERM);
    let told = std::time::Instant::now();
    while !exporter.said().contains("stopping") && !exporter.is_over() {
        std::thread::yield_now();
    }
    assert!(
        !exporter.is_over(),
        "it did not wait for the answer: {}",
        exporter.said()
    );
    exporter.signal(Signal::TERM);
    let _ = stage.broken_off(exporter).exits(130);
    assert!(
        told.elapsed() < LIMIT / 2,
        "the second signal did not end it"
    );
    Played::Out
}

fn hang_up(stage: &mut Stage) -> Played {
    stage.faults(&[SMALL, "logs:slow=1ms@0.5"]);
    let mut exporter = stage.start(&[]);
    let taken = stage.random.within(1..=3);
    assert!(
        stage.wait(&mut exporter, |seen| seen.taken >= taken),
        "it was over too soon"
    );
    exporter.signal(Signal::HUP);
    let ended = stage.ended(exporter);
    assert!(
        [0, 129, 130].contains(&ended.code),
        "{} ({})",
        ended.stderr,
        ended.code
    );
    stage.note(format!("exit code {}", ended.code));
    Played::Out
}
