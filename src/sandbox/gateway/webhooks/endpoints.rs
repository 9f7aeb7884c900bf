//! Endpoints: where messages go. The signing secret goes in and never comes out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use url::Url;

use super::Svix;
use super::refusal::{Refusal, check_name};
use crate::sandbox::gateway::answer::{self, Answer, Object};
use crate::sandbox::gateway::bind::{Kind, bind};
use crate::sandbox::http::Request;

#[derive(Clone, Debug)]
pub struct Endpoint {
    pub id: String,
    pub uid: Option<String>,
    description: String,
    is_disabled: bool,
    pub filter_types: Option<Vec<String>>,
    channels: Option<Vec<String>>,
    rate_limit: Value,
    metadata: Map<String, Value>,
    url: String,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// Sorted: the gateway's client writes its request with sorted keys.
const FIELDS: &[(&str, Kind)] = &[
    ("channels", Kind::Texts),
    ("description", Kind::Text),
    ("disabled", Kind::Flag),
    ("filterTypes", Kind::Texts),
    ("metadata", Kind::TextMap),
    ("rateLimit", Kind::NullableNumber),
    ("secret", Kind::NullableText),
    ("uid", Kind::NullableText),
    ("url", Kind::Text),
    ("version", Kind::NullableNumber),
];

impl Endpoint {
    /// Every field that is not given is reset.
    fn of(id: String, fields: &Map<String, Value>, created_at: Timestamp, now: Timestamp) -> Self {
        Self {
            id,
            uid: text(fields, "uid").map(str::to_owned),
            description: text(fields, "description").unwrap_or_default().to_owned(),
            is_disabled: fields.get("disabled") == Some(&Value::Bool(true)),
            filter_types: texts(fields, "filterTypes"),
            channels: texts(fields, "channels"),
            rate_limit: fields.get("rateLimit").cloned().unwrap_or_default(),
            metadata: fields
                .get("metadata")
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default(),
            url: url_of(fields).map_or_else(|_| String::new(), String::from),
            version: fields.get("version").and_then(Value::as_i64).unwrap_or(1),
            created_at,
            updated_at: now,
        }
    }

    pub fn is_named(&self, id_or_uid: &str) -> bool {
        self.id == id_or_uid || self.uid.as_deref() == Some(id_or_uid)
    }

    /// Whether a message of this type goes to it.
    pub fn takes(&self, event_type: &str) -> bool {
        let filter = self.filter_types.as_ref();
        !self.is_disabled && filter.is_none_or(|types| types.iter().any(|it| it == event_type))
    }

    /// A single endpoint: what is not set is null.
    fn to_json(&self, is_reversed: bool) -> String {
        let mut object = self.common(is_reversed);
        object.put("metadata", self.metadata.clone());
        object.put("rateLimit", self.rate_limit.clone());
        object.put("uid", self.uid.clone());
        self.finish(object).into_text()
    }

    /// In a list: what is not set is absent, and there are numbers.
    fn list_row(&self, is_reversed: bool, pending: usize) -> String {
        let mut object = self.common(is_reversed);
        object.put("metadata", self.metadata.clone());
        if !self.rate_limit.is_null() {
            object.put("rateLimit", self.rate_limit.clone());
        }
        if let Some(uid) = &self.uid {
            object.put("uid", uid.clone());
        }
        let mut object = self.finish(object);
        let stats = json!({"fail": 0, "pending": pending, "sending": 0, "success": 0});
        object.put("stats", stats);
        object.into_text()
    }

    fn common(&self, is_reversed: bool) -> Object {
        let mut object = Object::default();
        if let Some(channels) = &self.channels {
            object.put("channels", channels.clone());
        }
        object.put("createdAt", json!(self.created_at));
        object.put("description", self.description.clone());
        object.put("disabled", self.is_disabled);
        if let Some(types) = &self.filter_types {
            let mut types = types.clone();
            if is_reversed {
                types.reverse();
            }
            object.put("filterTypes", types);
        }
        object.put("id", self.id.clone());
        object
    }

