//! Checking keys, and the listing of the user's application keys.
//!
//! Answers as recorded (`v2/key_management`) and, for `GET /api/v2/validate`, as the page on it
//! shows. The secrets are never shown again: the organisation is in one-time-read mode, as all are
//! that were made after 20 August 2025.

use serde_json::{Value, json};

use super::Keys;
use super::known::{APPLICATION_KEYS, Known};
use crate::domain::site::Site;
use crate::sandbox::datadog::refusal::errors;
use crate::sandbox::http::{Reply, Request};

const ORGANISATION: &str = "b1a7c7f2-0000-4000-8000-000000000001";
const API_KEY_ID: &str = "84dbd164-f3f5-4f30-ac93-000000000001";
/// The user who owns the application keys.
const OWNER: &str = "3ad549bf-eba0-11e9-a77a-000000000001";
const CREATED_AT: &str = "2026-01-05T09:00:00.000000+00:00";
/// Keys a page holds unless told, and at most (OpenAPI v2, `PageSize`).
const DEFAULT_PAGE: usize = 10;
const MAX_PAGE: usize = 100;

impl Keys {
    /// `GET /api/v1/validate`
    pub fn validate(&self, request: &Request, site: Site) -> Reply {
        self.with_api_key(request, site, || json!({ "valid": true }))
    }

    /// `GET /api/v2/validate`
    pub fn validate_v2(&self, request: &Request, site: Site) -> Reply {
        self.with_api_key(request, site, || {
            let attributes =
                json!({ "valid": true, "api_key_id": API_KEY_ID, "api_key_scopes": [] });
            let id = ORGANISATION;
            json!({ "data": { "id": id, "type": "validate_v2", "attributes": attributes } })
        })
    }

    fn with_api_key(&self, request: &Request, site: Site, body: impl Fn() -> Value) -> Reply {
        match self.check_api_key(request, site) {
            Ok(()) => Reply::json(200, &body()),
            Err(refused) => refused.into_reply(),
        }
    }

    /// `GET /api/v2/validate_keys`. That 401 means the API key and 403 the application key is
    /// told by third parties only; the bodies are the schema's.
    pub fn validate_both(&self, request: &Request, site: Site) -> Reply {
        match self.access(request, site) {
            Ok(_) => Reply::json(200, &json!({ "status": "ok" })),
            Err(_) if self.check_api_key(request, site).is_err() => errors(401, "Unauthorized"),
            Err(_) => errors(403, "Forbidden"),
        }
    }

    /// `GET /api/v2/current_user/application_keys`
    pub fn list_application_keys(&self, request: &Request) -> Reply {
        let Some((size, number)) = page(request) else {
            return errors(400, "Invalid page parameters");
        };
        let wanted = request.parameter("filter").unwrap_or_default();
        let mut found: Vec<&Known> = APPLICATION_KEYS
            .iter()
            .filter(|key| key.name.contains(wanted))
            .collect();
        found.sort_by_key(|key| key.name);
        let shown: Vec<Value> = found
            .iter()
            .skip(number.saturating_mul(size))
            .take(size)
            .map(|key| summary(key))
            .collect();
        let meta = json!({
            "page": { "total_filtered_count": found.len() },
            "max_allowed_per_user": 1_000,
        });
        Reply::json(200, &json!({ "data": shown, "meta": meta }))
    }

    /// `GET /api/v2/current_user/application_keys/{id}`
    pub fn read_application_key(&self, id: &str) -> Reply {
        match APPLICATION_KEYS.iter().find(|key| key.id == id) {
            Some(key) => {
                let mut whole = summary(key);
                whole["relationships"]["owned_by"] =
                    json!({ "data": { "type": "users", "id": OWNER } });
                Reply::json(200, &json!({ "data": whole }))
            }
            None => errors(404, "Application key not found"),
        }
    }
}

/// Size and number of the page; `None` where they cannot be read or ask for too much.
fn page(request: &Request) -> Option<(usize, usize)> {
    let number = |name: &str, default: usize| match request.parameter(name) {
        None => Some(default),
        Some(text) => text.parse().ok(),
    };
    let size = number("page[size]", DEFAULT_PAGE)?;
    let number = number("page[number]", 0)?;
    (1..=MAX_PAGE).contains(&size).then_some((size, number))
}

fn summary(key: &Known) -> Value {
    json!({
        "type": "application_keys",
        "id": key.id,
        "attributes": {
            "name": key.name,
            "created_at": CREATED_AT,
            "last4": key.last4(),
            "scopes": key.scopes,
            "last_used_at": null,
        },
        "relationships": { "leak_information": { "data": null } },
    })
}
