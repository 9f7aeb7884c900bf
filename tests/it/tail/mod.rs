//! `sessions tail`: what happens on the gateway is seen as it happens, and what was missed is said.

mod gaps;
mod gateway;
mod hostile;
mod many;

use rustix::process::Signal;
use serde_json::Value;

use self::gateway::Gateway;
use crate::support::{CommandOutput, Running, SandboxOptions, TestEnvironment, assert_shape};

fn tail(environment: &TestEnvironment, flags: &[&str]) -> Running {
    let mut running = environment
        .command([&["sessions", "tail"], flags].concat())
        .start();
    running.wait_for_stderr("following");
    running
}

/// A gateway with one open session that somebody follows, and has heard.
fn followed(flags: &[&str]) -> (Gateway, String, Running) {
    let gateway = Gateway::start();
    let id = gateway.open("prod-shell");
    let mut running = tail(&gateway.environment(), flags);
    gateway.until_heard(&id);
    gateway.say(&id, "hello\r\n");
    running.wait_for_stdout("hello");
    (gateway, id, running)
}

#[track_caller]
fn interrupt(running: Running) -> CommandOutput {
    running.signal(Signal::INT);
    running.finish().exits(130)
}

/// Every place stands behind the one before it.
#[track_caller]
fn assert_order(text: &str, places: &[&str]) {
    let mut from = 0;
    for place in places {
        match text[from..].find(place) {
            Some(at) => from += at + place.len(),
            None => panic!("{place:?} is not behind what stands before it in\n{text}"),
        }
    }
}

#[test]
fn a_new_session_is_seen_from_its_first_byte_to_its_end() {
    let (gateway, _, mut running) = followed(&[]);
    let id = gateway.open("prod-shell");
    gateway.say(&id, "before anybody listens\r\n");
    gateway.until_heard(&id);
    gateway.say(&id, "while somebody does\r\n");
    running.wait_for_stdout("while somebody does");
    gateway.end(&id, 3);
    running.wait_for_stdout("failure 3");
    let output = interrupt(running);
    assert_order(
        &output.stdout,
        &[
            "prod-shell/c0df + ",
            "opened by ana@shop.example",
            "before anybody listens",
            "prod-shell/c0df - ",
        ],
    );
    assert_eq!(
        output.stdout.matches("while somebody does").count(),
        1,
        "{output}"
    );
    assert_eq!(
        output.stdout.matches("before anybody").count(),
        1,
        "{output}"
    );
}

#[test]
fn an_open_session_is_joined_where_it_stands() {
    let (gateway, id, mut running) = followed(&[]);
    gateway.end(&id, 0);
    running.wait_for_stdout("success");
    let output = interrupt(running);
    assert_order(
        &output.stdout,
        &[
            "+ open since",
            "by ana@shop.example",
            "| hello",
            "- ",
            "success",
        ],
    );
}

#[test]
fn what_does_not_match_is_not_seen() {
    let gateway = Gateway::start();
    let (other, wanted) = (gateway.open("staging-shell"), gateway.open("prod-shell"));
    let mut running = tail(&gateway.environment(), &["--connection", "prod-*"]);
    gateway.until_heard(&wanted);
    gateway.say(&other, "unwanted\r\n");
    gateway.say(&wanted, "wanted\r\n");
    running.wait_for_stdout("wanted\n");
    let output = interrupt(running);
    assert!(
        !output.stdout.contains("unwanted") && !output.stdout.contains("staging"),
        "{output}"
    );
    assert_eq!(gateway.streams_asked(), 1);
}

#[test]
fn an_outcome_is_known_at_the_end_and_shows_the_whole_session_then() {
    let gateway = Gateway::start();
    let (good, bad) = (gateway.open("prod-shell"), gateway.open("prod-shell"));
    let mut running = tail(&gateway.environment(), &["--outcome", "failure"]);
    for id in [&good, &bad] {
        gateway.until_heard(id);
    }
    gateway.say(&good, "fine\r\n");
    gateway.say(&bad, "not so fine\r\n");
    gateway.end(&good, 0);
    gateway.end(&bad, 1);
    running.wait_for_stdout("failure 1");
    let output = interrupt(running);
    assert_order(
        &output.stdout,
        &["+ open since", "| not so fine", "failure 1"],
    );
    assert!(!output.stdout.contains("| fine"), "{output}");
}

#[test]
fn named_sessions_are_followed_until_they_are_over() {
    let gateway = Gateway::start();
    let (named, other) = (gateway.open("prod-shell"), gateway.open("prod-shell"));
    let mut running = tail(&gateway.environment(), &[&named]);
    gateway.until_heard(&named);
    gateway.say(&named, "named\r\n");
    running.wait_for_stdout("named");
    gateway.say(&other, "other\r\n");
    gateway.end(&named, 0);
    let output = running.finish().exits(0).shows("success");
    assert!(!output.stdout.contains("other"), "{output}");
}