    fn finish(&self, mut object: Object) -> Object {
        object.put("updatedAt", json!(self.updated_at));
        object.put("url", self.url.clone());
        object.put("version", self.version);
        object
    }
}

fn text<'a>(fields: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    fields.get(key).and_then(Value::as_str)
}

fn texts(fields: &Map<String, Value>, key: &str) -> Option<Vec<String>> {
    let items = fields.get(key)?.as_array()?;
    let texts = items.iter().filter_map(Value::as_str).map(str::to_owned);
    Some(texts.collect())
}

fn url_of(fields: &Map<String, Value>) -> Result<Url, url::ParseError> {
    Url::parse(text(fields, "url").unwrap_or_default())
}

impl Svix {
    /// A set has no order: every other answer shows it the other way round.
    fn flip(&mut self) -> bool {
        self.sets_shown += 1;
        self.sets_shown.is_multiple_of(2)
    }

    fn position(&mut self, id_or_uid: &str) -> Result<usize, Refusal> {
        let endpoints = &self.application()?.endpoints;
        let found = endpoints.iter().position(|it| it.is_named(id_or_uid));
        found.ok_or_else(Refusal::not_found)
    }

    pub(super) fn endpoint(&mut self, id_or_uid: &str) -> Result<&Endpoint, Refusal> {
        self.position(id_or_uid).map(|at| &self.endpoints[at])
    }

    /// What Svix checks before it stores an endpoint; `own` is the one to be replaced.
    fn check(&mut self, fields: &Map<String, Value>, own: Option<&str>) -> Result<(), Refusal> {
        self.application()?;
        readable_secret(fields)?;
        let url = readable_url(fields)?;
        if !matches!(url.scheme(), "http" | "https") {
            let complaint = "Endpoint URL schemes must be http or https";
            return Err(Refusal::invalid(&["body", "url"], complaint));
        }
        check_uid(fields)?;
        self.check_filter_types(fields)?;
        let uid = text(fields, "uid");
        let is_taken = |it: &Endpoint| it.uid.as_deref() == uid && Some(it.id.as_str()) != own;
        match uid.is_some() && self.endpoints.iter().any(is_taken) {
            true => Err(Refusal::conflict()),
            false => Ok(()),
        }
    }

    fn check_filter_types(&self, fields: &Map<String, Value>) -> Result<(), Refusal> {
        let Some(types) = texts(fields, "filterTypes") else {
            return Ok(());
        };
        if types.is_empty() {
            let complaint = "eventTypes can't be empty, it must have at least one item.";
            return Err(Refusal::invalid(&["body", "eventTypes"], complaint));
        }
        let missing: Vec<String> = types
            .into_iter()
            .filter(|name| !self.event_types.contains_key(name))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let missing = missing.join(", ");
        let complaint = format!("The following event types don't exist: {missing}");
        Err(Refusal::invalid(&["body", "eventTypes"], &complaint))
    }

    fn store(&mut self, fields: &Map<String, Value>, now: Timestamp) -> Endpoint {
        let endpoint = Endpoint::of(self.issue("ep"), fields, now, now);
        self.endpoints.push(endpoint.clone());
        endpoint
    }
}

/// Where a value ends in the request that the gateway writes, for Svix's error about it.
fn column_of(fields: &Map<String, Value>, key: &str) -> usize {
    let mut sent = Object::default();
    for (name, value) in fields.iter().take_while(|(name, _)| *name != key) {
        sent.put(name, value.clone());
    }
    sent.put(key, text(fields, key).unwrap_or_default());
    // Without the closing brace.
    sent.into_text().len() - 1
}

fn readable_url(fields: &Map<String, Value>) -> Result<Url, Refusal> {
    url_of(fields).map_err(|error| {
        let (given, column) = (
            text(fields, "url").unwrap_or_default(),
            column_of(fields, "url"),
        );
        let complaint = format!("url: {error}: {given:?} at line 1 column {column}");
        Refusal::unreadable(&["body", "url"], &complaint)
    })
}

