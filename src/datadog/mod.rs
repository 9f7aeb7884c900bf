//! Datadog's public API and logs intake: addresses, keys, wire shapes, limits and errors.
//!
//! Facts about Datadog stand here once, each with its source: the OpenAPI documents of
//! docs.datadoghq.com (v1, v2), pages of docs.datadoghq.com, and recorded answers of Datadog's own
//! client libraries. The room is handed an HTTP client, an [`Endpoint`] and its keys; it reads no
//! settings and prints nothing.
//!
//! Every request is built as a draft first, so that a dry run shows exactly what would be
//! sent. What an answer means for the sender is decided in one table, [`Meaning::of_status`].

mod aggregate;
mod client;
mod credentials;
mod dashboards;
mod draft;
mod endpoint;
mod error;
mod events;
mod indexes;
mod key_facts;
mod keys;
mod llmobs;
mod logs;
mod monitors;
mod notice;
mod operation;
mod paging;
mod patience;
mod rate;
mod search;
mod spans;
#[cfg(test)]
pub(crate) mod testing;
mod validate;

pub use aggregate::{Aggregated, Aggregation, Bucket, Compute, GroupBy, LogAggregation, Point};
pub use client::Datadog;
pub use dashboards::DashboardSummary;
pub use draft::Preview;
pub use endpoint::{Endpoint, Product};
pub use error::{DatadogError, Meaning, Need, Refusal};
pub use events::{AlertType, EventV1, Priority, event_limits};
pub use indexes::{ExclusionFilter, Filter, LogIndex};
pub use key_facts::{ApiKeyFacts, AppKeyFacts};
pub use keys::{KeyKind, KeyShape, Token, check_api_key_shape, check_app_key_shape, token_kind};
pub use logs::{EncodedBatch, limits};
pub use monitors::{GroupState, LiveMonitor, MonitorState};
pub use notice::{CLOCK_TOLERANCE, Notice};
pub use operation::Permission;
pub use patience::{Patience, Wait};
pub use rate::RateLimit;
pub use search::{FoundLog, LogPage, LogSearch, Sort};
pub use validate::{AppKeyVerdict, SiteVerdict, probe_sites, sites_to_probe};
