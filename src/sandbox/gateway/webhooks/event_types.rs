//! Event types. They belong to Svix's organisation, and are there without an application.

use serde_json::{Value, json};

use super::call::{Call, go_body, list as page_of, picked, rows};
use crate::sandbox::gateway::answer::{self, Answer, Object};
use crate::sandbox::gateway::bind::{Kind, bind};
use crate::sandbox::http::Request;
use crate::sandbox::svix::SvixStandIn;

const FIELDS: &[(&str, Kind)] = &[
    ("archived", Kind::Flag),
    ("description", Kind::Text),
    ("featureFlag", Kind::NullableText),
    ("name", Kind::Text),
    ("schemas", Kind::Object),
];

fn shown(event_type: &Value) -> Object {
    let mut keys = vec![
        "archived",
        "createdAt",
        "description",
        "featureFlag",
        "name",
        "schemas",
        "updatedAt",
    ];
    keys.retain(|key| *key != "schemas" || !event_type["schemas"].is_null());
    picked(event_type, &keys)
}

fn one(status: u16, event_type: &Value) -> Answer {
    Ok(answer::json_text(status, &shown(event_type).into_text()))
}

fn path(name: &str) -> String {
    format!("event-type/{name}")
}

pub fn list(svix: &SvixStandIn) -> Answer {
    let call = Call::new("event-type-list", "").get("event-type");
    let page = call.send(svix)?;
    let shown = |row| shown(row).into_text();
    let rows: Vec<String> = rows(&page).iter().map(shown).collect();
    page_of(&page, &rows, true)
}

pub fn get(svix: &SvixStandIn, name: &str) -> Answer {
    let call = Call::new("event-type-get", name).get(&path(name));
    one(200, &call.send(svix)?)
}

pub fn create(svix: &SvixStandIn, request: &Request) -> Answer {
    let fields = bind(&request.body, "EventTypeIn", FIELDS)?;
    let body = go_body(fields, &[("description", json!("")), ("name", json!(""))]);
    let call = Call::new("event-type-create", "").post("event-type", body);
    one(201, &call.send(svix)?)
}

pub fn replace(svix: &SvixStandIn, name: &str, request: &Request) -> Answer {
    let fields = bind(&request.body, "EventTypeUpdate", FIELDS)?;
    let body = go_body(fields, &[("description", json!(""))]);
    let call = Call::new("event-type-update", name).put(&path(name), body);
    one(200, &call.send(svix)?)
}

pub fn delete(svix: &SvixStandIn, name: &str) -> Answer {
    Call::new("event-type-delete", name)
        .delete(&path(name))
        .with("expunge", "true")
        .send(svix)?;
    Ok(answer::no_content())
}
