//! What each answer of the gateway means, in one table.

use reqwest::StatusCode;
use serde::Deserialize;

use crate::http::TransportError;

/// The longest part of a server's message that is kept, in characters.
const MESSAGE_LIMIT: usize = 500;

/// Why a call gave no value. `request` is the method and the path under `/api`.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum GatewayError {
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error("`{given}` is no gateway address: {why}")]
    Address { given: String, why: String },
    #[error("the gateway token is empty or holds a character that no header can carry")]
    Token,
    #[error("`{given}` is no session id: the gateway's ids are UUIDs")]
    SessionId { given: String },
    /// 401: the token is wrong, expired or revoked.
    #[error("the gateway refused the token on {request} (401): {message}")]
    Unauthorized { request: String, message: String },
    /// 403: the token is good, its role is not enough.
    #[error("the token's role may not ask {request} (403): {message}")]
    Forbidden { request: String, message: String },
    /// 404 with the gateway's own message in JSON.
    #[error("the gateway did not find {request} (404): {message}")]
    NotFound { request: String, message: String },
    /// 404 on the id of a session.
    #[error("the gateway has no session {id}")]
    NoSession { id: String },
    /// Any other refusal; the same request will be refused again.
    #[error("the gateway refused {request} ({status}): {message}")]
    Refused {
        request: String,
        status: u16,
        message: String,
    },
    /// The gateway, its database or a proxy in front of it failed.
    #[error("the gateway failed on {request} ({status}): {message}")]
    Failing {
        request: String,
        status: u16,
        message: String,
    },
    /// Something answered that is not the gateway's API.
    #[error("{url} is not the API of a hoop gateway: {request} answered {why}")]
    NotAGateway {
        url: String,
        request: String,
        why: String,
    },
    /// A good status around a body that is not what was asked for.
    #[error("the gateway's answer to {request} cannot be read: {why}")]
    Malformed { request: String, why: String },
    /// Of this machine: a recording is kept on its disk while it is read.
    #[error("the recording cannot be kept in a temporary file: {why}")]
    Spool { why: String },
}

impl GatewayError {
    /// True where the same request may succeed later.
    pub fn is_retriable(&self) -> bool {
        match self {
            GatewayError::Transport(error) => error.is_retriable(),
            GatewayError::Failing { .. } => true,
            _ => false,
        }
    }
}

/// What a status means, whatever the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Answered,
    /// Never followed: the token would go with it.
    Redirected,
    Unauthorized,
    Forbidden,
    Missing,
    Failing,
    Refused,
}

/// The table. No rate limit was found on the gateway's own API, so 429 comes from a proxy.
pub(super) fn meaning(status: StatusCode) -> Meaning {
    match status.as_u16() {
        200..=299 => Meaning::Answered,
        300..=399 => Meaning::Redirected,
        401 => Meaning::Unauthorized,
        403 => Meaning::Forbidden,
        404 => Meaning::Missing,
        // Multi-tenant gateways answer 501 to what they will never do.
        501 => Meaning::Refused,
        408 | 425 | 429 | 500..=599 => Meaning::Failing,
        _ => Meaning::Refused,
    }
}

/// What a body says, where it is not the value asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// The gateway's own `{"message": …}`.
    Message(String),
    Html,
    Empty,
    /// Neither: its beginning.
    Other(String),
}

impl Said {
    pub(super) fn of(body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Body {
            message: String,
        }
        let text = String::from_utf8_lossy(body);
        let text = text.trim();
        if text.is_empty() {
            return Said::Empty;
        }
        if let Ok(Body { message }) = serde_json::from_str(text) {
            return Said::Message(shorten(&message));
        }
        match text.starts_with('<') {
            true => Said::Html,
            false => Said::Other(shorten(text)),
        }
    }

    fn into_message(self) -> String {
        match self {
            Said::Message(text) | Said::Other(text) => text,
            Said::Html => "an HTML page, not an answer of the gateway".to_owned(),
            Said::Empty => "no message".to_owned(),
        }
    }
}

/// One line of at most [`MESSAGE_LIMIT`] characters.
fn shorten(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MESSAGE_LIMIT) {
        None => line,
        Some((end, _)) => format!("{}…", &line[..end]),
    }
}

