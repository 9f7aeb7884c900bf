//! Endpoints: where messages go. The signing secret goes in and never comes out; headers cannot go
//! in.

use serde_json::{Value, json};

use super::call::{Call, go_body, list as page_of, of_application, picked, rows};
use crate::sandbox::gateway::answer::{self, Answer, Object};
use crate::sandbox::gateway::bind::{Kind, bind};
use crate::sandbox::http::{Reply, Request};
use crate::sandbox::svix::SvixStandIn;

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

/// An endpoint as the client shows it. A list leaves out what is not set.
fn shown(endpoint: &Value, is_in_list: bool) -> Object {
    let mut keys = vec![
        "channels",
        "createdAt",
        "description",
        "disabled",
        "filterTypes",
        "id",
        "metadata",
        "rateLimit",
        "uid",
        "updatedAt",
        "url",
        "version",
    ];
    let is_shown = |key: &&str| match *key {
        "channels" | "filterTypes" => !endpoint[*key].is_null(),
        "rateLimit" | "uid" => !is_in_list || !endpoint[*key].is_null(),
        _ => true,
    };
    keys.retain(is_shown);
    picked(endpoint, &keys)
}

fn one(status: u16, endpoint: &Value) -> Answer {
    let text = shown(endpoint, false).into_text();
    Ok(answer::json_text(status, &text))
}

fn path(id: &str) -> String {
    of_application(&format!("endpoint/{id}"))
}

/// The newest fifty with how their deliveries went; there is no paging.
pub fn list(svix: &SvixStandIn) -> Answer {
    let call = Call::new("endpoint-list", "").get(&of_application("endpoint"));
    let page = call.send(svix)?;
    let rows: Vec<String> = rows(&page)
        .iter()
        .map(|endpoint| with_stats(svix, endpoint))
        .collect();
    page_of(&page, &rows, false)
}

fn with_stats(svix: &SvixStandIn, endpoint: &Value) -> String {
    let id = endpoint["id"].as_str().unwrap_or_default();
    let path = of_application(&format!("endpoint/{id}/stats"));
    let stats = Call::new("endpoint-stats", id).get(&path).send(svix);
    let keys = ["fail", "pending", "sending", "success"];
    let stats = match stats {
        Ok(stats) => picked(&stats, &keys).into_text(),
        // What cannot be counted is -1.
        Err(_) => picked(&json!(-1), &keys).into_text(),
    };
    let mut row = shown(endpoint, true);
    row.put_text("stats", &stats);
    row.into_text()
}

pub fn get(svix: &SvixStandIn, id: &str) -> Answer {
    one(
        200,
        &Call::new("endpoint-get", id).get(&path(id)).send(svix)?,
    )
}

pub fn create(svix: &SvixStandIn, request: &Request) -> Answer {
    let body = body(request, "EndpointIn")?;
    let call = Call::new("endpoint-create", "").post(&of_application("endpoint"), body);
    one(201, &call.send(svix)?)
}

/// Full replacement, and a new endpoint where there is none of that name.
pub fn replace(svix: &SvixStandIn, id: &str, request: &Request) -> Answer {
    let body = body(request, "EndpointUpdate")?;
    let call = Call::new("endpoint-update", id).put(&path(id), body);
    one(200, &call.send(svix)?)
}

fn body(request: &Request, go_type: &str) -> Result<String, Box<Reply>> {
    let mut fields = bind(&request.body, go_type, FIELDS)?;
    if go_type == "EndpointUpdate" {
        fields.remove("secret");
    }
    Ok(go_body(fields, &[("url", json!(""))]))
}

pub fn delete(svix: &SvixStandIn, id: &str) -> Answer {
    Call::new("endpoint-delete", id)
        .delete(&path(id))
        .send(svix)?;
    Ok(answer::no_content())
}
