//! `sessions export` asks before it sends much, or what Datadog takes under another time alone.

use std::fs;

use jiff::Timestamp;

use crate::support::{CommandOutput, Pty, SandboxOptions, TestEnvironment};

fn export(environment: &TestEnvironment, flags: &[&str]) -> CommandOutput {
    let mut args = vec!["sessions", "export", "--to", "logs"];
    args.extend(flags);
    environment.run(args)
}

#[test]
fn where_nobody_can_be_asked_old_events_need_a_flag() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let refused = export(&environment, &["--since", "10d"]).exits(2);
    assert!(refused.stderr.contains("began more than 17h 30m ago"));
    assert!(refused.stderr.contains("--yes, or choose by --late"));
    let old = sandbox.sessions().pop().expect("a session")["id"].clone();
    let _ = export(&environment, &[old.as_str().expect("an id")]).exits(2);
    assert!(sandbox.received("logs", "").is_empty());

    let _ = export(&environment, &["--since", "10d", "--dry-run"]).exits(0);
    let _ = export(&environment, &["--since", "16h"]).exits(0);
    let fresh = sandbox.received("logs", "").len();
    let _ = export(&environment, &["--since", "10d", "--late", "skip"]).exits(0);
    assert_eq!(sandbox.received("logs", "").len(), fresh);
    let _ = export(&environment, &["--since", "30d", "--late", "restamp"]).exits(0);
    assert!(sandbox.received("logs", "").len() > fresh);
}

#[test]
fn many_events_are_counted_before_they_are_read() {
    let sandbox = SandboxOptions::default()
        .sessions(51_000)
        .span("10h")
        .start();
    let environment = TestEnvironment::of(&sandbox);
    let refused = export(&environment, &["--since", "12h"]).exits(2);
    assert!(
        refused
            .stderr
            .contains("about 102000 events, of up to 51000 sessions"),
        "{}",
        refused.stderr
    );
    let _ = export(&environment, &["--since", "12h", "--limit", "10"]).exits(0);
}

#[test]
fn a_person_who_says_no_sends_nothing() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    for what in ["sessions", "audit"] {
        let args = [what, "export", "--since", "10d", "--to", "logs"];
        let before = sandbox.received("logs", "").len();
        let mut asked = Pty::start(&environment, &args);
        // In one row: what a terminal wraps is drawn twice once it is answered.
        asked.wait_for("of sending, tagged late:true? [y/N]");
        asked.type_keys("n\r");
        assert_eq!(asked.finish().code, 1);
        assert_eq!(sandbox.received("logs", "").len(), before);
        let mut asked = Pty::start(&environment, &args);
        asked.wait_for("tagged late:true?");
        asked.type_keys("y\r");
        assert_eq!(asked.finish().code, 0);
        assert!(sandbox.received("logs", "").len() > before);
    }
}

#[test]
fn what_a_position_leaves_is_sent_unasked_and_late_events_are_told() {
    let sandbox = SandboxOptions::default().sessions(400).start();
    let environment = TestEnvironment::of(&sandbox);
    let _ = export(&environment, &["--new", "--since", "10d"]).exits(2);
    let before = ["--since", "10d", "--until", "5d", "--yes"];
    let _ = export(&environment, &before).exits(0);
    let new = export(&environment, &["--new"]).exits(0);
    assert!(
        new.stderr.contains("older than Datadog takes"),
        "{}",
        new.stderr
    );
    assert!(
        new.stderr
            .contains("where --new runs every 12 h or more often")
    );
    let again = export(&environment, &["--new"]).exits(0);
    assert!(!again.stderr.contains("every 12 h"), "{}", again.stderr);
}

