//! Endpoints: where messages go (`v1/endpoints/endpoint/`). The open-source server takes no
//! headers with them.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::body::{Address, GivenSecret, given};
use super::clock::stamp;
use super::headers::Headers;
use super::paging::Paging;
use super::refusal::{Refusal, check_name, check_uid};
use super::secrets::Keys;
use super::state::{Application, State};
use super::{Answered, Visit, body};

#[derive(Clone, Debug)]
pub struct Endpoint {
    pub id: String,
    pub fields: Fields,
    pub keys: Keys,
    pub headers: Headers,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Since when retries have run out, while nothing got through.
    pub failing_since: Option<Timestamp>,
}

/// What a replacement sets; what it leaves out is reset, the uid too.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fields {
    #[serde(default)]
    description: String,
    rate_limit: Option<u16>,
    throttle_rate: Option<u16>,
    pub uid: Option<String>,
    pub url: Address,
    #[serde(default = "first_version")]
    version: Option<u16>,
    #[serde(default)]
    pub disabled: bool,
    #[serde(alias = "filterTypes")]
    event_types: Option<Vec<String>>,
    channels: Option<Vec<String>>,
    #[serde(default)]
    metadata: Map<String, Value>,
}

fn first_version() -> Option<u16> {
    Some(1)
}

#[derive(Deserialize)]
struct EndpointIn {
    secret: Option<GivenSecret>,
}

/// A change of some fields. What may be null keeps that apart from being left out.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EndpointPatch {
    description: Option<String>,
    #[serde(default, deserialize_with = "given")]
    rate_limit: Option<Option<u16>>,
    #[serde(default, deserialize_with = "given")]
    throttle_rate: Option<Option<u16>>,
    #[serde(default, deserialize_with = "given")]
    uid: Option<Option<String>>,
    url: Option<Address>,
    version: Option<u16>,
    disabled: Option<bool>,
    #[serde(default, alias = "filterTypes", deserialize_with = "given")]
    event_types: Option<Option<Vec<String>>>,
    #[serde(default, deserialize_with = "given")]
    channels: Option<Option<Vec<String>>>,
    metadata: Option<Map<String, Value>>,
}

impl EndpointPatch {
    fn apply(self, fields: &mut Fields) {
        let old = fields.clone();
        *fields = Fields {
            description: self.description.unwrap_or(old.description),
            rate_limit: self.rate_limit.unwrap_or(old.rate_limit),
            throttle_rate: self.throttle_rate.unwrap_or(old.throttle_rate),
            uid: self.uid.unwrap_or(old.uid),
            url: self.url.unwrap_or(old.url),
            version: self.version.or(old.version),
            disabled: self.disabled.unwrap_or(old.disabled),
            event_types: self.event_types.unwrap_or(old.event_types),
            channels: self.channels.unwrap_or(old.channels),
            metadata: self.metadata.unwrap_or(old.metadata),
        };
    }
}

impl Endpoint {
    pub fn is_named(&self, id_or_uid: &str) -> bool {
        self.id == id_or_uid || self.fields.uid.as_deref() == Some(id_or_uid)
    }

    /// Whether a message of this type and of these channels goes to it.
    pub fn takes(&self, event_type: &str, channels: &[String]) -> bool {
        let Fields {
            disabled,
            event_types,
            channels: wanted,
            ..
        } = &self.fields;
        let is_wanted = |types: &Vec<String>| types.iter().any(|it| it == event_type);
        !disabled
            && event_types.as_ref().is_none_or(is_wanted)
            && wanted
                .as_ref()
                .is_none_or(|wanted| wanted.iter().any(|it| channels.contains(it)))
    }

    fn to_json(&self, is_reversed: bool) -> Value {
        let mut shown = self.common(is_reversed);
        shown["id"] = json!(self.id);
        shown["metadata"] = json!(self.fields.metadata);
        shown
    }

    /// Without id and metadata, as a message's destinations show it.
    pub fn common(&self, is_reversed: bool) -> Value {
        let Fields {
            description,
            rate_limit,
            throttle_rate,
            uid,
            url,
            version,
            disabled,
            event_types,
            channels,
            metadata: _,
        } = &self.fields;
        let mut types = event_types.clone();
        if let Some(types) = types.as_mut().filter(|_| is_reversed) {
            types.reverse();
        }
        let rate = throttle_rate.or(*rate_limit);
        json!({
            "description": description,
            "rateLimit": rate,
            "throttleRate": rate,
            "uid": uid,
            "url": url.0.as_str(),
            "version": version.unwrap_or(1),
            "disabled": disabled,
            "eventTypes": types,
            "filterTypes": types,
            "channels": channels,
            "createdAt": stamp(self.created_at),
            "updatedAt": stamp(self.updated_at),
        })
    }
}

impl State {
    /// What is checked before an endpoint is stored.
    fn check(&self, fields: &Fields) -> Result<(), Refusal> {
        if !matches!(fields.url.0.scheme(), "http" | "https") {
            let complaint = "Endpoint URL schemes must be http or https";
            return Err(Refusal::invalid(&["body", "url"], complaint));
        }
        if [fields.rate_limit, fields.throttle_rate].contains(&Some(0)) {
            let complaint = "Endpoint throttle rate must be at least one if set";
            return Err(Refusal::invalid(&["body", "throttleRate"], complaint));
        }
        check_uid(fields.uid.as_deref(), "ep_")?;
        for name in fields.event_types.iter().flatten() {
            check_name(&["body", "event_types", "[0]", "__all__"], name)?;
        }
        self.check_event_types(fields.event_types.as_deref())
    }

