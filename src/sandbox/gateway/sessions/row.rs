//! The session object of the API, field by field in the gateway's order
//! (hoophq/hoop `gateway/api/openapi/types.go`).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::view::SessionView;
use crate::sandbox::gateway::ORG_ID;
use crate::sandbox::gateway::answer::Object;
use crate::sandbox::world::connections::GUARDRAIL_MESSAGE;
use crate::sandbox::world::{Analysis, Review, Session};

/// What only a single GET has.
#[derive(Default)]
pub struct Expanded {
    /// An empty text where the script was not asked for.
    pub script: String,
    /// The `event_stream` key's value as JSON; `None` leaves the key out.
    pub event_stream: Option<String>,
    /// The parsed size, where the stream was parsed.
    pub event_size: Option<u64>,
}

/// A row of the list: no script, no stream, no analysis, half a review.
pub fn list_row(view: &SessionView) -> String {
    object(view, None)
}

/// The answer of a single GET.
pub fn single(view: &SessionView, expanded: Expanded) -> String {
    object(view, Some(expanded))
}

fn object(view: &SessionView, expanded: Option<Expanded>) -> String {
    let session = &view.session;
    let (plan, is_single) = (&session.plan, expanded.is_some());
    let (identity, connection) = (plan.identity, plan.connection);
    let expanded = expanded.unwrap_or_default();
    let mut row = Object::default();
    row.put("id", json!(session.id.to_string()));
    row.put("org_id", json!(ORG_ID));
    row.put("script", script(is_single, &expanded.script));
    row.put("script_size", json!(stored_size(&session.script)));
    row.put("labels", Value::Null);
    row.put("integrations_metadata", ticket(plan.ticket()));
    row.put("metadata", sorted_map(plan.metadata()));
    row.put("metrics", view.metrics());
    row.put("user", json!(identity.email));
    row.put("user_id", json!(identity.subject));
    row.put("user_name", json!(identity.name));
    row.put("type", json!(connection.kind));
    row.put("connection_subtype", json!(connection.subtype));
    row.put("connection", json!(connection.name));
    row.put("resource_name", json!(connection.resource));
    row.put("role_name", json!(connection.name));
    row.put("connection_tags", sorted_map(&connection.tags()));
    row.put(
        "review",
        optional(session.review.as_ref(), |it| review(it, is_single)),
    );
    row.put("verb", json!(plan.scenario.verb.as_str()));
    row.put("status", json!(view.status()));
    row.put("exit_code", json!(view.exit_code()));
    if let Some(stream) = expanded.event_stream {
        row.put_text("event_stream", &stream);
    }
    row.put(
        "event_size",
        json!(expanded.event_size.unwrap_or_else(|| view.event_size())),
    );
    if let Some(batch) = plan.batch_id() {
        row.put("session_batch_id", json!(batch));
    }
    if let Some(correlation) = plan.correlation_id() {
        row.put("correlation_id", json!(correlation));
    }
    row.put("start_date", json!(session.start));
    row.put("end_date", json!(view.end()));
    row.put(
        "ai_analysis",
        optional(session.analysis().filter(|_| is_single), analysis),
    );
    row.put("guardrails_info", guardrails(session));
    row.put("identity_type", json!(identity.type_on_wire()));
    if identity.is_machine() {
        row.put("machine_identity_id", json!(identity.subject));
    }
    row.into_text()
}

fn script(is_single: bool, text: &str) -> Value {
    match is_single {
        true => json!({"data": text}),
        false => Value::Null,
    }
}

/// The script is stored as a JSON array of one text; its size counts the escapes in it.
fn stored_size(script: &str) -> usize {
    let quotes = 2;
    json!(script).to_string().len() - quotes
}

fn ticket(key: Option<&str>) -> Value {
    optional(key, |key| {
        json!({
            "jira_issue_key": key,
            "jira_issue_url": format!("https://shop.atlassian.example/browse/{key}"),
        })
    })
}

fn sorted_map(pairs: &[(&str, &str)]) -> Value {
    match pairs {
        [] => Value::Null,
        _ => pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), json!(value)))
            .collect(),
    }
}

fn optional<T>(value: Option<T>, render: impl FnOnce(T) -> Value) -> Value {
    value.map_or(Value::Null, render)
}

/// Milliseconds: the gateway formats a review's times in its database.
fn to_millis(at: Timestamp) -> Value {
    json!(Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at))
}

fn review(review: &Review, is_single: bool) -> Value {
    let group = &review.group;
    let rule = review.rule.filter(|_| is_single);
    let mut object = json!({
        "id": review.id.to_string(),
        "type": review.kind,
        "access_duration": review.access_seconds * 1_000_000_000,
        "status": review.status,
        "revoke_at": optional(review.revoke_at, to_millis),
        "created_at": to_millis(review.created_at),
        "review_groups_data": [{
            "id": group.id.to_string(),
            "group": group.name,
            "status": group.status,
            "reviewed_by": optional(group.answer, |(who, _)| json!({
                "id": who.subject,
                "name": who.name,
                "email": who.email,
                "slack_id": "",
            })),
            "review_date": optional(group.answer, |(_, at)| to_millis(at)),
            "forced_review": false,
        }],
        "time_window": null,
        "access_request_rule_name": rule,
        "min_approvals": rule.map(|_| 1),
        "force_approval_groups": rule.map(|_| ["admin"]),
    });
    if let Some(reason) = review.rejection_reason {
        object["rejection_reason"] = json!(reason);
    }
    object
}

fn analysis(analysis: &Analysis) -> Value {
    json!({
        "risk_level": analysis.risk_level,
        "title": analysis.title,
        "explanation": analysis.explanation,
        "action": analysis.action,
    })
}

fn guardrails(session: &Session) -> Value {
    optional(session.guardrail, |rule_name| {
        json!([{
            "rule_name": rule_name,
            "rule": {"type": "deny_words_list", "words": ["DROP TABLE", "TRUNCATE TABLE"]},
            "direction": "input",
            "matched_words": ["TRUNCATE TABLE", "DROP TABLE"],
            "message": GUARDRAIL_MESSAGE,
        }])
    })
}
