//! How a rehearsal ends: each expectation, each exit code.

use serde_json::Value;

use super::{OWN, indexing_after, own_events, own_monitor, world};
use crate::support::{CommandOutput, TestEnvironment};

/// Events of one's own against a monitor of one's own.
fn rehearse(service: &str, times: usize, monitor: &str, flags: &[&str]) -> CommandOutput {
    let (sandbox, environment) = world();
    own_monitor(&environment, monitor);
    own_events(&environment, service, times);
    let output = environment.run([&OWN, flags].concat());
    assert!(sandbox.monitors().is_empty(), "{output}");
    output
}

const CRITICAL: &str = "thresholds: {critical: 5}";
const WARNING: &str = "thresholds: {critical: 5, warning: 1}";

#[track_caller]
fn verdict(output: &CommandOutput) -> (Value, Value) {
    let answer = output.json();
    (answer["verdict"].clone(), answer["state"].clone())
}

#[test]
fn an_alert_of_the_runs_own_group_is_reached() {
    let output = rehearse("orders", 6, CRITICAL, &["-ojson"]).exits(0);
    assert_eq!(verdict(&output), ("reached".into(), "alert".into()));
    let answer = output.json();
    let run = answer["test_run"].as_str().expect("a run");
    assert_eq!(answer["group"], format!("@order.id:o-{run}"));
    assert_eq!(answer["scenario"], "events.ndjson");
    assert_eq!(answer["monitor_url"], Value::Null, "the copy is gone");
}

#[test]
fn a_warning_is_reached_where_one_is_expected() {
    let output = rehearse("orders", 2, WARNING, &["-ojson", "--expect=warn"]).exits(0);
    assert_eq!(verdict(&output), ("reached".into(), "warn".into()));
}

#[test]
fn an_alert_where_a_warning_is_expected_is_a_miss_at_once() {
    let output = rehearse("orders", 6, WARNING, &["-ojson", "--expect=warn"]).exits(3);
    assert_eq!(verdict(&output), ("missed".into(), "alert".into()));
}

#[test]
fn a_warning_that_holds_is_no_alert() {
    let flags = ["-ojson", "--settle=300ms"];
    let output = rehearse("orders", 2, WARNING, &flags).exits(3);
    assert_eq!(verdict(&output), ("missed".into(), "warn".into()));
}

#[test]
fn ok_has_to_hold_after_the_arrival() {
    let flags = ["-ojson", "--expect=ok", "--settle=300ms"];
    let output = rehearse("orders", 1, CRITICAL, &flags).exits(0);
    assert_eq!(verdict(&output), ("reached".into(), "ok".into()));
}

#[test]
fn an_alert_where_ok_is_expected_is_missed() {
    let output = rehearse("orders", 6, CRITICAL, &["--expect=ok"]);
    let _ = output
        .exits(3)
        .shows("NOT AS EXPECTED  orders fail")
        .shows("expected ok, came to alert");
}

#[test]
fn no_data_is_reached_where_nothing_counts_as_nothing() {
    let monitor = format!("{CRITICAL}\non_missing_data: show_no_data");
    let flags = ["-ojson", "--expect=no-data", "--settle=300ms"];
    let output = rehearse("others", 1, &monitor, &flags).exits(0);
    assert_eq!(verdict(&output), ("reached".into(), "no-data".into()));
}

#[test]
fn an_alert_that_does_not_come_in_time_is_a_no() {
    let output = rehearse("orders", 1, CRITICAL, &["--timeout=3s"]).exits(3);
    let _ = output.shows("expected alert, was ok (@order.id:o-");
}

#[test]
fn events_that_do_not_arrive_in_time_leave_the_answer_open() {
    let sandbox = indexing_after("1h").start();
    let environment = TestEnvironment::of(&sandbox);
    let output = environment
        .run(["test-event", "unapproved-prod", "--timeout", "2s"])
        .exits(1)
        .shows("CANNOT TELL")
        .shows("but Datadog had 0 of 2 events when the time was up")
        .says("exclusion filter");
    assert!(!output.stdout.contains("watch"), "{output}");
    assert!(sandbox.monitors().is_empty());
}

#[test]
fn a_monitor_at_datadog_is_copied_by_its_id_and_stays_as_it_is() {
    let (sandbox, environment) = world();
    let query = r#"logs("source:hoop").index("*").rollup("count").by("@usr.id").last("5m") > 0"#;
    let body = serde_json::json!({"type": "log alert", "name": "all", "query": query,
        "message": "@slack-sec", "options": {"thresholds": {"critical": 0}}});
    let real = sandbox.datadog("POST", "/api/v1/monitor", &body).json();
    let id = real["id"].to_string();
    let answer = environment
        .run([
            "test-event",
            "high-risk-command",
            "--monitor",
            &id,
            "-ojson",
        ])
        .exits(0)
        .json();
    assert_eq!(answer["monitor"], format!("datadog/{id}"));
    assert_ne!(answer["monitor_id"].to_string(), id);
    assert_eq!(sandbox.monitors().len(), 1);
}

#[test]
fn a_monitor_that_is_not_there_is_named() {
    let (_sandbox, environment) = world();
    let _ = environment
        .run(["test-event", "silence", "--monitor", "4711"])
        .exits(1)
        .says("there is no monitor 4711 at datadoghq.com");
    let _ = environment
        .run(["test-event", "silence", "--monitor", "hoop/silense"])
        .exits(2)
        .says("`hoop/silense` is no monitor of a pack, no file and no id");
}
