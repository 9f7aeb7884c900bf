//! `doctor`: each fault of the path is found, named with what helps, and mended where that is safe.

mod datadog;
mod gateway;
mod machine;

use ddctl::sandbox::datadog::{API_KEY, APP_KEY};
use serde_json::Value;

use crate::support::{CommandOutput, Pty, SandboxOptions, TestEnvironment, assert_shape};

const WRONG_KEY: &str = "aaaabbbbccccddddeeeeffff00001111";
/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:1";

fn doctor(environment: &TestEnvironment, flags: &[&str]) -> CommandOutput {
    let args = ["doctor", "-o", "json"];
    environment.run(args.into_iter().chain(flags.iter().copied()))
}

/// The check of that name.
#[track_caller]
fn check(report: &Value, id: &str) -> Value {
    let checks = report["checks"].as_array().expect("checks");
    let found = checks.iter().find(|check| check["id"] == id);
    found.unwrap_or_else(|| panic!("no check {id}")).clone()
}

/// Runs one check alone: its exit code, its state, and all that it says.
fn one(environment: &TestEnvironment, id: &str) -> (i32, String, String) {
    let output = doctor(environment, &["--only", id]);
    let code = output.code();
    let found = check(&output.json(), id);
    let state = found["state"].as_str().expect("a word").to_owned();
    (code, state, found.to_string())
}

#[track_caller]
fn assert_finds(environment: &TestEnvironment, id: &str, state: &str, says: &[&str]) {
    let (code, found, text) = one(environment, id);
    assert_eq!(found, state, "{text}");
    assert_eq!(code, if state == "problem" { 3 } else { 0 }, "{text}");
    for words in says {
        assert!(text.contains(words), "`{words}` is not in {text}");
    }
}

fn state_folder(environment: &TestEnvironment) -> std::path::PathBuf {
    environment.home().join(".local/state/ddctl/default")
}

#[test]
fn a_path_that_works_is_fine_and_the_report_holds_no_secret() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let output = doctor(&environment, &[]).exits(0);
    let report = output.json();
    assert_shape("doctor", &report);
    assert_eq!(report["counts"]["problem"], 0, "{report:#}");
    for id in [
        "api-key",
        "intake",
        "indexes",
        "gateway-api",
        "gateway-token",
        "licence",
    ] {
        assert_eq!(check(&report, id)["state"], "ok", "{report:#}");
    }
    let said = format!("{}{}", output.stdout, output.stderr);
    let token = sandbox.var("HOOP_TOKEN");
    for secret in [API_KEY, APP_KEY, token, sandbox.var("DDCTL_SVIX_TOKEN")] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[test]
fn text_has_a_line_for_each_check_and_fits_a_terminal() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let piped = environment.run(["doctor"]).exits(0);
    assert!(!piped.stdout.contains('\u{1b}'), "{}", piped.stdout);
    for line in [
        "SETTINGS\n  ok       config",
        "GATEWAY\n  ok       gateway-api",
    ] {
        assert!(piped.stdout.contains(line), "{}", piped.stdout);
    }
    assert!(piped.stderr.contains("22 checks: "), "{}", piped.stderr);
    let pty = Pty::start(&environment, &["doctor"]);
    let shown = pty.finish().unwrapped();
    assert!(shown.contains("DELIVERY"), "{shown}");
    let wide: Vec<&str> = shown.lines().filter(|it| it.chars().count() > 80).collect();
    // An address has no place to be cut at.
    assert!(
        wide.iter().all(|line| line.trim().split(' ').count() <= 2),
        "{wide:#?}"
    );
}

#[test]
fn checks_are_listed_and_a_mistyped_one_is_told() {
    let environment = TestEnvironment::empty();
    let listed = doctor(&environment, &["--list"]).exits(0).json();
    assert_shape("doctor_list", &listed);
    let _ = environment
        .run(["doctor", "--only", "clok"])
        .exits(2)
        .says("a similar value exists: 'clock'");
    let chosen = doctor(&environment, &["--list", "--only", "network"]).json();
    assert_eq!(chosen.as_array().expect("a list").len(), 3);
}

#[test]
fn without_a_network_every_remote_is_said_to_be_unreachable_and_the_rest_is_still_right() {
    let sandbox = SandboxOptions::default().sessions(5).start();
    let mut environment = TestEnvironment::of(&sandbox);
    let _ = environment
        .run(["sessions", "export", "--since", "40d", "--to", "logs"])
        .exits(0);
    for name in ["DDCTL_DATADOG_URL", "DDCTL_GATEWAY_URL", "HOOP_APIURL"] {
        environment.set(name, NOWHERE);
    }
    let report = doctor(&environment, &[]).exits(5).json();
    for id in [
        "api-key",
        "app-key",
        "intake",
        "indexes",
        "monitors",
        "gateway-api",
        "gateway-token",
        "licence",
        "connections",
        "webhooks",
        "retention",
    ] {
        let text = check(&report, id).to_string();
        assert!(text.contains("unreachable"), "{id}: {text}");
    }
    for id in ["config", "secrets", "state", "positions", "deadletters"] {
        assert_eq!(check(&report, id)["state"], "ok", "{report:#}");
    }
}

#[test]
fn settings_that_cannot_be_read_are_named_and_nothing_is_guessed() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    environment.write_settings("version = 1\n[profiles.default]\nsit = \"eu\"\n");
    let report = doctor(&environment, &[]).exits(3).json();
    let config = check(&report, "config").to_string();
    assert!(config.contains("did you mean `site`?"), "{config}");
    assert!(config.contains("config edit"), "{config}");
    for id in ["api-key", "intake", "gateway-api", "gateway-token"] {
        let text = check(&report, id).to_string();
        assert!(text.contains("cannot be read: see config"), "{id}: {text}");
    }
    assert_eq!(report["site"], Value::Null, "{report:#}");
    assert!(sandbox.requests(false).is_empty());
}

#[test]
fn under_read_only_nothing_is_sent() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let report = doctor(&environment, &["--read-only"]).exits(0).json();
    assert_eq!(check(&report, "intake")["state"], "skipped");
    let asked = sandbox.requests(false);
    assert!(asked.iter().all(|it| it["method"] == "GET"), "{asked:?}");
}
