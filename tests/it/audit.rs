//! `audit export`: every change that the gateway wrote down arrives once, also one that was written
//! down late.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::{
    Asked, CommandOutput, SandboxOptions, SandboxProcess, ScriptedServer, TestEnvironment,
    assert_shape,
};

/// Past every change of the sandbox.
const EVERYTHING: &str = "40d";

/// A key of the sandbox that is in no group.
const STANDARD: &str = "hpk_sandbox-standard-000000000000000000000000000";

fn export(environment: &TestEnvironment, flags: &[&str]) -> CommandOutput {
    let mut args = vec!["audit", "export", "--to", "logs", "-o", "json"];
    args.extend(flags);
    environment.run(args)
}

/// How often each change arrived, by its row's id.
fn arrived(sandbox: &SandboxProcess) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for row in sandbox.received("logs", "audit.id,evt.name") {
        assert_eq!(row["evt.name"], "gateway.audit");
        let id = row["audit.id"].as_str().expect("every change has an id");
        *count.entry(id.to_owned()).or_default() += 1;
    }
    count
}

/// The ids of all rows that the gateway has.
fn everything(sandbox: &SandboxProcess) -> BTreeSet<String> {
    let log = sandbox.gateway("GET", "/api/audit/logs?page_size=100", b"");
    let log = log.json();
    let rows = log["data"].as_array().expect("rows");
    let id = |row: &Value| row["id"].as_str().expect("an id").to_owned();
    rows.iter().map(id).collect()
}

#[test]
fn every_change_arrives_once_and_new_brings_the_next_one() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let refused = export(&environment, &["--new"]).exits(2);
    let _ = refused.says("--new --since 12h");
    let summary = export(&environment, &["--yes", "--new", "--since", EVERYTHING]);
    let summary = summary.exits(0).json();
    assert_shape("audit_export", &summary);
    let first = arrived(&sandbox);
    assert_eq!(
        first.keys().cloned().collect::<BTreeSet<_>>(),
        everything(&sandbox)
    );
    assert_eq!(summary["accepted"], first.len());
    assert_eq!(summary["rows"], first.len());

    let key = br#"{"name":"next","groups":["auditor"]}"#;
    assert_eq!(sandbox.gateway("POST", "/api/api-keys", key).status, 201);
    let next = export(&environment, &["--new"]).exits(0).json();
    assert_eq!(next["accepted"], 1);
    let again = export(&environment, &["--new"]).exits(0).json();
    assert_eq!(
        (&again["accepted"], &again["already_sent"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(
        arrived(&sandbox).into_keys().collect::<BTreeSet<_>>(),
        everything(&sandbox)
    );
    assert!(arrived(&sandbox).values().all(|count| *count == 1));
}

#[test]
fn its_position_has_nothing_to_do_with_that_of_sessions() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = export(&environment, &["--since", EVERYTHING, "--yes"]).exits(0);
    let sessions = ["sessions", "export", "--to", "logs", "--yes"];
    let _ = environment.run(sessions.iter().chain(&["--new"])).exits(2);
    let since = environment.run(sessions.iter().chain(&["--since", "16h"]));
    let since = since.exits(0);
    assert!(!since.stderr.contains("new position"), "{since}");
    let positions = environment.run(["state", "show", "-o", "json"]).exits(0);
    assert!(positions.stdout.contains("gateway.audit"), "{positions}");
    let receipts = environment.run(["receipts", "list", "-o", "json"]).exits(0);
    assert!(receipts.stdout.contains("audit export"), "{receipts}");
}

#[test]
fn each_destination_gets_what_it_lacks() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = export(&environment, &["--since", EVERYTHING, "--yes"]).exits(0);
    let file = environment.path("changes.csv");
    let file = file.to_str().expect("a plain name");
    let both = [
        "--since", EVERYTHING, "--yes", "--to", "events", "--to", file,
    ];
    let both = export(&environment, &both).exits(0).json();
    let all = everything(&sandbox).len();
    let accepted: Vec<&Value> = both["destinations"]
        .as_array()
        .expect("three")
        .iter()
        .map(|one| &one["accepted"])
        .collect();
    assert_eq!(accepted, [&json!(0), &json!(all), &json!(all)]);
    assert_eq!(sandbox.received("events", "").len(), all);
    assert_eq!(sandbox.received("logs", "").len(), all);
    let written = fs::read_to_string(file).expect("a file");
    assert_eq!(written.lines().count(), all + 1);
    assert!(written.contains("ines@"), "who it was stands in it");
}

