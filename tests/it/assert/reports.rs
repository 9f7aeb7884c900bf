//! The result: for people at 80 columns, and for programs as JSON, JUnit and SARIF.

use std::fs;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{assert, policy};
use crate::support::{Pty, RecordedGateway, RecordedSession, assert_shape, id, stable};

/// Three rules of which a session breaks one, holds one, and leaves one open.
const POLICY: &str = "version: 1
rules:
  - name: no-destruction
    why: A table that is gone comes back from last night's backup.
    statements: { forbid: [drop, create role] }
  - name: exit-0
    exit_code: [0]
  - name: no-answers-with-<tags>
    must_not_match: [{ text: secret, in: [output] }]
";

const SECRETS: [&str; 2] = ["hunter22", "S3cretWord"];

fn gateway() -> RecordedGateway {
    let destructive = RecordedSession::native(
        1,
        "mysql",
        &[
            b"\x03DROP TABLE customers, orders, invoices, payments, shipments, returns, suppliers",
            b"\x03CREATE ROLE 'report' IDENTIFIED BY 'hunter22'",
        ],
    );
    let fine = RecordedSession::script(2, "postgres", "SELECT 1;").output("password=S3cretWord\n");
    let gateway = RecordedGateway::start([destructive, fine]);
    let path = gateway.environment.path("policy.yaml");
    gateway.environment.write(&path, POLICY);
    gateway
}

#[track_caller]
fn assert_no_secret(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn the_verdict_fits_a_terminal_of_80_columns() {
    let mut gateway = gateway();
    gateway.environment.set("NO_COLOR", "1");
    let (first, second) = (id(1), id(2));
    let args = [
        "sessions",
        "assert",
        "--policy",
        "policy.yaml",
        &first,
        &second,
    ];
    let output = Pty::start(&gateway.environment, &args).finish();
    assert_eq!(output.code, 3);
    let text = String::from_utf8(output.wire)
        .expect("text")
        .replace('\r', "");
    let is_command = |line: &&str| line.contains("ddctl sessions replay");
    for line in text.lines().filter(|line| !is_command(line)) {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert_no_secret(&text);
    stable().bind(|| assert_snapshot!("sessions_assert_80_columns", text));
}

#[test]
fn a_piped_verdict_is_whole() {
    let output = assert(&gateway().environment, &[&id(1), &id(2)]);
    assert_no_secret(&output.to_string());
    stable().bind(|| assert_snapshot!("sessions_assert_piped", output));
}

#[test]
fn json_keeps_its_shape_and_ndjson_says_the_same() {
    let gateway = gateway();
    let list = |format| assert(&gateway.environment, &[&id(1), &id(2), "-o", format]).exits(3);
    let json = list("json");
    assert_no_secret(&json.stdout);
    assert_shape("sessions_assert", &json.json());
    assert_eq!(json.json(), Value::Array(list("ndjson").ndjson()));
}

#[test]
fn the_files_are_whole_although_nobody_reads_stdout() {
    for format in ["table", "json", "ndjson"] {
        let gateway = gateway();
        let (ddctl, first, second) = (env!("CARGO_BIN_EXE_ddctl"), id(1), id(2));
        let script = format!(
            "mkfifo pipe && exec 3<>pipe && exec 4>pipe && exec 3<&- && exec {ddctl} \
             sessions assert --policy policy.yaml {first} {second} -o {format} \
             --junit junit.xml --sarif policy.sarif >&4"
        );
        let left = gateway.environment.program("sh", ["-c", &script]).run();
        let _ = left.exits(0);
        let read = |name| fs::read_to_string(gateway.environment.path(name)).expect("a report");
        let junit = read("junit.xml");
        assert_eq!(junit.matches("<testcase ").count(), 6, "{junit}");
        let sarif: Value = serde_json::from_str(&read("policy.sarif")).expect("JSON");
        assert!(
            sarif["runs"][0]["results"]
                .as_array()
                .is_some_and(|all| !all.is_empty())
        );
    }
}

#[test]
fn junit_has_a_suite_a_rule_and_a_case_a_recording() {
    let gateway = gateway();
    let _ = assert(
        &gateway.environment,
        &[&id(1), &id(2), "--junit", "junit.xml"],
    )
    .exits(3);
    let xml = fs::read_to_string(gateway.environment.path("junit.xml")).expect("a report");
    assert_no_secret(&xml);
    assert_eq!(xml.matches("<testsuite ").count(), 3, "{xml}");
    assert_eq!(xml.matches("<testcase ").count(), 6, "{xml}");
    assert!(
        xml.contains("<testsuites tests=\"6\" failures=\"1\" errors=\"1\">"),
        "{xml}"
    );
    assert!(
        xml.contains("<testsuite name=\"no-destruction\" tests=\"2\" failures=\"1\" errors=\"0\">"),
        "{xml}"
    );
    assert!(
        xml.contains("<failure message=\"DROP TABLE is forbidden\">"),
        "{xml}"
    );
    assert!(
        xml.contains("<error message=\"the gateway records no answers"),
        "{xml}"
    );
    assert!(xml.contains("no-answers-with-&lt;tags&gt;"), "{xml}");
    assert!(
        xml.contains(&format!("ddctl sessions replay {} --clip 0..4", id(1))),
        "{xml}"
    );
}

#[test]
fn sarif_keeps_the_rules_of_its_standard() {
    let gateway = gateway();
    let output = assert(
        &gateway.environment,
        &[&id(1), &id(2), "--sarif", "out.sarif"],
    );
    let _ = output.exits(3);
    let text = fs::read_to_string(gateway.environment.path("out.sarif")).expect("a report");
    assert_no_secret(&text);
    let sarif: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    assert_eq!(run["tool"]["driver"]["name"], "ddctl");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 3, "two broken places and one open question");
    for result in results {
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(
            result["message"]["text"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        let uri = place.as_str().expect("an address");
        assert!(
            uri.ends_with(&id(1)) && url::Url::parse(uri).is_ok(),
            "{uri}"
        );
        // A level other than none is for what fails.
        let said = (result["kind"].as_str(), result["level"].as_str());
        assert!([(Some("fail"), Some("error")), (Some("open"), Some("none"))].contains(&said));
    }
    assert_eq!(
        rules[0]["fullDescription"]["text"],
        "A table that is gone comes back from last night's backup."
    );
}

#[test]
fn a_file_in_sarif_is_an_address_whatever_its_name() {
    let gateway = gateway();
    let name = "a b:50%.cast";
    let cast = "{\"version\":2,\"width\":80,\"height\":24}\n[1,\"o\",\"needle\\r\\n\"]\n";
    gateway
        .environment
        .write(&gateway.environment.path(name), cast);
    policy(
        &gateway.environment,
        "must_not_match: [{ text: needle, in: [output] }]",
    );
    let _ = assert(&gateway.environment, &[name, "--sarif", "out.sarif"]).exits(3);
    let text = fs::read_to_string(gateway.environment.path("out.sarif")).expect("a report");
    let sarif: Value = serde_json::from_str(&text).expect("JSON");
    let location = &sarif["runs"][0]["results"][0]["locations"][0];
    assert_eq!(
        location["physicalLocation"]["artifactLocation"]["uri"],
        json!("a%20b%3A50%25.cast")
    );
    assert_eq!(location["logicalLocations"][0]["name"], json!(name));
}
