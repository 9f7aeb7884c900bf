//! How a run that sends comes to an early end, and what it says then of what was under way.

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{Running, SandboxOptions, SandboxProcess, TestEnvironment, until};

fn follow(environment: &TestEnvironment) -> Running {
    let args = [
        "sessions", "export", "--follow", "--since", "1h", "--to", "logs",
    ];
    let command = environment.command(args);
    command.start()
}

/// The newest receipt.
fn receipt(environment: &TestEnvironment) -> Value {
    let list = environment.run(["receipts", "list", "-o", "json"]).exits(0);
    let list = list.json();
    let id = list[0]["id"].as_str().expect("a receipt").to_owned();
    let shown = environment.run(["receipts", "show", &id, "-o", "json"]);
    shown.exits(0).json()
}

/// A one-shot run whose requests are never answered.
fn stalled(flags: &[&str]) -> (SandboxProcess, TestEnvironment, Running) {
    let sandbox = SandboxOptions::default().fault("logs:stall@1").start();
    let environment = TestEnvironment::of(&sandbox);
    let mut args = vec!["sessions", "export", "--since", "16h", "--to", "logs"];
    args.extend(flags);
    let running = environment.command(args).start();
    (sandbox, environment, running)
}

fn wait_for_a_batch(sandbox: &SandboxProcess) {
    until("a batch is under way", || {
        let requests = sandbox.requests(false);
        let is_batch = |request: &Value| request["path"] == "/api/v2/logs";
        requests.iter().any(is_batch).then_some(())
    });
}

/// Ids of which nobody knows whether they arrived.
#[track_caller]
fn assert_names_what_was_under_way(environment: &TestEnvironment, ending: &str) {
    let receipt = receipt(environment);
    assert_eq!(receipt["ending"], ending, "{receipt}");
    let uncertain = receipt["totals"]["uncertain"].as_u64();
    assert!(uncertain > Some(0), "{receipt}");
    let ids = receipt["uncertain"][0]["ids"].as_array().expect("ids");
    assert!(
        ids.iter()
            .all(|id| id.as_str().is_some_and(|id| id.len() == 32))
    );
}

#[test]
fn what_was_under_way_at_a_second_signal_is_named() {
    let (sandbox, environment, mut running) = stalled(&[]);
    wait_for_a_batch(&sandbox);
    running.signal(Signal::INT);
    running.wait_for_stderr("stopping:");
    running.signal(Signal::INT);
    let _ = running.finish().exits(130);
    assert_names_what_was_under_way(&environment, "interrupted");
}

#[test]
fn what_was_under_way_at_the_deadline_is_named() {
    let (_sandbox, environment, running) = stalled(&["--timeout", "3s"]);
    let _ = running.finish().exits(5);
    assert_names_what_was_under_way(&environment, "failed");
}

#[test]
fn a_closed_terminal_ends_a_run_as_a_service_manager_does() {
    let sandbox = SandboxOptions::default().every("300ms").start();
    let environment = TestEnvironment::of(&sandbox);
    let running = follow(&environment);
    until("something arrives", || {
        sandbox.has_received("logs", 1).then_some(())
    });
    running.signal(Signal::HUP);
    let _ = running.finish().exits(0);
    assert_eq!(receipt(&environment)["ending"], "stopped");
}

#[test]
fn under_nohup_nothing_hangs_up() {
    let sandbox = SandboxOptions::default().every("300ms").start();
    let environment = TestEnvironment::of(&sandbox);
    let ddctl = env!("CARGO_BIN_EXE_ddctl");
    let words = format!("{ddctl} sessions export --follow --since 1h --to logs --interval 200ms");
    let running = environment.program("nohup", words.split(' ')).start();
    until("something arrives", || {
        sandbox.has_received("logs", 1).then_some(())
    });
    running.signal(Signal::HUP);
    let before = sandbox.received("logs", "evt.id").len();
    until("more arrives", || {
        sandbox.has_received("logs", before + 2).then_some(())
    });
    running.signal(Signal::TERM);
    let _ = running.finish().exits(0);
}
