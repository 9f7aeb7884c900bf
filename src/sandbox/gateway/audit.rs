//! The security audit log: what admins changed (hoophq/hoop `gateway/api/auditlog/`).

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::{Value, json};

use super::auth::Caller;
use super::{GatewayStandIn, Now, ORG_ID, Options, answer, paging};
use crate::sandbox::http::{Reply, Request};
use crate::sandbox::world::identities::INES;
use crate::sandbox::world::part_id;

/// One change.
#[derive(Clone, Debug)]
pub struct Row {
    id: String,
    actor: Caller,
    created_at: Timestamp,
    resource: &'static str,
    action: &'static str,
    method: &'static str,
    status: u16,
    path: String,
    payload: Value,
    error: &'static str,
}

impl Row {
    /// The making of an API key.
    pub fn key_created(id: String, actor: &Caller, payload: Value, at: Timestamp) -> Self {
        Self {
            id,
            actor: actor.clone(),
            created_at: at,
            resource: "api_keys",
            action: "create",
            method: "POST",
            status: 201,
            path: "/api/api-keys".to_owned(),
            payload,
            error: "",
        }
    }

    fn is_success(&self) -> bool {
        self.status < 400
    }

    fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "org_id": ORG_ID,
            "actor_subject": self.actor.subject,
            "actor_email": self.actor.email,
            "actor_name": self.actor.name,
            "created_at": self.created_at,
            "resource_type": self.resource,
            "action": self.action,
            "http_method": self.method,
            "http_status": self.status,
            "http_path": self.path,
            "client_ip": CLIENT_IP,
            "request_payload_redacted": self.payload,
            "outcome": self.is_success(),
            "error_message": self.error,
        })
    }
}

const CLIENT_IP: &str = "203.0.113.24";

/// Newest first.
pub fn list(gateway: &GatewayStandIn, request: &Request, now: Now) -> Reply {
    let page = match paging::parse(request) {
        Ok(page) => page,
        Err(text) => return answer::message(422, text),
    };
    let filter = match Filter::parse(request, now.at) {
        Ok(filter) => filter,
        Err(Refusal::Parameter(text)) => return answer::message(400, text),
        Err(Refusal::Date) => return answer::message(500, "failed listing security audit logs"),
    };
    let made_here = gateway.state().audit.clone();
    let rows = made_here.into_iter().rev().chain(history(&gateway.options));
    let rows = rows.filter(|row| filter.matches(row));
    answer::json(200, &page.of(rows.map(|row| row.to_json()).collect()))
}

/// How often somebody changed something before the sandbox began.
const CHANGES: u64 = 60;

fn history(options: &Options) -> impl Iterator<Item = Row> {
    let Options {
        seed, now, span, ..
    } = *options;
    let apart = SignedDuration::try_from(span / (CHANGES as u32 + 1)).unwrap_or_default();
    (0..CHANGES).map(move |n| {
        let back = apart
            .checked_mul(n as i32 + 1)
            .unwrap_or(SignedDuration::MAX);
        let id = part_id(seed, n, "audit row").to_string();
        let at = now.checked_sub(back).unwrap_or(Timestamp::MIN);
        change(
            n,
            id,
            Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at),
        )
    })
}

/// A few kinds of change in turn; passwords, secrets and keys are redacted as the gateway does.
fn change(n: u64, id: String, created_at: Timestamp) -> Row {
    let redacted = "[REDACTED]";
    let user = json!({"email": "new@shop.example", "groups": ["support"], "password": redacted});
    let connection = json!({"name": "staging-orders-db", "secret": redacted, "type": "database"});
    let key = json!({"groups": ["auditor"], "name": "exporter"});
    let (resource, action, method, status, path, payload, error) = match n % 6 {
        0 => ("users", "create", "POST", 201, "/api/users", user, ""),
        1 => (
            "connections",
            "update",
            "PUT",
            200,
            "/api/connections/staging-orders-db",
            connection,
            "",
        ),
        2 => ("api_keys", "create", "POST", 201, "/api/api-keys", key, ""),
        3 => (
            "guardrails",
            "update",
            "PUT",
            200,
            "/api/guardrails/no-destructive-sql",
            json!({"name": "no-destructive-sql"}),
            "",
        ),
        4 => (
            "api_keys",
            "revoke",
            "DELETE",
            204,
            "/api/api-keys/exporter",
            Value::Null,
            "",
        ),
        _ => (
            "users",
            "delete",
            "DELETE",
            404,
            "/api/users/gone@shop.example",
            Value::Null,
            "user not found",
        ),
    };
    Row {
        id,
        actor: Caller::of(&INES),
        created_at,
        resource,
        action,
        method,
        status,
        path: path.to_owned(),
        payload,
        error,
    }
}

