//! The error bodies of Datadog's products.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::otlp;
use crate::otlp::decode::Form;
use crate::sandbox::http::Reply;
use crate::sandbox::product::Product;

/// A refusal that says no more than its status.
pub fn refusal(product: Product, status: StatusCode) -> Reply {
    let reason = status.canonical_reason().unwrap_or("Unknown");
    match product {
        Product::Logs => log_error(status.as_u16(), reason),
        Product::Otlp => otlp::refused(Form::Protobuf, status.as_u16(), reason),
        _ => errors(status.as_u16(), reason),
    }
}

/// `{"errors":["text"]}`, the shape of most of v1 and v2.
pub fn errors(status: u16, text: &str) -> Reply {
    Reply::json(status, &json!({ "errors": [text] }))
}

/// The logs intake's `HTTPLogErrors` (OpenAPI v2).
pub fn log_error(status: u16, detail: &str) -> Reply {
    let title = StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Unknown");
    let error = json!({ "status": status.to_string(), "title": title, "detail": detail });
    Reply::json(status, &json!({ "errors": [error] }))
}

/// The legacy logs intake's `HTTPLogError` (OpenAPI v1).
pub fn legacy_log_error(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "code": status, "message": message }))
}

/// The answer to a key whose scopes do not reach that far (DataDog/datadog-ci, issue 1159).
pub fn refused_by_scope() -> Reply {
    let texts = ["Forbidden", "Failed permission authorization checks"];
    Reply::json(403, &json!({ "errors": texts }))
}

/// What the gateway before the API answers to an unknown key, recorded in 2020 and seen since.
pub fn forbidden() -> Reply {
    let body: Value = json!({
        "status": "error",
        "code": 403,
        "errors": ["Forbidden"],
        "statuspage": "http://status.datadoghq.com",
        "twitter": "http://twitter.com/datadogops",
        "email": "support@datadoghq.com",
    });
    Reply::json(403, &body)
}
