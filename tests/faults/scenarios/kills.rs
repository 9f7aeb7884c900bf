//! `kill -9` at random moments.

use std::time::Duration;

use super::{Played, SMALL, Scenario};
use crate::position::has_moved;
use crate::stage::Stage;

pub const ROWS: &[Scenario] = &[
    Scenario {
        name: "kill",
        what: "kill -9 at random moments",
        sessions: (100, 600),
        // The last stretch that ddctl notes is empty: no event of its own holds it back.
        play: |stage| kill(stage, &[SMALL]),
    },
    Scenario {
        name: "kill-slow",
        what: "kill -9 at random moments, a slow intake",
        sessions: (130, 650),
        play: |stage| kill(stage, &[SMALL, "logs:slow=1ms@0.5"]),
    },
    Scenario {
        name: "kill-first-run",
        what: "the very first run is killed when it has delivered the newest sessions",
        sessions: (240, 1_200),
        play: first_run,
    },
];

/// Between two looks at the position.
const LOOK: Duration = Duration::from_millis(10);
/// Sessions after which ddctl notes how far it has read.
const STRETCH: u64 = 100;

/// The next run knows no range: the position alone has to say what is left of the first one's.
fn first_run(stage: &mut Stage) -> Played {
    let mut exporter = stage.start(&[]);
    let read = stage.random.within(STRETCH + 30..=2 * STRETCH);
    assert!(
        stage.wait(&mut exporter, |seen| seen.all >= read),
        "it was over too soon"
    );
    stage.faults(&["gateway:stall"]);
    // What was read goes out although the batch is not full.
    while !has_moved(&stage.home) {
        assert!(!exporter.is_over(), "it ended: {}", exporter.said());
        std::thread::sleep(LOOK);
    }
    let _ = stage.kill(exporter);
    Played::Out
}

/// Kills in the two forms; the rows share them.
const KILLS: (u64, u64) = (10, 100);

/// Kills as often as the form wants, in as many rounds as that takes.
fn kill(stage: &mut Stage, faults: &[&str]) -> Played {
    let wanted = if stage.is_long { KILLS.1 } else { KILLS.0 };
    stage.faults(faults);
    while stage.tally.kills < wanted && stage.breaches.is_empty() {
        if is_killed_before_its_end(stage) {
            continue;
        }
        stage.conclude();
        stage.begin_again();
        stage.faults(faults);
    }
    Played::Out
}

fn is_killed_before_its_end(stage: &mut Stage) -> bool {
    let mut exporter = stage.start(&[]);
    // While it reads, or while it sends; and somewhere between two requests.
    let (logs, all) = match stage.random.within(0..=2) {
        0 => (
            u64::MAX,
            stage.random.within(1..=stage.there_is.len() as u64 / 3),
        ),
        _ => (stage.random.within(1..=4), u64::MAX),
    };
    let pause = Duration::from_micros(stage.random.within(0..=20_000));
    let has_begun = stage.wait(&mut exporter, |seen| seen.logs >= logs || seen.all >= all);
    std::thread::sleep(pause);
    match has_begun && !exporter.is_over() {
        true => {
            let _ = stage.kill(exporter);
            stage.look();
            true
        }
        false => {
            let _ = stage.ended(exporter).exits(0);
            false
        }
    }
}
