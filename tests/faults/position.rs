//! Which events the stored position covers, read from a copy of the state.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use ddctl::delivery::state::State;
use jiff::Timestamp;

use super::home::Home;
use super::oracle::Event;

/// When each session started, by its id.
pub type Starts = BTreeMap<String, Timestamp>;

/// Whether a run under way has noted that it is done with something.
pub fn has_moved(home: &Home) -> bool {
    let state = State::look(&home.profile()).ok().flatten();
    let cursors = state.and_then(|state| state.cursors().ok());
    let mut cursors = cursors.unwrap_or_default().into_iter();
    cursors.any(|(_, cursor)| !cursor.done.is_empty())
}

/// The ids of the events that would not be sent again: those of the stretches that are dealt with,
/// but for the sessions that are not over, and those that are noted one by one.
///
/// Opening the state may change its files, so it is a copy in `scratch` that is opened.
pub fn claimed(
    home: &Home,
    starts: &Starts,
    there_is: &[Event],
    scratch: &Path,
) -> BTreeSet<String> {
    if !home.state_file().exists() {
        return BTreeSet::new();
    }
    let _ = fs::remove_dir_all(scratch);
    fs::create_dir_all(scratch).expect("a folder of the scenario");
    for name in ["state.db", "state.db-wal"] {
        let from = home.profile().join(name);
        if from.exists() {
            fs::copy(from, scratch.join(name)).expect("the state can be copied");
        }
    }
    let state = State::open(scratch).expect("the state can be opened");
    let damage = state.damage().expect("the state can be read");
    assert!(damage.is_empty(), "the state is damaged: {damage:?}");
    let cursors = state.cursors().expect("the cursors can be read");
    let is_claimed = |event: &Event| {
        let started = starts
            .get(&event.session)
            .expect("every session has a start");
        cursors.iter().any(|(_, cursor)| {
            let is_over = !cursor.unfinished.contains_key(&event.session);
            cursor.has(&event.session, &event.id) || (is_over && cursor.done.contains(*started))
        })
    };
    let covered = there_is.iter().filter(|event| is_claimed(event));
    covered.map(|event| event.id.clone()).collect()
}
