//! `sessions export` to several destinations at once: each gets what it lacks, has a position of its
//! own, and one that fails takes nothing from the others.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::support::{
    Asked, CommandOutput, SandboxOptions, SandboxProcess, ScriptedServer, TestEnvironment,
    assert_shape, until,
};

/// Past every session of the sandbox.
const EVERYTHING: &str = "40d";

fn export(environment: &TestEnvironment, flags: &[&str]) -> CommandOutput {
    let mut args = vec![
        "sessions", "export", "--yes", "--since", EVERYTHING, "-o", "json",
    ];
    args.extend(flags);
    environment.run(args)
}

/// Ids of the events of a file of lines.
fn in_file(text: &str) -> BTreeSet<String> {
    let rows = text.lines().map(serde_json::from_str::<Value>);
    rows.map(|row| {
        let row = row.expect("an object a line");
        row["evt"]["id"].as_str().expect("an id").to_owned()
    })
    .collect()
}

/// Ids that arrived as logs, in the order in which they came.
fn logs(sandbox: &SandboxProcess) -> Vec<String> {
    let rows = sandbox.received("logs", "evt.id");
    let ids = rows.iter().map(|row| row["evt.id"].as_str());
    ids.map(|id| id.expect("an id").to_owned()).collect()
}

/// Ids that arrived as events, which have them among their tags.
fn events(sandbox: &SandboxProcess) -> Vec<String> {
    let rows = sandbox.received("events", "tags");
    let id = |row: &Value| {
        let tags = row["tags"].as_array().expect("tags").iter();
        let mut ids = tags.filter_map(|tag| tag.as_str()?.strip_prefix("evt.id:"));
        ids.next().expect("an id among the tags").to_owned()
    };
    rows.iter().map(id).collect()
}

fn set(ids: Vec<String>) -> BTreeSet<String> {
    ids.into_iter().collect()
}

#[test]
fn logs_events_and_a_file_get_the_same_events_in_one_run() {
    let sandbox = SandboxOptions::default().sessions(60).start();
    let environment = TestEnvironment::of(&sandbox);
    let file = environment.home().join("all.ndjson");
    let path = file.display().to_string();
    let output = export(
        &environment,
        &["--to", "logs", "--to", "events", "--to", &path],
    );
    let summary = output.exits(0).json();
    let expected = in_file(&fs::read_to_string(&file).expect("a file"));
    assert!(!expected.is_empty());
    for arrived in [logs(&sandbox), events(&sandbox)] {
        assert_eq!(arrived.len(), expected.len(), "once each");
        assert_eq!(set(arrived), expected);
    }
    let destinations = summary["destinations"].as_array().expect("a list");
    assert_eq!(destinations.len(), 3);
    for one in destinations {
        assert_eq!(one["accepted"], expected.len(), "{one}");
        assert_eq!(one["error"], Value::Null);
    }
    assert_eq!(summary["accepted"], 3 * expected.len());
    assert_shape("sessions_export_destinations", &summary);
}

#[test]
fn each_destination_gets_what_it_lacks_and_no_more() {
    let sandbox = SandboxOptions::default().sessions(120).start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = environment
        .run([
            "sessions", "export", "--yes", "--since", "10d", "--to", "logs",
        ])
        .exits(0);
    let early = logs(&sandbox).len();
    assert!(early > 0);
    let both = export(&environment, &["--to", "logs", "--to", "events"]);
    let summary = both.exits(0).json();
    let (logs, events) = (logs(&sandbox), events(&sandbox));
    assert_eq!(set(logs.clone()), set(events.clone()));
    assert_eq!(set(logs.clone()).len(), logs.len(), "a log came twice");
    assert_eq!(set(events.clone()).len(), events.len());
    assert_eq!(summary["destinations"][0]["accepted"], logs.len() - early);
    let again = export(&environment, &["--to", "logs", "--to", "events"]);
    assert_eq!(again.exits(0).json()["accepted"], 0);
}

