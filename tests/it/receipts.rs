//! Receipts by the front door: what a run says that it sent is what arrived, and what is done to a
//! receipt is named.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use rustix::process::Signal;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::{
    CommandOutput, Pty, SandboxOptions, SandboxProcess, TestEnvironment, assert_shape, until,
};

/// Past every session of the sandbox.
const EVERYTHING: &str = "40d";

fn ship(environment: &TestEnvironment, flags: &[&str]) -> CommandOutput {
    let mut args = vec!["sessions", "export", "--to", "logs", "-o", "json"];
    args.extend(flags);
    environment.run(args)
}

fn receipts(environment: &TestEnvironment) -> Vec<Value> {
    let listed = environment.run(["receipts", "list", "-o", "json"]).exits(0);
    listed.json().as_array().expect("an array").clone()
}

fn newest(environment: &TestEnvironment) -> Value {
    environment
        .run(["receipts", "show", "-o", "json"])
        .exits(0)
        .json()
}

fn file_of(receipt: &Value) -> PathBuf {
    PathBuf::from(receipt["file"].as_str().expect("a path"))
}

/// The payloads that the intake took, by the SHA-256 of their text, with the entries in each.
fn payloads(sandbox: &SandboxProcess) -> BTreeMap<String, usize> {
    let requests = sandbox.requests(true);
    let is_taken = |row: &&Value| row["path"] == "/api/v2/logs" && row["stored"] == "before";
    let payload = |row: &Value| {
        let body = row["body"].as_str().expect("a body");
        let digest = Sha256::digest(body.as_bytes());
        let hash = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let entries: Vec<Value> = serde_json::from_str(body).expect("an array");
        (hash, entries.len())
    };
    requests.iter().filter(is_taken).map(payload).collect()
}

#[test]
fn a_receipt_says_what_arrived_batch_by_batch_and_who_sent_it() {
    let sandbox = SandboxOptions::default().sessions(600).start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("USER", "ada");
    let summary = ship(&environment, &["--since", EVERYTHING, "--agent", "*"]).exits(0);
    let receipt = newest(&environment);
    assert_shape("receipts_show", &receipt);
    assert_eq!(summary.json()["receipt"], receipt["id"]);
    assert_eq!(receipt["ending"], "done");
    assert_eq!(receipt["filter"], "agent=\"*\"");
    assert_eq!(receipt["gateway"], sandbox.gateway_url());
    assert_eq!(receipt["operator"]["user"], "ada");
    assert!(receipt["operator"]["gateway"]["email"].is_string());
    let batches = receipt["batches"].as_array().expect("an array");
    let told: BTreeMap<String, usize> = batches
        .iter()
        .map(|batch| {
            let hash = batch["sha256"].as_str().expect("a hash").to_owned();
            (hash, batch["events"].as_u64().expect("a count") as usize)
        })
        .collect();
    assert!(batches.iter().all(|batch| batch["status"] == 202));
    assert_eq!(told, payloads(&sandbox));

    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    let mut late = BTreeSet::new();
    for row in sandbox.received("logs", "evt.id,evt.name,evt.original_time") {
        let text = |name: &str| row[name].as_str().map(str::to_owned);
        *kinds.entry(text("evt.name").expect("a kind")).or_default() += 1;
        late.extend(text("evt.original_time").and(text("evt.id")));
    }
    let totals = &receipt["totals"];
    assert_eq!(totals["kinds"], serde_json::json!(kinds));
    let ids = batches
        .iter()
        .flat_map(|batch| batch["late"].as_array().expect("an array"))
        .flat_map(|late| late["ids"].as_array().expect("an array"));
    let told: BTreeSet<String> = ids
        .map(|id| id.as_str().expect("an id").to_owned())
        .collect();
    assert!(!told.is_empty());
    assert_eq!(told, late);
}

