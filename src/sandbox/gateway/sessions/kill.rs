//! `POST /sessions/{id}/kill`, and what it leaves behind.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;

use super::{find, in_other_words};
use crate::sandbox::gateway::answer::Answer;
use crate::sandbox::gateway::auth::Caller;
use crate::sandbox::gateway::{GatewayStandIn, Now, answer};

/// The sessions that were killed, by number.
#[derive(Debug, Default)]
pub struct Kills(HashMap<u64, Kill>);

/// What a kill did to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kill {
    pub at: Timestamp,
    /// The gateway did not hold the session, be it that it was over: it then replaces the stored
    /// recording by a remark that there is none.
    pub lost_recording: bool,
}

impl Kills {
    pub fn of(&self, index: u64) -> Option<Kill> {
        self.0.get(&index).copied()
    }
}

/// The owner and admins may; to everybody else the session does not exist. Whatever its state, it
/// is done afterwards.
pub fn kill(gateway: &GatewayStandIn, caller: &Caller, id: &str, now: Now) -> Answer {
    let view = find(gateway, id, now).or_else(in_other_words)?;
    let plan = view.session.plan;
    if plan.identity.subject != caller.subject && !caller.is_admin() {
        return answer::refused(404, "session not found");
    }
    let kill = Kill {
        at: now.at,
        lost_recording: !view.is_running(),
    };
    gateway.state().kills.0.insert(plan.index, kill);
    gateway.announce_kill();
    Ok(answer::no_content())
}

impl GatewayStandIn {
    /// Wakes the feeds of running sessions.
    pub(super) fn announce_kill(&self) {
        self.kills.send_replace(());
    }

    /// Told of every kill.
    pub(super) fn kills(&self) -> watch::Receiver<()> {
        self.kills.subscribe()
    }

    /// Asks whether session `index` was killed, for as long as anybody wants to know.
    pub(super) fn kill_check(&self, index: u64) -> impl Fn() -> bool + Send + 'static {
        let state = Arc::clone(&self.state);
        move || {
            let state = state.lock().unwrap_or_else(PoisonError::into_inner);
            state.kills.of(index).is_some()
        }
    }
}
