//! The first session by webhooks: through a relay, and straight to Datadog.

use std::net::TcpListener;

use serde_json::{Value, json};

use super::interactive::Wizard;
use crate::support::{SandboxOptions, SandboxProcess, TestEnvironment};

/// Attached in these tests.
const ATTACHED: &str = "prod-customers-db";
const NOT_ATTACHED: &str = "shop-tools-mcp";

fn first_event(environment: &TestEnvironment, connection: &str) -> crate::support::CommandOutput {
    environment.run([
        "setup",
        "first-event",
        "--no-input",
        "--yes",
        "--run-on",
        connection,
        "-o",
        "json",
    ])
}

fn open_session(sandbox: &SandboxProcess, connection: &str) {
    let body = json!({"connection": connection, "script": "SELECT 1"});
    let answer = sandbox.gateway("POST", "/api/sessions", body.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// An address that nobody listens at by now.
fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").to_string()
}

#[test]
fn through_a_relay_the_first_session_is_one_that_the_gateway_pushes() {
    let sandbox = SandboxOptions::default().index_delay("0s").start();
    let environment = TestEnvironment::of(&sandbox);
    let door = free_address();
    let url = format!("--relay-url=http://{door}");
    let attach = format!("--attach={ATTACHED}");
    let secret = environment.path("relay.secret").display().to_string();
    let file = format!("--signing-secret-file={secret}");
    let relay = [
        "setup",
        "--no-input",
        "--yes",
        "--delivery=relay",
        &url,
        &attach,
        &file,
        "--packs=none",
    ];
    let set_up = environment.run(relay).exits(0);
    let _ = set_up.says(&format!("relay --listen {door}"));

    let _ = first_event(&environment, NOT_ATTACHED)
        .exits(1)
        .says("it is not attached");
    let missed = first_event(&environment, ATTACHED)
        .exits(3)
        .says("does not get its webhooks about the session through")
        .says("start the relay");
    assert_eq!(missed.json()["first_event"]["state"], "missing");

    let line = [
        "relay",
        "--listen",
        &door,
        "--signing-secret-file",
        &secret,
        "--to",
        "logs",
        "--disk-free",
        "1kB",
    ];
    let mut running = environment.command(line).start();
    running.wait_for_stderr("listening for webhooks at ");
    let found = first_event(&environment, ATTACHED).exits(0).json();
    assert_eq!(found["first_event"]["state"], "found", "{found:#}");

    let mut wizard = Wizard::start(&environment, &["first-event"]);
    wizard.0.wait_for(&format!("hoop connect {ATTACHED}"));
    wizard.answer("Connection (Enter waits", "");
    wizard.0.wait_for("Waiting for a session");
    open_session(&sandbox, NOT_ATTACHED);
    open_session(&sandbox, ATTACHED);
    let output = wizard.0.finish();
    let text = output.unwrapped();
    assert_eq!(output.code, 0, "{text}");
    let (_, shown) = text.split_once("Waiting for a session").expect("it waited");
    assert!(shown.contains(ATTACHED), "{shown}");
    assert!(!shown.contains(NOT_ATTACHED), "{shown}");
}

#[test]
fn raw_webhooks_are_found_by_their_own_names_and_no_pack_is_forced_on_them() {
    let sandbox = SandboxOptions::default().index_delay("0s").start();
    let mut environment = TestEnvironment::of(&sandbox);
    let svix = sandbox.var("DDCTL_SANDBOX_SVIX_URL").to_owned();
    environment.set("DDCTL_SVIX_URL", &svix);
    let args = [
        "--site=us1",
        "--gateway-url",
        sandbox.gateway_url(),
        "--delivery=webhook",
        "--attach",
        ATTACHED,
        "--skip=labels",
        "--skip=connections",
    ];
    let mut wizard = Wizard::start(&environment, &args);
    for times in 1..=2 {
        wizard.answer_again("Keep it as well? [y/N]", times, "n");
    }
    wizard.answer("Packs, comma-separated, or none [none]", "hoop");
    wizard.answer("Whom they tell", "");
    wizard
        .0
        .wait_for("not for events of the shape `hoop-webhook`");
    wizard.answer_again("Packs, comma-separated, or none", 2, "");
    wizard.answer("changes? [y/N]", "y");
    wizard.answer("Connection (Enter waits", ATTACHED);
    wizard.answer("Script [SELECT 1]", "");
    wizard.answer("under your name? [y/N]", "y");
    let output = wizard.0.finish();
    let text = output.unwrapped();
    assert_eq!(output.code, 0, "{text}");
    assert!(text.contains("Datadog has them"), "{text}");
    assert!(text.contains("session.close"), "{text}");
    let stored = sandbox.received("logs", "event_type");
    let names: Vec<&Value> = stored.iter().map(|row| &row["event_type"]).collect();
    assert!(names.contains(&&json!("session.close")), "{names:?}");
}
