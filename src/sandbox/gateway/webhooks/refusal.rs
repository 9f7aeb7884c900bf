//! Svix's own errors, and what the gateway makes of them.

use serde_json::{Value, json};

use crate::sandbox::gateway::answer;
use crate::sandbox::http::Reply;

/// An answer of Svix that is no success.
#[derive(Debug)]
pub struct Refusal {
    status: u16,
    reason: &'static str,
    body: Value,
}

impl Refusal {
    pub fn not_found() -> Self {
        Self::standard(404, "Not Found", "not_found", "Entity not found")
    }

    pub fn conflict() -> Self {
        Self::standard(409, "Conflict", "conflict", "A conflict has occurred")
    }

    pub fn event_type_exists() -> Self {
        let detail = "An event_type with this name already exists";
        Self::standard(409, "Conflict", "event_type_exists", detail)
    }

    fn standard(status: u16, reason: &'static str, code: &str, detail: &str) -> Self {
        Self {
            status,
            reason,
            body: json!({"code": code, "detail": detail}),
        }
    }

    /// A value that was read but is not allowed.
    pub fn invalid(location: &[&str], message: &str) -> Self {
        Self::unprocessable(location, message, "value_error")
    }

    /// A value that could not be read.
    pub fn unreadable(location: &[&str], message: &str) -> Self {
        Self::unprocessable(location, message, "value_error.jsondecode")
    }

    fn unprocessable(location: &[&str], message: &str, kind: &str) -> Self {
        Self {
            status: 422,
            reason: "Unprocessable Entity",
            body: json!({"detail": [{"loc": location, "msg": message, "type": kind}]}),
        }
    }

    /// The gateway's 400 around it.
    pub fn within(self, operation: &str, resource: &str) -> Box<Reply> {
        let Self {
            status,
            reason,
            body,
        } = self;
        let text = format!(
            "failed performing operation to Svix API, op={operation}, resource={resource}, \
             status={status}, error={status} {reason}, body={body}"
        );
        Box::new(answer::message(400, &text))
    }
}

/// The pattern that names and uids must match, by Svix's error about it.
pub fn check_name(location: &[&str], name: &str) -> Result<(), Refusal> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let complaint = match name {
        "" => "String must be at least one character",
        _ if name.len() > 256 => "String too long",
        _ if !name.chars().all(is_plain) => {
            "String must match the following pattern: [a-zA-Z0-9\\-_.]."
        }
        _ => return Ok(()),
    };
    Err(Refusal::invalid(location, complaint))
}
