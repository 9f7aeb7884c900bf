//! `audit export` in every mode that `sessions export` has: followed, filtered, estimated, into files
//! that rotate.

use std::collections::BTreeSet;
use std::fs;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{
    CommandOutput, Running, SandboxOptions, SandboxProcess, TestEnvironment, assert_shape, until,
};

/// Past every change of the sandbox.
const EVERYTHING: &str = "40d";

fn export(environment: &TestEnvironment, flags: &[&str]) -> CommandOutput {
    environment.run(["audit", "export"].iter().chain(flags))
}

fn follow(environment: &TestEnvironment, flags: &[&str]) -> Running {
    let args = [
        "audit",
        "export",
        "--follow",
        "--to",
        "logs",
        "--interval",
        "100ms",
    ];
    environment.command(args.iter().chain(flags)).start()
}

fn stopped(running: Running) {
    running.signal(Signal::TERM);
    let _ = running.finish().exits(0);
}

/// Every event's name or row, in the order of arrival.
fn arrived(sandbox: &SandboxProcess) -> Vec<String> {
    let rows = sandbox.received("logs", "audit.id,evt.name");
    let rows = rows
        .into_iter()
        .filter(|row| row["evt.name"] == "gateway.audit");
    rows.map(|row| row["audit.id"].as_str().expect("an id").to_owned())
        .collect()
}

fn make_key(sandbox: &SandboxProcess, name: &str) {
    let key = json!({"name": name, "groups": ["auditor"]}).to_string();
    let made = sandbox.gateway("POST", "/api/api-keys", key.as_bytes());
    assert_eq!(made.status, 201);
}

#[test]
fn what_is_changed_while_it_is_followed_arrives_once_and_a_later_run_goes_on() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let refused = follow(&environment, &[]).finish().exits(2);
    let _ = refused.says("--follow --since 12h");
    for round in 0..2 {
        let since: &[&str] = if round == 0 { &["--since", "1h"] } else { &[] };
        let running = follow(&environment, since);
        let before = arrived(&sandbox).len();
        make_key(&sandbox, &format!("key-{round}"));
        until("the change arrives", || {
            (arrived(&sandbox).len() > before).then_some(())
        });
        stopped(running);
    }
    let different: BTreeSet<String> = arrived(&sandbox).into_iter().collect();
    assert_eq!((arrived(&sandbox).len(), different.len()), (2, 2));
}

#[test]
fn a_gateway_that_goes_away_is_waited_for_and_nothing_is_missing_when_it_is_back() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let mut running = follow(&environment, &["--since", "1h"]);
    until("it is under way", || {
        (environment.run(["status"]).code() == 0).then_some(())
    });
    sandbox.put_faults(&["gateway:503@1"]);
    running.wait_for_stderr("asking again until the gateway answers");
    sandbox.put_faults(&[]);
    make_key(&sandbox, "meanwhile");
    running.wait_for_stderr("the gateway answers again");
    until("the rest arrives", || {
        (arrived(&sandbox).len() == 1).then_some(())
    });
    stopped(running);
}

#[test]
fn one_that_is_followed_has_a_status_and_a_heartbeat() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let running = follow(&environment, &["--since", "1h", "--heartbeat", "200ms"]);
    until("a heartbeat", || {
        let rows = sandbox.received("logs", "evt.name");
        rows.iter()
            .any(|row| row["evt.name"] == "ddctl.heartbeat")
            .then_some(())
    });
    let status = environment.run(["status"]).exits(0);
    assert!(status.stdout.contains("audit export --follow"), "{status}");
    stopped(running);
}

#[test]
fn a_filter_leaves_out_the_rest_and_has_a_position_of_its_own() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let rows = |flags: &[&str]| {
        let all = ["--since", EVERYTHING, "--to", "-"];
        let args: Vec<&str> = all.iter().chain(flags).copied().collect();
        export(&environment, &args).exits(0).ndjson()
    };
    let all = rows(&[]);
    let count = |is: &dyn Fn(&Value) -> bool| all.iter().filter(|row| is(row)).count();
    for (flags, expected) in [
        (
            &["--action", "revoke"][..],
            count(&|row| row["audit"]["action"] == "revoke"),
        ),
        (
            &["--action", "revoke", "--action", "delete"],
            count(&|row| row["audit"]["action"] == "revoke" || row["audit"]["action"] == "delete"),
        ),
        (
            &["--resource", "guardrails"],
            count(&|row| row["audit"]["resource"] == "guardrails"),
        ),
        (
            &["--outcome", "failure"],
            count(&|row| row["evt"]["outcome"] == "failure"),
        ),
        (
            &["--path", "/STAGING-"],
            count(&|row| row["audit"]["resource"] == "connections"),
        ),
        (&["--user", "nobody@shop.example"], 0),
        (&["--client-ip", "203.0.113.24"], all.len()),
    ] {
        let found = rows(flags);
        assert_eq!(found.len(), expected, "{flags:?}");
        assert!(
            expected == 0 || found.iter().all(|row| all.contains(row)),
            "{flags:?}"
        );
    }
    let logs = ["--since", EVERYTHING, "--yes", "--to", "logs", "-o", "json"];
    let filtered = logs.iter().chain(&["--action", "revoke"]).copied();
    let first = export(&environment, &filtered.collect::<Vec<_>>())
        .exits(0)
        .json();
    let whole = export(&environment, &logs).exits(0);
    let whole = whole.says("filter gateway.audit (before: gateway.audit action=\"revoke\")");
    let whole = whole.json();
    assert_eq!(whole["accepted"], all.len());
    assert!(first["accepted"].as_u64() < whole["accepted"].as_u64());
}

