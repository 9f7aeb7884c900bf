//! What is wrong at Datadog: keys, scopes, the intake, indexes, monitors.

use ddctl::sandbox::datadog::{FULLY_SCOPED_APP_KEY, SCOPED_APP_KEY};
use serde_json::{Value, json};

use super::{WRONG_KEY, assert_finds, check, doctor, one};
use crate::support::{SandboxOptions, TestEnvironment};

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
fn an_intake_that_answers_and_cannot_is_not_said_to_be_unreachable() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    sandbox.put_faults(&["logs:503"]);
    let (code, state, text) = one(&environment, "intake");
    assert_eq!((code, state.as_str()), (5, "problem"), "{text}");
    assert!(
        text.contains("(503)") && text.contains("run it again later"),
        "{text}"
    );
    assert!(!text.contains("firewall"), "{text}");
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
        &["not enough for monitors", "no scope helps"],
    );
    environment.set("DD_APP_KEY", SCOPED_APP_KEY);
    assert_finds(
        &environment,
        "indexes",
        "unknown",
        &["(403)", "logs_read_config"],
    );
    environment.unset("DD_APP_KEY");
    assert_finds(&environment, "app-key", "skipped", &["DD_APP_KEY"]);
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
    // For how long something is owed is nobody's to make up.
    let args = ["doctor", "--only", "retention", "--fix", "--yes"];
    let output = environment.run(args).exits(0);
    assert!(
        output.stderr.contains("nothing that can be mended"),
        "{output}"
    );
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
