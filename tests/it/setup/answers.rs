//! Setup without anybody to ask: flags, files of answers, dry runs.

use super::{busy, changes, clean, files_with, settings};
use crate::support::{SandboxOptions, TestEnvironment, assert_shape};

const ALL: [&str; 10] = [
    "setup",
    "--no-input",
    "--yes",
    "--delivery",
    "export",
    "--production",
    "prod-*",
    "--packs",
    "hoop",
    "--env=prod",
];

#[test]
fn without_anybody_to_ask_every_missing_answer_is_named_at_once() {
    let environment = TestEnvironment::empty();
    let output = environment.run(["setup", "--no-input"]).exits(2);
    for name in [
        "--site",
        "--gateway-url",
        "--delivery",
        "DD_API_KEY",
        "HOOP_TOKEN",
    ] {
        let _ = output.clone().says(name);
    }
    assert!(environment.files().is_empty(), "nothing was tried");
}

#[test]
fn from_a_clean_home_to_the_first_event_in_one_command() {
    let sandbox = busy().start();
    let environment = TestEnvironment::of(&sandbox);
    let mut line = ALL.to_vec();
    line.extend(["--wait", "60s", "-o", "json"]);
    let output = environment.run(line).exits(0);
    let view = output.json();
    assert_eq!(view["first_event"]["state"], "found", "{view:#}");
    assert_eq!(view["applied"], true);
    assert!(!sandbox.received("logs", "evt.id").is_empty());
    assert!(!sandbox.monitors().is_empty());
    assert_shape("setup", &view);
    let profile = settings(&environment);
    assert!(profile.contains("delivery = \"export\""), "{profile}");
    assert!(profile.contains("match = \"prod-*\""), "{profile}");
    // What the cron job runs goes on from there.
    let _ = environment
        .run(["sessions", "export", "--new", "--to", "logs", "--yes"])
        .exits(0);
}

#[test]
fn a_second_run_shows_what_stands_and_changes_nothing() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = environment.run(ALL).exits(0);
    let (before, made) = (settings(&environment), changes(&sandbox).len());
    let again = environment.run(ALL).exits(0);
    let _ = again.says("nothing to change");
    assert_eq!(settings(&environment), before);
    assert_eq!(changes(&sandbox).len(), made, "{:?}", changes(&sandbox));
}

#[test]
fn a_dry_run_shows_the_changes_and_makes_none() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let mut line = ALL.to_vec();
    line.push("--dry-run");
    let _ = environment
        .run(line)
        .exits(0)
        .says("delivery: export")
        .says("pack hoop")
        .says("nothing was changed");
    assert!(environment.files().is_empty(), "a file was left");
    assert_eq!(changes(&sandbox), Vec::<String>::new());
}

#[test]
fn answers_are_printed_without_secrets_and_read_back() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    let printed = environment
        .run([
            "setup",
            "--print-file",
            "--delivery",
            "export",
            "--env",
            "lab",
        ])
        .exits(0);
    for name in ["DD_API_KEY", "DD_APP_KEY", "HOOP_TOKEN"] {
        assert!(!printed.stdout.contains(sandbox.var(name)), "{printed}");
    }
    let file = environment.path("answers.toml");
    environment.write(&file, &printed.stdout);
    for name in ["DD_SITE", "HOOP_APIURL", "DDCTL_GATEWAY_URL"] {
        environment.unset(name);
    }
    let line = [
        "setup",
        "--no-input",
        "--yes",
        "--file",
        "answers.toml",
        "--skip",
        "app-key",
    ];
    let _ = environment.run(line).exits(0);
    let profile = settings(&environment);
    assert!(profile.contains("env = \"lab\""), "{profile}");
    assert!(profile.contains(sandbox.gateway_url()), "{profile}");
}

#[test]
fn a_file_with_a_mistake_names_what_was_meant() {
    let environment = TestEnvironment::empty();
    environment.write(&environment.path("a.toml"), "sit = \"eu\"\n");
    let _ = environment
        .run(["setup", "--file", "a.toml"])
        .exits(2)
        .says("did you mean `site`?");
}

#[test]
fn on_an_open_source_licence_nothing_is_registered_or_attached() {
    let sandbox = SandboxOptions::default().licence("oss").start();
    let environment = TestEnvironment::of(&sandbox);
    let relay = [
        "setup",
        "--no-input",
        "--yes",
        "--delivery",
        "relay",
        "--relay-url",
        "https://relay.example.com",
        "--attach",
        "*",
    ];
    let _ = environment
        .run(relay)
        .exits(2)
        .says("open-source licence")
        .says("export fits");
    assert_eq!(changes(&sandbox), Vec::<String>::new());
}

#[test]
fn a_relay_is_registered_with_a_secret_of_its_own() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let relay = [
        "setup",
        "--no-input",
        "--yes",
        "--delivery=relay",
        "--relay-url=https://relay.example.com/hoop",
        "--attach=prod-*",
        "--skip=packs",
    ];
    let _ = environment.run(relay).exits(0).says("ddctl relay --listen");
    let endpoints = sandbox
        .gateway("GET", "/api/webhooks/endpoints", b"")
        .json();
    assert_eq!(endpoints["data"][0]["uid"], "ddctl", "{endpoints}");
    let attached = sandbox.gateway("GET", "/api/plugins/webhooks", b"").json();
    let names = attached["connections"].as_array().expect("a list");
    assert!(!names.is_empty(), "{attached}");
    let secret = environment
        .home()
        .join(".config/ddctl/default-relay.secret");
    assert!(secret.exists());
    let _ = environment.run(relay).exits(0).says("nothing to change");
}

#[test]
fn a_key_from_a_file_is_kept_where_no_file_shows_it() {
    let sandbox = SandboxOptions::default().start();
    let environment = clean(&sandbox);
    let key = sandbox.var("DD_API_KEY");
    let (key_file, token_file) = (environment.path("key"), environment.path("token"));
    environment.write(&key_file, key);
    environment.write(&token_file, sandbox.var("HOOP_TOKEN"));
    let line = [
        "setup",
        "--no-input",
        "--yes",
        "--site=datadoghq.com",
        "--gateway-url",
        sandbox.gateway_url(),
        "--delivery=export",
        "--api-key-file=key",
        "--gateway-token-file=token",
        "--keep-secrets",
    ];
    let _ = environment.run(line).exits(0).says("api-key: kept in");
    std::fs::remove_file(key_file).expect("it was written above");
    std::fs::remove_file(token_file).expect("it was written above");
    assert_eq!(files_with(&environment, key), Vec::<String>::new());
    let _ = environment.run(["validate"]).exits(0);
}

#[test]
fn a_refused_token_is_told_from_a_gateway_that_is_away() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("HOOP_TOKEN", "hpk_nobody");
    let _ = environment.run(ALL).exits(4);
    environment.set("DDCTL_GATEWAY_URL", "http://127.0.0.1:1");
    let _ = environment.run(ALL).exits(5);
}
