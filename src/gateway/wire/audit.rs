//! Rows of the security audit log.
//! Source: `gateway/api/auditlog/`, `gateway/models/security_audit_log.go`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{null_as_default, object_or_empty};

/// One page of `GET /audit/logs`, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditPage {
    pub rows: Vec<AuditLog>,
    /// Rows that match, over all pages.
    pub total: u64,
}

/// One administrative change.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct AuditLog {
    pub id: String,
    pub created_at: Timestamp,
    #[serde(default, deserialize_with = "null_as_default")]
    pub org_id: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub actor_subject: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub actor_email: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub actor_name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub resource_type: String,
    /// `create`, `update`, `delete` or `revoke`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub action: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub http_method: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub http_status: u16,
    #[serde(default, deserialize_with = "null_as_default")]
    pub http_path: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub client_ip: String,
    /// The gateway has replaced what its own rules call secret.
    #[serde(default, deserialize_with = "object_or_empty")]
    pub request_payload_redacted: Map<String, Value>,
    /// True for success.
    #[serde(default, deserialize_with = "null_as_default")]
    pub outcome: bool,
    #[serde(default, deserialize_with = "null_as_default")]
    pub error_message: String,
}
