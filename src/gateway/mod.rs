//! The hoop.dev gateway's HTTP API.
//!
//! Its wire shapes, limits and errors stand here once: `client` sends and reads, `wire` holds
//! the shapes, `error` the table from status to meaning, and one file each group of operations.
//! This room reads no settings, prints nothing and retries nothing; every call is one request.
//! Source of the foreign facts: hoophq/hoop `e939597d` (release 1.148.0).

mod audit;
mod client;
mod connections;
mod credential;
mod divider;
mod error;
mod live;
mod plugins;
mod server;
mod sessions;
#[cfg(test)]
pub(crate) mod testing;
mod webhooks;
mod wire;

pub use audit::{AUDIT_PAGE_LIMIT, AuditConditions, AuditQuery};
pub use client::Gateway;
pub use credential::Credential;
pub use error::GatewayError;
pub use live::{Live, LiveEvent, LiveStream};
pub use sessions::{
    CountMode, Executed, MAX_OFFSET, PAGE_LIMIT, RECORDING_LIMIT, SessionPage, SessionQuery,
    session_id,
};
pub use webhooks::Endpoints;
pub use wire::audit::{AuditLog, AuditPage};
pub use wire::connection::{AccessRequestRule, AccessType, Attached, ConnectionInfo, Plugin};
pub use wire::server::{Licence, LicenceKind, PublicServerInfo, ServerInfo, UserInfo};
pub use wire::webhook_body::WebhookBody;
