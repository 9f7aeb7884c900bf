//! Connections, and the rules that say which of them need approval.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Options, answer, paging};
use crate::sandbox::http::{Reply, Request};
use crate::sandbox::world::connections::{Approval, COMMAND_RULE, CONNECTIONS, Connection, find};

/// The agent behind every connection.
const AGENT_ID: &str = "d24524dc-fbe9-5531-8484-e4de1af8981a";

/// By name; an array, and an object with pages only where a page is asked for.
pub fn list(request: &Request) -> Reply {
    let mut connections = CONNECTIONS.to_vec();
    connections.sort_by_key(|connection| connection.name);
    let rows: Vec<Value> = connections.into_iter().map(to_json).collect();
    let is_asked_for = |name: &str| request.parameter(name).is_some_and(|text| !text.is_empty());
    if !is_asked_for("page") && !is_asked_for("page_size") {
        return answer::json(200, &Value::Array(rows));
    }
    match paging::parse(request) {
        Ok(page) => answer::json(200, &page.of(rows)),
        Err(text) => answer::message(422, text),
    }
}

pub fn get(name_or_id: &str) -> Reply {
    match find(name_or_id) {
        Some(connection) => answer::json(200, &to_json(connection)),
        None => answer::message(404, "not found"),
    }
}

fn to_json(connection: &Connection) -> Value {
    let is_proxy = connection.kind == "httpproxy";
    let (switch, schema) = match (is_proxy, connection.kind) {
        (true, _) => ("disabled", "disabled"),
        (false, "database") => ("enabled", "enabled"),
        (false, _) => ("enabled", "disabled"),
    };
    let reviewers: Vec<&str> = match connection.approval {
        Approval::Reviewers(group) => vec![group],
        Approval::None | Approval::CommandRule(_) => Vec::new(),
    };
    json!({
        "id": connection.id,
        "name": connection.name,
        "command": (!is_proxy).then_some(connection.command),
        "resource_name": connection.resource,
        "type": connection.kind,
        "subtype": connection.subtype,
        // The list never shows what is in them.
        "secret": {},
        "default_database": "",
        "agent_id": AGENT_ID,
        "status": if connection.is_online { "online" } else { "offline" },
        "reviewers": reviewers,
        "redact_enabled": false,
        "redact_types": [],
        "managed_by": null,
        "tags": [],
        "connection_tags": connection.tags().into_iter()
            .map(|(key, value)| (key.to_owned(), json!(value)))
            .collect::<Value>(),
        "access_mode_runbooks": switch,
        "access_mode_exec": switch,
        "access_mode_connect": "enabled",
        "access_schema": schema,
        "guardrail_rules": connection.guardrails,
        "jira_issue_template_id": "",
        "force_approve_groups": null,
        "access_max_duration": null,
        "min_review_approvals": null,
        "mandatory_metadata_fields": null,
        "attributes": connection.attributes,
        "effective_features": null,
    })
}

/// The one access-request rule. Without a page the size is 0.
pub fn access_rules(options: &Options) -> Reply {
    let has_rule =
        |connection: &&&Connection| connection.approval == Approval::CommandRule(COMMAND_RULE);
    let names: Vec<&str> = CONNECTIONS
        .iter()
        .filter(has_rule)
        .map(|it| it.name)
        .collect();
    let made_at = made_before(options.now);
    let rule = json!({
        "id": "4eb6daf4-3e6d-4e98-8991-f370a679f273",
        "name": COMMAND_RULE,
        "description": "a database administrator approves scripts",
        "access_type": "command",
        "connection_names": names,
        "attributes": [],
        "approval_required_groups": [],
        "all_groups_must_approve": false,
        "reviewers_groups": ["dba"],
        "force_approval_groups": ["admin"],
        "skip_review_groups": null,
        "access_max_duration": null,
        "min_approvals": 1,
        "managed_by": null,
        "created_at": made_at,
        "updated_at": made_at,
    });
    let pages = json!({"total": 1, "page": 1, "size": 0});
    answer::json(200, &json!({"pages": pages, "data": [rule]}))
}

/// Before the oldest session of any usual span.
fn made_before(now: Timestamp) -> Timestamp {
    const HALF_A_YEAR: SignedDuration = SignedDuration::from_hours(24 * 182);
    now.checked_sub(HALF_A_YEAR).unwrap_or(Timestamp::MIN)
}