    fn check_event_types(&self, types: Option<&[String]>) -> Result<(), Refusal> {
        let location = ["body", "eventTypes"];
        let Some(types) = types else {
            return Ok(());
        };
        if types.is_empty() {
            let complaint = "eventTypes can't be empty, it must have at least one item.";
            return Err(Refusal::invalid(&location, complaint));
        }
        let missing: Vec<&str> = types
            .iter()
            .map(String::as_str)
            .filter(|name| !self.event_types.contains_key(*name))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let missing = missing.join(", ");
        let complaint = format!("The following event types don't exist: {missing}");
        Err(Refusal::invalid(&location, &complaint))
    }
}

impl Application {
    /// Whether another endpoint than `own` has the uid.
    fn check_taken(&self, uid: Option<&str>, own: Option<&str>) -> Result<(), Refusal> {
        let is_taken = |it: &Endpoint| it.fields.uid.as_deref() == uid && Some(&*it.id) != own;
        match uid.is_some() && self.endpoints.iter().any(is_taken) {
            true => Err(Refusal::conflict()),
            false => Ok(()),
        }
    }
}

pub fn list(visit: &mut Visit<'_>, app: &str) -> Result<Answered, Refusal> {
    let paging = Paging::of(visit)?;
    let is_ascending = visit.parameter("order") == Some("ascending");
    let is_reversed = visit.state.flip();
    let application = visit.state.application(app)?;
    let mut rows: Vec<_> = application
        .endpoints
        .iter()
        .map(|it| (it.id.clone(), it.to_json(is_reversed)))
        .collect();
    if !is_ascending {
        rows.reverse();
    }
    Ok((200, Some(paging.page(rows.into_iter()))))
}

pub fn get(visit: &mut Visit<'_>, app: &str, id: &str) -> Result<Answered, Refusal> {
    let is_reversed = visit.state.flip();
    let endpoint = visit.state.application(app)?.endpoint(id)?;
    Ok((200, Some(endpoint.to_json(is_reversed))))
}

pub fn create(visit: &mut Visit<'_>, app: &str) -> Result<Answered, Refusal> {
    visit.state.application(app)?;
    let given: EndpointIn = body::read(visit.body)?;
    let fields: Fields = body::read(visit.body)?;
    let keys = match given.secret {
        Some(secret) => Keys::of(secret.key()?),
        None => Keys::random(),
    };
    visit.state.check(&fields)?;
    store(visit, app, fields, keys)
}

fn store(
    visit: &mut Visit<'_>,
    app: &str,
    fields: Fields,
    keys: Keys,
) -> Result<Answered, Refusal> {
    let (now, is_reversed) = (visit.now, visit.state.flip());
    let id = visit.state.issue("ep");
    let application = visit.state.application(app)?;
    application.check_taken(fields.uid.as_deref(), None)?;
    let endpoint = Endpoint {
        id,
        fields,
        keys,
        headers: Headers::default(),
        created_at: now,
        updated_at: now,
        failing_since: None,
    };
    let shown = endpoint.to_json(is_reversed);
    application.endpoints.push(endpoint);
    application.forget_cache();
    Ok((201, Some(shown)))
}

/// Full replacement, and a new endpoint without that name where there is none of it. Secret and
/// headers stay.
pub fn replace(visit: &mut Visit<'_>, app: &str, id: &str) -> Result<Answered, Refusal> {
    visit.state.application(app)?;
    let fields: Fields = body::read(visit.body)?;
    visit.state.check(&fields)?;
    match visit.state.application(app)?.endpoint(id).is_ok() {
        true => change(visit, app, id, fields),
        false => store(visit, app, fields, Keys::random()),
    }
}

pub fn patch(visit: &mut Visit<'_>, app: &str, id: &str) -> Result<Answered, Refusal> {
    let mut fields = visit.state.application(app)?.endpoint(id)?.fields.clone();
    let patch: EndpointPatch = body::read(visit.body)?;
    patch.apply(&mut fields);
    visit.state.check(&fields)?;
    change(visit, app, id, fields)
}

fn change(visit: &mut Visit<'_>, app: &str, id: &str, fields: Fields) -> Result<Answered, Refusal> {
    let (now, is_reversed) = (visit.now, visit.state.flip());
    let application = visit.state.application(app)?;
    let own = application.endpoint(id)?.id.clone();
    application.check_taken(fields.uid.as_deref(), Some(&own))?;
    application.forget_cache();
    let endpoint = application.endpoint(&own)?;
    endpoint.fields = fields;
    endpoint.updated_at = now;
    Ok((200, Some(endpoint.to_json(is_reversed))))
}

pub fn delete(visit: &mut Visit<'_>, app: &str, id: &str) -> Result<Answered, Refusal> {
    let application = visit.state.application(app)?;
    let own = application.endpoint(id)?.id.clone();
    application.endpoints.retain(|it| it.id != own);
    application.forget_cache();
    Ok((204, None))
}