/// A Datadog that takes logs, and answers `status` to every event.
fn without_events(status: u16) -> ScriptedServer {
    ScriptedServer::start(move |asked: &Asked| {
        let answer = match asked.target.as_str() {
            "/api/v1/validate" => (200, r#"{"valid":true}"#),
            "/api/v1/events" => (status, r#"{"errors":["no"]}"#),
            _ => (202, "{}"),
        };
        (answer.0, "application/json", answer.1.to_owned())
    })
}

fn export_to(intake: &ScriptedServer, environment: &TestEnvironment, to: &[&str]) -> CommandOutput {
    let mut args = vec![
        "sessions", "export", "--yes", "--since", "16h", "-o", "json",
    ];
    for destination in to {
        args.extend(["--to", destination]);
    }
    environment
        .command(args)
        .env("DDCTL_DATADOG_URL", intake.url())
        .run()
}

#[test]
fn one_that_refuses_the_key_is_named_and_the_other_gets_everything() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let intake = without_events(403);
    let output = export_to(&intake, &environment, &["logs", "events"]).exits(4);
    assert!(
        output.stderr.contains("deliver to events"),
        "{}",
        output.stderr
    );
    let summary = output.json();
    let [logs, events] = [0, 1].map(|at| &summary["destinations"][at]);
    assert!(logs["accepted"].as_u64() > Some(0), "{logs}");
    assert_eq!(logs["undelivered"], 0);
    assert_eq!(events["accepted"], 0);
    assert!(
        events["error"]
            .as_str()
            .is_some_and(|why| why.contains("403"))
    );

    // Its position stayed where it was.
    let intake = without_events(202);
    let rest = export_to(&intake, &environment, &["logs", "events"]).exits(0);
    let rest = rest.json();
    assert_eq!(rest["destinations"][0]["accepted"], 0);
    assert_eq!(rest["destinations"][1]["accepted"], logs["accepted"]);
}

#[test]
fn best_effort_fails_nothing_and_says_so() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let intake = without_events(403);
    let to = ["logs", "events,best-effort"];
    let output = export_to(&intake, &environment, &to).exits(0);
    assert!(
        output.stderr.contains("deliver to events"),
        "{}",
        output.stderr
    );
    let summary = output.json();
    assert!(summary["destinations"][0]["accepted"].as_u64() > Some(0));
    assert_eq!(summary["destinations"][1]["best_effort"], true);
}

#[test]
fn best_effort_that_cannot_follow_holds_nothing_back_and_gets_the_rest_later() {
    let sandbox = SandboxOptions::default().sessions(700).start();
    let environment = TestEnvironment::of(&sandbox);
    let rows = environment.run([
        "sessions", "export", "--yes", "--since", EVERYTHING, "--to", "-",
    ]);
    let expected = in_file(&rows.exits(0).stdout);
    sandbox.put_faults(&["events:slow=20ms@1"]);
    let args = [
        "sessions", "export", "--yes", "--since", EVERYTHING, "-o", "json",
    ];
    let to = ["--to", "logs", "--to", "events,best-effort"];
    let running = environment.command(args.into_iter().chain(to)).start();
    until("the logs are complete", || {
        sandbox.has_received("logs", expected.len()).then_some(())
    });
    assert!(set(events(&sandbox)).len() < 200, "it was to be slow");
    sandbox.put_faults(&[]);
    let summary = running.finish().exits(0).json();
    let missed = summary["destinations"][1]["missed"].as_u64();
    assert!(missed > Some(0), "{summary}");
    let arrived = set(events(&sandbox)).len() as u64;
    assert_eq!(missed, Some(expected.len() as u64 - arrived));

    let _ = export(&environment, &["--to", "events"]).exits(0);
    let events = events(&sandbox);
    assert_eq!(events.len(), expected.len(), "some came twice");
    assert_eq!(set(events), expected, "its position covered a gap");
}

#[test]
fn what_makes_no_sense_together_is_refused_before_anything_is_read() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    for (to, why) in [
        (&["--to", "logs", "--to", "logs"][..], "given twice"),
        (&["--to", "logs,best-effort"], "best effort"),
        (&["--to", "logs", "--to", "a.cast"], "one destination"),
        (&["--to", "logs,fast"], "best-effort"),
        (
            &["--to", "logs", "--to", "a.ndjson", "--new"],
            "files have none",
        ),
    ] {
        let output = export(&environment, to).exits(2);
        assert!(output.stderr.contains(why), "{to:?}: {}", output.stderr);
    }
    assert!(logs(&sandbox).is_empty());
}

#[test]
fn a_dry_run_shows_the_request_of_an_event_with_the_key_masked() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let output = export(&environment, &["--to", "events", "--dry-run"]).exits(0);
    assert!(output.stdout.contains("POST /api/v1/events"));
    assert!(output.stdout.contains("dd-api-key: ****"));
    assert!(output.stdout.contains("\"alert_type\""));
    assert!(events(&sandbox).is_empty());
}
