//! Webhook endpoints and event types, which the gateway passes on from Svix.
//! Source: `gateway/api/webhooks/endpoints.go`, svix-go v1.13.0.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::null_as_default;

/// `GET /webhooks/endpoints`: the first 50, without paging.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct EndpointList {
    #[serde(deserialize_with = "null_as_default")]
    pub data: Vec<Endpoint>,
    /// False when there are more than the gateway shows.
    #[serde(default, deserialize_with = "null_as_default")]
    pub done: bool,
}

/// Where the gateway's webhooks go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Endpoint {
    pub id: String,
    #[serde(default)]
    pub uid: Option<String>,
    /// As it was given: the query may hold a key.
    pub url: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub description: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub disabled: bool,
    /// Event types that are sent; empty is all of them.
    #[serde(default, rename = "filterTypes", deserialize_with = "null_as_default")]
    pub filter_types: Vec<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub metadata: BTreeMap<String, String>,
    /// Only in lists.
    #[serde(default)]
    pub stats: Option<EndpointStats>,
}

/// Deliveries by state; each is -1 where the count failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct EndpointStats {
    #[serde(default)]
    pub success: i64,
    #[serde(default)]
    pub pending: i64,
    #[serde(default)]
    pub sending: i64,
    #[serde(default)]
    pub fail: i64,
}

/// The body of `POST /webhooks/endpoints`. Keys that the gateway does not know, `headers` among
/// them, it drops without an error; so there are none.
#[derive(Debug, Serialize)]
pub(in crate::gateway) struct EndpointIn<'a> {
    pub(in crate::gateway) url: &'a str,
    pub(in crate::gateway) description: &'a str,
    pub(in crate::gateway) version: u32,
    #[serde(rename = "filterTypes", skip_serializing_if = "<[String]>::is_empty")]
    pub(in crate::gateway) filter_types: &'a [String],
    pub(in crate::gateway) metadata: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::gateway) uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::gateway) secret: Option<&'a str>,
}

/// A kind of event that an endpoint can ask for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct EventType {
    pub name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub description: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub archived: bool,
}
