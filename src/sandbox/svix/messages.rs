//! Messages (`v1/endpoints/message.rs`).

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::attempts::Trigger;
use super::clock::stamp;
use super::delivery::Delivery;
use super::paging::Paging;
use super::refusal::{Refusal, check_name};
use super::{Answered, Visit, body};

const MOST: usize = 100_000;
/// How long the server goes by what it looked up (`core/message_app.rs`).
pub const CACHED: Duration = Duration::from_secs(30);

#[derive(Clone, Debug)]
pub struct Message {
    pub id: String,
    pub event_id: Option<String>,
    pub event_type: String,
    pub channels: Option<Vec<String>>,
    /// As it came: that is what is signed and sent.
    pub payload: Box<RawValue>,
    pub timestamp: Timestamp,
}

/// The newest messages, by id, which is by age.
#[derive(Debug, Default)]
pub struct Messages {
    by_id: BTreeMap<String, Message>,
    by_event_id: BTreeMap<String, String>,
}

impl Messages {
    pub fn find(&self, id: &str) -> Option<&Message> {
        let id = self.by_event_id.get(id).map_or(id, String::as_str);
        self.by_id.get(id)
    }

    fn keep(&mut self, message: Message) {
        if let Some(event_id) = &message.event_id {
            self.by_event_id
                .insert(event_id.clone(), message.id.clone());
        }
        self.by_id.insert(message.id.clone(), message);
        if self.by_id.len() > MOST
            && let Some((_, gone)) = self.by_id.pop_first()
            && let Some(event_id) = gone.event_id
        {
            self.by_event_id.remove(&event_id);
        }
    }

    pub fn newest_first(&self) -> impl Iterator<Item = &Message> {
        self.by_id.values().rev()
    }
}

impl Message {
    /// The database sorts the payload's keys.
    pub fn to_json(&self, with_content: bool) -> Value {
        let payload = match with_content {
            true => serde_json::from_str(self.payload.get()).unwrap_or_default(),
            false => json!({}),
        };
        json!({
            "eventId": self.event_id,
            "eventType": self.event_type,
            "payload": sorted(payload),
            "channels": self.channels,
            "id": self.id,
            "timestamp": stamp(self.timestamp),
        })
    }
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let pairs: BTreeMap<String, Value> = map.into_iter().collect();
            pairs
                .into_iter()
                .map(|(key, value)| (key, sorted(value)))
                .collect()
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageIn {
    event_id: Option<String>,
    event_type: String,
    #[serde(alias = "data")]
    payload: Box<RawValue>,
    channels: Option<Vec<String>>,
    #[serde(default = "longest")]
    payload_retention_period: i64,
}

fn longest() -> i64 {
    90
}

/// Takes a message of any type, one that does not exist too, and sends it.
pub fn create(visit: &mut Visit<'_>, app: &str) -> Result<Answered, Refusal> {
    let given: MessageIn = body::read(visit.body)?;
    check_name(&["body", "event_type", "__all__"], &given.event_type)?;
    if !given.payload.get().starts_with('{') {
        let complaint = "Payload must be an object.";
        return Err(Refusal::invalid(&["body", "payload"], complaint));
    }
    if !(5..=90).contains(&given.payload_retention_period) {
        let location = ["body", "payload_retention_period"];
        return Err(Refusal::invalid(&location, "Validation error: range"));
    }
    let id = visit.state.issue("msg");
    let cached_until = visit.svix.0.clock.after(visit.now, CACHED);
    let application = visit
        .state
        .application(app)
        .map_err(|_| Refusal::standard(404, "not_found", "Application not found"))?;
    if let Some(event_id) = &given.event_id
        && application.messages.find(event_id).is_some()
    {
        return Err(Refusal::conflict());
    }
    application.look_up(visit.now, cached_until);
    let message = Message {
        id,
        event_id: given.event_id,
        event_type: given.event_type,
        channels: given.channels,
        payload: given.payload,
        timestamp: visit.now,
    };
    let channels = message.channels.as_deref().unwrap_or_default();
    for endpoint in &application.endpoints {
        if endpoint.takes(&message.event_type, channels) {
            let delivery = Delivery::new(application, &message.id, &endpoint.id);
            visit.svix.deliver(delivery, Trigger::Scheduled);
        }
    }
    let with_content = visit.parameter("with_content") != Some("false");
    let shown = message.to_json(with_content);
    visit.state.application(app)?.messages.keep(message);
    Ok((202, Some(shown)))
}

pub fn list(visit: &mut Visit<'_>, app: &str) -> Result<Answered, Refusal> {
    let paging = Paging::of(visit)?;
    let (before, after) = (visit.moment("before")?, visit.moment("after")?);
    let wanted = wanted_types(visit);
    let with_content = visit.parameter("with_content") != Some("false");
    let application = visit.state.application(app)?;
    let rows = application
        .messages
        .newest_first()
        .filter(|it| before.is_none_or(|at| it.timestamp < at))
        .filter(|it| after.is_none_or(|at| it.timestamp > at))
        .filter(|it| wanted.is_empty() || wanted.contains(&it.event_type))
        .map(|it| (it.id.clone(), it.to_json(with_content)));
    Ok((200, Some(paging.page(rows))))
}

/// Repeated, or with commas between.
pub fn wanted_types(visit: &Visit<'_>) -> Vec<String> {
    let given = visit.query.iter().filter(|(key, _)| key == "event_types");
    given
        .flat_map(|(_, value)| value.split(',').map(str::to_owned))
        .filter(|name| !name.is_empty())
        .collect()
}

pub fn get(visit: &mut Visit<'_>, app: &str, id: &str) -> Result<Answered, Refusal> {
    let with_content = visit.parameter("with_content") != Some("false");
    let application = visit.state.application(app)?;
    let found = application.messages.find(id);
    let found = found.ok_or_else(Refusal::not_found)?;
    Ok((200, Some(found.to_json(with_content))))
}
