//! Event types: what an endpoint's `filterTypes` may name.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Svix;
use super::refusal::{Refusal, check_name};
use crate::sandbox::gateway::answer::{self, Answer};
use crate::sandbox::gateway::bind::{Kind, bind};
use crate::sandbox::http::Request;

#[derive(Clone, Debug)]
pub struct EventType {
    name: String,
    description: String,
    is_archived: bool,
    feature_flag: Value,
    schemas: Option<Value>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

const FIELDS: &[(&str, Kind)] = &[
    ("archived", Kind::Flag),
    ("description", Kind::Text),
    ("featureFlag", Kind::NullableText),
    ("name", Kind::Text),
    ("schemas", Kind::Object),
];

impl EventType {
    fn of(name: &str, fields: &Map<String, Value>, created_at: Timestamp, now: Timestamp) -> Self {
        let text = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default();
        Self {
            name: name.to_owned(),
            description: text("description").to_owned(),
            is_archived: fields.get("archived") == Some(&Value::Bool(true)),
            feature_flag: fields.get("featureFlag").cloned().unwrap_or_default(),
            schemas: fields.get("schemas").cloned(),
            created_at,
            updated_at: now,
        }
    }

    fn to_json(&self) -> Value {
        let mut object = self.without_schemas();
        if let (Some(schemas), Some(object)) = (&self.schemas, object.as_object_mut()) {
            let last = object.remove("updatedAt").unwrap_or_default();
            object.insert("schemas".to_owned(), schemas.clone());
            object.insert("updatedAt".to_owned(), last);
        }
        object
    }

    /// As lists show it.
    fn without_schemas(&self) -> Value {
        json!({
            "archived": self.is_archived,
            "createdAt": self.created_at,
            "description": self.description,
            "featureFlag": self.feature_flag,
            "name": self.name,
            "updatedAt": self.updated_at,
        })
    }
}

pub fn list(svix: &Svix) -> Answer {
    let names: Vec<&String> = svix.event_types.keys().collect();
    let data: Vec<Value> = svix
        .event_types
        .values()
        .map(EventType::without_schemas)
        .collect();
    let mut page = json!({"data": data, "done": true, "iterator": names.last()});
    if let Some(first) = names.first() {
        page["prevIterator"] = json!(format!("-{first}"));
    }
    Ok(answer::json(200, &page))
}

pub fn get(svix: &Svix, name: &str) -> Answer {
    match svix.event_types.get(name) {
        Some(event_type) => Ok(answer::json(200, &event_type.to_json())),
        None => Err(Refusal::not_found().within("event-type-get", name)),
    }
}

pub fn create(svix: &mut Svix, request: &Request, now: Timestamp) -> Answer {
    let fields = bind(&request.body, "EventTypeIn", FIELDS)?;
    let name = fields
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let within = |refusal: Refusal| refusal.within("event-type-create", "");
    check_name(&["body", "name", "__all__"], name).map_err(within)?;
    if svix.event_types.contains_key(name) {
        return Err(within(Refusal::event_type_exists()));
    }
    let event_type = EventType::of(name, &fields, now, now);
    let reply = answer::json(201, &event_type.to_json());
    svix.event_types.insert(name.to_owned(), event_type);
    Ok(reply)
}

/// Full replacement; an unknown name is created.
pub fn replace(svix: &mut Svix, name: &str, request: &Request, now: Timestamp) -> Answer {
    let fields = bind(&request.body, "EventTypeUpdate", FIELDS)?;
    let created_at = svix.event_types.get(name).map_or(now, |old| old.created_at);
    let event_type = EventType::of(name, &fields, created_at, now);
    let reply = answer::json(200, &event_type.to_json());
    svix.event_types.insert(name.to_owned(), event_type);
    Ok(reply)
}

pub fn delete(svix: &mut Svix, name: &str) -> Answer {
    match svix.event_types.remove(name) {
        Some(_) => Ok(answer::no_content()),
        None => Err(Refusal::not_found().within("event-type-delete", name)),
    }
}
