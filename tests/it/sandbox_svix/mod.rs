//! The Svix stand-in over real sockets: what it answers and what it delivers. The expected bodies
//! are those that an open-source Svix 1.100.0 answered.

mod answers;
mod deliveries;
mod pushes;

use serde_json::{Value, json};

use crate::support::{SandboxOptions, SandboxProcess, ScriptedServer, ask};

/// The organisation of the gateway, which is the application's uid.
const APP: &str = "/api/v1/app/7f1a6c02-3b58-4d94-9e27-c0d5b8a41f63";
const SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";

/// A sandbox whose gateway has webhooks on.
fn ready(options: SandboxOptions) -> SandboxProcess {
    let sandbox = options.start();
    let plugin = br#"{"name":"webhooks","connections":[],"config":null}"#;
    let made = sandbox.gateway("POST", "/api/plugins", plugin);
    assert_eq!(made.status, 201, "{}", made.text());
    sandbox
}

/// Asks for an answer of this status.
#[track_caller]
fn asked(sandbox: &SandboxProcess, method: &str, path: &str, body: Value, status: u16) -> Value {
    let answer = sandbox.svix(method, path, &body);
    assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
    match answer.body.is_empty() {
        true => Value::Null,
        false => answer.json(),
    }
}

#[track_caller]
fn endpoint(sandbox: &SandboxProcess, url: &str, uid: &str) -> Value {
    let body = json!({"url": url, "uid": uid, "secret": SECRET});
    asked(sandbox, "POST", &format!("{APP}/endpoint"), body, 201)
}

#[track_caller]
fn message(sandbox: &SandboxProcess, event_type: &str) -> String {
    let body = json!({"eventType": event_type, "payload": {"z": 1, "a": {"c": 2, "b": 3}}});
    let made = asked(sandbox, "POST", &format!("{APP}/msg"), body, 202);
    made["id"].as_str().expect("an id").to_owned()
}

#[track_caller]
fn attempts(sandbox: &SandboxProcess, uid: &str) -> Vec<Value> {
    let path = format!("{APP}/attempt/endpoint/{uid}");
    let page = asked(sandbox, "GET", &path, Value::Null, 200);
    page["data"].as_array().expect("a list").clone()
}

/// A receiver that answers every webhook the same.
fn receiver(status: u16) -> ScriptedServer {
    ScriptedServer::start(move |_| (status, "text/plain", "thanks".to_owned()))
}
