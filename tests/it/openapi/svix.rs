//! What the sandbox answers in Svix's place, held against the document's answers. The document
//! leaves out what is deprecated, and allows fewer nulls than Svix answers.

use serde_json::{Value, json};

use super::check::errors;
use super::document::System;
use super::{Reference, Request};
use crate::support::{SandboxOptions, SandboxProcess, ScriptedServer, until};

const APP: &str = "/api/v1/app/shop";

/// Deprecated members of an endpoint, which recorded answers have and the document lacks.
const RECORDED: [&str; 3] = ["version", "filterTypes", "rateLimit"];

struct Answers {
    sandbox: SandboxProcess,
    reference: &'static Reference,
    misfits: Vec<String>,
}

impl Answers {
    fn ask(&mut self, method: &str, path: &str, body: Value, status: u16) -> Value {
        let answer = self.sandbox.svix(method, path, &body);
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
        let shown = match answer.body.is_empty() {
            true => Value::Null,
            false => answer.json(),
        };
        let request = Request {
            system: System::Svix,
            method: method.to_owned(),
            host: "127.0.0.1".to_owned(),
            path: path.split('?').next().unwrap_or(path).to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: String::new(),
        };
        let operation = self.reference.operation(&request);
        let operation = operation.unwrap_or_else(|| panic!("{method} {path} is in no document"));
        match operation.answer(status) {
            Some(schema) if !schema.is_null() => {
                let found = errors(&operation, schema, &described(shown.clone()));
                let line = |error: &String| format!("{method} {path} {status}: {error}");
                self.misfits.extend(found.iter().map(line));
            }
            Some(_) => assert!(shown.is_null(), "{method} {path}: {shown}"),
            None => self
                .misfits
                .push(format!("{} has no answer {status}", operation.title())),
        }
        shown
    }
}

fn described(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(described).collect(),
        Value::Object(members) => members
            .into_iter()
            .filter(|(name, member)| !member.is_null() && !RECORDED.contains(&name.as_str()))
            .map(|(name, member)| (name, described(member)))
            .collect(),
        other => other,
    }
}

#[test]
fn every_answer_of_the_svix_stand_in_is_as_its_document_says() {
    let Some(reference) = Reference::get() else {
        return;
    };
    let mut answers = Answers {
        sandbox: SandboxOptions::default().start(),
        reference,
        misfits: Vec::new(),
    };
    walk_applications(&mut answers);
    walk_event_types(&mut answers);
    walk_endpoints(&mut answers);
    walk_messages(&mut answers);
    assert!(answers.misfits.is_empty(), "{:#?}", answers.misfits);
}

fn walk_applications(answers: &mut Answers) {
    let shop = json!({"name": "shop", "uid": "shop"});
    answers.ask("GET", APP, Value::Null, 404);
    answers.ask("POST", "/api/v1/app", json!({"name": ""}), 422);
    answers.ask("POST", "/api/v1/app", shop.clone(), 201);
    answers.ask("POST", "/api/v1/app", shop.clone(), 409);
    answers.ask("POST", "/api/v1/app?get_if_exists=true", shop, 200);
    answers.ask("GET", "/api/v1/app", Value::Null, 200);
    answers.ask("GET", APP, Value::Null, 200);
    let other = json!({"name": "other", "uid": "other"});
    answers.ask("POST", "/api/v1/app", other, 201);
    answers.ask("DELETE", "/api/v1/app/other", Value::Null, 204);
}

fn walk_event_types(answers: &mut Answers) {
    let types = "/api/v1/event-type";
    let one = format!("{types}/a.b");
    let given = json!({"name": "a.b", "description": "d", "schemas": {"1": {"type": "object"}}});
    answers.ask("GET", &one, Value::Null, 404);
    answers.ask("POST", types, given.clone(), 201);
    answers.ask("POST", types, given, 409);
    answers.ask(
        "POST",
        types,
        json!({"name": "a b", "description": ""}),
        422,
    );
    answers.ask("GET", types, Value::Null, 200);
    answers.ask("GET", &one, Value::Null, 200);
    answers.ask("PUT", &one, json!({"description": "e"}), 200);
    answers.ask(
        "PUT",
        &format!("{types}/c.d"),
        json!({"description": "e"}),
        201,
    );
    answers.ask(
        "DELETE",
        &format!("{types}/c.d?expunge=true"),
        Value::Null,
        204,
    );
}

