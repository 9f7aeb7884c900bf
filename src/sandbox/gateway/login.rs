//! Local sign-in: the token comes in a header (hoophq/hoop `gateway/api/login/local/login.go`).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::header::{ACCESS_CONTROL_EXPOSE_HEADERS, HeaderName};
use serde_json::{Value, json};

use super::answer;
use super::auth::Caller;
use crate::sandbox::http::{Reply, Request};
use crate::sandbox::world::identities::{Identity, PEOPLE, person_with_email};

/// The password of every person in the sandbox.
pub const PASSWORD: &str = "sandbox";

pub fn login(request: &Request) -> Reply {
    let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
        return answer::message(400, "EOF");
    };
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    let Some(person) = person_with_email(text("email")) else {
        return answer::message(404, "user not found");
    };
    if text("password") != PASSWORD {
        return answer::message(401, "invalid credentials");
    }
    answer::json(200, &json!({"status": "ok"}))
        .header(ACCESS_CONTROL_EXPOSE_HEADERS, "Token")
        .header(HeaderName::from_static("token"), &token_of(person))
}

/// Shaped as a JWT; the signature is not one.
fn token_of(person: &Identity) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({"alg": "EdDSA", "typ": "JWT"}));
    let claims = part(json!({"sub": person.subject, "email": person.email}));
    format!("{header}.{claims}.c2FuZGJveA")
}

/// The person whose token it is.
pub fn caller_of(token: &str) -> Option<Caller> {
    let person = PEOPLE
        .into_iter()
        .find(|person| token_of(person) == token)?;
    Some(Caller::of(person))
}
