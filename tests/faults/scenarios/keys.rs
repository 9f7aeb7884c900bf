//! Keys that are refused, and an intake that points elsewhere.

use super::{Played, SMALL, Scenario};
use crate::intake;
use crate::stage::Stage;

pub const ROWS: &[Scenario] = &[
    Scenario {
        name: "key-refused",
        what: "the key is refused in the middle, then good again",
        sessions: (100, 600),
        play: key_refused,
    },
    Scenario {
        name: "redirect",
        what: "307 to another host",
        sessions: (40, 200),
        play: redirect,
    },
];

fn key_refused(stage: &mut Stage) -> Played {
    let status = *stage.random.pick(&["logs:401", "logs:403"]);
    let taken = stage.random.within(0..=2);
    stage.faults(&[SMALL, "logs:slow=1ms@0.5"]);
    if taken == 0 {
        stage.faults(&[SMALL, status]);
    }
    let mut exporter = stage.start(&[]);
    let is_sending = stage.wait(&mut exporter, |seen| seen.taken >= taken);
    stage.faults(&[SMALL, status]);
    assert!(is_sending, "it was over too soon");
    let _ = stage.ended(exporter).exits(4);
    let key = status.trim_start_matches("logs:");
    stage.note(format!("{key} after {taken} requests"));
    Played::Out
}

fn redirect(stage: &mut Stage) -> Played {
    stage.faults(&["logs:redirect"]);
    let _ = stage.run(&[]).exits(1);
    let rows = intake::requests(&stage.sandbox, 0);
    let elsewhere = |row: &&serde_json::Value| {
        let is_gateway = row["product"] == "gateway";
        row["product"] == "elsewhere" || (is_gateway && !row["headers"]["dd-api-key"].is_null())
    };
    let followed = rows.iter().find(elsewhere);
    assert!(
        followed.is_none(),
        "the key went to another host: {followed:?}"
    );
    Played::Out
}