fn walk_endpoints(answers: &mut Answers) {
    let all = format!("{APP}/endpoint");
    let one = format!("{all}/first");
    let given = json!({"url": "http://127.0.0.1:9/", "uid": "first", "filterTypes": ["a.b"]});
    answers.ask("POST", &all, given.clone(), 201);
    answers.ask("POST", &all, given, 409);
    answers.ask("POST", &all, json!({"url": "x"}), 422);
    answers.ask("GET", &all, Value::Null, 200);
    answers.ask("GET", &format!("{all}?limit=251"), Value::Null, 422);
    answers.ask("GET", &one, Value::Null, 200);
    answers.ask("PATCH", &one, json!({"description": "d"}), 200);
    let put = json!({"url": "http://127.0.0.1:9/", "uid": "first"});
    answers.ask("PUT", &one, put, 200);
    let headers = format!("{one}/headers");
    answers.ask("PUT", &headers, json!({"headers": {"X-A": "1"}}), 204);
    answers.ask(
        "PATCH",
        &headers,
        json!({"headers": {"Authorization": "x"}}),
        204,
    );
    answers.ask(
        "PATCH",
        &headers,
        json!({"headers": {"user-agent": "x"}}),
        422,
    );
    answers.ask("GET", &headers, Value::Null, 200);
    answers.ask("GET", &format!("{one}/secret"), Value::Null, 200);
    answers.ask("POST", &format!("{one}/secret/rotate"), json!({}), 204);
    let too_long = json!({"gracePeriodSeconds": 700_000});
    answers.ask("POST", &format!("{one}/secret/rotate"), too_long, 422);
    answers.ask("GET", &format!("{one}/stats"), Value::Null, 200);
    answers.ask("DELETE", &one, Value::Null, 204);
    answers.ask("DELETE", &one, Value::Null, 404);
}

fn walk_messages(answers: &mut Answers) {
    let receiver = ScriptedServer::start(|_| (500, "text/plain", "no".to_owned()));
    let endpoint = json!({"url": receiver.url(), "uid": "second"});
    answers.ask("POST", &format!("{APP}/endpoint"), endpoint, 201);
    let all = format!("{APP}/msg");
    let given = json!({"eventType": "a.b", "eventId": "one", "payload": {"a": 1}});
    answers.ask("POST", &all, given.clone(), 202);
    answers.ask("POST", &all, given, 409);
    answers.ask("POST", &all, json!({"eventType": "a.b"}), 422);
    answers.ask("GET", &all, Value::Null, 200);
    answers.ask("GET", &format!("{all}/one"), Value::Null, 200);
    let attempts = format!("{APP}/attempt/endpoint/second");
    until("an attempt", || {
        let page = answers.ask("GET", &attempts, Value::Null, 200);
        page["data"].get(0).map(|_| ())
    });
    answers.ask("GET", &format!("{APP}/attempt/msg/one"), Value::Null, 200);
    answers.ask(
        "GET",
        &format!("{APP}/endpoint/second/msg"),
        Value::Null,
        200,
    );
    answers.ask("GET", &format!("{all}/one/endpoint"), Value::Null, 200);
    answers.ask(
        "POST",
        &format!("{all}/one/endpoint/second/resend"),
        Value::Null,
        202,
    );
    answers.ask(
        "POST",
        &format!("{all}/two/endpoint/second/resend"),
        Value::Null,
        404,
    );
    let recover = format!("{APP}/endpoint/second/recover");
    let hour_ago = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(1);
    answers.ask(
        "POST",
        &recover,
        json!({"since": hour_ago.to_string()}),
        202,
    );
    answers.ask(
        "POST",
        &recover,
        json!({"since": "2020-01-01T00:00:00Z"}),
        422,
    );
}
