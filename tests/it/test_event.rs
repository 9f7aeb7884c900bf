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
    stable().bind(|| assert_snapshot!("test_event_unapproved_prod", output));
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
fn an_unknown_scenario_names_the_nearest_and_all() {
    let _ = predict("unapproved-prd", &[])
        .exits(2)
        .says("unapproved-prod")
        .says("failed-sessions");
}

#[test]
fn without_dry_run_it_says_what_is_missing() {
    let _ = TestEnvironment::empty()
        .run(["test-event", "unapproved-prod"])
        .exits(2)
        .says("--dry-run");
}
