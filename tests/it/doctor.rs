//! `doctor`: each fault of the path is found, named with what helps, and mended where that is safe.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use ddctl::sandbox::datadog::{API_KEY, APP_KEY, FULLY_SCOPED_APP_KEY};
use serde_json::{Value, json};

use crate::support::{
    CommandOutput, Pty, SandboxOptions, SandboxProcess, TestEnvironment, assert_shape, until,
};

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
    assert_eq!(check(&report, "api-key")["state"], "skipped");
    assert!(sandbox.requests(false).is_empty());
}

#[test]
fn a_refused_key_is_shown_to_other_sites_only_where_somebody_agreed() {
    let sandbox = SandboxOptions::default().site("datadoghq.eu").start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("DD_SITE", "datadoghq.com");
    assert_finds(&environment, "api-key", "problem", &["--all-sites"]);
    assert_eq!(sandbox.requests(false).len(), 1);
    let output = doctor(&environment, &["--only", "api-key", "--all-sites"]).exits(3);
    let text = check(&output.json(), "api-key").to_string();
    assert!(text.contains("it belongs to EU1 (datadoghq.eu)"), "{text}");
    environment.set("DD_API_KEY", WRONG_KEY);
    let output = doctor(&environment, &["--only", "api-key", "--all-sites"]).exits(3);
    assert!(!output.stdout.contains(WRONG_KEY), "{output}");
    environment.set("DD_API_KEY", "hunter2");
    assert_finds(
        &environment,
        "api-key",
        "problem",
        &["32 hexadecimal digits"],
    );
}

#[test]
fn what_hangs_on_a_refused_key_says_so() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("DD_API_KEY", WRONG_KEY);
    let report = doctor(&environment, &["--only", "datadog"]).exits(3).json();
    for id in ["intake", "indexes", "monitors"] {
        let found = check(&report, id);
        assert_eq!(found["state"], "skipped", "{found}");
    }
    let asked = sandbox.requests(false);
    assert!(
        asked.iter().all(|it| it["path"] != "/api/v2/logs"),
        "{asked:?}"
    );
}

#[test]
fn scopes_that_are_not_enough_are_told_by_command() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("DD_APP_KEY", FULLY_SCOPED_APP_KEY);
    assert_finds(
        &environment,
        "app-key",
        "warning",
        &["not enough for monitors"],
    );
    environment.unset("DD_APP_KEY");
    assert_finds(&environment, "app-key", "skipped", &["DD_APP_KEY"]);
}

#[test]
fn a_clock_that_is_off_is_found_by_either_side() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    assert_finds(&environment, "clock", "ok", &[]);
    sandbox.put_faults(&["gateway:clock=-10m"]);
    assert_finds(
        &environment,
        "clock",
        "problem",
        &["ahead of that of the gateway"],
    );
    sandbox.put_faults(&["api:clock=+2m"]);
    assert_finds(
        &environment,
        "clock",
        "warning",
        &["behind that of Datadog"],
    );
}

#[test]
fn the_road_to_each_host_is_told_without_the_password_of_the_proxy() {
    let mut environment = TestEnvironment::empty();
    environment.set("HTTPS_PROXY", "http://ada:hunter2@proxy.lab:3128");
    environment.set("NO_PROXY", ".corp.lab");
    environment.set("HOOP_APIURL", "https://gateway.corp.lab");
    let says = [
        "through http://proxy.lab:3128 (HTTPS_PROXY)",
        "around the proxy",
    ];
    assert_finds(&environment, "proxy", "ok", &says);
    let (_, _, text) = one(&environment, "proxy");
    assert!(!text.contains("hunter2"), "{text}");
    environment.set("HTTPS_PROXY", "http://u:hunter2@[");
    assert_finds(
        &environment,
        "proxy",
        "problem",
        &["HTTPS_PROXY holds no proxy address"],
    );
}

#[test]
fn a_file_of_authorities_that_holds_none_is_named() {
    let mut environment = TestEnvironment::empty();
    environment.write(&environment.path("ca.pem"), "no certificate");
    environment.set("DDCTL_CA_FILE", "ca.pem");
    assert_finds(
        &environment,
        "certificates",
        "problem",
        &["holds no certificate"],
    );
}

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
    let environment = TestEnvironment::of(&sandbox);
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
}

#[test]
fn an_index_that_is_full_or_leaves_our_source_out_is_found() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let index = |fields: Value| {
        let answer = sandbox.control("PUT", "/sandbox/index", fields.to_string().as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.text());
    };
    index(json!({"is_rate_limited": true}));
    assert_finds(
        &environment,
        "indexes",
        "problem",
        &["has reached its quota of 300000000"],
    );
    let filter = json!({"query": "source:hoop", "sample_rate": 1.0});
    let exclusions = json!([{"name": "noise", "is_enabled": true, "filter": filter}]);
    index(json!({"is_rate_limited": false, "exclusion_filters": exclusions}));
    assert_finds(
        &environment,
        "indexes",
        "problem",
        &["`noise`", "leaves out 100 %"],
    );
}

#[test]
fn retention_on_both_sides_is_held_against_the_profiles() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    environment.write_settings("version = 1\n[profiles.default]\n");
    let says = ["oldest session is of", "keeps events for 15 days"];
    assert_finds(&environment, "retention", "ok", &says);
    let args = ["doctor", "--only", "retention", "--fix", "--yes"];
    let _ = environment.run(args).exits(0);
    let kept = environment
        .run(["config", "get", "retention_days"])
        .exits(0);
    assert_eq!(kept.stdout.trim(), "15");
    let _ = environment
        .run(["config", "set", "retention_days", "365"])
        .exits(0);
    assert_finds(
        &environment,
        "retention",
        "problem",
        &["fewer than 365", "the gateway"],
    );
    let _ = environment
        .run(["config", "set", "retention_days", "a year"])
        .exits(2);
}

