//! Webhooks of sessions: what the gateway's plugin pushes to Svix as sessions open and close
//! (hoophq/hoop `gateway/transport/plugins/webhooks/webhooks.go`).
//!
//! A session of a connection that is not attached to the plugin pushes nothing, and so does a
//! killed one when it ends.

mod payload;

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::webhooks::{Message, send_message};
use super::{GatewayStandIn, Licence, plugins};
use crate::sandbox::world::{Ending, Session};

/// Something that the plugin sees of a session.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// The client's packet that opens it, with the state of its review.
    Open { review: Option<&'static str> },
    /// Somebody is asked to review it.
    ReviewCreated,
    /// The agent's packet that ends it; no code is -100.
    Close {
        exit_code: i32,
        error: Option<String>,
    },
}

/// What the plugin sees of a whole session, in order.
pub fn steps(session: &Session) -> Vec<(Timestamp, Step)> {
    let ending = session.plan.ending;
    // The analysis refuses before there is anything to open.
    if ending == Ending::Analysis {
        return Vec::new();
    }
    let mut steps = Vec::new();
    match &session.review {
        Some(review) => {
            let pending = Step::Open {
                review: Some("PENDING"),
            };
            steps.extend([
                (session.start, pending),
                (session.start, Step::ReviewCreated),
            ]);
            if let (true, Some((_, decided))) = (ending.ran(), review.group.answer) {
                // The review plugin comes first, and marks a script as being worked on.
                let status = match review.kind {
                    "onetime" => "PROCESSING",
                    _ => "APPROVED",
                };
                let review = Some(status);
                steps.push((decided, Step::Open { review }));
            }
        }
        None => steps.push((session.start, Step::Open { review: None })),
    }
    if let (Some(end), Some((exit_code, error))) = (session.end, close_of(session)) {
        steps.push((end, Step::Close { exit_code, error }));
    }
    steps
}

/// How the agent's last packet says that it ended; none passes where it was killed.
fn close_of(session: &Session) -> Option<(i32, Option<String>)> {
    const UNKNOWN: i32 = -100;
    let error = || {
        let events = session.events()?;
        let last = events.last().filter(|event| event.kind == "e")?;
        Some(String::from_utf8_lossy(&last.payload).into_owned())
    };
    match session.plan.ending {
        Ending::Exited(code) => Some((code, error())),
        Ending::Guardrail => Some((UNKNOWN, error())),
        _ => None,
    }
}

/// Pushes what happens in sessions that begin from now on, for as long as the gateway is there.
pub fn push_as_sessions_happen(gateway: &Arc<GatewayStandIn>) {
    if gateway.options.every.is_some() {
        tokio::spawn(follow(Arc::downgrade(gateway)));
    }
}

async fn follow(gateway: Weak<GatewayStandIn>) {
    let mut coming = Coming::default();
    while let Some(wait) = gateway.upgrade().map(|gateway| coming.advance(&gateway)) {
        tokio::time::sleep(wait).await;
    }
}

/// What is still to happen in the sessions that have begun.
#[derive(Default)]
struct Coming {
    /// How many sessions have begun.
    begun: u64,
    /// By when, with the number of the session to tell two of one moment apart.
    steps: BTreeMap<(Timestamp, u64, usize), Step>,
}

impl Coming {
    /// Pushes what has happened, and says how long nothing is going to.
    fn advance(&mut self, gateway: &GatewayStandIn) -> Duration {
        let (now, world) = (gateway.now().at, gateway.world());
        let index = |n| world.count() + n;
        while world.start_of(index(self.begun)) <= now {
            let session = world.session(index(self.begun), Timestamp::MAX);
            for (n, (at, step)) in steps(&session).into_iter().enumerate() {
                self.steps.insert((at, index(self.begun), n), step);
            }
            self.begun += 1;
        }
        while let Some(entry) = self.steps.first_entry() {
            let (at, index, _) = *entry.key();
            if at > now {
                break;
            }
            gateway.push(&world.session(index, Timestamp::MAX), &entry.remove());
        }
        let next_start = world.start_of(index(self.begun));
        let next_step = self.steps.keys().next().map(|(at, ..)| *at);
        let next = next_step.map_or(next_start, |at| at.min(next_start));
        Duration::try_from(next.duration_since(now)).unwrap_or_default()
    }
}

impl GatewayStandIn {
    /// Pushes what was to push for every session that began before the sandbox did; says how many
    /// messages that made.
    pub fn push_past(&self) -> usize {
        let now = self.now().at;
        let mut past: Vec<(Timestamp, u64, Step)> = (0..self.world().count())
            .flat_map(|index| {
                let steps = steps(&self.world().session(index, now));
                steps.into_iter().map(move |(at, step)| (at, index, step))
            })
            .collect();
        past.sort_by_key(|(at, ..)| *at);
        past.into_iter()
            .filter(|(_, index, step)| self.push(&self.world().session(*index, now), step))
            .count()
    }

    /// Pushes everything of a session that is over as soon as it began, or waits for somebody.
    pub(super) fn push_whole(&self, session: &Session) {
        for (_, step) in steps(session) {
            self.push(session, &step);
        }
    }

    /// Hands a step to Svix, where the plugin sees it; says whether a message came of it.
    fn push(&self, session: &Session, step: &Step) -> bool {
        if self.options.licence == Licence::Oss || !self.plugin_sees(session, step) {
            return false;
        }
        let (event_type, payload) = self.message_of(session, step);
        let message = Message {
            event_id: self.random_id(),
            event_type,
            payload,
        };
        send_message(&self.svix, message).is_ok()
    }

    fn plugin_sees(&self, session: &Session, step: &Step) -> bool {
        let state = self.state();
        let is_killed = state.kills.of(session.plan.index).is_some();
        let passes = !(is_killed && matches!(step, Step::Close { .. }));
        passes && plugins::is_attached_to_webhooks(&state, session.plan.connection.id)
    }

    fn message_of(&self, session: &Session, step: &Step) -> (&'static str, Value) {
        match step {
            Step::Open { review } => ("session.open", payload::open(session, *review)),
            Step::ReviewCreated => (
                "microsoftteams.review.create",
                payload::review_card(session, self.api_url()),
            ),
            Step::Close { exit_code, error } => {
                let payload = json!({
                    "event_type": "session.close",
                    "id": session.id.to_string(),
                    "exit_code": exit_code,
                    "exit_err": error,
                });
                ("session.close", payload)
            }
        }
    }
}
