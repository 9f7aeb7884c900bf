//! `test-event --dry-run`: a verdict, its reasons, and an exit code to act on.

use insta::assert_snapshot;

use crate::support::{CommandOutput, TestEnvironment, assert_shape, stable};

fn predict(scenario: &str, flags: &[&str]) -> CommandOutput {
    let mut args = vec!["test-event", scenario, "--dry-run"];
    args.extend(flags);
    TestEnvironment::empty().run(args)
}

#[test]
fn an_unapproved_agent_on_production_would_wake_somebody() {
    let output = predict("unapproved-prod", &[]);
    let mut settings = stable();
    settings.set_snapshot_path("../../snapshots");
    settings.bind(|| assert_snapshot!("test_event_unapproved_prod", output));
}

#[test]
fn the_verdict_is_the_exit_code() {
    for scenario in [
        "unapproved-prod",
        "guardrail-block-burst",
        "failed-sessions",
    ] {
        let output = predict(scenario, &["-o", "json"]);
        let answer = output.json();
        let code = match answer["verdict"].as_str() {
            Some("would_fire") => 0,
            Some("would_warn" | "would_not") => 3,
            _ => 1,
        };
        assert_eq!(answer["scenario"], scenario);
        assert_eq!(output.code(), code, "{output}");
        let own = &answer["predictions"][0];
        assert_eq!(own["forecast"], answer["verdict"]);
        assert!(
            own["explanation"]
                .as_array()
                .is_some_and(|lines| !lines.is_empty()),
            "{own}"
        );
    }
}

#[test]
fn the_answer_keeps_its_shape_and_its_events_are_marked() {
    let answer = predict("unapproved-prod", &["-o", "json"]).exits(0).json();
    assert_shape("test_event", &answer);
    let events = answer["events"].as_array().expect("events");
    assert!(
        events
            .iter()
            .all(|event| event.to_string().contains("test")),
        "{events:?}"
    );
}

#[test]
fn an_unknown_scenario_names_the_nearest_or_where_they_are_named() {
    let _ = predict("unapproved-prd", &[])
        .exits(2)
        .says("unapproved-prod");
    let _ = predict("nothing-of-ours", &[]).exits(2).says("--help");
}

#[test]
fn what_would_not_fire_is_as_expected_where_ok_is() {
    let flags = ["--expect=ok", "--monitor=hoop/silence", "-ojson"];
    let answer = predict("unapproved-prod", &flags).exits(0).json();
    assert_eq!(answer["verdict"], "would_not");
    assert_eq!(answer["expected"], "ok");
    let _ = predict("unapproved-prod", &["--expect=ok"]).exits(3);
}

#[test]
fn events_of_ones_own_are_held_against_every_pack() {
    let environment = TestEnvironment::empty();
    let line = r#"{"ddsource":"execlave","agent_id":"a","span_type":"tool","outcome":"policy_blocked","autonomy_level":"autonomous"}"#;
    let run = |line: &str| {
        let command = ["test-event", "--file=-", "--dry-run"];
        environment.command(command).stdin(line).run()
    };
    let _ = run(line)
        .exits(0)
        .shows("1 test event, run")
        .shows("WOULD FIRE  [execlave] an autonomous agent was blocked");
    let _ = run(r#"{"message":"hello"}"#)
        .exits(3)
        .shows("WOULD NOT FIRE");
}

#[test]
fn an_anomaly_nobody_can_foretell() {
    let _ = predict("cost-anomaly", &[]).exits(1).shows("CANNOT TELL");
}