#[test]
fn since_shows_what_was_before_and_nothing_twice() {
    let gateway = Gateway::start();
    let (over, open) = (gateway.open("prod-shell"), gateway.open("prod-shell"));
    gateway.say(&over, "long over\r\n");
    gateway.end(&over, 0);
    gateway.say(&open, "stored\r\n");
    gateway.flush(&open);
    let mut running = tail(&gateway.environment(), &["--since", "1h"]);
    running.wait_for_stdout("stored");
    gateway.say(&open, "live\r\n");
    running.wait_for_stdout("live");
    gateway.end(&open, 0);
    let _ = running.wait_for_stdout("success after");
    let output = interrupt(running);
    for text in ["long over", "stored", "| live"] {
        assert_eq!(output.stdout.matches(text).count(), 1, "{text}\n{output}");
    }
    assert!(!output.stdout.contains("gap"), "{output}");
}

#[test]
fn once_shows_the_last_stored_lines_of_what_is_open_and_ends() {
    let gateway = Gateway::start();
    let (over, open) = (gateway.open("prod-shell"), gateway.open("prod-shell"));
    gateway.end(&over, 0);
    for n in 1..=30 {
        gateway.say(&open, format!("line {n}.\r\n"));
    }
    gateway.flush(&open);
    let output = gateway
        .environment()
        .run(["sessions", "tail", "--once"])
        .exits(0);
    let lines: Vec<&str> = output.stdout.lines().collect();
    assert_eq!(lines.len(), 11, "{output}");
    assert!(
        lines[1].ends_with("| line 21.") && lines[10].ends_with("| line 30."),
        "{output}"
    );
    assert_eq!(gateway.streams_asked(), 0);
}

#[test]
fn once_without_anything_open_says_so() {
    let gateway = Gateway::start();
    let output = gateway
        .environment()
        .run(["sessions", "tail", "--once"])
        .exits(0);
    assert_eq!(output.stdout, "");
    let _ = output.says("no session that matches was open");
}

#[test]
fn ndjson_is_one_object_an_event() {
    let gateway = Gateway::start();
    let id = gateway.open("prod-shell");
    let mut running = tail(&gateway.environment(), &["-o", "ndjson"]);
    gateway.until_heard(&id);
    gateway.say(&id, "hello\r\nunfinished, ");
    running.wait_for_stdout("hello");
    gateway.drop_streams();
    running.wait_for_stdout("\"back\"");
    gateway.say_unheard(&id, "missed\r\n");
    gateway.say(&id, "again\r\n");
    gateway.end(&id, 0);
    running.wait_for_stdout("\"closed\"");
    let events = interrupt(running).ndjson();
    let mut by_kind = serde_json::Map::new();
    for event in &events {
        let kind = event["event"].as_str().expect("every object has one");
        by_kind.insert(kind.to_owned(), event.clone());
    }
    let kinds: Vec<&str> = by_kind.keys().map(String::as_str).collect();
    assert_eq!(
        kinds,
        ["opened", "line", "away", "back", "gap", "closed"],
        "{events:#?}"
    );
    assert_shape("sessions_tail", &Value::Object(by_kind));
    let late: Vec<&Value> = events
        .iter()
        .filter(|event| event["late"] == true)
        .collect();
    assert_eq!(late.len(), 1, "{events:#?}");
    // Whole, as it was recorded: its beginning had been shown.
    assert_eq!(late[0]["text"], "unfinished, missed");
}

#[test]
fn a_format_that_is_one_document_is_refused() {
    let environment = TestEnvironment::empty();
    let output = environment.run(["sessions", "tail", "-o", "json"]).exits(2);
    let _ = output.says("-o ndjson");
}

#[test]
fn ctrl_c_ends_it_and_what_came_is_shown() {
    let (_gateway, _, running) = followed(&[]);
    let output = interrupt(running).shows("| hello");
    assert!(!output.stderr.contains("error"), "{output}");
}

#[test]
fn a_time_that_was_set_ends_it_well() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let output = environment
        .run(["sessions", "tail", "--for", "500ms"])
        .exits(0);
    let _ = output.shows("prod-k8s-shell/").shows("by sre-copilot");
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let line = format!(
        "{} sessions tail | head -n 1; echo ${{PIPESTATUS[0]}}",
        env!("CARGO_BIN_EXE_ddctl")
    );
    let output = environment
        .program("/bin/bash", ["-c", &line])
        .run()
        .exits(0);
    assert_eq!(output.stdout.lines().last(), Some("0"), "{output}");
}

#[test]
fn a_gateway_that_is_away_at_the_beginning_is_an_error() {
    let gateway = Gateway::start();
    gateway.be_away(true);
    let output = gateway.environment().run(["sessions", "tail"]).exits(5);
    assert_eq!(output.stdout, "");
}

#[test]
fn a_refused_token_ends_it_at_the_beginning_and_in_the_middle() {
    let gateway = Gateway::start();
    gateway.refuse(401);
    let _ = gateway.environment().run(["sessions", "tail"]).exits(4);
    let (gateway, _, running) = followed(&[]);
    gateway.refuse(401);
    let _ = running
        .finish()
        .exits(4)
        .says("refused the token")
        .shows("| hello");
}
