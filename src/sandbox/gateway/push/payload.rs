//! The payloads, as the plugin builds them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::sandbox::world::Session;

/// So many bytes of a script travel.
const MOST_INPUT: usize = 10_000;

/// `session.open`. The input environment is a list only where there is a review.
pub fn open(session: &Session, review: Option<&str>) -> Value {
    let (plan, script) = (&session.plan, session.script.as_bytes());
    let owner = plan.identity.email;
    let kind = session.review.as_ref().map(|review| review.kind);
    json!({
        "event_type": "session.open",
        "id": session.id.to_string(),
        "user_id": plan.identity.subject,
        "user_email": owner,
        "connection": plan.connection.name,
        "connection_type": plan.connection.kind,
        "connection_envs": null,
        "input": STANDARD.encode(&script[..script.len().min(MOST_INPUT)]),
        "is_input_truncated": script.len() > MOST_INPUT,
        "input_size": script.len(),
        "input_envs": review.map(|_| json!([])),
        "has_input_args": false,
        "review": review.map(|status| json!({
            "type": kind,
            "status": status,
            "owner_email": owner,
        })),
        "command": plan.connection.command,
        "verb": plan.scenario.verb.as_str(),
    })
}

/// `microsoftteams.review.create`: a card for people, not for machines.
pub fn review_card(session: &Session, api_url: &str) -> Value {
    let (plan, id) = (&session.plan, session.id);
    let groups = session.review.as_ref().map(|review| review.group.name);
    let time = match session.review.as_ref().map(|review| review.access_seconds) {
        Some(seconds) if seconds > 0 => format!("{}m0s", seconds / 60),
        _ => "`-`".to_owned(),
    };
    let fact = |title: &str, value: String| json!({"title": title, "value": value});
    let owner = format!("{} | {}", plan.identity.name, plan.identity.email);
    let body = json!([
        {"type": "TextBlock", "text": "Session Created", "size": "Large", "separator": true, "weight": "Bolder"},
        {"type": "TextBlock", "text": format!("[{id}]({api_url}/sessions/{id})"), "separator": false},
        {"spacing": "ExtraLarge", "separator": true, "type": "FactSet", "facts": [
            fact("Created By", owner),
            fact("Approval Groups", format!("[{:?}]", groups.unwrap_or_default())),
            fact("Session Time", time),
            fact("Connection", plan.connection.name.to_owned()),
        ]},
        {"type": "Container", "separator": true, "style": "default", "bleed": false, "items": [
            {"type": "CodeBlock", "codeSnippet": session.script, "language": language(plan.connection.kind)},
        ]},
    ]);
    json!({"type": "message", "attachments": [{
        "contentType": "application/vnd.microsoft.card.adaptive",
        "content": {"type": "AdaptiveCard", "msteams": {"width": "full"}, "body": body},
    }]})
}

fn language(connection_type: &str) -> &'static str {
    match connection_type {
        "database" => "SQL",
        "application" | "custom" => "Bash",
        _ => "PlainText",
    }
}
