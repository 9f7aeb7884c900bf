//! `deadletters`: what no destination took is listed, sent again under the same ids, and given up
//! only when somebody says so.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::{SandboxOptions, SandboxProcess, TestEnvironment, assert_shape};

const OLD: &str = "{\"timestamp\":\"2026-01-02T03:04:05Z\",\"evt\":{\"id\":\"old-NUMBER\"}}\n";

fn old(number: u32) -> String {
    OLD.replace("NUMBER", &number.to_string())
}

/// Sets the events of `lines` aside: they are too old, or broken.
fn set_aside(environment: &TestEnvironment, lines: &str) -> PathBuf {
    let path = environment.home().join("events.ndjson");
    fs::write(&path, lines).expect("a writable home");
    let name = path.display().to_string();
    let args = [
        "sessions",
        "export",
        "--to",
        "logs",
        "-o",
        "json",
        "--late",
        "deadletter",
    ];
    let args = args.into_iter().chain(["--file", &name]);
    let summary = environment.run(args).exits(6).json();
    summary["dead_letter_file"].as_str().expect("a file").into()
}

fn list(environment: &TestEnvironment) -> Vec<Value> {
    let listed = environment.run(["deadletters", "list", "-o", "json"]);
    match listed.exits(0).json() {
        Value::Array(letters) => letters,
        other => panic!("a bare array: {other}"),
    }
}

fn arrived(sandbox: &SandboxProcess) -> Vec<String> {
    let rows = sandbox.received("logs", "evt.id");
    let id = |row: &Value| row["evt.id"].as_str().expect("an id").to_owned();
    rows.iter().map(id).collect()
}

#[test]
fn without_letters_there_is_an_empty_list() {
    let environment = TestEnvironment::empty();
    assert!(list(&environment).is_empty());
    let shown = environment.run(["deadletters", "list"]).exits(0);
    assert!(shown.stderr.contains("there are no dead letters"));
    let none = environment.run(["deadletters", "show", "x"]).exits(2);
    assert!(none.stderr.contains("deadletters list"));
}

#[test]
fn a_letter_says_what_it_is_and_shows_its_event() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let file = set_aside(&environment, &format!("{}{}", old(1), old(2)));
    let letters = list(&environment);
    assert_shape("deadletters_list", &Value::Array(letters.clone()));
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[0]["id"], "old-1");
    assert_eq!(letters[0]["file"], file.display().to_string());
    let args = ["deadletters", "show", "old-2", "-o", "json"];
    let shown = environment.run(args).exits(0).json();
    assert_shape("deadletters_show", &shown);
    assert_eq!(shown["event"]["evt"]["id"], "old-2");
    let text = environment.run(["deadletters", "show", "old-2"]).exits(0);
    assert!(
        text.stdout.contains("too old for the destination"),
        "{}",
        text.stdout
    );
    let several = environment.run(["deadletters", "show", "old"]).exits(2);
    assert!(several.stderr.contains(":1") && several.stderr.contains(":2"));
}

#[test]
fn a_retry_sends_the_same_ids_and_takes_out_what_arrived() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let file = set_aside(&environment, &format!("{}{}{}", old(1), old(2), old(3)));
    let dry = environment.run(["deadletters", "retry", "--all", "--dry-run"]);
    assert!(dry.exits(0).stdout.contains("old-3"));
    let one = ["deadletters", "retry", "old-2", "-o", "json"];
    let retried = environment.run(one).exits(0).json();
    assert_shape("deadletters_retry", &retried);
    let receipt = environment.run(["receipts", "show", "-o", "json"]);
    let receipt = receipt.exits(0).json();
    assert_eq!(receipt["id"], retried[0]["receipt"]);
    assert_eq!(
        (&receipt["command"], &receipt["ending"]),
        (&"deadletters retry".into(), &"done".into())
    );
    let late = &receipt["batches"][0]["late"][0];
    assert_eq!(late["ids"], serde_json::json!(["old-2"]));
    assert_eq!(
        (&retried[0]["accepted"], &retried[0]["late"]),
        (&1.into(), &1.into())
    );
    assert_eq!(arrived(&sandbox), ["old-2"]);
    let left: Vec<Value> = list(&environment)
        .iter()
        .map(|row| row["id"].clone())
        .collect();
    assert_eq!(left, ["old-1", "old-3"]);
    let _ = environment.run(["deadletters", "retry", "--all"]).exits(0);
    assert_eq!(arrived(&sandbox), ["old-2", "old-1", "old-3"]);
    assert!(!file.exists());
}

#[test]
fn a_refused_key_takes_nothing_out() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = set_aside(&environment, &old(1));
    sandbox.put_faults(&["logs:403@1"]);
    let _ = environment.run(["deadletters", "retry", "--all"]).exits(4);
    assert_eq!(list(&environment).len(), 1);
}

#[test]
fn what_is_no_event_stays_until_it_is_dropped() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let file = set_aside(&environment, &format!("{}broken\n", old(1)));
    let retried = environment.run(["deadletters", "retry", "--all"]).exits(6);
    assert!(
        retried.stderr.contains("stays: no JSON object"),
        "{}",
        retried.stderr
    );
    assert_eq!(arrived(&sandbox), ["old-1"]);
    let asked = environment.run(["deadletters", "drop", "--all"]).exits(2);
    assert!(
        asked.stderr.contains("line 2: no JSON object"),
        "{}",
        asked.stderr
    );
    assert!(file.exists());
    let args = ["deadletters", "drop", "--all", "--yes", "-o", "json"];
    let dropped = environment.run(args).exits(0).json();
    assert_shape("deadletters_drop", &dropped);
    assert!(!file.exists());
}

#[test]
fn a_damaged_letter_is_named_and_never_lost() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let file = set_aside(&environment, &old(1));
    let mut opened = OpenOptions::new()
        .append(true)
        .open(&file)
        .expect("our file");
    opened.write_all(b"{\"time\":\"2026").expect("our file");
    let letters = list(&environment);
    assert_eq!((letters.len(), &letters[1]["damaged"]), (2, &true.into()));
    let retried = environment.run(["deadletters", "retry", "--all"]).exits(6);
    assert!(
        retried.stderr.contains(":2 stays: no letter"),
        "{}",
        retried.stderr
    );
    assert_eq!(arrived(&sandbox), ["old-1"]);
    let left = list(&environment);
    let place = left[0]["place"].as_str().expect("a place");
    let shown = environment.run(["deadletters", "show", place]).exits(0);
    assert!(shown.stdout.contains("{\"time\":\"2026"));
    let _ = environment
        .run(["deadletters", "drop", place, "--yes"])
        .exits(0);
    assert!(list(&environment).is_empty());
}

#[test]
fn letters_for_another_site_wait_for_it() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = set_aside(&environment, &old(1));
    let elsewhere = ["--site", "us5.datadoghq.com", "deadletters", "retry"];
    let named = environment
        .run(elsewhere.into_iter().chain(["old-1"]))
        .exits(2);
    assert!(
        named.stderr.contains("old-1 was to go to logs"),
        "{}",
        named.stderr
    );
    let all = environment
        .run(elsewhere.into_iter().chain(["--all"]))
        .exits(0);
    assert!(all.stderr.contains("1 letter for logs"), "{}", all.stderr);
    assert_eq!(list(&environment).len(), 1);
}
