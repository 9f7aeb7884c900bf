//! Heartbeats of a relay that is in trouble.

use jiff::SignedDuration;
use serde_json::{Map, Value};

use super::{Run, Scenario};
use crate::delivery::map::heartbeat::Heartbeat;
use crate::delivery::map::log::LogProfile;
use crate::domain::event::EventId;

/// The time between two heartbeats.
const BEAT: SignedDuration = SignedDuration::from_mins(5);
/// Behind the window of the pack's monitor: the last one was heard before it.
const LONG_AGO: SignedDuration = SignedDuration::from_mins(25);
/// Longer than the pack's threshold allows.
const LAG_S: u64 = 1_200;

/// The heartbeats of a run, oldest first.
pub(super) fn logs(scenario: Scenario, run: &Run, profile: &LogProfile) -> Vec<Map<String, Value>> {
    let ages = match scenario {
        Scenario::Silence => vec![LONG_AGO],
        _ => vec![BEAT * 2, BEAT, SignedDuration::ZERO],
    };
    let beats = ages.into_iter().enumerate();
    beats
        .map(|(number, age)| beat(scenario, run, number, age).to_log(profile))
        .collect()
}

fn beat(scenario: Scenario, run: &Run, number: usize, age: SignedDuration) -> Heartbeat {
    let id = EventId::of(&["test", scenario.name(), &run.id, &number.to_string()]);
    let waited = match scenario {
        Scenario::ExportLag => LAG_S,
        _ => 0,
    };
    Heartbeat {
        id: id.to_string(),
        // At the edge of representable time every heartbeat is one of now.
        at: run.now.checked_sub(age).unwrap_or(run.now),
        lag_s: waited,
        oldest_undelivered_s: waited,
        state: "delivering".to_owned(),
        open_too_long: match scenario {
            Scenario::OpenTooLong => vec![format!("test-session-{}", run.id)],
            _ => Vec::new(),
        },
        test_run: Some(run.id.clone()),
        ..Heartbeat::default()
    }
}
