//! Svix's errors (`error.rs`).

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::http::Reply;

/// An answer that is no success.
#[derive(Debug)]
pub struct Refusal {
    pub status: u16,
    /// Absent where the router answers before any handler.
    body: Option<Value>,
}

impl Refusal {
    pub fn not_found() -> Self {
        Self::standard(404, "not_found", "Entity not found")
    }

    pub fn conflict() -> Self {
        Self::standard(409, "conflict", "A conflict has occurred")
    }

    pub fn unauthorized() -> Self {
        Self::standard(401, "authentication_failed", "Invalid token")
    }

    pub fn bad_request(code: &str, detail: &str) -> Self {
        Self::standard(400, code, detail)
    }

    pub fn no_such_path() -> Self {
        Self::bare(404)
    }

    pub fn wrong_method() -> Self {
        Self::bare(405)
    }

    pub fn standard(status: u16, code: &str, detail: &str) -> Self {
        Self {
            status,
            body: Some(json!({"code": code, "detail": detail})),
        }
    }

    fn bare(status: u16) -> Self {
        Self { status, body: None }
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
            body: Some(json!({"detail": [{"loc": location, "msg": message, "type": kind}]})),
        }
    }

    /// `422 Unprocessable Entity`, as Go's client names the status.
    pub fn status_line(&self) -> String {
        let reason = StatusCode::from_u16(self.status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or("Unknown");
        format!("{} {reason}", self.status)
    }

    pub fn body_text(&self) -> String {
        self.body.as_ref().map(Value::to_string).unwrap_or_default()
    }

    pub fn into_reply(self) -> Reply {
        match &self.body {
            Some(body) => Reply::json(self.status, body),
            None => Reply::empty(self.status),
        }
    }
}

/// The pattern that names and uids must match, by Svix's error about it (`core/types/mod.rs`).
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

/// A uid, which must not look like an id of the same kind.
pub fn check_uid(name: Option<&str>, prefix: &str) -> Result<(), Refusal> {
    let Some(name) = name else {
        return Ok(());
    };
    let location = ["body", "uid", "__all__"];
    check_name(&location, name)?;
    if name.starts_with(prefix) {
        let complaint = "Uids are not allowed to have the same prefix as the ID. Prefix with _?";
        return Err(Refusal::invalid(&location, complaint));
    }
    Ok(())
}
