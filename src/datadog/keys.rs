//! The shapes of Datadog's keys and tokens, checked before anything is sent.
//!
//! Sources: DataDog/datadog-agent `pkg/privateactionrunner/util/keys.go` and
//! `pkg/util/scrubber/default.go`, docs.datadoghq.com/account_management/api-app-keys and
//! /personal-access-tokens. No message holds any part of a key but its length.

use std::fmt;

use crate::domain::secret::Secret;

/// Which key a value was given as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    Api,
    Application,
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            KeyKind::Api => "API key",
            KeyKind::Application => "application key",
        })
    }
}

/// A token that opens the web API by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// `ddpat_`, of a person.
    Personal,
    /// `ddsat_`, of a service account.
    Service,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Token::Personal => "personal access token",
            Token::Service => "service access token",
        })
    }
}

/// Why a value cannot be the key it was given as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyShape {
    #[error("the {0} is empty")]
    Empty(KeyKind),
    #[error(
        "the value given as API key is an application key; the API key has 32 hexadecimal digits"
    )]
    ApplicationKeyAsApiKey,
    #[error(
        "the value given as application key is an API key; an application key has 40: hexadecimal digits, or `ddapp_` and 34 letters and digits"
    )]
    ApiKeyAsApplicationKey,
    #[error(
        "the value given as API key is a {0}; tokens serve the web API, sending telemetry needs an API key of 32 hexadecimal digits"
    )]
    TokenAsApiKey(Token),
    #[error(
        "the value given as {0} is a client token, which only the browser and mobile intakes take"
    )]
    ClientToken(KeyKind),
    #[error("the value given as {0} is a remote-configuration key, which these APIs do not take")]
    RemoteConfigurationKey(KeyKind),
    #[error(
        "the value given as API key is none: it has {0} characters, an API key has 32 hexadecimal digits"
    )]
    NoApiKey(usize),
    #[error(
        "the value given as application key is none: it has {0} characters, an application key has 40: hexadecimal digits, or `ddapp_` and 34 letters and digits"
    )]
    NoApplicationKey(usize),
}

impl KeyShape {
    /// What to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            KeyShape::TokenAsApiKey(_) => {
                "a token goes where the application key does: DD_APP_KEY or --app-key-file"
            }
            KeyShape::ApplicationKeyAsApiKey => {
                "the application key goes to DD_APP_KEY or --app-key-file; API keys are listed under Organization Settings, API Keys, on your site"
            }
            KeyShape::Empty(KeyKind::Application)
            | KeyShape::ApiKeyAsApplicationKey
            | KeyShape::ClientToken(KeyKind::Application)
            | KeyShape::RemoteConfigurationKey(KeyKind::Application)
            | KeyShape::NoApplicationKey(_) => {
                "application keys are listed under Organization Settings, Application Keys, on your site"
            }
            _ => "API keys are listed under Organization Settings, API Keys, on your site",
        }
    }
}

/// What a value looks like by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Looks {
    Empty,
    ApiKey,
    ApplicationKey,
    Token(Token),
    ClientToken,
    RemoteConfigurationKey,
    Nothing,
}

fn looks_like(value: &str) -> Looks {
    let is_hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match value {
        "" => Looks::Empty,
        _ if is_hex && value.len() == 32 => Looks::ApiKey,
        _ if is_hex && value.len() == 40 => Looks::ApplicationKey,
        _ if !is_plain(value) => Looks::Nothing,
        // The Agent's scrubber allows `_` in the tail beside letters and digits. Earlier pages of
        // Datadog's call the prefix `ddap_`: better to ask than to refuse a key that may be good.
        _ if value.len() == 40 && (value.starts_with("ddapp_") || value.starts_with("ddap_")) => {
            Looks::ApplicationKey
        }
        _ if value.starts_with("ddpat_") => Looks::Token(Token::Personal),
        _ if value.starts_with("ddsat_") => Looks::Token(Token::Service),
        _ if value.starts_with("DDRCM_") => Looks::RemoteConfigurationKey,
        _ if value.starts_with("pub") => Looks::ClientToken,
        _ => Looks::Nothing,
    }
}

/// The kind of access token that `key` is by its shape.
pub fn token_kind(key: &Secret) -> Option<Token> {
    match looks_like(key.expose()) {
        Looks::Token(kind) => Some(kind),
        _ => None,
    }
}

