//! The settings of the one log index (OpenAPI v1, `LogsIndex`): 15 days, no daily limit that is
//! near, and one exclusion filter that is switched off and so keeps everything.

use serde_json::{Value, json};

use super::DatadogStandIn;
use super::refusal::errors;
use crate::sandbox::http::Reply;

const NAME: &str = "main";

impl DatadogStandIn {
    pub(super) fn list_indexes(&self) -> Reply {
        Reply::json(200, &json!({ "indexes": [index()] }))
    }

    pub(super) fn read_index(&self, name: &str) -> Reply {
        match name {
            NAME => Reply::json(200, &index()),
            _ => errors(404, "Index not found"),
        }
    }
}

fn index() -> Value {
    let debug = json!({ "query": "status:debug", "sample_rate": 1.0 });
    json!({
        "name": NAME,
        "filter": { "query": "*" },
        "num_retention_days": 15,
        "daily_limit": 300_000_000,
        "is_rate_limited": false,
        "exclusion_filters": [{ "name": "debug", "is_enabled": false, "filter": debug }],
        "tags": [],
    })
}