#[test]
fn files_that_rotate_hold_every_change_once_and_new_goes_on() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let folder = environment.path("changes");
    fs::create_dir(&folder).expect("a folder");
    let file = folder.join("audit.ndjson").display().to_string();
    let flags = ["--new", "--to", &file, "--rotate-size", "4KiB"];
    let first = flags.iter().chain(&["--since", EVERYTHING]).copied();
    let _ = export(&environment, &first.collect::<Vec<_>>()).exits(0);
    make_key(&sandbox, "next");
    let _ = export(&environment, &flags).exits(0);
    let mut ids = Vec::new();
    let files: Vec<_> = fs::read_dir(&folder).expect("a folder").collect();
    assert!(files.len() > 2, "{}", files.len());
    for entry in files {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("a file");
        let rows = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        ids.extend(rows.map(|row| row["audit"]["id"].to_string()));
    }
    let different: BTreeSet<&String> = ids.iter().collect();
    let log = sandbox
        .gateway("GET", "/api/audit/logs?page_size=100", b"")
        .json();
    let known = log["data"].as_array().expect("rows").len();
    assert_eq!((ids.len(), different.len()), (known, known));
}

#[test]
fn an_estimate_says_beforehand_what_an_export_then_is() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let flags = ["--since", EVERYTHING, "--to", "logs", "-o", "json"];
    let estimate = flags.iter().chain(&[
        "--estimate",
        "--price-per-million",
        "1e6",
        "--price-per-gb",
        "0",
    ]);
    let told = export(&environment, &estimate.copied().collect::<Vec<_>>());
    let told = told.exits(0).json();
    assert_shape("audit_export_estimate", &told);
    assert!(arrived(&sandbox).is_empty());
    let plain = flags.iter().chain(&["--yes", "--compression", "none"]);
    let sent = export(&environment, &plain.copied().collect::<Vec<_>>());
    let sent = sent.exits(0).json();
    for (name, sent) in [
        ("events", &sent["accepted"]),
        ("requests", &sent["requests"]),
        ("late", &sent["late"]),
    ] {
        assert_eq!(&told[name], sent, "{name}");
    }
    assert_eq!(told["cost"].as_f64(), told["events"].as_f64());
    assert!(
        told["bytes"].as_u64() > Some(0) && told["bytes"].as_u64() <= sent["bytes_raw"].as_u64()
    );
}

#[test]
fn a_run_is_proven_by_the_search_and_what_was_left_out_is_missing_by_its_row() {
    let sandbox = SandboxOptions::default().index_delay("0s").start();
    let environment = TestEnvironment::of(&sandbox);
    let verified = |flags: &[&str]| {
        let all = [
            "--since", EVERYTHING, "--to", "logs", "-o", "json", "--verify",
        ];
        export(&environment, &[&all, flags].concat())
    };
    let left_out = verified(&["--late", "skip", "--verify-wait", "0s"])
        .exits(3)
        .json();
    let proof = &left_out["verification"];
    // Some of them are past what the index keeps.
    let lacking = ["missing", "expired_unproven"].map(|lack| proof[lack].as_u64());
    assert_eq!(
        lacking[0].zip(lacking[1]).map(|(a, b)| a + b),
        left_out["skipped"].as_u64()
    );
    let findings = proof["findings"].as_array().expect("a list");
    let rows = sandbox
        .gateway("GET", "/api/audit/logs?page_size=100", b"")
        .json();
    let is_row = |id: &Value| {
        rows["data"]
            .as_array()
            .is_some_and(|rows| rows.iter().any(|row| row["id"] == *id))
    };
    assert!(!findings.is_empty() && findings.iter().all(|one| is_row(&one["change"])));

    let sent = verified(&["--again", "--yes"]).exits(0).json();
    assert_shape("audit_export_verified", &sent);
    assert_eq!(sent["verification"]["found"], sent["accepted"]);
    assert_eq!(sent["verification"]["expected"], sent["rows"]);
    let to_file = ["--since", "1h", "--to", "x.ndjson", "--verify"];
    let _ = export(&environment, &to_file).exits(2).says("--to logs");
}
