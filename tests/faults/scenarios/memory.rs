//! An intake that stalls while there is much to send.

use std::time::Duration;

use super::{Played, Scenario};
use crate::stage::Stage;

pub const ROWS: &[Scenario] = &[Scenario {
    name: "stall-memory",
    what: "many events, and an intake that never answers",
    sessions: (700, 10_000),
    play: stalled,
}];

/// What ddctl may have resident.
const LIMIT_KB: u64 = 48 << 10;
/// Between two looks, of which so many see nothing new before the reading counts as held back.
const PAUSE: Duration = Duration::from_millis(300);
const LOOKS: usize = 5;

fn stalled(stage: &mut Stage) -> Played {
    stage.faults(&["logs:stall"]);
    let mut exporter = stage.start(&[]);
    assert!(
        stage.wait(&mut exporter, |seen| seen.logs >= 1),
        "nothing was sent"
    );
    let mut last = stage.seen(&exporter).last;
    let mut same = 0;
    while same < LOOKS {
        std::thread::sleep(PAUSE);
        let now = stage.seen(&exporter).last;
        same = if now == last { same + 1 } else { 0 };
        last = now;
    }
    assert!(!exporter.is_over(), "it ended: {}", exporter.said());
    let ended = stage.kill(exporter);
    let peak = ended.peak_kb;
    stage.note(format!("{} MiB at most", peak.div_ceil(1 << 10)));
    // Without optimisation the program's own code takes most of it.
    assert!(
        cfg!(debug_assertions) || peak < LIMIT_KB,
        "{peak} kB resident"
    );
    Played::Out
}
