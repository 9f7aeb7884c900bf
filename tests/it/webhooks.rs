//! `webhooks register` and `list`: the gateway is asked first, nothing is attached, no key is seen.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::support::{
    CommandOutput, SandboxOptions, SandboxProcess, TestEnvironment, assert_shape,
};

const RELAY: &str = "https://relay.example.com/hoop";
const AUDITOR: &str = "hpk_sandbox-auditor-0000000000000000000000000000";

fn register(environment: &TestEnvironment, flags: &[&str]) -> CommandOutput {
    let mut args = vec!["webhooks", "register", "--to", RELAY];
    args.extend(["--signing-secret-file", "relay.secret"]);
    args.extend(flags);
    environment.run(args)
}

/// Requests that change something, as `METHOD PATH`.
fn changes(sandbox: &SandboxProcess) -> Vec<String> {
    let is_change = |row: &&Value| row["method"] != "GET";
    let name = |row: &Value| {
        let word = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        format!("{} {}", word("method"), word("path"))
    };
    sandbox
        .requests(false)
        .iter()
        .filter(is_change)
        .map(name)
        .collect()
}

#[test]
fn registering_enables_the_plugin_with_no_connection_and_happens_once() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let first = register(&environment, &["--yes", "-o", "json"]).exits(0);
    assert_eq!(first.json()["url"], RELAY);
    assert_eq!(
        changes(&sandbox),
        [
            "POST /api/plugins",
            "POST /api/webhooks/eventtypes",
            "POST /api/webhooks/eventtypes",
            "POST /api/webhooks/endpoints"
        ]
    );
    let plugin = sandbox.gateway("GET", "/api/plugins/webhooks", b"").json();
    let attached = plugin["connections"].as_array().map(Vec::len);
    assert_eq!(attached.unwrap_or_default(), 0, "{plugin}");
    let again = register(&environment, &["--yes", "-o", "json"])
        .exits(0)
        .says("already");
    assert_eq!(again.json()["id"], first.json()["id"]);
    assert_eq!(
        changes(&sandbox).len(),
        4,
        "the second time changed something"
    );
}

#[test]
fn another_destination_under_the_same_name_is_refused_and_shown() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &["--yes"]).exits(0);
    let before = changes(&sandbox);
    let other = [
        "webhooks",
        "register",
        "--to",
        "https://other.example.com/",
        "--signing-secret-file",
        "relay.secret",
    ];
    let _ = environment.run(other).exits(1).says(RELAY).says("--uid");
    assert_eq!(changes(&sandbox), before);
    let _ = environment
        .run(other.into_iter().chain(["--uid", "second"]))
        .exits(0);
}

#[test]
fn without_a_terminal_the_flag_that_answers_is_named() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &[]).exits(2).says("--yes");
    assert!(changes(&sandbox).is_empty());
}

#[test]
fn the_open_source_licence_is_warned_about_before_anything_changes() {
    let sandbox = SandboxOptions::default().licence("oss").start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &["--dry-run"])
        .exits(0)
        .says("warning:")
        .says("open-source licence")
        .says("sessions export --to logs");
    assert!(changes(&sandbox).is_empty());
}

#[test]
fn a_dry_run_or_read_only_changes_nothing_and_makes_no_secret() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &["--dry-run"]).exits(0).shows(RELAY);
    let _ = register(&environment, &["--read-only", "--yes"])
        .exits(2)
        .says("--read-only");
    assert!(!environment.path("relay.secret").exists());
    assert!(changes(&sandbox).is_empty());
}

#[test]
fn a_token_without_the_role_is_told_what_it_misses() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("HOOP_TOKEN", AUDITOR);
    let _ = register(&environment, &["--yes"]).exits(4).says("admin");
}

#[test]
fn the_signing_secret_is_for_its_owner_alone_and_never_shown() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let output = register(&environment, &["--yes", "-vv"]).exits(0);
    let path = environment.path("relay.secret");
    let secret = fs::read_to_string(&path).expect("it was made");
    assert!(secret.starts_with("whsec_"), "no signing secret");
    let mode = fs::metadata(&path)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!output.to_string().contains(secret.trim()), "it was shown");
    let kept = fs::read_to_string(&path).expect("it is there");
    let _ = register(&environment, &["--yes"]).exits(0);
    assert_eq!(fs::read_to_string(&path).expect("it is there"), kept);
}

#[test]
fn the_key_goes_into_a_url_only_when_that_is_allowed_by_name_and_is_never_shown() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let to_logs = ["webhooks", "register", "--to", "logs", "--yes"];
    let _ = environment.run(to_logs).exits(2).says("--allow-key-in-url");
    assert!(
        sandbox
            .requests(false)
            .iter()
            .all(|row| row["method"] == "GET")
    );
    let key = sandbox.var("DD_API_KEY");
    let allowed = environment
        .run(to_logs.into_iter().chain(["--allow-key-in-url", "-vv"]))
        .exits(0);
    assert!(!allowed.to_string().contains(key), "the key was shown");
    let kept = sandbox
        .gateway("GET", "/api/webhooks/endpoints", b"")
        .text();
    assert!(kept.contains(key), "the endpoint has no key");
    for format in ["table", "json", "csv"] {
        let list = environment.run(["webhooks", "list", "-o", format]).exits(0);
        assert!(
            list.stdout.contains("http-intake.logs.datadoghq.com"),
            "{list}"
        );
        assert!(!list.to_string().contains(key), "the key was listed");
    }
}

#[test]
fn a_gateway_without_webhooks_has_an_empty_list() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let list = environment.run(["webhooks", "list", "-o", "json"]).exits(0);
    assert_eq!(list.json(), Value::Array(Vec::new()));
    let _ = list.says("webhooks register");
    assert!(changes(&sandbox).is_empty());
}

#[test]
fn the_list_keeps_its_shape() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = register(&environment, &["--yes"]).exits(0);
    let list = environment.run(["webhooks", "list", "-o", "json"]).exits(0);
    assert_shape("webhooks_list", &list.json());
}

#[test]
fn what_is_no_destination_is_wrong_usage() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = environment
        .run(["webhooks", "register", "--to", "relay.example.com", "--yes"])
        .exits(2)
        .says("https://");
    let _ = environment
        .run(["webhooks", "register", "--to", RELAY, "--yes"])
        .exits(2)
        .says("--signing-secret-file");
}