fn readable_secret(fields: &Map<String, Value>) -> Result<(), Refusal> {
    let Some(secret) = text(fields, "secret") else {
        return Ok(());
    };
    let unreadable = |why: &str| {
        let column = column_of(fields, "secret");
        let complaint = format!("secret: {why} at line 1 column {column}");
        Refusal::unreadable(&["body", "secret"], &complaint)
    };
    let encoded = secret
        .strip_prefix("whsec_")
        .ok_or_else(|| unreadable("invalid prefix"))?;
    let key = STANDARD
        .decode(encoded)
        .map_err(|error| unreadable(&error.to_string()))?;
    match (24..=75).contains(&key.len()) {
        true => Ok(()),
        false => Err(Refusal::invalid(
            &["body", "key", "__all__"],
            "secret length invalid",
        )),
    }
}

fn check_uid(fields: &Map<String, Value>) -> Result<(), Refusal> {
    let Some(uid) = text(fields, "uid") else {
        return Ok(());
    };
    let location = ["body", "uid", "__all__"];
    check_name(&location, uid)?;
    if uid.starts_with("ep_") {
        let complaint = "Uids are not allowed to have the same prefix as the ID. Prefix with _?";
        return Err(Refusal::invalid(&location, complaint));
    }
    Ok(())
}

/// The newest fifty; there is no paging.
pub fn list(svix: &mut Svix) -> Answer {
    const PAGE: usize = 50;
    let is_reversed = svix.flip();
    let svix = svix
        .application()
        .map_err(|refusal| refusal.within("endpoint-list", ""))?;
    let shown: Vec<&Endpoint> = svix.endpoints.iter().rev().take(PAGE).collect();
    let pending = |endpoint: &Endpoint| {
        let is_due = |message: &&super::Message| message.is_due_at(&endpoint.id);
        svix.messages.iter().filter(is_due).count()
    };
    let rows: Vec<String> = shown
        .iter()
        .map(|endpoint| endpoint.list_row(is_reversed, pending(endpoint)))
        .collect();
    let mut page = Object::default();
    page.put_text("data", &format!("[{}]", rows.join(",")));
    page.put("done", svix.endpoints.len() <= PAGE);
    if let (Some(first), Some(last)) = (shown.first(), shown.last()) {
        page.put("iterator", last.id.clone());
        page.put("prevIterator", format!("-{}", first.id));
    }
    Ok(answer::json_text(200, &page.into_text()))
}

pub fn get(svix: &mut Svix, id: &str) -> Answer {
    let is_reversed = svix.flip();
    let endpoint = svix
        .endpoint(id)
        .map_err(|refusal| refusal.within("endpoint-get", id))?;
    Ok(answer::json_text(200, &endpoint.to_json(is_reversed)))
}

pub fn create(svix: &mut Svix, request: &Request, now: Timestamp) -> Answer {
    let fields = bind(&request.body, "EndpointIn", FIELDS)?;
    svix.check(&fields, None)
        .map_err(|refusal| refusal.within("endpoint-create", ""))?;
    let is_reversed = svix.flip();
    let endpoint = svix.store(&fields, now);
    Ok(answer::json_text(201, &endpoint.to_json(is_reversed)))
}

/// Full replacement, and a new endpoint where there is none of that name.
pub fn replace(svix: &mut Svix, id: &str, request: &Request, now: Timestamp) -> Answer {
    let mut fields = bind(&request.body, "EndpointUpdate", FIELDS)?;
    fields.remove("secret");
    let at = svix.position(id).ok();
    let own = at.map(|at| svix.endpoints[at].id.clone());
    svix.check(&fields, own.as_deref())
        .map_err(|refusal| refusal.within("endpoint-update", id))?;
    let endpoint = match (at, own) {
        (Some(at), Some(own)) => {
            let created_at = svix.endpoints[at].created_at;
            svix.endpoints[at] = Endpoint::of(own, &fields, created_at, now);
            svix.endpoints[at].clone()
        }
        _ => svix.store(&fields, now),
    };
    let is_reversed = svix.flip();
    Ok(answer::json_text(200, &endpoint.to_json(is_reversed)))
}

pub fn delete(svix: &mut Svix, id: &str) -> Answer {
    let at = svix
        .position(id)
        .map_err(|refusal| refusal.within("endpoint-delete", id))?;
    svix.endpoints.remove(at);
    Ok(answer::no_content())
}
