//! A session as it stands now: what the world tells, and what happened to it since.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::gateway::auth::Caller;
use crate::sandbox::gateway::{GatewayStandIn, Now};
use crate::sandbox::world::{Ending, Event, Live, Session, World};

pub struct SessionView {
    pub session: Session,
    killed_at: Option<Timestamp>,
    now: Timestamp,
}

impl SessionView {
    pub fn new(world: &World, index: u64, killed_at: Option<Timestamp>, now: Timestamp) -> Self {
        Self {
            session: world.session(index),
            killed_at,
            now,
        }
    }

    /// The owner, admins, auditors and members of the group that reviews it.
    pub fn is_open_to(&self, caller: &Caller) -> bool {
        let review = self.session.review.as_ref();
        self.is_fully_open_to(caller) || review.is_some_and(|it| caller.is_in(it.group.name))
    }

    /// Those who are shown the recording too.
    pub fn is_fully_open_to(&self, caller: &Caller) -> bool {
        caller.subject == self.session.plan.identity.subject || caller.sees_everything()
    }

    pub fn status(&self) -> &'static str {
        match self.killed_at {
            Some(_) => "done",
            None => self.session.plan.ending.status(),
        }
    }

    pub fn exit_code(&self) -> Option<i32> {
        match self.killed_at {
            Some(_) => Some(254),
            None => self.session.plan.ending.exit_code(),
        }
    }

    pub fn end(&self) -> Option<Timestamp> {
        self.killed_at.or(self.session.end)
    }

    /// The running recording, where the session has one that still grows.
    pub fn live(&self) -> Option<Live> {
        self.is_running()
            .then(|| Live::new(self.session.plan.scenario.recording))
    }

    pub fn is_running(&self) -> bool {
        self.session.plan.ending == Ending::Running && self.killed_at.is_none()
    }

    pub fn age(&self) -> Duration {
        Duration::try_from(self.now.duration_since(self.session.start)).unwrap_or_default()
    }

    /// The stored events; `None` where nothing was ever recorded.
    pub fn events(&self) -> Option<Cow<'static, [Event]>> {
        let plan = &self.session.plan;
        if plan.ending != Ending::Running {
            return self.session.events();
        }
        let live = Live::new(plan.scenario.recording);
        let Some(killed_at) = self.killed_at else {
            return Some(
                (0..live.stored_at(self.age()))
                    .map(|n| live.event(n))
                    .collect(),
            );
        };
        let age = Duration::try_from(killed_at.duration_since(self.session.start));
        let age = age.unwrap_or_default();
        let mut events: Vec<Event> = (0..live.count_at(age)).map(|n| live.event(n)).collect();
        events.push(Event::error(age, "session killed by the user"));
        Some(Cow::Owned(events))
    }

    /// Bytes recorded; 0 until the session is done.
    pub fn event_size(&self) -> u64 {
        match self.status() {
            "done" => self.events().map_or(0, |events| {
                events.iter().map(|event| event.payload.len() as u64).sum()
            }),
            _ => 0,
        }
    }

    /// What the recorder counted, written when a session that ran is done. Keys are sorted, as
    /// everywhere where the gateway answers a map.
    pub fn metrics(&self) -> Value {
        if self.status() != "done" || !self.session.plan.ending.ran() {
            return Value::Null;
        }
        json!({
            "data_masking": {
                "err_count": 0,
                "info_types": {},
                "total_redact_count": 0,
                "transformed_bytes": 0,
            },
            "event_size": self.event_size(),
            "truncated": false,
        })
    }
}

impl GatewayStandIn {
    /// Session `index` as it stands.
    pub(super) fn view(&self, index: u64, now: Now) -> SessionView {
        let killed_at = self.state().kills.of(index);
        SessionView::new(self.world(), index, killed_at, now.at)
    }
}
