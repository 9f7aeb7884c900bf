//! `POST /sessions/{id}/kill`, and what it leaves behind.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;

use super::find;
use crate::sandbox::gateway::auth::Caller;
use crate::sandbox::gateway::{GatewayStandIn, Now, answer};
use crate::sandbox::http::Reply;

/// The sessions that were killed, by number, and when.
#[derive(Debug, Default)]
pub struct Kills(HashMap<u64, Timestamp>);

impl Kills {
    pub fn of(&self, index: u64) -> Option<Timestamp> {
        self.0.get(&index).copied()
    }
}

/// The owner and admins may; to everybody else the session does not exist.
pub fn kill(gateway: &GatewayStandIn, caller: &Caller, id: &str, now: Now) -> Reply {
    let view = match find(gateway, id, now) {
        Ok(view) => view,
        Err(reply) if reply.status == 404 => return answer::message(404, "session not found"),
        Err(refusal) => return *refusal,
    };
    let plan = view.session.plan;
    if plan.identity.subject != caller.subject && !caller.is_admin() {
        return answer::message(404, "session not found");
    }
    if view.is_running() {
        gateway.state().kills.0.insert(plan.index, now.at);
        gateway.announce_kill();
    }
    answer::no_content()
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
