//! The settings of the one log index (OpenAPI v1, `LogsIndex`): 15 days, no daily limit that is
//! near, and one exclusion filter that is switched off and so keeps everything; unless
//! `PUT /sandbox/index` says otherwise. They are shown and not applied.

use std::sync::PoisonError;

use serde_json::{Map, Value, json};

use super::DatadogStandIn;
use crate::sandbox::http::Reply;

const NAME: &str = "main";

impl DatadogStandIn {
    pub(super) fn list_indexes(&self) -> Reply {
        Reply::json(200, &json!({ "indexes": [self.index()] }))
    }

    pub(super) fn read_index(&self, name: &str) -> Reply {
        match name {
            NAME => Reply::json(200, &self.index()),
            _ => Reply::json(404, &json!({ "error": not_found(name) })),
        }
    }

    /// Shows the index with these fields of `LogsIndex` in the place of its own.
    pub fn change_index(&self, fields: Map<String, Value>) {
        let mut changed = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        changed.extend(fields);
    }

    fn index(&self) -> Value {
        let mut index = index();
        let changed = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, value) in changed.iter() {
            index[name] = value.clone();
        }
        index
    }
}

/// `LogsAPIError`: an older shape, which log settings alone have.
fn not_found(name: &str) -> Value {
    json!({ "code": "NotFound", "message": format!("no index is called {name}"), "details": [] })
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