/// The error of an answer that is none of the 2xx. `url` must be safe to print.
pub(super) fn error_of(request: &str, url: &str, status: StatusCode, body: &[u8]) -> GatewayError {
    let request = request.to_owned();
    let said = Said::of(body);
    let not_a_gateway = |request: String, why: String| GatewayError::NotAGateway {
        url: url.to_owned(),
        request,
        why,
    };
    match (meaning(status), said) {
        (Meaning::Redirected, _) => not_a_gateway(
            request,
            format!("with a redirect ({status}), which is not followed with a token attached"),
        ),
        // What the gateway does not find it says in JSON; a path that does not exist is answered by
        // its router in plain text, `404 page not found`, or without a body.
        (Meaning::Missing, Said::Message(message)) => GatewayError::NotFound { request, message },
        (Meaning::Missing, said) => not_a_gateway(request, format!("404: {}", said.into_message())),
        (Meaning::Unauthorized, said) => GatewayError::Unauthorized {
            request,
            message: said.into_message(),
        },
        (Meaning::Forbidden, said) => GatewayError::Forbidden {
            request,
            message: said.into_message(),
        },
        (Meaning::Failing, said) => GatewayError::Failing {
            request,
            status: status.as_u16(),
            message: said.into_message(),
        },
        (Meaning::Refused | Meaning::Answered, said) => GatewayError::Refused {
            request,
            status: status.as_u16(),
            message: said.into_message(),
        },
    }
}

/// The error of a 2xx whose body is not the JSON that was asked for.
pub(super) fn unreadable(
    request: &str,
    url: &str,
    body: &[u8],
    source: &serde_json::Error,
) -> GatewayError {
    let request = request.to_owned();
    match Said::of(body) {
        Said::Html => GatewayError::NotAGateway {
            url: url.to_owned(),
            request,
            why: "with an HTML page".to_owned(),
        },
        Said::Empty => GatewayError::Malformed {
            request,
            why: "the body is empty".to_owned(),
        },
        Said::Message(_) | Said::Other(_) => GatewayError::Malformed {
            request,
            why: source.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> GatewayError {
        let status = StatusCode::from_u16(status).expect("a valid status");
        error_of(
            "GET /sessions",
            "http://gw.test/api",
            status,
            body.as_bytes(),
        )
    }

    #[test]
    fn each_status_has_its_meaning() {
        let table = [
            (200, Meaning::Answered),
            (204, Meaning::Answered),
            (302, Meaning::Redirected),
            (400, Meaning::Refused),
            (401, Meaning::Unauthorized),
            (403, Meaning::Forbidden),
            (404, Meaning::Missing),
            (409, Meaning::Refused),
            (410, Meaning::Refused),
            (422, Meaning::Refused),
            (429, Meaning::Failing),
            (500, Meaning::Failing),
            (501, Meaning::Refused),
            (503, Meaning::Failing),
        ];
        for (status, expected) in table {
            let status = StatusCode::from_u16(status).expect("a valid status");
            assert_eq!(meaning(status), expected, "{status}");
        }
    }

    #[test]
    fn only_failures_that_may_pass_are_tried_again() {
        assert!(of(500, "").is_retriable());
        assert!(of(503, "<html>").is_retriable());
        for status in [400, 401, 403, 404, 422, 501] {
            assert!(
                !of(status, r#"{"message":"no"}"#).is_retriable(),
                "{status}"
            );
        }
    }

    #[test]
    fn a_missing_path_and_a_missing_row_are_told_apart() {
        for body in ["", "404 page not found", "<!doctype html>"] {
            let error = of(404, body);
            assert!(matches!(error, GatewayError::NotAGateway { .. }), "{error}");
        }
        assert_eq!(
            of(404, r#"{"message":"not found"}"#).to_string(),
            "the gateway did not find GET /sessions (404): not found"
        );
    }

    #[test]
    fn a_long_message_is_cut_and_kept_on_one_line() {
        let body = format!(r#"{{"message":"line one\nline {}"}}"#, "x".repeat(2_000));
        let shown = of(400, &body).to_string();
        assert!(shown.contains("line one line xxx"));
        assert!(!shown.contains('\n') && shown.chars().count() < 600);
    }
}