enum Refusal {
    Parameter(&'static str),
    /// The database refused it.
    Date,
}

struct Filter {
    /// Contained, whatever the case; empty matches all.
    subject: String,
    email: String,
    path: String,
    client_ip: String,
    /// Exact; empty matches all.
    resource: String,
    action: String,
    method: String,
    /// 0 matches all.
    status: i64,
    outcome: Option<bool>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
}

impl Filter {
    fn parse(request: &Request, now: Timestamp) -> Result<Self, Refusal> {
        let text = |name: &str| request.parameter(name).unwrap_or_default();
        let lower = |name: &str| text(name).to_lowercase();
        Ok(Self {
            subject: lower("actor_subject"),
            email: lower("actor_email"),
            path: lower("http_path"),
            client_ip: lower("client_ip"),
            resource: text("resource_type").to_owned(),
            action: text("action").to_owned(),
            method: text("http_method").to_owned(),
            status: status(text("http_status"))?,
            outcome: outcome(text("outcome"))?,
            after: date(text("created_after"), now)?,
            before: date(text("created_before"), now)?,
        })
    }

    fn matches(&self, row: &Row) -> bool {
        let contains = |text: &str, part: &str| text.to_lowercase().contains(part);
        let is = |text: &str, wanted: &str| wanted.is_empty() || text == wanted;
        contains(&row.actor.subject, &self.subject)
            && contains(&row.actor.email, &self.email)
            && contains(&row.path, &self.path)
            && contains(CLIENT_IP, &self.client_ip)
            && is(row.resource, &self.resource)
            && is(row.action, &self.action)
            && is(row.method, &self.method)
            && (self.status <= 0 || i64::from(row.status) == self.status)
            && self
                .outcome
                .is_none_or(|outcome| row.is_success() == outcome)
            && self.after.is_none_or(|after| row.created_at >= after)
            && self.before.is_none_or(|before| row.created_at <= before)
    }
}

fn status(text: &str) -> Result<i64, Refusal> {
    match text {
        "" => Ok(0),
        _ => text
            .parse()
            .map_err(|_| Refusal::Parameter("http_status must be a valid integer")),
    }
}

/// What Go reads as a bool.
fn outcome(text: &str) -> Result<Option<bool>, Refusal> {
    match text {
        "" => Ok(None),
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Some(true)),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Some(false)),
        _ => Err(Refusal::Parameter("outcome must be true or false")),
    }
}

/// What PostgreSQL reads as a time with a zone, of the forms that matter; its words among them.
fn date(text: &str, now: Timestamp) -> Result<Option<Timestamp>, Refusal> {
    let midnight = |date: Date| date.to_zoned(TimeZone::UTC).map(|it| it.timestamp());
    let today = now.to_zoned(TimeZone::UTC).date();
    let read = match text {
        "" => return Ok(None),
        "now" => Ok(now),
        "today" => midnight(today),
        "yesterday" => midnight(today.saturating_sub(1.day())),
        "tomorrow" => midnight(today.saturating_add(1.day())),
        _ => text
            .parse::<Timestamp>()
            .or_else(|_| {
                let civil: DateTime = text.parse()?;
                civil.to_zoned(TimeZone::UTC).map(|it| it.timestamp())
            })
            .or_else(|_| text.parse::<Date>().and_then(midnight)),
    };
    read.map(Some).map_err(|_| Refusal::Date)
}