/// True shapes of an API key: 32 hexadecimal digits of either case.
pub fn check_api_key_shape(key: &Secret) -> Result<(), KeyShape> {
    match looks_like(key.expose()) {
        Looks::ApiKey => Ok(()),
        Looks::Empty => Err(KeyShape::Empty(KeyKind::Api)),
        Looks::ApplicationKey => Err(KeyShape::ApplicationKeyAsApiKey),
        Looks::Token(kind) => Err(KeyShape::TokenAsApiKey(kind)),
        Looks::ClientToken => Err(KeyShape::ClientToken(KeyKind::Api)),
        Looks::RemoteConfigurationKey => Err(KeyShape::RemoteConfigurationKey(KeyKind::Api)),
        // A cut application key is still best named as one.
        Looks::Nothing if key.expose().starts_with("ddapp_") => {
            Err(KeyShape::ApplicationKeyAsApiKey)
        }
        Looks::Nothing => Err(KeyShape::NoApiKey(key.expose().chars().count())),
    }
}

/// True shapes of an application key, or of an access token, which the same header takes.
pub fn check_app_key_shape(key: &Secret) -> Result<(), KeyShape> {
    match looks_like(key.expose()) {
        Looks::ApplicationKey | Looks::Token(_) => Ok(()),
        Looks::Empty => Err(KeyShape::Empty(KeyKind::Application)),
        Looks::ApiKey => Err(KeyShape::ApiKeyAsApplicationKey),
        Looks::ClientToken => Err(KeyShape::ClientToken(KeyKind::Application)),
        Looks::RemoteConfigurationKey => {
            Err(KeyShape::RemoteConfigurationKey(KeyKind::Application))
        }
        Looks::Nothing => Err(KeyShape::NoApplicationKey(key.expose().chars().count())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "0123456789abcdef0123456789ABCDEF";
    const APP: &str = "0123456789abcdef0123456789abcdef01234567";
    const NEW_APP: &str = "ddapp_abcdefghijKLMNOPQRST0123456789_abc";

    fn api(value: &str) -> Result<(), KeyShape> {
        check_api_key_shape(&Secret::new(value))
    }

    fn app(value: &str) -> Result<(), KeyShape> {
        check_app_key_shape(&Secret::new(value))
    }

    #[test]
    fn keys_of_every_true_shape_pass() {
        assert_eq!(api(API), Ok(()));
        assert_eq!(app(APP), Ok(()));
        assert_eq!(app(NEW_APP), Ok(()));
        assert_eq!(app("ddap_abcdefghijKLMNOPQRST0123456789_abcd"), Ok(()));
        assert_eq!(app("ddsat_alias_secretchecksum"), Ok(()));
        assert_eq!(app("ddpat_alias_secretchecksum"), Ok(()));
    }

    #[test]
    fn an_application_key_given_as_api_key_is_named_as_such() {
        for value in [APP, NEW_APP, "ddapp_short"] {
            assert_eq!(api(value), Err(KeyShape::ApplicationKeyAsApiKey), "{value}");
        }
        assert_eq!(app(API), Err(KeyShape::ApiKeyAsApplicationKey));
    }

    #[test]
    fn a_token_given_as_api_key_is_explained() {
        assert_eq!(
            api("ddpat_a_b"),
            Err(KeyShape::TokenAsApiKey(Token::Personal))
        );
        assert_eq!(
            api("ddsat_a_b"),
            Err(KeyShape::TokenAsApiKey(Token::Service))
        );
        assert_eq!(
            api("pub0123456789abcdef0123456789abcdef"),
            Err(KeyShape::ClientToken(KeyKind::Api))
        );
    }

    #[test]
    fn what_is_no_key_is_told_by_its_length_alone() {
        for value in [
            "hunter2",
            "0123456789abcdef0123456789abcdeg",
            "ddapp_ü",
            "a\u{0}b",
        ] {
            for error in [api(value), app(value)] {
                let text = error.expect_err("no key").to_string();
                assert!(!text.contains(value), "{text}");
            }
        }
        assert_eq!(api("hunter2"), Err(KeyShape::NoApiKey(7)));
        assert_eq!(api(" \n"), Err(KeyShape::Empty(KeyKind::Api)));
    }
}
