//! Clocks that do not agree.

use super::{Played, SMALL, Scenario};
use crate::stage::Stage;

pub const ROWS: &[Scenario] = &[
    Scenario {
        name: "clock-ahead",
        what: "the intake's clock is an hour ahead",
        sessions: (70, 600),
        play: |stage| shifted(stage, "clock=+1h"),
    },
    Scenario {
        name: "clock-behind",
        what: "the intake's clock is an hour behind",
        sessions: (70, 600),
        play: |stage| shifted(stage, "clock=-1h"),
    },
];

fn shifted(stage: &mut Stage, shift: &str) -> Played {
    stage.faults(&[SMALL, shift]);
    let _ = stage.run(&[]).exits(0).says("clock");
    Played::Out
}
