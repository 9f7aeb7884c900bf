//! Messages and what became of them.

use serde_json::{Value, json};

use super::call::{Call, go_body, list as page_of, of_application, picked, rows};
use crate::sandbox::gateway::answer::{self, Answer};
use crate::sandbox::gateway::bind::{Kind, bind};
use crate::sandbox::http::{Reply, Request};
use crate::sandbox::svix::SvixStandIn;

const FIELDS: &[(&str, Kind)] = &[
    ("channels", Kind::Texts),
    ("eventId", Kind::NullableText),
    ("eventType", Kind::Text),
    ("payload", Kind::Object),
    ("payloadRetentionPeriod", Kind::NullableNumber),
];

const SHOWN: [&str; 5] = ["eventId", "eventType", "id", "payload", "timestamp"];

/// The payload goes through a map of Go's: it arrives with sorted keys.
pub fn create(svix: &SvixStandIn, request: &Request) -> Answer {
    let mut fields = bind(&request.body, "MessageIn", FIELDS)?;
    if let Some(payload) = fields.get_mut("payload") {
        payload.sort_all_objects();
    }
    let always = [("eventType", json!("")), ("payload", Value::Null)];
    let body = go_body(fields, &always);
    let call = Call::new("message-create", "").post(&of_application("msg"), body);
    let made = picked(&call.send(svix)?, &SHOWN);
    Ok(answer::json_text(201, &made.into_text()))
}

/// A message of the gateway's own.
pub struct Message {
    pub event_id: String,
    pub event_type: &'static str,
    pub payload: Value,
}

/// Sends a message of the gateway's own; it keeps none that Svix did not take.
pub fn send(svix: &SvixStandIn, message: Message) -> Result<(), Box<Reply>> {
    let mut payload = message.payload;
    payload.sort_all_objects();
    let body = json!({
        "eventId": message.event_id,
        "eventType": message.event_type,
        "payload": payload,
    });
    let call = Call::new("message-create", "").post(&of_application("msg"), body.to_string());
    call.send(svix).map(|_| ())
}

pub fn get(svix: &SvixStandIn, id: &str) -> Answer {
    let path = of_application(&format!("msg/{id}"));
    let found = Call::new("message-get", id).get(&path).send(svix)?;
    let found = picked(&found, &SHOWN);
    Ok(answer::json_text(200, &found.into_text()))
}

const NO_DEFAULT: &str = "a default endpoint was not found, specify one by passing the query \
                          string: endpoint_id";

/// The attempts of one endpoint. The client of 2023 knows neither the words for their states nor
/// how long they took.
pub fn attempts(svix: &SvixStandIn, request: &Request) -> Answer {
    const KEYS: [&str; 9] = [
        "endpointId",
        "id",
        "msgId",
        "response",
        "responseStatusCode",
        "status",
        "timestamp",
        "triggerType",
        "url",
    ];
    let Some(endpoint) = endpoint_of(svix, request)? else {
        return answer::refused(422, NO_DEFAULT);
    };
    let path = of_application(&format!("attempt/endpoint/{endpoint}"));
    let mut call = Call::new("message-list", "").get(&path);
    if let Some(types) = request.parameter("event_types") {
        call = call.with("event_types", types);
    }
    // What is no number is as if it were not there.
    let limit = request.parameter("limit").unwrap_or_default();
    if limit.parse::<u32>().is_ok_and(|limit| limit > 0) {
        call = call.with("limit", limit);
    }
    let page = call.send(svix)?;
    let shown = |row| picked(row, &KEYS).into_text();
    let rows: Vec<String> = rows(&page).iter().map(shown).collect();
    page_of(&page, &rows, true)
}

/// The endpoint that is named, or the only one there is.
fn endpoint_of(svix: &SvixStandIn, request: &Request) -> Result<Option<String>, Box<Reply>> {
    let named = request.parameter("endpoint_id").filter(|id| !id.is_empty());
    if let Some(id) = named {
        return Ok(Some(id.to_owned()));
    }
    let call = Call::new("message-list", "").get(&of_application("endpoint"));
    let page = call.send(svix)?;
    Ok(match rows(&page) {
        [only] => only["id"].as_str().map(str::to_owned),
        _ => None,
    })
}
