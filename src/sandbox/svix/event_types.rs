//! Event types: what an endpoint may ask for (`v1/endpoints/event_type.rs`).

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::clock::stamp;
use super::paging::Paging;
use super::refusal::{Refusal, check_name};
use super::{Answered, Visit, body};

#[derive(Clone, Debug)]
pub struct EventType {
    name: String,
    fields: Fields,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// What a replacement sets; what it leaves out is reset.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    description: String,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    deprecated: bool,
    schemas: Option<Value>,
    feature_flag: Option<String>,
}

#[derive(Deserialize)]
struct EventTypeIn {
    name: String,
    #[serde(flatten)]
    fields: Fields,
}

impl EventType {
    fn to_json(&self, with_schemas: bool) -> Value {
        let Fields {
            description,
            archived,
            deprecated,
            schemas,
            feature_flag,
        } = &self.fields;
        json!({
            "name": self.name,
            "description": description,
            "archived": archived,
            "deprecated": deprecated,
            "schemas": schemas.as_ref().filter(|_| with_schemas),
            "createdAt": stamp(self.created_at),
            "updatedAt": stamp(self.updated_at),
            "featureFlag": feature_flag,
        })
    }
}

/// By name; schemas only where `with_content=true` asks for them.
pub fn list(visit: &mut Visit<'_>) -> Result<Answered, Refusal> {
    let paging = Paging::of(visit)?;
    let with_schemas = visit.parameter("with_content") == Some("true");
    let with_archived = visit.parameter("include_archived") == Some("true");
    let types = visit.state.event_types.values();
    let rows = types
        .filter(|it| with_archived || !it.fields.archived)
        .map(|it| (it.name.clone(), it.to_json(with_schemas)));
    Ok((200, Some(paging.page(rows))))
}

pub fn create(visit: &mut Visit<'_>) -> Result<Answered, Refusal> {
    let given: EventTypeIn = body::read(visit.body)?;
    check_name(&["body", "name", "__all__"], &given.name)?;
    if visit.state.event_types.contains_key(&given.name) {
        let detail = "An event_type with this name already exists";
        return Err(Refusal::standard(409, "event_type_exists", detail));
    }
    Ok((201, Some(store(visit, given.name, given.fields))))
}

fn store(visit: &mut Visit<'_>, name: String, fields: Fields) -> Value {
    let made = EventType {
        name,
        fields,
        created_at: visit.now,
        updated_at: visit.now,
    };
    let shown = made.to_json(true);
    visit.state.event_types.insert(made.name.clone(), made);
    shown
}

pub fn get(visit: &mut Visit<'_>, name: &str) -> Result<Answered, Refusal> {
    let found = visit.state.event_types.get(name);
    let found = found.ok_or_else(Refusal::not_found)?;
    Ok((200, Some(found.to_json(true))))
}

/// Full replacement, and a new one where there is none of that name.
pub fn replace(visit: &mut Visit<'_>, name: &str) -> Result<Answered, Refusal> {
    let fields: Fields = body::read(visit.body)?;
    let now = visit.now;
    match visit.state.event_types.get_mut(name) {
        Some(found) => {
            found.fields = fields;
            found.updated_at = now;
            Ok((200, Some(found.to_json(true))))
        }
        None => Ok((201, Some(store(visit, name.to_owned(), fields)))),
    }
}

/// Archives it, or, with `expunge=true`, forgets it.
pub fn delete(visit: &mut Visit<'_>, name: &str) -> Result<Answered, Refusal> {
    let is_expunged = visit.parameter("expunge") == Some("true");
    let found = visit.state.event_types.get_mut(name);
    found.ok_or_else(Refusal::not_found)?.fields.archived = true;
    if is_expunged {
        visit.state.event_types.remove(name);
    }
    Ok((204, None))
}
