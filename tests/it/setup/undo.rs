//! `setup --undo`: what was made goes, what was replaced comes back, what was sent stays proven.

use serde_json::Value;

use super::{changes, settings};
use crate::support::{SandboxOptions, SandboxProcess, TestEnvironment};

const RELAY: [&str; 8] = [
    "setup",
    "--no-input",
    "--yes",
    "--delivery=relay",
    "--relay-url=https://relay.example.com/hoop",
    "--attach=prod-*",
    "--packs=hoop",
    "--production=prod-*",
];

fn is_clean(sandbox: &SandboxProcess) -> bool {
    let endpoints = sandbox
        .gateway("GET", "/api/webhooks/endpoints", b"")
        .json();
    let plugin = sandbox.gateway("GET", "/api/plugins/webhooks", b"").json();
    let dashboards = sandbox
        .datadog("GET", "/api/v1/dashboard", &Value::Null)
        .json();
    let count = |value: &Value| value.as_array().map_or(0, Vec::len);
    sandbox.monitors().is_empty()
        && count(&endpoints["data"]) == 0
        && count(&plugin["connections"]) == 0
        && count(&dashboards["dashboards"]) == 0
}

#[test]
fn everything_that_setup_made_goes_and_what_it_replaced_comes_back() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let before = "# mine\nversion = 1\n\n[profiles.default]\nservice = \"mine\" # keep\nsite = \"datadoghq.com\"\n";
    environment.write_settings(before);
    let mut line = RELAY.to_vec();
    line.push("--service=agents");
    let _ = environment.run(line).exits(0);
    assert!(!is_clean(&sandbox));
    assert!(settings(&environment).contains("agents"));
    let _ = environment
        .run(["setup", "--undo", "--yes"])
        .exits(0)
        .says("back to mine")
        .says("monitor hoop/failed-sessions");
    assert!(is_clean(&sandbox));
    let after = settings(&environment);
    assert!(after.starts_with("# mine"), "{after}");
    assert!(after.contains("service = \"mine\""), "{after}");
    assert!(
        !after.contains("relay") && !after.contains("connections"),
        "{after}"
    );
    let left = environment.files();
    let left: Vec<String> = left
        .iter()
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(
        !left.iter().any(|path| path.contains("relay.secret")),
        "{left:?}"
    );
    assert!(
        !left.iter().any(|path| path.contains("setup.json")),
        "{left:?}"
    );
    let _ = environment
        .run(["setup", "--undo", "--yes"])
        .exits(0)
        .says("nothing to undo");
}

#[test]
fn what_is_far_away_is_undone_from_any_machine() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = environment.run(RELAY).exits(0);
    let other = TestEnvironment::of(&sandbox);
    let _ = other.run(["setup", "--undo", "--yes"]).exits(0);
    assert!(sandbox.monitors().is_empty());
    let endpoints = sandbox
        .gateway("GET", "/api/webhooks/endpoints", b"")
        .json();
    assert_eq!(endpoints["data"], Value::Array(Vec::new()));
}

#[test]
fn a_dry_run_lists_and_touches_nothing() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = environment.run(RELAY).exits(0);
    let (files, made) = (environment.files(), changes(&sandbox).len());
    let _ = environment
        .run(["setup", "--undo", "--dry-run"])
        .exits(0)
        .says("webhook endpoint ddctl");
    assert!(environment.files() == files, "a file changed");
    assert_eq!(changes(&sandbox).len(), made);
}

#[test]
fn nothing_is_undone_while_events_wait() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = environment.run(RELAY).exits(0);
    let letters = environment
        .home()
        .join(".local/state/ddctl/default/deadletters");
    environment.write(&letters.join("logs-datadoghq.com.ndjson"), "{}\n");
    let _ = environment
        .run(["setup", "--undo", "--yes"])
        .exits(6)
        .says("ddctl deadletters retry");
    assert!(!is_clean(&sandbox));
}

#[test]
fn receipts_stay_unless_they_are_named() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let export = [
        "sessions", "export", "--since", "16h", "--to", "logs", "--yes",
    ];
    let _ = environment.run(export).exits(0);
    let receipts = environment
        .home()
        .join(".local/state/ddctl/default/receipts");
    assert!(receipts.exists());
    let _ = environment
        .run(["setup", "--undo", "--yes"])
        .exits(0)
        .says("prove what was sent");
    assert!(receipts.exists());
    let all = ["setup", "--undo", "--with-receipts", "--yes"];
    let _ = environment.run(all).exits(0);
    assert!(!receipts.exists());
}

#[test]
fn what_nobody_could_look_at_is_said() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    let _ = environment.run(RELAY).exits(0);
    environment.unset("DD_APP_KEY");
    let _ = environment
        .run(["setup", "--undo", "--yes"])
        .exits(1)
        .says("not looked at");
    assert!(!sandbox.monitors().is_empty());
}
