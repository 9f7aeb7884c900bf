//! Connections, access-request rules and plugins, as far as they are used.
//! Source: `gateway/api/openapi/types.go`, `gateway/api/accessrequests/rules.go`.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{null_as_default, object_or_empty};

/// One entry of `GET /connections`. The single GET can carry secrets and is never asked.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct ConnectionInfo {
    #[serde(default, deserialize_with = "null_as_default")]
    pub id: String,
    pub name: String,
    #[serde(default, rename = "type", deserialize_with = "null_as_default")]
    pub kind: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub subtype: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub resource_name: String,
    /// `online` or `offline`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub status: String,
    /// Groups of the older review plugin that must approve every session.
    #[serde(default, deserialize_with = "null_as_default")]
    pub reviewers: Vec<String>,
    /// What access-request rules can name instead of the connection.
    #[serde(default, deserialize_with = "null_as_default")]
    pub attributes: Vec<String>,
    #[serde(
        default,
        rename = "connection_tags",
        deserialize_with = "object_or_empty"
    )]
    pub tags: Map<String, Value>,
}

impl ConnectionInfo {
    /// `database/postgres`, or the parent type alone where there is no subtype.
    pub fn full_type(&self) -> String {
        match self.subtype.is_empty() {
            true => self.kind.clone(),
            false => format!("{}/{}", self.kind, self.subtype),
        }
    }
}

/// One entry of `GET /access-requests/rules`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct AccessRequestRule {
    pub name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub connection_names: Vec<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub attributes: Vec<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub access_type: AccessType,
    /// Whose sessions need the approval; empty is everybody's.
    #[serde(default, deserialize_with = "null_as_default")]
    pub approval_required_groups: Vec<String>,
    /// Whose sessions need none; honoured only where the list above is empty.
    #[serde(default, deserialize_with = "null_as_default")]
    pub skip_review_groups: Vec<String>,
    #[serde(default)]
    pub min_approvals: Option<u32>,
}

/// Which sessions a rule is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessType {
    /// Clients that attach for a time.
    Jit,
    /// Single scripts.
    Command,
    JitCommand,
    /// A word of a later gateway.
    #[default]
    #[serde(other)]
    Unknown,
}

/// A plugin of the gateway and the connections attached to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Plugin {
    #[serde(default, deserialize_with = "null_as_default")]
    pub id: String,
    pub name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub connections: Vec<Attached>,
}

/// A connection that is attached to a plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Attached {
    #[serde(default, deserialize_with = "null_as_default")]
    pub id: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
}
