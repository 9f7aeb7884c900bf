//! What is judged: one recording or many, of the gateway or a file, and what cannot be.

use serde_json::json;

use super::{assert, policy};
use crate::support::{RecordedGateway, RecordedSession, SandboxOptions, TestEnvironment, id};

const CAST: &str = "{\"version\":3,\"term\":{\"cols\":80,\"rows\":24}}\n[1,\"o\",\"$ rm -rf /etc\\r\\n\"]\n[1,\"x\",\"3\"]\n";
const NO_RM: &str = "must_not_match: [{ text: rm -rf, in: [output] }]";

#[test]
fn a_local_file_is_judged_without_a_gateway() {
    let environment = TestEnvironment::empty();
    environment.write(&environment.path("a.cast"), CAST);
    policy(&environment, NO_RM);
    let _ = assert(&environment, &["a.cast"])
        .exits(3)
        .shows("BROKEN it: `rm -rf` must not be there")
        .shows("ddctl sessions replay a.cast --clip 0..5");
    policy(&environment, "exit_code: [3]");
    let _ = assert(&environment, &["a.cast"])
        .exits(0)
        .says("1 recording judged");
    policy(&environment, "approval: { needed: always }");
    let _ = assert(&environment, &["a.cast"])
        .exits(1)
        .shows("a file does not say whether it was approved");
}

#[test]
fn standard_input_is_judged_and_has_no_command_to_replay_it() {
    let environment = TestEnvironment::empty();
    policy(&environment, NO_RM);
    let args = ["sessions", "assert", "--policy", "policy.yaml", "-"];
    let output = environment.command(args).stdin(CAST).run().exits(3);
    assert!(!output.stdout.contains("replay"), "{output}");
}

#[test]
fn the_sessions_of_a_range_are_judged_by_the_rules_about_them() {
    let sandbox = SandboxOptions::default().sessions(80).start();
    let environment = TestEnvironment::of(&sandbox);
    policy(&environment, "where: { type: [database] }, longest: 9000d");
    let rows = |filter: &[&str]| {
        let args = [&["--since", "40d", "-o", "ndjson"], filter].concat();
        assert(&environment, &args).ndjson()
    };
    let all = rows(&[]);
    let list = [
        "sessions", "list", "--since", "40d", "--type", "database", "--limit", "1000", "-o",
        "ndjson",
    ];
    let listed = environment.run(list).ndjson();
    let has_run =
        |row: &&serde_json::Value| row["outcome"] != "rejected" && row["status"] != "ready";
    assert_eq!(all.len(), listed.iter().filter(has_run).count());
    let agents = rows(&["--agent", "*"]);
    assert!(!agents.is_empty() && agents.len() < all.len());
    let named = rows(&["--connection", "prod-*"]);
    assert!(named.iter().all(|row| {
        row["connection"]
            .as_str()
            .is_some_and(|name| name.starts_with("prod-"))
    }));
    let _ = assert(&environment, &["--since", "40d", &id(1)])
        .exits(2)
        .says("times and filters");
}

#[test]
fn a_policy_that_was_held_against_nothing_is_not_green() {
    let sandbox = SandboxOptions::default().sessions(20).start();
    let environment = TestEnvironment::of(&sandbox);
    policy(
        &environment,
        "where: { connection: [nowhere] }, exit_code: [0]",
    );
    let _ = assert(&environment, &["--since", "40d"])
        .exits(1)
        .says("warning: nothing was judged: no rule is about any of");
    let empty = assert(&environment, &["--connection", "nowhere", "-o", "json"])
        .exits(1)
        .says("warning: nothing was judged: no session matches");
    assert_eq!(empty.json(), json!([]));
    let quiet = ["--connection", "nowhere", "--allow-none", "-q"];
    let _ = assert(&environment, &quiet)
        .exits(0)
        .says("nothing was judged");
}

#[test]
fn a_recording_that_cannot_be_read_is_unknown_and_the_others_are_judged() {
    let gateway = RecordedGateway::start([
        RecordedSession::script(1, "postgres", "SELECT 1;").with("event_stream", json!("gone")),
        RecordedSession::script(2, "postgres", "SELECT 1;")
            .with("event_stream", serde_json::Value::Null),
        RecordedSession::script(3, "postgres", "SELECT 1;"),
    ]);
    policy(&gateway.environment, "statements: { forbid: [drop] }");
    let output = assert(
        &gateway.environment,
        &[&id(1), &id(2), &id(3), "-o", "ndjson"],
    )
    .exits(1);
    let rows = output.ndjson();
    let words: Vec<_> = rows
        .iter()
        .filter_map(|row| row["verdict"].as_str())
        .collect();
    assert_eq!(words, ["cannot-tell", "cannot-tell", "holds"], "{output}");
    let environment = TestEnvironment::empty();
    environment.write(&environment.path("a.cast"), "no recording\n");
    policy(&environment, NO_RM);
    let _ = assert(&environment, &["a.cast"])
        .exits(1)
        .shows("this is no recording");
}

#[test]
fn a_gateway_that_keeps_failing_is_worth_running_again() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    policy(&environment, NO_RM);
    sandbox.put_faults(&["gateway:502@1"]);
    let _ = assert(&environment, &["--since", "40d"])
        .exits(5)
        .says("502");
}

#[test]
fn a_session_that_was_turned_down_has_done_nothing() {
    let rejected =
        json!({"id": "r", "type": "onetime", "status": "REJECTED", "review_groups_data": []});
    let session = RecordedSession::script(1, "postgres", "DROP TABLE t;").with("review", rejected);
    let gateway = RecordedGateway::start([session]);
    policy(&gateway.environment, "statements: { forbid: [drop] }");
    let _ = assert(&gateway.environment, &[&id(1)])
        .exits(1)
        .says("nothing was judged: 1 session never ran");
}
