//! The sandbox's keys: who asks, what they may, and what is answered to others.

mod endpoints;
mod known;

use crate::domain::site::Site;
use crate::sandbox::http::{Reply, Request};

use super::refusal::{errors, forbidden, legacy_log_error, log_error, refused_by_scope};
use known::Known;
pub use known::{
    API_KEY, APP_KEY, FULLY_SCOPED_APP_KEY, PERSONAL_TOKEN, READ_ONLY_APP_KEY, SCOPED_APP_KEY,
    SERVICE_TOKEN,
};

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
    /// The application key or token is valid and its scopes do not reach that far.
    Scope,
}

/// What the bearer of an application key or a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// `None` is all that its owner may, which is everything here.
    scopes: Option<&'static [&'static str]>,
}

impl Access {
    /// Fails where the scopes lack `scope`.
    pub fn check(self, scope: &str) -> Result<(), KeyRefused> {
        let reaches = self.scopes.is_none_or(|scopes| scopes.contains(&scope));
        reaches.then_some(()).ok_or(KeyRefused::Scope)
    }

    /// Log monitors need an application key without scopes (OpenAPI v1, `CreateMonitor`). That a
    /// token, which always has scopes, is refused as well is our reading.
    pub fn check_unscoped(self) -> Result<(), KeyRefused> {
        self.scopes.is_none().then_some(()).ok_or(KeyRefused::Scope)
    }
}

impl KeyRefused {
    /// The answer of the API hosts.
    pub fn into_reply(self) -> Reply {
        match self {
            KeyRefused::Missing => errors(403, "API key required"),
            KeyRefused::Unknown => forbidden(),
            KeyRefused::Scope => refused_by_scope(),
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
            KeyRefused::Unknown | KeyRefused::Scope => 403,
        }
    }
}

impl Keys {
    pub fn valid_on(site: Site) -> Self {
        Self { site }
    }

    /// The API key in its header.
    pub fn check_api_key(&self, request: &Request, site: Site) -> Result<(), KeyRefused> {
        self.check(request.header("dd-api-key"), site)
    }

    /// The API key where intakes take it: in its header or in the query. No token opens an intake
    /// (docs.datadoghq.com/account_management/personal-access-tokens).
    pub fn check_intake(&self, request: &Request, site: Site) -> Result<(), KeyRefused> {
        let given = request
            .header("dd-api-key")
            .or_else(|| request.parameter("dd-api-key"));
        self.check(given, site)
    }

    /// Who asks: a token as bearer, a token in the place of the application key (the API key is
    /// then not looked at), or both keys.
    pub fn access(&self, request: &Request, site: Site) -> Result<Access, KeyRefused> {
        self.known(request, site).map(|known| Access {
            scopes: known.scopes,
        })
    }

    fn known(&self, request: &Request, site: Site) -> Result<&'static Known, KeyRefused> {
        if let Some(token) = bearer(request) {
            return self.find(known::TOKENS, token, site);
        }
        let given = request.header("dd-application-key").unwrap_or_default();
        if known::looks_like_token(given) {
            return self.find(known::TOKENS, given, site);
        }
        self.check_api_key(request, site)?;
        self.find(known::APPLICATION_KEYS, given, site)
    }

    fn find(
        &self,
        among: &'static [Known],
        given: &str,
        site: Site,
    ) -> Result<&'static Known, KeyRefused> {
        let found = among.iter().find(|known| known.secret == given.trim());
        found
            .filter(|_| site == self.site)
            .ok_or(KeyRefused::Unknown)
    }

    fn check(&self, given: Option<&str>, site: Site) -> Result<(), KeyRefused> {
        match given.map(str::trim) {
            None | Some("") => Err(KeyRefused::Missing),
            Some(key) if key == API_KEY && site == self.site => Ok(()),
            Some(_) => Err(KeyRefused::Unknown),
        }
    }
}

fn bearer(request: &Request) -> Option<&str> {
    let (scheme, token) = request.header("authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}
