//! What the gateway's stand-in pushes for its sessions.

use std::collections::BTreeMap;

use super::*;
use crate::support::until;

/// Attaches every connection to the webhooks plugin.
fn attach_all(sandbox: &SandboxProcess) {
    let connections = sandbox.gateway("GET", "/api/connections", b"").json();
    for connection in connections.as_array().expect("a list") {
        let id = connection["id"].as_str().expect("an id");
        let path = format!("/api/plugins/webhooks/conn/{id}");
        let attached = sandbox.gateway("PUT", &path, br#"{"config":[]}"#);
        assert_eq!(attached.status, 200, "{}", attached.text());
    }
}

fn push_past(sandbox: &SandboxProcess) -> u64 {
    let pushed = sandbox.control("POST", "/sandbox/webhooks", b"");
    pushed.json()["messages"].as_u64().expect("a number")
}

/// Every message with its payload, oldest first.
fn messages(sandbox: &SandboxProcess) -> Vec<Value> {
    let path = format!("{APP}/msg?limit=250");
    let page = asked(sandbox, "GET", &path, Value::Null, 200);
    let mut rows = page["data"].as_array().expect("a list").clone();
    rows.reverse();
    rows
}

fn sessions(sandbox: &SandboxProcess) -> Vec<Value> {
    let page = sandbox
        .gateway("GET", "/api/sessions?limit=100", b"")
        .json();
    page["data"].as_array().expect("rows").clone()
}

#[test]
fn nothing_is_pushed_for_a_connection_that_is_not_attached_or_without_a_licence() {
    let sandbox = ready(SandboxOptions::default());
    assert_eq!(push_past(&sandbox), 0);
    let free = ready(SandboxOptions::default().licence("oss"));
    attach_all(&free);
    assert_eq!(push_past(&free), 0);
}

#[test]
fn every_session_opens_and_those_that_end_by_themselves_close() {
    let sandbox = ready(SandboxOptions::default());
    attach_all(&sandbox);
    let pushed = push_past(&sandbox);
    let messages = messages(&sandbox);
    assert_eq!(messages.len() as u64, pushed);
    let mut of_session: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for message in &messages {
        assert!(message["eventId"].is_string(), "{message}");
        if let Some(id) = message["payload"]["id"].as_str() {
            assert_eq!(message["eventType"], message["payload"]["event_type"]);
            of_session
                .entry(id.to_owned())
                .or_default()
                .push(message["payload"].clone());
        }
    }
    let (mut twice, mut closed) = (0, 0);
    for session in sessions(&sandbox) {
        let pushed = of_session
            .remove(session["id"].as_str().expect("an id"))
            .unwrap_or_default();
        let kinds: Vec<&str> = pushed
            .iter()
            .filter_map(|it| it["event_type"].as_str())
            .collect();
        let opened = kinds.iter().filter(|kind| **kind == "session.open").count();
        let close = pushed.iter().find(|it| it["event_type"] == "session.close");
        match session["exit_code"].as_i64() {
            // What was refused before it began has never opened; what was killed never closes.
            Some(254) => assert!(close.is_none_or(|it| it["exit_code"] == -100), "{session}"),
            Some(code) => assert_eq!(close.expect("it closed")["exit_code"], code),
            None => assert!(close.is_none(), "{session}"),
        }
        if opened == 2 {
            assert_eq!(pushed[0]["review"]["status"], "PENDING");
            assert!(
                ["PROCESSING", "APPROVED"]
                    .contains(&pushed[1]["review"]["status"].as_str().expect("a status"))
            );
            twice += 1;
        }
        closed += usize::from(close.is_some());
    }
    assert!(of_session.is_empty(), "webhooks of no session");
    assert!(
        twice > 0 && closed > 20,
        "{twice} opened twice, {closed} closed"
    );
    let cards = messages
        .iter()
        .filter(|it| it["eventType"] == "microsoftteams.review.create");
    assert!(cards.count() >= twice);
}

#[test]
fn sessions_that_begin_from_now_on_push_as_they_open_and_close() {
    let sandbox = ready(SandboxOptions::default().every("100ms"));
    attach_all(&sandbox);
    let receiver = receiver(200);
    endpoint(&sandbox, receiver.url(), "ddctl");
    until("an opening and a closing", || {
        let asked = receiver.asked();
        let of = |kind: &str| {
            let text = format!(r#""event_type":"{kind}""#);
            asked
                .iter()
                .any(|it| String::from_utf8_lossy(&it.body).contains(&text))
        };
        (of("session.open") && of("session.close")).then_some(())
    });
}
