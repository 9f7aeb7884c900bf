//! The sandbox's keys, and what is answered to others.

use crate::sandbox::http::{Reply, Request};
use serde_json::json;

use super::refusal::{errors, forbidden, legacy_log_error, log_error};
use crate::domain::site::Site;

/// The API key, in the shape of a real one and valid on one site of the sandbox only.
pub const API_KEY: &str = "0123456789abcdef0123456789abcdef";
/// The application key, in the shape of a real one (`ddapp_` and 34 characters).
pub const APP_KEY: &str = "ddapp_0123456789abcdefghijABCDEFGHIJ4567";

/// What the intake says since July 2026 (DataDog/logstash-output-datadog_logs, pull request 65).
const INTAKE_DETAIL: &str = "API key is missing or invalid";

/// The valid keys and the site they are valid on.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    site: Site,
}

/// Why a key does not open the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRefused {
    Missing,
    /// Another key, or the right one on another site: sites share nothing.
    Unknown,
}

impl KeyRefused {
    /// The answer of the API hosts.
    pub fn into_reply(self) -> Reply {
        match self {
            KeyRefused::Missing => errors(403, "API key required"),
            KeyRefused::Unknown => forbidden(),
        }
    }

    /// The answer of the logs intake v2.
    pub fn into_intake_reply(self) -> Reply {
        log_error(self.intake_status(), INTAKE_DETAIL)
    }

    /// The answer of the logs intake v1.
    pub fn into_legacy_intake_reply(self) -> Reply {
        legacy_log_error(self.intake_status(), INTAKE_DETAIL)
    }

    fn intake_status(self) -> u16 {
        match self {
            KeyRefused::Missing => 401,
            KeyRefused::Unknown => 403,
        }
    }
}

impl Keys {
    pub fn valid_on(site: Site) -> Self {
        Self { site }
    }

    /// The API key in its header.
    pub fn check_api_key(&self, request: &Request, site: Site) -> Result<(), KeyRefused> {
        self.check(request.header("dd-api-key"), API_KEY, site)
    }

    /// Both keys in their headers.
    pub fn check_both(&self, request: &Request, site: Site) -> Result<(), KeyRefused> {
        self.check_api_key(request, site)?;
        self.check(request.header("dd-application-key"), APP_KEY, site)
            .map_err(|_| KeyRefused::Unknown)
    }

    /// The API key where intakes take it: in its header or in the query.
    pub fn check_intake(&self, request: &Request, site: Site) -> Result<(), KeyRefused> {
        let given = request
            .header("dd-api-key")
            .or_else(|| request.parameter("dd-api-key"));
        self.check(given, API_KEY, site)
    }

    /// `GET /api/v2/validate_keys`. That 401 means the API key and 403 the application key is
    /// told by third parties only; the bodies are the schema's.
    pub fn validate_both(&self, request: &Request, site: Site) -> Reply {
        if self.check_api_key(request, site).is_err() {
            return errors(401, "Unauthorized");
        }
        match self.check_both(request, site) {
            Ok(()) => Reply::json(200, &json!({ "status": "ok" })),
            Err(_) => errors(403, "Forbidden"),
        }
    }

    fn check(&self, given: Option<&str>, valid: &str, site: Site) -> Result<(), KeyRefused> {
        match given.map(str::trim) {
            None | Some("") => Err(KeyRefused::Missing),
            Some(key) if key == valid && site == self.site => Ok(()),
            Some(_) => Err(KeyRefused::Unknown),
        }
    }
}
