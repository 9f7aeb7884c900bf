//! What each answer of Svix means, in one table (`server/svix-server/src/error.rs`).

use reqwest::StatusCode;
use serde::Deserialize;

use crate::http::TransportError;

/// The longest part of a server's message that is kept, in characters.
const MESSAGE_LIMIT: usize = 500;

/// Why a call gave no value. `request` is the method and the path under `/api/v1`.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum SvixError {
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error("`{given}` is no address of a Svix server: {why}")]
    Address { given: String, why: String },
    #[error("the Svix token is empty or holds a character that no header can carry")]
    Token,
    /// 401: the token is wrong or expired.
    #[error("Svix refused the token on {request} (401): {message}")]
    Unauthorized { request: String, message: String },
    /// 403: an application's token, where the organisation's is needed.
    #[error("the Svix token may not ask {request} (403): {message}")]
    Forbidden { request: String, message: String },
    /// 404 with Svix's own code.
    #[error("Svix did not find {request} (404): {message}")]
    NotFound { request: String, message: String },
    /// Any other refusal; the same request will be refused again.
    #[error("Svix refused {request} ({status}): {message}")]
    Refused {
        request: String,
        status: u16,
        message: String,
    },
    #[error("Svix failed on {request} ({status}): {message}")]
    Failing {
        request: String,
        status: u16,
        message: String,
    },
    /// Something answered that is not Svix's API.
    #[error("{url} is not a Svix server: {request} answered {why}")]
    NotSvix {
        url: String,
        request: String,
        why: String,
    },
    /// A good status around a body that is not what was asked for.
    #[error("Svix's answer to {request} cannot be read: {why}")]
    Malformed { request: String, why: String },
}

/// Svix's own body: a code with words, or what is wrong where in the request.
#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Standard { code: String, detail: String },
    Validation { detail: Vec<Invalid> },
}

#[derive(Deserialize)]
struct Invalid {
    #[serde(default)]
    loc: Vec<String>,
    msg: String,
}

impl Said {
    fn into_message(self) -> String {
        let text = match self {
            Said::Standard { code, detail } => format!("{detail} ({code})"),
            Said::Validation { detail } => {
                let one = |it: &Invalid| format!("{}: {}", it.loc.join("."), it.msg);
                detail.iter().map(one).collect::<Vec<_>>().join("; ")
            }
        };
        text.chars().take(MESSAGE_LIMIT).collect()
    }
}

/// The error behind a status that is no success.
pub(super) fn error_of(request: &str, url: &str, status: StatusCode, body: &[u8]) -> SvixError {
    let request = request.to_owned();
    let code = status.as_u16();
    let said = serde_json::from_slice(body).ok().map(Said::into_message);
    let message = said.clone().unwrap_or_else(|| "no message".to_owned());
    match code {
        401 => SvixError::Unauthorized { request, message },
        403 => SvixError::Forbidden { request, message },
        404 if said.is_some() => SvixError::NotFound { request, message },
        408 | 425 | 429 | 500..=599 => SvixError::Failing {
            request,
            status: code,
            message,
        },
        _ if said.is_some() => SvixError::Refused {
            request,
            status: code,
            message,
        },
        // A redirect is not followed: the token would go with it.
        _ => SvixError::NotSvix {
            url: url.to_owned(),
            request,
            why: format!("{code} without an error of Svix's"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, body: &str) -> SvixError {
        let status = StatusCode::from_u16(status).expect("a status");
        error_of("GET /app", "http://svix.test/", status, body.as_bytes())
    }

    #[test]
    fn every_refusal_has_its_meaning() {
        let refused = r#"{"code":"authentication_failed","detail":"Invalid token"}"#;
        assert!(matches!(
            error(401, refused),
            SvixError::Unauthorized { .. }
        ));
        let missing = r#"{"code":"not_found","detail":"Entity not found"}"#;
        assert!(matches!(error(404, missing), SvixError::NotFound { .. }));
        assert!(matches!(error(404, ""), SvixError::NotSvix { .. }));
        assert!(matches!(error(307, ""), SvixError::NotSvix { .. }));
        assert!(matches!(error(503, "<html>"), SvixError::Failing { .. }));
        let invalid = r#"{"detail":[{"loc":["body","url"],"msg":"is bad","type":"value_error"}]}"#;
        assert_eq!(
            error(422, invalid).to_string(),
            "Svix refused GET /app (422): body.url: is bad"
        );
    }
}
