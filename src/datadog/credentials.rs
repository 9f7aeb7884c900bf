//! Which of the keys goes with a request, and under which header. Decided here and nowhere else.
//!
//! An intake takes the API key alone. The web API takes an application key beside the API key, or
//! a personal or service access token as `Authorization: Bearer` and then no other key
//! (docs.datadoghq.com/account_management/personal-access-tokens).

use super::draft::Draft;
use super::error::DatadogError;
use super::keys::{self, KeyShape, Token};
use super::operation::{Door, Operation};
use crate::domain::secret::Secret;
use crate::http::{HeaderName, header};

const API_KEY: HeaderName = HeaderName::from_static("dd-api-key");
const APP_KEY: HeaderName = HeaderName::from_static("dd-application-key");

/// What opens the web API.
#[derive(Debug)]
enum Web {
    ApplicationKey(Secret),
    Token(Secret, Token),
}

/// The keys of one client, each of the right shape.
#[derive(Debug)]
pub(super) struct Credentials {
    api_key: Option<Secret>,
    web: Option<Web>,
}

impl Credentials {
    /// `app_key` is an application key or an access token.
    pub fn new(api_key: Option<Secret>, app_key: Option<Secret>) -> Result<Self, KeyShape> {
        if let Some(key) = &api_key {
            keys::check_api_key_shape(key)?;
        }
        let web = app_key.map(|key| {
            keys::check_app_key_shape(&key)?;
            Ok(match keys::token_kind(&key) {
                Some(kind) => Web::Token(key, kind),
                None => Web::ApplicationKey(key),
            })
        });
        Ok(Self {
            api_key,
            web: web.transpose()?,
        })
    }

    /// A request with the keys that `operation` wants.
    ///
    /// # Errors
    ///
    /// A key that is wanted and not there; nothing was sent.
    pub fn draft(&self, operation: &'static Operation) -> Result<Draft<'_>, DatadogError> {
        let draft = Draft::new(operation);
        match (operation.door, &self.web) {
            (Door::ApiKey, _) => self.with_api_key(draft),
            (Door::Web(_), Some(Web::Token(token, _))) => {
                Ok(draft.secret(header::AUTHORIZATION, "Bearer ", token))
            }
            (Door::Web(_), Some(Web::ApplicationKey(key))) => {
                Ok(self.with_api_key(draft)?.secret(APP_KEY, "", key))
            }
            (Door::Web(_), None) => Err(DatadogError::NoApplicationKey {
                request: draft.line(),
            }),
        }
    }

    fn with_api_key<'a>(&'a self, draft: Draft<'a>) -> Result<Draft<'a>, DatadogError> {
        match &self.api_key {
            Some(key) => Ok(draft.secret(API_KEY, "", key)),
            None => Err(DatadogError::NoApiKey {
                request: draft.line(),
            }),
        }
    }

    /// The kind of access token that stands in for both keys.
    pub fn token(&self) -> Option<Token> {
        match self.web {
            Some(Web::Token(_, kind)) => Some(kind),
            _ => None,
        }
    }

    /// The application key's or the token's own text, to find it in a listing.
    pub fn web_secret(&self) -> Option<&Secret> {
        match &self.web {
            Some(Web::ApplicationKey(secret) | Web::Token(secret, _)) => Some(secret),
            None => None,
        }
    }
}