#[test]
fn the_list_keeps_its_shape_and_fits_a_terminal() {
    let sandbox = SandboxOptions::default().sessions(60).start();
    let mut environment = TestEnvironment::of(&sandbox);
    let _ = environment
        .run(["receipts", "list"])
        .exits(0)
        .says("nothing was sent yet");
    let empty = environment.run(["receipts", "list", "-o", "json"]).exits(0);
    assert_eq!(empty.json(), serde_json::json!([]));
    let _ = environment.run(["receipts", "show"]).exits(2);
    let _ = ship(&environment, &["--since", "10d"]).exits(0);
    let _ = ship(&environment, &["--new"]).exits(0);
    let listed = receipts(&environment);
    assert_shape("receipts_list", &Value::Array(listed.clone()));
    assert_eq!(listed[0]["command"], "sessions export --new");
    assert_eq!(listed[1]["command"], "sessions export");
    environment.set("NO_COLOR", "1");
    for command in ["list", "show"] {
        let output = Pty::start(&environment, &["receipts", command]).finish();
        let text = String::from_utf8(output.wire).expect("text");
        for line in text.replace('\r', "").lines() {
            // Hashes and paths stay in one piece, to be copied.
            let is_whole = ["before it", "SHA-256  ", "file  "];
            let is_whole = is_whole
                .iter()
                .any(|name| line.trim_start().starts_with(name));
            assert!(is_whole || line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn a_run_that_sends_nothing_leaves_no_receipt() {
    let sandbox = SandboxOptions::default().sessions(30).start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = ship(&environment, &["--since", EVERYTHING, "--dry-run"]).exits(0);
    let to_file = ["sessions", "export", "--since", EVERYTHING, "--to", "-"];
    let _ = environment.run(to_file).exits(0);
    assert!(receipts(&environment).is_empty());
}

#[test]
fn a_killed_run_is_recognised_and_the_chain_stays_whole() {
    let sandbox = SandboxOptions::default()
        .sessions(3_000)
        .fault("logs:slow=2ms@1")
        .start();
    let environment = TestEnvironment::of(&sandbox);
    let args = ["sessions", "export", "--since", EVERYTHING, "--to", "logs"];
    let running = environment.command(args).start();
    until("a batch that is written down", || {
        let listed = receipts(&environment);
        let is_running = |row: &Value| row["ending"] == "running";
        (listed.iter().any(is_running) && listed[0]["events"].as_u64() > Some(0)).then_some(())
    });
    running.signal(Signal::KILL);
    let _ = running.finish();
    let cut_off = newest(&environment);
    assert_eq!(cut_off["ending"], "cut off");
    let written = cut_off["totals"]["events"].as_u64().expect("a count") as usize;
    assert!(written > 0 && written <= sandbox.received("logs", "evt.id").len());

    let _ = ship(&environment, &["--since", EVERYTHING]).exits(0);
    let listed = receipts(&environment);
    assert_eq!(listed[0]["ending"], "done");
    assert_eq!(listed[1]["ending"], "cut off");
    assert!(listed[1]["sha256"].is_string(), "nobody sealed it");
    let _ = environment.run(["receipts", "list", "--check"]).exits(0);
}

#[test]
fn a_refused_key_and_an_outage_are_endings_that_a_receipt_knows() {
    let sandbox = SandboxOptions::default().sessions(60).start();
    let environment = TestEnvironment::of(&sandbox);
    sandbox.put_faults(&["logs:403@1"]);
    let _ = ship(&environment, &["--since", EVERYTHING]).exits(4);
    let refused = newest(&environment);
    assert_eq!(refused["ending"], "failed");
    let why = refused["why"].as_str().expect("why");
    assert!(why.contains("403"), "{why}");
    assert_eq!(refused["totals"]["events"], 0);

    sandbox.put_faults(&["logs:reset-after-store@1"]);
    let flags = ["--since", EVERYTHING, "--timeout", "3s"];
    let _ = ship(&environment, &flags).exits(5);
    let outage = newest(&environment);
    let stored = sandbox.received("logs", "evt.id").len();
    assert!(stored > 0, "the intake kept what it did not answer to");
    let uncertain = outage["totals"]["uncertain"].as_u64().expect("a count");
    assert!(uncertain > 0, "{outage:#}");
}

#[test]
fn what_was_done_to_receipts_is_named_and_exits_3() {
    let sandbox = SandboxOptions::default().sessions(60).start();
    let environment = TestEnvironment::of(&sandbox);
    for since in ["5d", "10d", EVERYTHING] {
        let _ = ship(&environment, &["--since", since]).exits(0);
    }
    let whole = environment.run(["receipts", "list", "--check"]).exits(0);
    let _ = whole.says("3 receipts, each as it was written; the newest hash is ");
    let listed = receipts(&environment);
    let path = file_of(&listed[0]);
    let text = fs::read_to_string(&path).expect("a file");
    fs::write(&path, text.replace("\"status\":202", "\"status\":200")).expect("writable");
    fs::remove_file(file_of(&listed[1])).expect("writable");
    let broken = environment.run(["receipts", "list", "--check", "-o", "json"]);
    let problems = broken.exits(3).json();
    assert_shape("receipts_check", &problems);
    let named: BTreeMap<&str, &str> = problems
        .as_array()
        .expect("an array")
        .iter()
        .filter_map(|one| Some((one["receipt"].as_str()?, one["what"].as_str()?)))
        .collect();
    let id = |row: &Value| row["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        named[&*id(&listed[0])],
        "it was changed after it had been closed"
    );
    assert_eq!(named[&*id(&listed[1])], "it was taken out");
    assert_eq!(named.len(), 2);
}