#[test]
fn what_is_about_session_events_is_refused_for_lines_and_recordings() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let lines = environment.home().join("lines.ndjson");
    environment.write(&lines, "{\"message\":\"x\"}\n");
    let lines = lines.display().to_string();
    let of_lines = ["--file", &lines, "--to", "logs"];
    let of_recordings = ["--since", "2h", "--to", "recordings/", "--format", "txt"];
    for flag in ["--estimate", "--verify"] {
        let _ = environment
            .run(
                ["sessions", "export", "--yes", flag]
                    .iter()
                    .chain(&of_recordings),
            )
            .exits(2);
    }
    assert!(!environment.path("recordings").exists());
    for flag in ["--estimate", "--verify", "--follow"] {
        let _ = environment
            .run(
                ["sessions", "export", "--yes", flag]
                    .iter()
                    .chain(&of_lines),
            )
            .exits(2);
    }
    assert!(sandbox.received("logs", "").is_empty());
}

#[test]
fn an_estimate_is_of_the_destinations_that_were_named() {
    let sandbox = SandboxOptions::default().sessions(60).start();
    let environment = TestEnvironment::of(&sandbox);
    let estimate = |what: &str, flags: &[&str]| {
        let args = [what, "export", "--since", "40d", "--estimate"];
        environment.run(args.iter().chain(flags)).exits(0)
    };
    for what in ["sessions", "audit"] {
        let of = |to: &str| estimate(what, &["--to", to, "-o", "json"]).json();
        assert_eq!(of("events")["requests"], of("logs")["events"]);
        assert_eq!(of("logs")["requests"], 1);
        assert_eq!(of("all.ndjson")["requests"], 0);
        let file = estimate(what, &["--to", "all.ndjson"]);
        assert!(!file.stdout.contains("older than Datadog takes"), "{file}");
        let logs = estimate(what, &["--to", "logs", "--late", "skip"]);
        assert!(logs.stdout.contains("left out (--late skip)"), "{logs}");
    }
    assert!(sandbox.received("logs", "").is_empty());
}

#[test]
fn a_file_is_looked_through_before_any_of_it_is_sent() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let path = environment.path("lines.ndjson");
    let now = Timestamp::now().as_millisecond();
    let fresh = |number: u32| format!("{{\"timestamp\":{now},\"evt\":{{\"id\":\"e{number}\"}}}}\n");
    let old = "{\"timestamp\":\"2026-01-02T03:04:05Z\",\"evt\":{\"id\":\"old\"}}\n";
    let name = path.display().to_string();
    let lines = |flags: &[&str]| export(&environment, &[&["--file", &name], flags].concat());
    fs::write(&path, format!("{}\n{old}", fresh(1))).expect("a writable home");
    let refused = lines(&[]).exits(2);
    let _ = refused
        .says("line 3 of")
        .says("more than 17h 30m ago")
        .says("--yes, or choose by --late");
    assert!(sandbox.received("logs", "").is_empty());
    let _ = lines(&["--dry-run"]).exits(0);
    let _ = lines(&["--late", "skip"]).exits(0);
    // What lies before its position is not looked at any more.
    fs::write(&path, format!("{}\n{old}{}", fresh(1), fresh(2))).expect("a writable home");
    let _ = lines(&[]).exits(0);
    assert_eq!(sandbox.received("logs", "").len(), 2);
    let _ = lines(&["--again"]).exits(2);
    let _ = lines(&["--again", "--yes"]).exits(0);
    assert_eq!(sandbox.received("logs", "").len(), 5);
    // A stream cannot be looked at before it is read.
    let stdin = ["sessions", "export", "--to", "logs", "--file", "-"];
    let _ = environment.command(stdin).stdin(old).run().exits(0);
}

#[test]
fn many_lines_are_counted_before_they_are_sent() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let path = environment.path("lines.ndjson");
    fs::write(&path, "{}\n".repeat(100_001)).expect("a writable home");
    let name = path.display().to_string();
    let refused = export(&environment, &["--file", &name]).exits(2);
    let _ = refused.says("Send 100001 lines?").says("--yes");
    assert!(sandbox.received("logs", "").is_empty());
    fs::write(&path, "{}\n".repeat(100_000)).expect("a writable home");
    let _ = export(&environment, &["--file", &name]).exits(0);
}
