//! Messages and what became of them.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::refusal::{Refusal, check_name};
use super::{Endpoint, Svix};
use crate::sandbox::gateway::answer::{self, Answer};
use crate::sandbox::gateway::bind::{Kind, bind};
use crate::sandbox::http::Request;

#[derive(Clone, Debug)]
pub struct Message {
    id: String,
    event_id: Option<String>,
    event_type: String,
    /// With sorted keys, as the gateway's client holds it in a map.
    payload: Value,
    timestamp: Timestamp,
    /// The ids of the endpoints that wait for it.
    due_at: Vec<String>,
}

const FIELDS: &[(&str, Kind)] = &[
    ("channels", Kind::Texts),
    ("eventId", Kind::NullableText),
    ("eventType", Kind::Text),
    ("payload", Kind::Object),
    ("payloadRetentionPeriod", Kind::NullableNumber),
];

impl Message {
    pub fn is_due_at(&self, endpoint: &str) -> bool {
        self.due_at.iter().any(|id| id == endpoint)
    }

    fn is_named(&self, id: &str) -> bool {
        self.id == id || self.event_id.as_deref() == Some(id)
    }

    fn to_json(&self) -> Value {
        json!({
            "eventId": self.event_id,
            "eventType": self.event_type,
            "id": self.id,
            "payload": self.payload,
            "timestamp": self.timestamp,
        })
    }
}

pub fn create(svix: &mut Svix, request: &Request, now: Timestamp) -> Answer {
    let fields = bind(&request.body, "MessageIn", FIELDS)?;
    let message =
        accept(svix, &fields, now).map_err(|refusal| refusal.within("message-create", ""))?;
    Ok(answer::json(201, &message.to_json()))
}

fn accept(
    svix: &mut Svix,
    fields: &Map<String, Value>,
    now: Timestamp,
) -> Result<Message, Refusal> {
    let svix = svix.application()?;
    let text = |key: &str| fields.get(key).and_then(Value::as_str);
    let event_type = text("eventType").unwrap_or_default();
    check_name(&["body", "event_type", "__all__"], event_type)?;
    let payload = fields
        .get("payload")
        .ok_or_else(|| Refusal::invalid(&["body", "payload"], "Payload must be an object."))?;
    let event_id = text("eventId");
    let is_known = |it: &Message| event_id.is_some() && it.event_id.as_deref() == event_id;
    if svix.messages.iter().any(is_known) {
        return Err(Refusal::conflict());
    }
    let takers = svix.endpoints.iter().filter(|it| it.takes(event_type));
    let due_at = takers
        .map(|endpoint: &Endpoint| endpoint.id.clone())
        .collect();
    let message = Message {
        id: svix.issue("msg"),
        event_id: event_id.map(str::to_owned),
        event_type: event_type.to_owned(),
        payload: sorted(payload),
        timestamp: now,
        due_at,
    };
    svix.messages.push(message.clone());
    Ok(message)
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut pairs: Vec<_> = map.iter().collect();
            pairs.sort_by_key(|(key, _)| *key);
            let sorted = pairs
                .into_iter()
                .map(|(key, value)| (key.clone(), sorted(value)));
            Value::Object(sorted.collect())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

pub fn get(svix: &mut Svix, id: &str) -> Answer {
    let found = svix
        .application()
        .ok()
        .and_then(|svix| svix.messages.iter().find(|message| message.is_named(id)));
    match found {
        Some(message) => Ok(answer::json(200, &message.to_json())),
        None => Err(Refusal::not_found().within("message-get", id)),
    }
}

const NO_DEFAULT: &str = "a default endpoint was not found, specify one by passing the query \
                          string: endpoint_id";

/// The attempts of one endpoint; there are none, since nothing is delivered.
pub fn attempts(svix: &mut Svix, request: &Request) -> Answer {
    let page = find_attempts(svix, request).map_err(|it| it.within("message-list", ""))?;
    match page {
        Some(page) => Ok(answer::json(200, &page)),
        None => answer::refused(422, NO_DEFAULT),
    }
}

/// `None` where no endpoint is named and there is not exactly one.
fn find_attempts(svix: &mut Svix, request: &Request) -> Result<Option<Value>, Refusal> {
    const MOST: i64 = 250;
    let svix = svix.application()?;
    let named = request.parameter("endpoint_id").filter(|id| !id.is_empty());
    let id = match (named, svix.endpoints.as_slice()) {
        (Some(id), _) => id.to_owned(),
        (None, [only]) => only.id.clone(),
        (None, _) => return Ok(None),
    };
    let limit = request
        .parameter("limit")
        .and_then(|text| text.parse().ok());
    if limit.unwrap_or(0) > MOST {
        let location = ["query", "limit", "limit"];
        return Err(Refusal::invalid(
            &location,
            "Given limit must not exceed 250",
        ));
    }
    svix.endpoint(&id)?;
    Ok(Some(json!({"data": [], "done": true, "iterator": null})))
}
