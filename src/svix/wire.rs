//! Svix's shapes, as far as they are used (`server/openapi.json`).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::domain::endpoint::{self, Change, Counts, NewEndpoint, Standing};
use crate::domain::secret::Secret;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Endpoint {
    id: String,
    uid: Option<String>,
    url: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    disabled: bool,
    #[serde(default)]
    event_types: Option<Vec<String>>,
    created_at: Option<Timestamp>,
}

impl Endpoint {
    /// The list of types has two names and may come under both, which no `alias` takes.
    pub(super) fn of(mut value: Value) -> Result<endpoint::Endpoint, serde_json::Error> {
        if let Some(members) = value.as_object_mut() {
            let types = members.remove("filterTypes");
            if let Some(types) = types {
                members.entry("eventTypes").or_insert(types);
            }
        }
        serde_json::from_value::<Self>(value).map(Into::into)
    }
}

impl From<Endpoint> for endpoint::Endpoint {
    fn from(wire: Endpoint) -> Self {
        let mut event_types = wire.event_types.unwrap_or_default();
        event_types.sort_unstable();
        Self {
            id: wire.id,
            uid: wire.uid,
            url: wire.url,
            description: wire.description,
            is_disabled: wire.disabled,
            event_types,
            created_at: wire.created_at,
            counts: None,
        }
    }
}

/// The body of `POST /app/{app}/endpoint`.
pub(super) fn endpoint_in(endpoint: &NewEndpoint) -> Value {
    let mut body = json!({
        "url": endpoint.url,
        "description": endpoint.description,
        "metadata": endpoint.metadata,
        "disabled": endpoint.is_disabled,
    });
    if let Some(uid) = &endpoint.uid {
        body["uid"] = json!(uid);
    }
    if !endpoint.event_types.is_empty() {
        body["eventTypes"] = json!(endpoint.event_types);
    }
    if let Some(secret) = &endpoint.secret {
        body["secret"] = json!(secret.expose());
    }
    body
}

/// The body of `PATCH /app/{app}/endpoint/{endpoint}`: what is left out stays.
pub(super) fn endpoint_patch(change: &Change) -> Map<String, Value> {
    let mut body = Map::new();
    if let Some(url) = &change.url {
        body.insert("url".to_owned(), json!(url));
    }
    if let Some(description) = &change.description {
        body.insert("description".to_owned(), json!(description));
    }
    if let Some(types) = &change.event_types {
        let types = (!types.is_empty()).then_some(types);
        body.insert("eventTypes".to_owned(), json!(types));
    }
    if let Some(is_disabled) = change.is_disabled {
        body.insert("disabled".to_owned(), json!(is_disabled));
    }
    body
}

/// `GET …/stats`, of the last 28 days.
#[derive(Debug, Deserialize)]
pub(super) struct Stats {
    success: i64,
    pending: i64,
    sending: i64,
    fail: i64,
}

impl From<Stats> for Counts {
    fn from(wire: Stats) -> Self {
        Self {
            success: wire.success,
            pending: wire.pending,
            sending: wire.sending,
            fail: wire.fail,
        }
    }
}

/// `GET …/headers`. Svix hides the values of well-known names alone; `DD-API-KEY` comes in clear,
/// so it becomes a secret at once.
#[derive(Debug, Deserialize)]
pub(super) struct Headers {
    headers: Map<String, Value>,
    #[serde(default)]
    sensitive: Vec<String>,
}

impl Headers {
    /// The value under a name, whatever its capitals.
    pub(super) fn value(&self, name: &str) -> Option<Secret> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| value.as_str().map(Secret::new))
    }

    pub(super) fn names(self) -> Vec<String> {
        let mut names: Vec<String> = self.headers.into_iter().map(|(name, _)| name).collect();
        names.extend(self.sensitive);
        names.sort_unstable();
        names
    }
}

/// `GET …/secret`. It has no `Debug`, which would show it.
#[derive(Deserialize)]
pub(super) struct SigningSecret {
    key: String,
}

impl From<SigningSecret> for Secret {
    fn from(wire: SigningSecret) -> Self {
        // The prefix may be left out.
        let key = wire.key.strip_prefix("whsec_").unwrap_or(&wire.key);
        Secret::new(format!("whsec_{key}"))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attempt {
    id: String,
    msg_id: String,
    status: i64,
    response_status_code: i64,
    #[serde(default)]
    response: String,
    #[serde(default)]
    response_duration_ms: Option<i64>,
    timestamp: Timestamp,
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
            duration_ms: wire.response_duration_ms,
        }
    }
}

/// The body of `POST /app/{app}/msg`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessageIn<'a> {
    pub(super) event_type: &'a str,
    pub(super) payload: &'a Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message {
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

/// One row of `GET …/endpoint/{endpoint}/msg`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AttemptedMessage {
    pub(super) id: String,
    pub(super) event_type: String,
    pub(super) timestamp: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_read_whichever_name_its_types_have() {
        let of = |types: &str| {
            let body = format!(r#"{{"id":"ep_1","uid":null,"url":"http://a/",{types},"later":1}}"#);
            let value = serde_json::from_str(&body).expect("JSON");
            Endpoint::of(value).expect("an endpoint").event_types
        };
        assert_eq!(
            of(r#""eventTypes":["b","a"],"filterTypes":["b","a"]"#),
            ["a", "b"]
        );
        assert_eq!(of(r#""filterTypes":["a"]"#), ["a"]);
        assert!(of(r#""eventTypes":null"#).is_empty());
    }

    #[test]
    fn a_key_in_a_header_is_a_secret_from_the_first_moment() {
        let body = r#"{"headers":{"DD-API-KEY":"0123"},"sensitive":["Authorization"]}"#;
        let headers: Headers = serde_json::from_str(body).expect("headers");
        let value = headers.value("dd-api-key").expect("it is there");
        assert!(!format!("{value:?}").contains("0123"));
        assert_eq!(headers.names(), ["Authorization", "DD-API-KEY"]);
    }
}
