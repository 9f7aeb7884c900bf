//! What is wrong at the gateway: tokens, the licence gate, webhooks.

use serde_json::{Value, json};

use super::{assert_finds, check, doctor};
use crate::support::{SandboxOptions, SandboxProcess, TestEnvironment, assert_shape};

#[test]
fn a_role_that_sees_too_little_is_a_problem() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    let standard = "hpk_sandbox-standard-000000000000000000000000000";
    environment.set("HOOP_TOKEN", standard);
    assert_finds(
        &environment,
        "gateway-token",
        "problem",
        &["its own sessions alone"],
    );
    environment.set("HOOP_TOKEN", "hpk_wrong");
    assert_finds(&environment, "gateway-token", "problem", &["hoop login"]);
    assert_finds(&environment, "licence", "skipped", &["see gateway-token"]);
    environment.unset("HOOP_TOKEN");
    let report = doctor(&environment, &["--only", "gateway"]).exits(3).json();
    assert_eq!(check(&report, "gateway-api")["state"], "ok", "{report:#}");
    let token = check(&report, "gateway-token").to_string();
    assert!(
        token.contains("problem") && token.contains("HOOP_TOKEN"),
        "{token}"
    );
}

/// Attaches the first connection to the webhooks plugin.
fn attach(sandbox: &SandboxProcess) {
    let connections = sandbox.gateway("GET", "/api/connections", b"").json();
    let body = json!({
        "name": "webhooks", "config": null,
        "connections": [{"id": connections[0]["id"], "config": null}],
    });
    let made = sandbox.gateway("POST", "/api/plugins", body.to_string().as_bytes());
    assert_eq!(made.status, 201, "{}", made.text());
}

#[test]
fn the_licence_gate_is_found_and_opened() {
    let sandbox = SandboxOptions::default().licence("oss").start();
    let mut environment = TestEnvironment::of(&sandbox);
    attach(&sandbox);
    assert_finds(
        &environment,
        "licence",
        "problem",
        &["every session on", "is refused"],
    );
    let refused = environment
        .run(["doctor", "--only", "licence", "--fix", "--read-only"])
        .exits(3);
    assert!(
        refused.stderr.contains("--read-only forbids it"),
        "{refused}"
    );
    let asked = environment
        .run(["doctor", "--only", "licence", "--fix"])
        .exits(2);
    assert!(asked.stderr.contains("--yes"), "{asked}");
    let mended = doctor(&environment, &["--only", "licence", "--fix", "--yes"]).exits(0);
    let report = mended.json();
    assert_shape("doctor_fix", &report);
    assert_eq!(report["mended"][0]["error"], Value::Null);
    assert_finds(
        &environment,
        "licence",
        "ok",
        &["no connection is attached"],
    );
    // Nothing is ever pushed under that licence.
    environment.set("DDCTL_DELIVERY", "webhook");
    let says = ["nothing arrives", "sessions export --follow"];
    assert_finds(&environment, "licence", "problem", &says);
}

#[test]
fn an_endpoint_that_is_disabled_is_found() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    assert_finds(&environment, "webhooks", "skipped", &["not in use here"]);
    let register = [
        "webhooks",
        "register",
        "--to",
        "https://relay.example.com/hoop",
        "--signing-secret-file",
        "secret",
        "--yes",
    ];
    let _ = environment.run(register).exits(0);
    assert_finds(
        &environment,
        "webhooks",
        "ok",
        &["https://relay.example.com/hoop"],
    );
    let _ = environment
        .run(["webhooks", "update", "ddctl", "--disable", "--yes"])
        .exits(0);
    assert_finds(
        &environment,
        "webhooks",
        "problem",
        &["ddctl is disabled", "redeliver"],
    );
}

#[test]
fn a_plugin_that_the_profile_needs_is_enabled_with_its_event_types() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("DDCTL_DELIVERY", "relay");
    assert_finds(
        &environment,
        "webhooks",
        "problem",
        &["plugin is not enabled"],
    );
    let args = ["doctor", "--only", "webhooks", "--fix", "--yes"];
    let output = environment.run(args).exits(3);
    assert!(output.stderr.contains("done: enable"), "{output}");
    assert_finds(
        &environment,
        "webhooks",
        "problem",
        &["no endpoint is registered"],
    );
}