#[test]
fn it_asks_before_it_sends_what_is_old_and_refuses_what_has_not_begun() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let refused = export(&environment, &["--since", EVERYTHING]).exits(2);
    let _ = refused
        .says("happened more than 17h 30m ago")
        .says("--late");
    let future = ["--since", "2099-01-01", "--until", "2099-02-01"];
    let _ = export(&environment, &future).exits(2).says("in the future");
    let csv = ["audit", "export", "--new", "--to", "x.csv"];
    let _ = environment.run(csv).exits(2).says("files have none");
    let nameless = ["audit", "export", "--since", "1d", "--to", "x.log"];
    let _ = environment.run(nameless).exits(2).says("picks no format");
    let dry = ["--since", EVERYTHING, "--dry-run"];
    let dry = export(&environment, &dry).exits(0);
    assert!(dry.stdout.contains("gateway.audit"), "{dry}");
    assert!(arrived(&sandbox).is_empty());
    let _ = export(&environment, &["--since", EVERYTHING, "--late", "skip"]).exits(0);
}

#[test]
fn a_token_without_the_role_is_told_what_it_takes() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("HOOP_TOKEN", STANDARD);
    let refused = export(&environment, &["--since", "12h"]).exits(4);
    let _ = refused.says("the audit log needs a key in the group auditor or admin");
}

/// A gateway with a change of just now, which shows an older one only once `is_late` says
/// so.
fn gateway_that_writes_late(is_late: Arc<AtomicBool>) -> ScriptedServer {
    let ago = |seconds| Timestamp::now() - SignedDuration::from_secs(seconds);
    let change = |id, at: Timestamp| {
        json!({
            "id": id, "created_at": at, "actor_subject": "s", "action": "update",
            "resource_type": "users", "outcome": true,
        })
    };
    let (first, late) = (change("first", ago(2)), change("late", ago(5)));
    ScriptedServer::start(move |asked: &Asked| {
        let answer = match asked.target.split('?').next() {
            Some("/api/userinfo") => json!({
                "id": "u", "org_id": "o", "email": "a@example.com", "name": "A", "role": "admin",
                "is_admin": true, "groups": ["admin"],
            }),
            _ => {
                let rows = match is_late.load(Ordering::SeqCst) {
                    true => vec![&first, &late],
                    false => vec![&first],
                };
                json!({"pages": {"total": rows.len(), "page": 1, "size": 100}, "data": rows})
            }
        };
        (200, "application/json", answer.to_string())
    })
}

#[test]
fn a_change_that_is_written_after_a_younger_one_is_still_sent() {
    let sandbox = SandboxOptions::default().start();
    let is_late = Arc::new(AtomicBool::new(false));
    let gateway = gateway_that_writes_late(Arc::clone(&is_late));
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("DDCTL_GATEWAY_URL", gateway.url());
    let first = export(&environment, &["--new", "--since", "1h"]).exits(0);
    assert_eq!(first.json()["accepted"], 1);
    is_late.store(true, Ordering::SeqCst);
    let _ = export(&environment, &["--new"]).exits(0);
    let _ = export(&environment, &["--new"]).exits(0);
    let once = |id: &str| (id.to_owned(), 1);
    assert_eq!(arrived(&sandbox), [once("first"), once("late")].into());
}
