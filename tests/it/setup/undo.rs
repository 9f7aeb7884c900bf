//! `setup --undo`: what was made goes, what was replaced comes back, what was sent stays proven.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

use serde_json::Value;

use super::{changes, settings};
use crate::support::{
    Asked, Pty, SandboxOptions, SandboxProcess, Scripted, ScriptedServer, TestEnvironment, ask,
};

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
    let _ = other
        .run(["setup", "--undo", "--yes"])
        .exits(0)
        .says("nothing on this machine says that setup attached them");
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

/// The sandbox's gateway behind something that refuses.
struct Gate {
    server: ScriptedServer,
    /// How many more connections may be attached.
    attaches: Arc<AtomicUsize>,
    /// What everything is answered instead; 0 lets it through.
    status: Arc<AtomicU16>,
}

impl Gate {
    fn start(sandbox: &SandboxProcess) -> Self {
        let attaches = Arc::new(AtomicUsize::new(usize::MAX));
        let status = Arc::new(AtomicU16::new(0));
        let base = sandbox.gateway_url().to_owned();
        let (left, refusal) = (Arc::clone(&attaches), Arc::clone(&status));
        let server = ScriptedServer::start(move |asked| {
            let is_attach = asked.method == "PUT" && asked.target.contains("/conn/");
            let one_less = |left: usize| left.checked_sub(1);
            let (read, write) = (Ordering::SeqCst, Ordering::SeqCst);
            let is_one_too_many = is_attach && left.fetch_update(write, read, one_less).is_err();
            match (refusal.load(Ordering::SeqCst), is_one_too_many) {
                (0, false) => passed_on(&base, asked),
                (0, true) => refused(403),
                (status, _) => refused(status),
            }
        });
        Self {
            server,
            attaches,
            status,
        }
    }
}

fn refused(status: u16) -> Scripted {
    let body = r#"{"message":"not now"}"#.to_owned();
    (status, "application/json", body)
}

fn passed_on(base: &str, asked: &Asked) -> Scripted {
    let header = |name: &'static str| (name, asked.header(name).unwrap_or_default());
    let headers = [header("authorization"), header("content-type")];
    let url = format!("{base}{}", asked.target);
    let answer = ask(&asked.method, &url, &headers, &asked.body);
    (answer.status, "application/json", answer.text())
}

#[test]
fn what_was_registered_before_it_failed_is_undone_and_a_gateway_that_refuses_holds_up_nothing_else()
{
    let sandbox = SandboxOptions::default().start();
    let gate = Gate::start(&sandbox);
    let mut environment = TestEnvironment::of(&sandbox);
    environment.unset("HOOP_APIURL");
    environment.set("DDCTL_GATEWAY_URL", gate.server.url());
    gate.attaches.store(3, Ordering::SeqCst);
    let _ = environment.run(RELAY).exits(4);
    let plugin = sandbox.gateway("GET", "/api/plugins/webhooks", b"").json();
    assert_eq!(plugin["connections"].as_array().map(Vec::len), Some(3));

    // It goes away between the question and the deed.
    let mut pty = Pty::start_sized(&environment, (80, 200), &["setup", "--undo"]);
    let screen = pty.wait_for("Undo ").join("\n");
    for told in ["connection prod-", "relay.secret", "endpoint ddctl"] {
        assert!(screen.contains(told), "{told}: {screen}");
    }
    gate.status.store(403, Ordering::SeqCst);
    pty.type_keys("y");
    let output = pty.finish();
    let text = output.unwrapped();
    assert_eq!(output.code, 1, "{text}");
    assert!(output.is_given_back);
    assert!(text.contains("undone on this machine"), "{text}");
    assert_eq!(settings(&environment), "", "this machine is as it was");

    let hidden = environment.run(["setup", "--undo", "--yes"]).exits(1);
    let _ = hidden.says("not looked at").says("left to be undone");
    gate.status.store(0, Ordering::SeqCst);
    let _ = environment.run(["setup", "--undo", "--yes"]).exits(0);
    assert!(is_clean(&sandbox));
    let left = environment.files();
    let names: Vec<String> = left
        .iter()
        .map(|(path, _)| path.display().to_string())
        .collect();
    let is_ours = |name: &String| name.contains("setup.json") || name.contains("relay.secret");
    assert!(!names.iter().any(is_ours), "{names:?}");
}
