//! API keys: shown once, kept as a mask (hoophq/hoop `gateway/api/apikeys/`).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::Answer;
use super::audit::Row;
use super::auth::Caller;
use super::bind::{Kind, bind};
use super::{GatewayStandIn, Now, ORG_ID, answer};
use crate::sandbox::http::{Reply, Request};
use crate::sandbox::world::part_id;

/// A key and what it may.
#[derive(Clone, Debug)]
pub struct ApiKey {
    key: String,
    /// Whom it signs in: its subject is the key's own id.
    caller: Caller,
    created_by: String,
    created_at: Timestamp,
}

impl ApiKey {
    /// One of the keys that the sandbox begins with.
    pub fn given(seed: u64, name: &str, group: &str, key: &str, created_at: Timestamp) -> Self {
        Self {
            key: key.to_owned(),
            caller: Caller {
                subject: part_id(seed, 0, name).to_string(),
                name: name.to_owned(),
                // An API key's e-mail is its name.
                email: name.to_owned(),
                groups: vec![group.to_owned()],
            },
            created_by: "ines@shop.example".to_owned(),
            created_at,
        }
    }

    fn to_json(&self) -> Value {
        json!({
            "id": self.caller.subject,
            "org_id": ORG_ID,
            "name": self.caller.name,
            "masked_key": masked(&self.key),
            "status": "active",
            "groups": self.caller.groups,
            "created_by": self.created_by,
            "created_at": self.created_at,
        })
    }
}

/// The first eight characters and a star for each of the others.
fn masked(key: &str) -> String {
    let shown: String = key.chars().take(8).collect();
    let hidden = key.chars().count().saturating_sub(8);
    shown + &"*".repeat(hidden)
}

/// Whom a key signs in.
pub fn caller_of(keys: &[ApiKey], token: &str) -> Option<Caller> {
    let known = keys.iter().find(|key| key.key == token)?;
    Some(known.caller.clone())
}

pub fn list(gateway: &GatewayStandIn) -> Reply {
    let keys = gateway.state().api_keys.clone();
    answer::json(200, &keys.iter().map(ApiKey::to_json).collect())
}

const FIELDS: &[(&str, Kind)] = &[("groups", Kind::Texts), ("name", Kind::Text)];

pub fn create(gateway: &GatewayStandIn, caller: &Caller, request: &Request, now: Now) -> Answer {
    let fields = bind(&request.body, "APIKeyCreateRequest", FIELDS)?;
    let name = fields
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if name.is_empty() {
        return answer::refused(400, &answer::required("APIKeyCreateRequest", "Name"));
    }
    let groups = fields.get("groups").and_then(Value::as_array);
    let texts = groups.into_iter().flatten().filter_map(Value::as_str);
    let random = gateway.random_hex();
    let key = ApiKey {
        key: format!("hpk_{}", URL_SAFE_NO_PAD.encode(&random.as_bytes()[..32])),
        caller: Caller {
            subject: gateway.random_id(),
            name: name.to_owned(),
            email: name.to_owned(),
            groups: texts.map(str::to_owned).collect(),
        },
        created_by: caller.email.clone(),
        created_at: now.at,
    };
    let row_id = gateway.random_id();
    let mut state = gateway.state();
    if state.api_keys.iter().any(|other| other.caller.name == name) {
        return answer::refused(409, "an api key with this name already exists");
    }
    let mut body = key.to_json();
    body["key"] = json!(key.key);
    state.api_keys.push(key);
    let payload = Value::Object(fields);
    state
        .audit
        .push(Row::key_created(row_id, caller, payload, now.at));
    Ok(answer::json(201, &body))
}
