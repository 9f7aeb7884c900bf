//! Webhook endpoints and event types, which the gateway passes on from Svix.
//! Source: `gateway/api/webhooks/endpoints.go`, svix-go v1.13.0.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::null_as_default;
use crate::domain::endpoint::{self, Change, Counts, Standing};

/// `GET /webhooks/endpoints`: the first 50, without paging.
#[derive(Debug, Deserialize)]
pub(in crate::gateway) struct EndpointList {
    #[serde(deserialize_with = "null_as_default")]
    pub(in crate::gateway) data: Vec<Endpoint>,
    /// False when there are more than the gateway shows.
    #[serde(default, deserialize_with = "null_as_default")]
    pub(in crate::gateway) done: bool,
}

/// Where the gateway's webhooks go.
#[derive(Debug, Deserialize)]
pub(in crate::gateway) struct Endpoint {
    id: String,
    #[serde(default)]
    uid: Option<String>,
    url: String,
    #[serde(default, deserialize_with = "null_as_default")]
    description: String,
    #[serde(default, deserialize_with = "null_as_default")]
    disabled: bool,
    /// In another order from answer to answer.
    #[serde(default, rename = "filterTypes", deserialize_with = "null_as_default")]
    filter_types: Vec<String>,
    #[serde(default, rename = "createdAt")]
    created_at: Option<Timestamp>,
    /// Only in lists.
    #[serde(default)]
    stats: Option<EndpointStats>,
}

/// Each is -1 where the count failed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct EndpointStats {
    success: i64,
    pending: i64,
    sending: i64,
    fail: i64,
}

impl From<Endpoint> for endpoint::Endpoint {
    fn from(wire: Endpoint) -> Self {
        let mut event_types = wire.filter_types;
        event_types.sort_unstable();
        let is_known = |stats: &EndpointStats| stats.success >= 0 && stats.fail >= 0;
        Self {
            id: wire.id,
            uid: wire.uid,
            url: wire.url,
            description: wire.description,
            is_disabled: wire.disabled,
            event_types,
            created_at: wire.created_at,
            counts: wire.stats.filter(is_known).map(|stats| Counts {
                success: stats.success,
                pending: stats.pending,
                sending: stats.sending,
                fail: stats.fail,
            }),
        }
    }
}

/// The body of `POST /webhooks/endpoints`. Keys that the gateway does not know, `headers` among
/// them, it drops without an error; so there are none.
#[derive(Debug, Serialize)]
pub(in crate::gateway) struct EndpointIn<'a> {
    pub(in crate::gateway) url: &'a str,
    pub(in crate::gateway) description: &'a str,
    pub(in crate::gateway) version: u32,
    #[serde(rename = "filterTypes", skip_serializing_if = "<[String]>::is_empty")]
    pub(in crate::gateway) filter_types: &'a [String],
    pub(in crate::gateway) metadata: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::gateway) disabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::gateway) uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::gateway) secret: Option<&'a str>,
}

/// The body of `PUT /webhooks/endpoints/{id}`: what the gateway answered, changed. A PUT resets
/// whatever it leaves out, the uid too, so nothing is left out, known or not.
pub(in crate::gateway) fn replacement(
    mut now: Map<String, Value>,
    change: &Change,
) -> Map<String, Value> {
    // What the server sets itself, and the counts of lists.
    for key in ["id", "createdAt", "updatedAt", "stats"] {
        now.remove(key);
    }
    if let Some(url) = &change.url {
        now.insert("url".to_owned(), url.as_str().into());
    }
    if let Some(description) = &change.description {
        now.insert("description".to_owned(), description.as_str().into());
    }
    if let Some(types) = &change.event_types {
        // An empty list is refused; none is every type.
        now.remove("filterTypes");
        if !types.is_empty() {
            now.insert("filterTypes".to_owned(), types.clone().into());
        }
    }
    if let Some(is_disabled) = change.is_disabled {
        now.insert("disabled".to_owned(), is_disabled.into());
    }
    now.retain(|_, value| !value.is_null());
    now
}

/// A kind of event that an endpoint can ask for.
#[derive(Debug, Deserialize)]
pub(in crate::gateway) struct EventType {
    pub(in crate::gateway) name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub(in crate::gateway) archived: bool,
}

/// The body of `POST /webhooks/eventtypes`.
#[derive(Debug, Serialize)]
pub(in crate::gateway) struct EventTypeIn<'a> {
    pub(in crate::gateway) name: &'a str,
    pub(in crate::gateway) description: &'a str,
}

/// The body of `POST /webhooks/messages`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::gateway) struct MessageIn<'a> {
    pub(in crate::gateway) event_type: &'a str,
    pub(in crate::gateway) payload: &'a Value,
}

/// `GET /webhooks/messages/{id}`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::gateway) struct Message {
    id: String,
    event_type: String,
    #[serde(default)]
    payload: Value,
}

impl From<Message> for endpoint::Message {
    fn from(wire: Message) -> Self {
        Self {
            id: wire.id,
            session_id: endpoint::session_of(&wire.event_type, &wire.payload),
            event_type: wire.event_type,
        }
    }
}

/// One row of `GET /webhooks/messages`, which lists tries. Neither the words for their states nor
/// how long they took are in it: the gateway's client is of 2023.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::gateway) struct Attempt {
    id: String,
    msg_id: String,
    status: i64,
    response_status_code: i64,
    #[serde(default, deserialize_with = "null_as_default")]
    response: String,
    timestamp: Timestamp,
    #[serde(default, deserialize_with = "null_as_default")]
    trigger_type: i64,
}

impl From<Attempt> for endpoint::Attempt {
    fn from(wire: Attempt) -> Self {
        Self {
            id: wire.id,
            message: wire.msg_id,
            standing: Standing::of_number(wire.status),
            status_code: u16::try_from(wire.response_status_code).unwrap_or_default(),
            response: wire.response,
            at: wire.timestamp,
            is_manual: wire.trigger_type == 1,
            duration_ms: None,
        }
    }
}
