//! An endpoint's own headers (`v1/endpoints/endpoint/headers.rs`). Storing them does not make the
//! server look the endpoint up anew, so that they count late.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::{Answered, Visit, body};

/// The longest value (`core/types/mod.rs`, `HEADER_MAX_LENGTH`).
const LONGEST: usize = 4_096;

/// Names whose values are never shown again.
const SENSITIVE: [&str; 6] = [
    "x-auth-token",
    "x-api-key",
    "www-authenticate",
    "authorization",
    "proxy-authenticate",
    "proxy-authorization",
];

const FORBIDDEN: [&str; 19] = [
    "user-agent",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailers",
    "transfer-encoding",
    "upgrade",
    "age",
    "cache-control",
    "clear-site-data",
    "expires",
    "pragma",
    "warning",
    "content-length",
    "content-type",
    "content-encoding",
    "content-language",
    "content-location",
];

const FORBIDDEN_PREFIXES: [&str; 9] = [
    "x-amz-", "x-amzn-", "x-google", "x-goog-", "x-gfe", "x-azure-", "x-fd-", "x-svix-", "svix-",
];

/// The headers as they are stored, and as deliveries carry them.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    stored: Vec<(String, String)>,
    pub sent: Vec<(String, String)>,
}

impl Headers {
    /// What the server does when it looks an endpoint up.
    pub fn look_up(&mut self) {
        self.sent.clone_from(&self.stored);
    }

    fn to_json(&self) -> Value {
        let is_sensitive = |name: &str| SENSITIVE.contains(&name.to_ascii_lowercase().as_str());
        let (hidden, shown): (Vec<_>, Vec<_>) =
            self.stored.iter().partition(|(name, _)| is_sensitive(name));
        let shown: Map<String, Value> = shown
            .into_iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        let hidden: Vec<&String> = hidden.into_iter().map(|(name, _)| name).collect();
        json!({"headers": shown, "sensitive": hidden})
    }
}

/// A null removes a header in a patch.
#[derive(Deserialize)]
struct HeadersIn {
    headers: Map<String, Value>,
}

pub fn get(visit: &mut Visit<'_>, app: &str, id: &str) -> Result<Answered, Refusal> {
    let endpoint = visit.state.application(app)?.endpoint(id)?;
    Ok((200, Some(endpoint.headers.to_json())))
}

pub fn replace(visit: &mut Visit<'_>, app: &str, id: &str) -> Result<Answered, Refusal> {
    store(visit, app, id, |headers| headers.stored.clear())
}

pub fn patch(visit: &mut Visit<'_>, app: &str, id: &str) -> Result<Answered, Refusal> {
    store(visit, app, id, |_| {})
}

fn store(
    visit: &mut Visit<'_>,
    app: &str,
    id: &str,
    prepare: impl Fn(&mut Headers),
) -> Result<Answered, Refusal> {
    let given: HeadersIn = body::read(visit.body)?;
    for (name, value) in &given.headers {
        check(name, value)?;
    }
    let headers = &mut visit.state.application(app)?.endpoint(id)?.headers;
    prepare(headers);
    for (name, value) in given.headers {
        headers.stored.retain(|(known, _)| *known != name);
        if let Value::String(value) = value {
            headers.stored.push((name, value));
        }
    }
    Ok((204, None))
}

fn check(name: &str, value: &Value) -> Result<(), Refusal> {
    let refused = |complaint| {
        let location = ["body", "headers", "__all__"];
        Err(Refusal::invalid(&location, complaint))
    };
    let lower = name.to_ascii_lowercase();
    let is_name = hyper::header::HeaderName::from_bytes(name.as_bytes()).is_ok();
    let is_value = match value {
        Value::Null => true,
        Value::String(text) => hyper::header::HeaderValue::from_str(text).is_ok(),
        _ => false,
    };
    match () {
        () if !is_name => refused("Header names may only contain valid characters."),
        () if FORBIDDEN.contains(&lower.as_str()) => refused("Header uses a forbidden key."),
        () if FORBIDDEN_PREFIXES.iter().any(|it| lower.starts_with(it)) => {
            refused("Header starts with a forbidden prefix.")
        }
        () if value.as_str().is_some_and(|text| text.len() > LONGEST) => {
            refused("Header values may not exceed 4096 bytes.")
        }
        () if !is_value => refused("Header values may only contain valid characters."),
        () => Ok(()),
    }
}