#[test]
fn monitors_that_are_muted_or_can_match_nothing_are_found() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    assert_finds(&environment, "monitors", "skipped", &["monitors apply"]);
    let apply = [
        "monitors",
        "apply",
        "--pack",
        "hoop",
        "--var",
        "notify=@slack-agents",
        "--yes",
    ];
    let _ = environment.run(apply).exits(0);
    assert_finds(
        &environment,
        "monitors",
        "ok",
        &["nothing is wrong with hoop/"],
    );
    let monitors = sandbox.monitors();
    let failed = monitors
        .iter()
        .find(|it| it["query"].to_string().contains("@evt.outcome:failure"));
    let failed = failed.expect("the pack has one of failures");
    let path = format!("/api/v1/monitor/{}", failed["id"]);
    let mut options = failed["options"].clone();
    options["silenced"] = json!({"*": null});
    let muted = sandbox.datadog("PUT", &path, &json!({"options": options}));
    assert_eq!(muted.status, 200, "{}", muted.text());
    assert_finds(&environment, "monitors", "warning", &["muted for good"]);
    let query = failed["query"].as_str().expect("a query");
    let changed = query.replace("@evt.outcome:failure", "@evt.outcome:failed");
    assert_ne!(changed, query);
    let changed = sandbox.datadog("PUT", &path, &json!({"query": changed}));
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_finds(&environment, "monitors", "problem", &["can match nothing"]);
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

#[test]
fn a_key_file_that_everybody_can_read_is_found_and_closed() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.unset("DD_API_KEY");
    let key = environment.path("key");
    environment.write(&key, API_KEY);
    let mode = |mode| fs::set_permissions(&key, fs::Permissions::from_mode(mode)).expect("ours");
    mode(0o644);
    let flags = ["--only", "secrets", "--api-key-file", "key"];
    let found = doctor(&environment, &flags).exits(0).json();
    let text = check(&found, "secrets").to_string();
    assert!(
        text.contains("chmod 600 key") && text.contains("(0644)"),
        "{text}"
    );
    let _ = doctor(&environment, &[&flags[..], &["--fix", "--yes"]].concat()).exits(0);
    let bits = fs::metadata(&key).expect("there").permissions().mode();
    assert_eq!(bits & 0o777, 0o600);
}

#[test]
fn what_lags_behind_and_what_no_destination_took_is_found() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = environment
        .run([
            "sessions", "export", "--since", "40d", "--until", "2d", "--to", "logs", "--yes",
        ])
        .exits(0);
    assert_finds(
        &environment,
        "positions",
        "problem",
        &["dealt with up to", "late:true"],
    );
    assert_finds(&environment, "deadletters", "ok", &[]);
    sandbox.put_faults(&["logs:poison=broken"]);
    environment.write(
        &environment.path("lines"),
        "{\"message\":\"broken\"}\n{\"message\":\"fine\"}\n",
    );
    let _ = environment
        .run(["sessions", "export", "--file", "lines", "--to", "logs"])
        .exits(6);
    assert_finds(
        &environment,
        "deadletters",
        "problem",
        &["1 set aside", "deadletters list"],
    );
}

#[test]
fn a_damaged_state_is_found_and_repaired() {
    let sandbox = SandboxOptions::default().sessions(10).start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = environment
        .run(["sessions", "export", "--since", "40d", "--to", "logs"])
        .exits(0);
    let path = state_folder(&environment).join("state.db");
    let mut bytes = fs::read(&path).expect("a file");
    let word = b"datadoghq.com";
    let at = bytes.windows(word.len()).position(|part| part == word);
    bytes[at.expect("the site is there")] ^= 1;
    fs::write(&path, bytes).expect("our file");
    assert_finds(
        &environment,
        "state",
        "problem",
        &["not what was written", "state repair"],
    );
    let args = ["doctor", "--only", "state", "--fix", "--yes"];
    let _ = environment.run(args).exits(0);
    assert_finds(&environment, "state", "ok", &["state.db is sound"]);
}

#[test]
fn what_a_killed_process_left_is_found_and_taken_out() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let follow = [
        "sessions", "export", "--follow", "--since", "40d", "--to", "logs",
    ];
    let running = environment.command(follow).start();
    let folder = state_folder(&environment).join("status");
    let report = until("a report", || {
        let mut files = fs::read_dir(&folder).ok()?.flatten();
        files.find_map(|file| {
            let path = file.path();
            (path.extension()? == "json").then_some(path)
        })
    });
    assert_finds(&environment, "running", "ok", &["sessions export --follow"]);
    running.signal(rustix::process::Signal::KILL);
    let _ = running.finish();
    assert_finds(&environment, "running", "warning", &["it was killed"]);
    let args = ["doctor", "--only", "running", "--fix", "--yes"];
    let _ = environment.run(args).exits(0);
    assert!(!report.exists());
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

#[test]
fn otel_settings_of_this_environment_are_judged_without_sending() {
    let mut environment = TestEnvironment::empty();
    assert_finds(&environment, "otel", "skipped", &["no OTEL_* variable"]);
    environment.set("OTEL_SDK_DISABLED", "true");
    assert_finds(
        &environment,
        "otel",
        "warning",
        &["OTEL_SDK_DISABLED", "otel check"],
    );
}
