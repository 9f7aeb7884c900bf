//! What CI systems read: JUnit, and GitHub's annotation, summary and outputs.

use std::fs;

use super::{OWN, indexing_after, own_events, own_monitor, world};
use crate::support::{CommandOutput, TestEnvironment};

/// Rehearses for CI; the files that it wrote: JUnit, summary, outputs.
fn in_ci(environment: &TestEnvironment, flags: &[&str]) -> (CommandOutput, [String; 3]) {
    let files = ["junit.xml", "summary.md", "outputs"];
    let report = ["--junit", "junit.xml", "--ci", "github"];
    let output = environment
        .command([&OWN[..], &report, flags].concat())
        .env("GITHUB_STEP_SUMMARY", environment.path(files[1]))
        .env("GITHUB_OUTPUT", environment.path(files[2]))
        .run();
    let text = files.map(|file| fs::read_to_string(environment.path(file)).unwrap_or_default());
    (output, text)
}

fn prepared(environment: &TestEnvironment, times: usize) {
    own_monitor(environment, "thresholds: {critical: 5}");
    own_events(environment, "orders", times);
}

#[test]
fn an_answer_as_expected_is_a_notice_and_a_passed_case() {
    let (_sandbox, environment) = world();
    prepared(&environment, 6);
    let (output, [junit, summary, outputs]) = in_ci(&environment, &[]);
    let output = output.exits(0);
    let annotation = "::notice title=local/mine comes to alert::orders fail: came to alert\n";
    assert!(output.stderr.contains(annotation), "{output}");
    assert!(
        junit.contains(r#"tests="1" failures="0" errors="0""#),
        "{junit}"
    );
    assert!(
        junit.contains(r#"name="local/mine comes to alert"/>"#),
        "{junit}"
    );
    assert!(
        summary.contains("| orders fail | alert | came to alert |"),
        "{summary}"
    );
    assert!(
        summary.contains("- arrive: 6 of 6 found after "),
        "{summary}"
    );
    assert!(
        outputs.contains("verdict=reached\nmonitor=local/mine\ntest-run="),
        "{outputs}"
    );
}

#[test]
fn a_miss_is_an_error_and_a_failed_case() {
    let (_sandbox, environment) = world();
    prepared(&environment, 6);
    let (output, [junit, summary, outputs]) = in_ci(&environment, &["--expect=ok"]);
    let _ = output
        .exits(3)
        .says("::error title=local/mine comes to ok::");
    assert!(
        junit.contains(r#"<failure message="expected ok, came to alert">"#),
        "{junit}"
    );
    assert!(summary.contains("**not as expected**"), "{summary}");
    assert!(outputs.contains("verdict=missed\n"), "{outputs}");
}

#[test]
fn what_nobody_can_tell_is_a_warning_and_an_error_of_the_case() {
    let sandbox = indexing_after("1h").start();
    let environment = TestEnvironment::of(&sandbox);
    prepared(&environment, 6);
    let (output, [junit, summary, outputs]) = in_ci(&environment, &["--timeout=2s"]);
    let _ = output.exits(1).says("::warning title=");
    assert!(junit.contains(r#"failures="0" errors="1""#), "{junit}");
    assert!(junit.contains("but Datadog had 0 of 6 events"), "{junit}");
    assert!(summary.contains("cannot tell"), "{summary}");
    assert!(outputs.contains("verdict=not_arrived\n"), "{outputs}");
}

#[test]
fn a_rehearsal_that_cannot_be_held_is_reported_too() {
    let (sandbox, environment) = world();
    prepared(&environment, 6);
    sandbox.put_faults(&["logs:403"]);
    let (output, [junit, _, outputs]) = in_ci(&environment, &[]);
    let _ = output.exits(4);
    assert!(junit.contains("send the test events"), "{junit}");
    assert!(outputs.contains("verdict=failed\n"), "{outputs}");
}

#[test]
fn without_the_files_of_github_there_is_the_annotation_alone() {
    let environment = TestEnvironment::empty();
    let _ = environment
        .run(["test-event", "silence", "--dry-run", "--ci", "github"])
        .exits(0)
        .says("::notice title=hoop/silence comes to alert::");
}
