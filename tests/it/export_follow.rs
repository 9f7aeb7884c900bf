//! `sessions export --follow`: each event once, whatever happens to the gateway and to ddctl.

use std::collections::{BTreeMap, BTreeSet};

use rustix::process::Signal;

use crate::support::{Running, SandboxOptions, SandboxProcess, TestEnvironment, until};

/// A gateway with a new session every 300 ms that ends some seconds later.
fn busy() -> SandboxProcess {
    SandboxOptions::default().every("300ms").start()
}

fn follow(environment: &TestEnvironment, flags: &[&str]) -> Running {
    let mut args = vec!["sessions", "export", "--follow", "--to", "logs"];
    args.extend(["--interval", "200ms"]);
    args.extend(flags);
    environment.command(args).start()
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

/// The sessions that began since the sandbox did, and of which opening and close arrived.
fn whole_sessions(sandbox: &SandboxProcess) -> BTreeSet<String> {
    let rows = sandbox.received("logs", "session.id,evt.name");
    let of = |name: &str| -> BTreeSet<String> {
        let named = rows.iter().filter(|row| row["evt.name"] == name);
        let ids = named.filter_map(|row| row["session.id"].as_str());
        ids.map(str::to_owned).collect()
    };
    &of("session.open") & &of("session.close")
}

#[track_caller]
fn wait_for_more(sandbox: &SandboxProcess, sessions: usize) {
    let before = whole_sessions(sandbox).len();
    until("more sessions are over and told", || {
        (whole_sessions(sandbox).len() >= before + sessions).then_some(())
    });
}

/// Of how many sessions the summary speaks.
fn sessions_told(summary: &str) -> usize {
    let (_, told) = summary.split_once(" events of ").expect("a summary");
    let count = told.split(' ').next().and_then(|count| count.parse().ok());
    count.expect("a count of sessions")
}

#[test]
fn what_begins_and_ends_while_it_runs_arrives_once_and_a_later_run_goes_on() {
    let sandbox = busy();
    let environment = TestEnvironment::of(&sandbox);
    for round in 0..2 {
        let since: &[&str] = if round == 0 { &["--since", "1h"] } else { &[] };
        let running = follow(&environment, since);
        wait_for_more(&sandbox, 3);
        running.signal(Signal::TERM);
        let stopped = running.finish().exits(0);
        assert!(sessions_told(&stopped.stderr) >= 3, "{}", stopped.stderr);
    }
    let receipts = environment.run(["receipts", "list", "-o", "json"]).exits(0);
    let endings = receipts.json();
    let endings = endings.as_array().expect("an array").iter();
    assert!(
        endings
            .map(|row| &row["ending"])
            .all(|ending| ending == "stopped")
    );
    let arrived = arrived(&sandbox);
    let twice: Vec<_> = arrived.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");

    // A one-shot run sends the rest, and nothing that was there.
    let new = ["sessions", "export", "--new", "--to", "logs", "-o", "json"];
    let _ = environment.run(new).exits(0);
    let expected = environment.run(["sessions", "export", "--since", "1h", "--to", "-"]);
    let began_before = |row: &&serde_json::Value| row["session"]["status"] == "done";
    let expected = expected.exits(0).ndjson();
    let arrived = self::arrived(&sandbox);
    assert!(arrived.values().all(|count| *count == 1));
    let told = whole_sessions(&sandbox);
    let missing = expected
        .iter()
        .filter(|row| row["evt"]["name"] == "session.open")
        .filter(began_before)
        .filter(|row| !told.contains(row["session"]["id"].as_str().unwrap_or_default()))
        .count();
    // Those that ended between the two runs.
    assert!(missing <= 3, "{missing} sessions are not told");
}

#[test]
fn a_gateway_that_goes_away_is_told_of_once_and_nothing_is_missing_when_it_is_back() {
    let sandbox = busy();
    let environment = TestEnvironment::of(&sandbox);
    let mut running = follow(&environment, &["--since", "1h"]);
    wait_for_more(&sandbox, 1);
    sandbox.put_faults(&["gateway:503@1"]);
    running.wait_for_stderr("asking again until the gateway answers");
    sandbox.put_faults(&[]);
    running.wait_for_stderr("the gateway answers again");
    wait_for_more(&sandbox, 2);
    running.signal(Signal::INT);
    let stopped = running.finish().exits(130);
    assert_eq!(stopped.stderr.matches("asking again").count(), 1);
    assert!(arrived(&sandbox).values().all(|count| *count == 1));
}

#[test]
fn it_asks_once_where_to_begin_and_is_for_destinations_with_a_position() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let refused = follow(&environment, &[]).finish().exits(2);
    assert!(refused.stderr.contains("--follow --since 12h"));
    let to_file = [
        "sessions", "export", "--follow", "--since", "1h", "--to", "-",
    ];
    let refused = environment.run(to_file).exits(2);
    assert!(refused.stderr.contains("--follow goes on from a position"));
}

#[test]
fn a_setting_that_begins_another_position_is_named() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let once = [
        "sessions", "export", "--new", "--since", "1h", "--to", "logs",
    ];
    let first = environment.run(once).exits(0);
    assert!(!first.stderr.contains("new position"), "{}", first.stderr);
    let mut running = follow(&environment, &["--since", "1h", "--agent", "*"]);
    running.wait_for_stderr("this begins a new position: filter agent=\"*\" (before: none)");
    running.signal(Signal::TERM);
    let _ = running.finish().exits(0);
}
