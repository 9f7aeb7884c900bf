//! `sessions export` goes on from where it was: nothing twice, nothing left out, and nobody else
//! on the same cursor.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use rustix::process::Signal;

use crate::support::{CommandOutput, SandboxOptions, SandboxProcess, TestEnvironment, until};

/// Past every session of the sandbox.
const EVERYTHING: &str = "40d";

fn export(environment: &TestEnvironment, flags: &[&str]) -> CommandOutput {
    let mut args = vec!["sessions", "export", "--yes", "--to", "logs", "-o", "json"];
    args.extend(flags);
    environment.run(args)
}

/// How often each event arrived, by its id.
fn arrived(sandbox: &SandboxProcess) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for row in sandbox.received("logs", "evt.id") {
        let id = row["evt.id"].as_str().expect("every event has an id");
        *count.entry(id.to_owned()).or_default() += 1;
    }
    count
}

/// The ids of everything there is.
fn everything(environment: &TestEnvironment) -> BTreeSet<String> {
    let to_stdout = [
        "sessions", "export", "--yes", "--since", EVERYTHING, "--to", "-",
    ];
    let rows = environment.run(to_stdout).exits(0).ndjson();
    let id = |row: &serde_json::Value| row["evt"]["id"].as_str().map(str::to_owned);
    rows.iter().map(|row| id(row).expect("an id")).collect()
}

fn state_file(environment: &TestEnvironment) -> PathBuf {
    environment
        .home()
        .join(".local/state/ddctl/default/state.db")
}

#[test]
fn new_asks_once_where_to_begin_and_then_sends_what_is_new() {
    let sandbox = SandboxOptions::default().sessions(60).start();
    let environment = TestEnvironment::of(&sandbox);
    let refused = export(&environment, &["--new"]).exits(2);
    assert!(refused.stderr.contains("--new --since 12h"));
    assert!(arrived(&sandbox).is_empty());

    let expected = everything(&environment);
    let _ = export(&environment, &["--new", "--since", EVERYTHING]).exits(0);
    assert_eq!(
        arrived(&sandbox).into_keys().collect::<BTreeSet<_>>(),
        expected
    );
    let again = export(&environment, &["--new"]).exits(0).json();
    assert_eq!(again["accepted"], 0);
    assert!(arrived(&sandbox).values().all(|count| *count == 1));
}

#[test]
fn a_wider_range_sends_the_rest_and_again_sends_everything() {
    let sandbox = SandboxOptions::default().sessions(200).start();
    let environment = TestEnvironment::of(&sandbox);
    let expected = everything(&environment);
    let narrow = export(&environment, &["--since", "10d"]).exits(0).json();
    let wide = export(&environment, &["--since", EVERYTHING])
        .exits(0)
        .json();
    let count = |summary: &serde_json::Value| summary["accepted"].as_u64().expect("a count");
    assert!(count(&narrow) > 0 && count(&wide) > 0);
    let first = arrived(&sandbox);
    assert_eq!(first.keys().cloned().collect::<BTreeSet<_>>(), expected);
    assert!(first.values().all(|count| *count == 1));

    let again = export(&environment, &["--since", EVERYTHING, "--again"]).exits(0);
    assert_eq!(count(&again.json()), expected.len() as u64);
    assert!(arrived(&sandbox).values().all(|count| *count == 2));
}

#[test]
fn another_filter_is_another_position() {
    let sandbox = SandboxOptions::default().sessions(100).start();
    let environment = TestEnvironment::of(&sandbox);
    let all = export(&environment, &["--since", EVERYTHING])
        .exits(0)
        .json();
    let agents = export(&environment, &["--since", EVERYTHING, "--agent", "*"]);
    let agents = agents.exits(0).json();
    assert!(agents["accepted"].as_u64() > Some(0));
    assert!(agents["accepted"].as_u64() < all["accepted"].as_u64());
}

#[test]
fn a_dry_run_shows_what_is_left_and_remembers_nothing() {
    let sandbox = SandboxOptions::default().sessions(30).start();
    let environment = TestEnvironment::of(&sandbox);
    let dry = ["--since", EVERYTHING, "--dry-run"];
    let before = export(&environment, &dry).exits(0);
    assert!(before.stdout.contains("evt"));
    assert!(!state_file(&environment).exists());
    let _ = export(&environment, &["--since", EVERYTHING]).exits(0);
    let after = export(&environment, &dry).exits(0);
    assert!(after.stderr.contains("0 events"), "{}", after.stderr);
}

#[test]
fn a_run_that_is_killed_goes_on_where_it_was() {
    let sandbox = SandboxOptions::default()
        .sessions(1_200)
        .fault("logs:slow=2ms@1")
        .start();
    let environment = TestEnvironment::of(&sandbox);
    let args = [
        "sessions", "export", "--yes", "--since", EVERYTHING, "--to", "logs",
    ];
    let running = environment.command(args).start();
    until("the first batch is there", || {
        (!arrived(&sandbox).is_empty()).then_some(())
    });
    running.signal(Signal::KILL);
    let _ = running.finish();
    let before = arrived(&sandbox).len();

    let _ = export(&environment, &["--since", EVERYTHING]).exits(0);
    let arrived = arrived(&sandbox);
    assert_eq!(
        arrived.keys().cloned().collect::<BTreeSet<_>>(),
        everything(&environment)
    );
    let twice = arrived.values().filter(|count| **count > 1).count();
    assert!(twice <= 4 * 1_000, "{twice} of {before} were sent twice");
    assert!(arrived.values().all(|count| *count <= 2));
}

/// Whether somebody has written himself into the lock of a cursor.
fn is_held(environment: &TestEnvironment) -> bool {
    let folder = state_file(environment);
    let folder = folder.parent().expect("a file lies in a folder");
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut locks = entries.filter(|entry| {
        let name = entry.file_name();
        name.to_string_lossy().starts_with("cursor-")
    });
    locks.any(|lock| lock.metadata().is_ok_and(|file| file.len() > 0))
}

#[test]
fn a_second_exporter_on_the_same_cursor_learns_who_has_it() {
    let sandbox = SandboxOptions::default()
        .sessions(30)
        .fault("logs:stall@1")
        .start();
    let environment = TestEnvironment::of(&sandbox);
    let args = [
        "sessions", "export", "--yes", "--since", EVERYTHING, "--to", "logs",
    ];
    let running = environment.command(args).start();
    until("the first has the cursor", || {
        is_held(&environment).then_some(())
    });
    until("the second is refused", || {
        let second = export(
            &environment,
            &["--new", "--since", EVERYTHING, "--timeout", "2s"],
        );
        let is_told = second
            .stderr
            .contains("is in use by `ddctl sessions export`");
        is_told.then_some(())
    });
    running.signal(Signal::KILL);
    let _ = running.finish();
}

#[test]
fn a_damaged_position_is_an_error_and_no_fresh_start() {
    let sandbox = SandboxOptions::default().sessions(30).start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = export(&environment, &["--since", EVERYTHING]).exits(0);
    let rubbish = vec![b'x'; 8_192];
    fs::write(state_file(&environment), &rubbish).expect("a writable folder");
    let refused = export(&environment, &["--since", EVERYTHING]).exits(1);
    assert!(
        refused.stderr.contains("state.db is damaged"),
        "{}",
        refused.stderr
    );
    assert_eq!(fs::read(state_file(&environment)).expect("a file"), rubbish);
    assert!(arrived(&sandbox).values().all(|count| *count == 1));
}
