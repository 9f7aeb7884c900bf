//! `POST /sessions`: a script, run as a session of whoever asks
//! (hoophq/hoop `gateway/api/session/session.go`).

use serde_json::{Value, json};

use crate::sandbox::gateway::answer::Answer;
use crate::sandbox::gateway::auth::Caller;
use crate::sandbox::gateway::bind::{Kind, bind};
use crate::sandbox::gateway::{GatewayStandIn, Now, answer};
use crate::sandbox::http::Request;
use crate::sandbox::world::Scenario;
use crate::sandbox::world::connections::find;
use crate::sandbox::world::identities::Identity;

const FIELDS: &[(&str, Kind)] = &[
    ("client_args", Kind::Texts),
    ("connection", Kind::Text),
    ("correlation_id", Kind::Text),
    ("labels", Kind::TextMap),
    ("metadata", Kind::Object),
    ("script", Kind::Text),
];

/// 200 with what it printed; 202 where somebody has to approve it first.
pub fn run(gateway: &GatewayStandIn, caller: &Caller, request: &Request, now: Now) -> Answer {
    let fields = bind(&request.body, "ExecRequest", FIELDS)?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let name = text("connection");
    let Some(connection) = find(name).filter(|connection| connection.name == name) else {
        return answer::refused(400, &format!("connection {name} not found"));
    };
    let identity = Identity::keyed(&caller.subject, &caller.name, &caller.email);
    let scenario = Scenario::script(text("script"), connection, identity);
    let session = gateway.world().run(scenario, now.at);
    gateway.push_whole(&session);
    let events = session.events().unwrap_or_default();
    let output = events.iter().filter(|event| event.kind == "o");
    let output: String = output
        .map(|event| String::from_utf8_lossy(&event.payload))
        .collect();
    let (status, word) = match session.plan.ending.is_over() {
        true => (200, "success"),
        false => (202, "running"),
    };
    let body = json!({
        "has_review": session.review.is_some(),
        "session_id": session.id.to_string(),
        "output": output,
        "output_status": word,
        "truncated": false,
        "execution_time": 20,
        "exit_code": session.plan.ending.exit_code().unwrap_or(UNKNOWN),
    });
    Ok(answer::json(status, &body))
}

/// "Internal gateway code that means it was unable to obtain a valid exit code number from the agent"
/// (the gateway's OpenAPI document).
const UNKNOWN: i32 = -2;
