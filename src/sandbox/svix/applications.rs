//! Applications (`v1/endpoints/application.rs`).

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::clock::stamp;
use super::messages::Messages;
use super::paging::Paging;
use super::refusal::{Refusal, check_uid};
use super::state::Application;
use super::{Answered, Visit, body};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApplicationIn {
    name: String,
    throttle_rate: Option<u16>,
    uid: Option<String>,
    #[serde(default)]
    metadata: Map<String, Value>,
}

impl Application {
    fn to_json(&self) -> Value {
        json!({
            "uid": self.uid,
            "name": self.name,
            "throttleRate": self.throttle_rate,
            "id": self.id,
            "createdAt": stamp(self.created_at),
            "updatedAt": stamp(self.updated_at),
            "metadata": self.metadata,
        })
    }
}

pub fn list(visit: &mut Visit<'_>) -> Result<Answered, Refusal> {
    let paging = Paging::of(visit)?;
    let applications = visit.state.applications.iter().rev();
    let rows = applications.map(|it| (it.id.clone(), it.to_json()));
    Ok((200, Some(paging.page(rows))))
}

/// With `get_if_exists=true` one of the same uid is the answer.
pub fn create(visit: &mut Visit<'_>) -> Result<Answered, Refusal> {
    let given: ApplicationIn = body::read(visit.body)?;
    if given.name.is_empty() {
        let complaint = "Application names must be at least one character";
        return Err(Refusal::invalid(&["body", "name"], complaint));
    }
    check_uid(given.uid.as_deref(), "app_")?;
    let uid = given.uid.as_deref();
    if let Some(Ok(found)) = uid.map(|uid| visit.state.application(uid)) {
        let found = found.to_json();
        return match visit.parameter("get_if_exists") {
            Some("true") => Ok((200, Some(found))),
            _ => Err(Refusal::standard(
                409,
                "conflict",
                "An application with that id or uid already exists",
            )),
        };
    }
    let application = Application {
        id: visit.state.issue("app"),
        uid: given.uid,
        name: given.name,
        throttle_rate: given.throttle_rate,
        metadata: given.metadata,
        created_at: visit.now,
        updated_at: visit.now,
        endpoints: Vec::new(),
        messages: Messages::default(),
        attempts: Default::default(),
        cached_until: None,
    };
    let shown = application.to_json();
    visit.state.applications.push(application);
    Ok((201, Some(shown)))
}

pub fn get(visit: &mut Visit<'_>, app: &str) -> Result<Answered, Refusal> {
    Ok((200, Some(visit.state.application(app)?.to_json())))
}

pub fn delete(visit: &mut Visit<'_>, app: &str) -> Result<Answered, Refusal> {
    visit.state.application(app)?;
    visit.state.applications.retain(|it| !it.is_named(app));
    Ok((204, None))
}
