//! Names and texts of other people wherever else they are printed: lists, cards, hits, errors.

use serde_json::{Value, json};

use super::table::everything;
use super::wire::assert_only_text;
use crate::support::{Asked, Pty, ScriptedServer, TestEnvironment};

const ID: &str = "7c1e7a52-0d0f-4d7a-9a51-3e7d1f6b2c11";
const FORMATS: [&str; 5] = ["table", "json", "ndjson", "yaml", "csv"];

/// A session of which every text attacks.
fn session() -> Value {
    let text = format!("needle {}", everything());
    json!({
        "id": ID, "org_id": text, "script": {"data": text}, "user": text, "user_id": text,
        "user_name": text, "type": "database", "connection_subtype": text, "connection": text,
        "role_name": text, "connection_tags": {text.clone(): text}, "verb": "exec",
        "status": "done", "exit_code": 1, "event_size": 1_000, "correlation_id": text,
        "session_batch_id": text, "labels": {text.clone(): text},
        "start_date": "2026-08-20T14:00:00Z", "end_date": "2026-08-20T14:00:09Z",
        "identity_type": "machine", "machine_identity_id": text,
        "ai_analysis": {"risk_level": text, "title": text, "explanation": text, "action": text,
            "steps": [text]},
        "guardrails_info": [{"rule_name": text, "direction": text, "matched_words": [text],
            "message": text}],
        "review": {"id": "r", "type": "onetime", "status": "REJECTED",
            "created_at": "2026-08-20T13:50:00Z", "access_request_rule_name": text,
            "rejection_reason": text, "review_groups_data": [{"id": "g", "group": text,
            "status": "REJECTED", "reviewed_by": {"id": "u", "name": text, "email": text}}]},
        "event_stream": [[0.0, "o", "bmVlZGxlCg=="]],
    })
}

/// A gateway that knows this one session.
fn answer(asked: &Asked) -> (u16, &'static str, String) {
    let path = asked.target.split('?').next().unwrap_or_default();
    let body = match path {
        "/api/sessions" => json!({"data": [session()], "total": 1, "has_next_page": false}),
        path if path.starts_with("/api/sessions/") => session(),
        _ => json!({}),
    };
    (200, "application/json", body.to_string())
}

fn refuse(_: &Asked) -> (u16, &'static str, String) {
    let body = json!({"message": everything(), "code": everything()});
    (400, "application/json", body.to_string())
}

/// Everything that a command wrote to a terminal.
fn on_a_terminal(server: &ScriptedServer, args: &[&str]) -> Vec<u8> {
    let mut environment = TestEnvironment::empty();
    environment.set("HOOP_APIURL", server.url());
    environment.set("HOOP_TOKEN", "hpk_of-a-test");
    Pty::start(&environment, &[args, &["-q"]].concat())
        .finish()
        .wire
}

#[test]
fn names_and_texts_of_a_session_are_harmless_in_every_format() {
    let server = ScriptedServer::start(answer);
    for command in [
        &["sessions", "list", "--since", "2026-08-01"][..],
        &["sessions", "show", ID],
        &["sessions", "show", ID, "--no-redact"],
        &["sessions", "search", "needle", "--since", "2026-08-01"],
        &[
            "sessions",
            "search",
            "needle",
            "--since",
            "2026-08-01",
            "--no-redact",
        ],
    ] {
        for format in FORMATS {
            let wire = on_a_terminal(&server, &[command, &["-o", format]].concat());
            let is_shown = memchr::memmem::find(&wire, b"needle").is_some();
            assert!(
                is_shown,
                "{command:?} {format}: {}",
                String::from_utf8_lossy(&wire)
            );
            assert_only_text(&wire);
        }
    }
}

#[test]
fn what_a_gateway_says_in_an_error_is_harmless() {
    let server = ScriptedServer::start(refuse);
    for command in [&["sessions", "list"][..], &["sessions", "show", ID]] {
        assert_only_text(&on_a_terminal(&server, command));
    }
}

#[test]
fn the_name_of_a_file_is_harmless() {
    let server = ScriptedServer::start(answer);
    let name = everything().replace(['\0', '/'], "");
    for command in ["replay", "show", "search"] {
        let args = match command {
            "search" => vec!["sessions", command, "needle", &name],
            _ => vec!["sessions", command, &name],
        };
        assert_only_text(&on_a_terminal(&server, &args));
    }
}
