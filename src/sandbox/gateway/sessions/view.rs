//! A session as it stands now: what the world tells, and what happened to it since.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::kill::Kill;
use crate::sandbox::gateway::auth::Caller;
use crate::sandbox::gateway::{GatewayStandIn, Now};
use crate::sandbox::world::{Ending, Event, Live, Session, World, stored_json};

pub struct SessionView {
    pub session: Session,
    /// The running recording, whatever became of it since.
    live: Live,
    kill: Option<Kill>,
    now: Timestamp,
}

impl SessionView {
    pub fn new(world: &World, index: u64, kill: Option<Kill>, now: Timestamp) -> Self {
        // What was killed had not ended by then.
        let session = world.session(index, kill.map_or(now, |kill| kill.at));
        Self {
            live: world.live(&session),
            session,
            kill,
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
        match self.kill {
            Some(_) => "done",
            None => self.session.plan.ending.status(),
        }
    }

    pub fn exit_code(&self) -> Option<i32> {
        match self.kill {
            Some(_) => Some(254),
            None => self.session.plan.ending.exit_code(),
        }
    }

    pub fn end(&self) -> Option<Timestamp> {
        self.kill.map(|kill| kill.at).or(self.session.end)
    }

    /// The running recording, where the session has one that still grows.
    pub fn live(&self) -> Option<Live> {
        self.is_running().then_some(self.live)
    }

    pub fn is_running(&self) -> bool {
        self.session.plan.ending == Ending::Running && self.kill.is_none()
    }

    pub fn age(&self) -> Duration {
        Duration::try_from(self.now.duration_since(self.session.start)).unwrap_or_default()
    }

    /// The stored events; `None` where nothing was ever recorded.
    pub fn events(&self) -> Option<Cow<'static, [Event]>> {
        match self.kill {
            Some(kill) if kill.lost_recording => {
                let remark = Event::error(Duration::ZERO, "no log found on disk");
                Some(Cow::Owned(vec![remark]))
            }
            _ => self.recorded(),
        }
    }

    fn recorded(&self) -> Option<Cow<'static, [Event]>> {
        if self.session.plan.ending != Ending::Running {
            return self.session.events();
        }
        let live = self.live;
        let Some(kill) = self.kill else {
            return Some(live.first(live.stored_at(self.age())).into());
        };
        let age = Duration::try_from(kill.at.duration_since(self.session.start));
        let age = age.unwrap_or_default();
        let mut events = live.first(live.count_at(age));
        events.push(Event::error(age, "session killed by the user"));
        Some(events.into())
    }

    /// The length of the stored JSON text; 0 until the session is done. A recording that a kill
    /// replaced leaves it as it was.
    pub fn event_size(&self) -> u64 {
        if self.session.plan.ending.is_over() {
            return self.session.stored_size();
        }
        match self.kill {
            Some(kill) if !kill.lost_recording => {
                let events = self.recorded().unwrap_or_default();
                stored_json(&events).len() as u64
            }
            _ => 0,
        }
    }

    fn has_lost_recording(&self) -> bool {
        self.kill.is_some_and(|kill| kill.lost_recording)
    }

    /// What the recorder counted, written when a session that ran is done. Keys are sorted, as
    /// everywhere where the gateway answers a map.
    pub fn metrics(&self) -> Value {
        match self.event_size() {
            0 if self.has_lost_recording() => json!({}),
            0 => Value::Null,
            event_size => json!({
                "data_masking": {
                    "err_count": 0,
                    "info_types": {},
                    "total_redact_count": 0,
                    "transformed_bytes": 0,
                },
                "event_size": event_size,
                "truncated": false,
            }),
        }
    }
}

impl GatewayStandIn {
    /// Session `index` as it stands.
    pub(super) fn view(&self, index: u64, now: Now) -> SessionView {
        let kill = self.state().kills.of(index);
        SessionView::new(self.world(), index, kill, now.at)
    }
}
