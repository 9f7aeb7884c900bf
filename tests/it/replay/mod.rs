//! `sessions replay` in a real pseudo-terminal: what a person sees, what they can do, and how the
//! terminal is left.

mod finding;
mod hostile;
mod keys;
mod leaving;
mod sizes;

use crate::support::{Pty, PtyOutput, SandboxOptions, TestEnvironment};

/// The bytes that leave the alternate screen.
const LEAVE: &[u8] = b"\x1b[?1049l";

/// An asciicast v2 of a terminal of 60x10: seconds since the beginning, code and text.
fn asciicast(events: &[(f64, &str, &str)]) -> String {
    let mut file = String::from(
        "{\"version\": 2, \"width\": 60, \"height\": 10, \"timestamp\": 1763604720}\n",
    );
    for (time, code, text) in events {
        let event = serde_json::json!([time, code, text]);
        file.push_str(&format!("{event}\n"));
    }
    file
}

fn with_events(events: &[(f64, &str, &str)]) -> TestEnvironment {
    let environment = TestEnvironment::empty();
    environment.write(&environment.path("session.cast"), asciicast(events));
    environment
}

/// Of output alone.
fn with_recording(output: &[(f64, &str)]) -> TestEnvironment {
    let events: Vec<_> = output.iter().map(|(at, text)| (*at, "o", *text)).collect();
    with_events(&events)
}

/// Five commands, a minute apart, with an hour of nothing behind them.
fn with_shell() -> TestEnvironment {
    let mut events = Vec::new();
    for n in 1..=5_u32 {
        let at = f64::from(n) * 60.0;
        events.push((at, "o", "$ ".to_owned()));
        events.push((at + 1.0, "o", format!("run {n}")));
        events.push((at + 2.0, "o", format!("\r\ndone {n}\r\n")));
    }
    events.push((3_900.0, "m", "the end".to_owned()));
    let events: Vec<_> = events
        .iter()
        .map(|(at, code, text)| (*at, *code, text.as_str()))
        .collect();
    with_events(&events)
}

fn replay(environment: &TestEnvironment, flags: &[&str]) -> Pty {
    replay_sized(environment, (80, 24), flags)
}

fn replay_sized(environment: &TestEnvironment, size: (u16, u16), flags: &[&str]) -> Pty {
    let mut args = vec!["sessions", "replay", "session.cast"];
    args.extend(flags);
    Pty::start_sized(environment, size, &args)
}

fn status_line(screen: &[String]) -> String {
    screen.last().cloned().unwrap_or_default()
}

fn holds(wire: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(wire, needle).is_some()
}

#[track_caller]
fn assert_given_back(output: &PtyOutput) {
    assert!(output.is_given_back, "the terminal's settings differ");
    assert!(holds(&output.wire, LEAVE), "the alternate screen stays");
    assert!(holds(&output.wire, b"\x1b[?25h"), "the cursor stays hidden");
}

/// Leaves with `q`.
#[track_caller]
fn quit(mut pty: Pty) -> PtyOutput {
    pty.type_keys("q");
    let output = pty.finish();
    assert_eq!(output.code, 0);
    assert_given_back(&output);
    output
}

#[test]
fn a_recording_plays_in_its_own_time_and_stays_on_its_last_picture() {
    let environment = with_recording(&[(0.0, "first\r\n"), (0.3, "second\r\n")]);
    let mut pty = replay(&environment, &[]);
    pty.wait_for("first");
    let screen = pty.wait_for("second");
    assert_eq!(&screen[..2], ["first", "second"]);
    let screen = pty.wait_for(" end ");
    assert!(status_line(&screen).starts_with(" end  0:00 / 0:00  "));
    pty.type_keys("q");
    let output = pty.finish();
    assert_eq!(output.code, 0);
    assert_given_back(&output);
    let at = |text: &[u8]| memchr::memmem::find(&output.wire, text);
    assert!(
        at(b"first") < at(b"second"),
        "in the order of the recording"
    );
}

#[test]
fn pauses_are_cut_to_the_idle_limit() {
    let environment = with_recording(&[(0.0, "first\r\n"), (3600.0, "late\r\n")]);
    let output = replay(&environment, &["--idle-limit", "0.1", "--exit"]).finish();
    assert!(holds(&output.wire, b"late"));
    assert_eq!(output.code, 0);
    assert_given_back(&output);
}

#[test]
fn a_speed_that_nobody_can_follow_is_wrong_usage() {
    let environment = with_recording(&[(0.0, "first\r\n")]);
    for speed in ["0.05", "101", "NaN", "fast"] {
        let args = ["sessions", "replay", "session.cast", "--speed", speed];
        let _ = environment.run(args).exits(2).says("from 0.1 to 100");
    }
}

#[test]
fn a_session_of_the_gateway_plays_on_the_terminal() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let sessions = sandbox.sessions();
    let newest = sessions
        .iter()
        .find(|row| row["type"] == "custom" && row["exit_code"] == 0)
        .and_then(|row| row["id"].as_str())
        .expect("a terminal session");
    let mut pty = Pty::start(
        &environment,
        &[
            "sessions",
            "replay",
            newest,
            "--speed",
            "100",
            "--idle-limit",
            "0.01",
        ],
    );
    pty.wait_for(" end ");
    pty.type_keys("q");
    let output = pty.finish();
    assert_eq!(output.code, 0);
    assert_given_back(&output);
}
