//! `sessions replay` in a real pseudo-terminal: what a person sees, what they can do, and how the
//! terminal is left.

use regex::bytes::Regex;
use rustix::process::Signal;

use crate::support::{Pty, PtyOutput, SandboxOptions, TestEnvironment};

/// The bytes that leave the alternate screen.
const LEAVE: &[u8] = b"\x1b[?1049l";

/// An asciicast v2 of output events: seconds since the beginning, and text.
fn asciicast(events: &[(f64, &str)]) -> String {
    let mut file = String::from("{\"version\": 2, \"width\": 60, \"height\": 10}\n");
    for (time, text) in events {
        let event = serde_json::json!([time, "o", text]);
        file.push_str(&format!("{event}\n"));
    }
    file
}

fn with_recording(events: &[(f64, &str)]) -> TestEnvironment {
    let environment = TestEnvironment::empty();
    environment.write(&environment.path("session.cast"), asciicast(events));
    environment
}

fn replay(environment: &TestEnvironment, flags: &[&str]) -> Pty {
    let mut args = vec!["sessions", "replay", "session.cast"];
    args.extend(flags);
    Pty::start(environment, &args)
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

#[test]
fn a_recording_plays_in_its_own_time_and_stays_on_its_last_picture() {
    let environment = with_recording(&[(0.0, "first\r\n"), (0.3, "second\r\n")]);
    let mut pty = replay(&environment, &[]);
    pty.wait_for("first");
    let screen = pty.wait_for("second");
    assert_eq!(&screen[..2], ["first", "second"]);
    let screen = pty.wait_for(" end ");
    assert!(status_line(&screen).starts_with(" end  0:00 / 0:00  1x"));
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
fn what_is_not_due_yet_is_not_shown_until_somebody_steps_to_it() {
    let environment = with_recording(&[(0.0, "first\r\n"), (3600.0, "an hour later\r\n")]);
    let mut pty = replay(&environment, &[]);
    pty.wait_for("first");
    pty.type_keys(" ");
    let screen = pty.wait_for("paused");
    assert!(status_line(&screen).contains("/ 1:00:00"), "{screen:?}");
    assert!(
        !screen.iter().any(|row| row.contains("later")),
        "{screen:?}"
    );
    pty.type_keys(".");
    pty.wait_for("an hour later");
    pty.type_keys("0");
    let screen = pty.wait_for("  0:00 / 1:00:00");
    assert!(
        !screen.iter().any(|row| row.contains("later")),
        "{screen:?}"
    );
    pty.type_keys("q");
    assert_eq!(pty.finish().code, 0);
}

#[test]
fn space_pauses_and_goes_on() {
    let environment = with_recording(&[(0.0, "first\r\n"), (3600.0, "late\r\n")]);
    let mut pty = replay(&environment, &[]);
    pty.wait_for(" playing");
    pty.type_keys(" ");
    pty.wait_for(" paused");
    pty.type_keys(" ");
    pty.wait_for(" playing");
    pty.type_keys("q");
    assert_eq!(pty.finish().code, 0);
}

#[test]
fn the_speed_changes_by_keys_and_by_flag() {
    let environment = with_recording(&[(0.0, "first\r\n"), (3600.0, "late\r\n")]);
    let mut pty = replay(&environment, &["--speed", "4"]);
    pty.wait_for("  4x");
    pty.type_keys("1");
    pty.wait_for("  1x");
    pty.type_keys("+");
    let faster = status_line(&pty.wait_for("x  q quit"));
    pty.type_keys("--");
    pty.wait_for("  0.5x");
    assert!(!faster.contains("  0.5x"), "{faster}");
    pty.type_keys("q");
    assert_eq!(pty.finish().code, 0);
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
fn ctrl_c_gives_the_terminal_back_and_says_interrupted() {
    let environment = with_recording(&[(0.0, "first\r\n"), (3600.0, "late\r\n")]);
    let mut pty = replay(&environment, &[]);
    pty.wait_for("first");
    pty.type_keys("\x03");
    let output = pty.finish();
    assert_eq!(output.code, 130);
    assert_given_back(&output);
}

#[test]
fn a_signal_gives_the_terminal_back() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
        let environment = with_recording(&[(0.0, "first\r\n"), (3600.0, "late\r\n")]);
        let mut pty = replay(&environment, &[]);
        pty.wait_for("first");
        pty.signal(signal);
        let output = pty.finish();
        assert_eq!(output.code, code, "{signal:?}");
        assert_given_back(&output);
    }
}

#[test]
fn keys_come_from_the_terminal_when_the_recording_comes_from_stdin() {
    let environment = with_recording(&[(0.0, "first\r\n"), (3600.0, "late\r\n")]);
    let line = format!(
        "{} sessions replay - < session.cast",
        env!("CARGO_BIN_EXE_ddctl")
    );
    let mut pty = Pty::start_program(&environment, "/bin/sh", &["-c", &line]);
    pty.wait_for("first");
    pty.type_keys("q");
    let output = pty.finish();
    assert_eq!(output.code, 0);
    assert_given_back(&output);
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

/// Everything that `replay/paint.rs` and `ui/terminal/device.rs` may put on the wire beside
/// printable text: synchronised output, the cursor shown or hidden, clear, cursor moves, colours
/// and attributes, the alternate screen, wrap, and on leaving the modes and the scroll region
/// given back. LF and CR are of what the program says before and after.
const ALLOWED: &str = r"(?x-u)
    \x1b\[\?(?:2026|25|1049|7)[hl]
  | \x1b\[\?(?:1|1000|1002|1003|1004|1006|2004)l
  | \x1b\[2J | \x1b\[H | \x1b\[[0-9]+;[0-9]+H | \x1b\[[0-9]+(?:;[0-9]+)*m | \x1b\[r
  | \x1b\(B\x0f | \r | \n";

/// The rows of recordings.md §5: whole, and with C1 controls as characters.
const HOSTILE: [&str; 22] = [
    "\x1b]52;c;cm0gLXJmIH4=\x07",
    "\x1bP$q\"p\x1b\\",
    "\x1b]2;rm -rf ~\x07\x1b[21t",
    "\x1b[c\x1b[>c\x1b[6n\x1b[>0q\x05\x1b[?2026$p",
    "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\",
    "\x1b]4;1;?\x07\x1b]10;?\x07\x1b]11;?\x1b\\",
    "\x1b[1;1;1;1;1;1*y",
    "\x1b[200~paste\x1b[201~",
    "\x1b]9;7;\"cmd\"\x07\x1b]1337;File=:AAAA\x07\x1b]7;file:///tmp\x07\x1b]777;notify;a;b\x07",
    "\x1bPq#0;2;0;0;0#0~~@@\x1b\\",
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1b[8;500;500t\x1b[3;0;0t\x1b]50;huge\x07\x1b[?3h",
    "\x1b[?1049h\x1b[?25l\x1b[?1h\x1b[?7l\x1b[?1000h\x1b[?1006h",
    "\x1b[?1004h\x1b[?2004h\x1b[>1u\x1b[5;10r\x0e\x0f",
    "\x1b[8mhidden",
    "\x1bc\x1b#8\x1b(0lqk\x1b(B",
    "\u{9b}31m\u{9d}52;c;AAAA\u{9c}\u{90}$q\u{9c}",
    "\u{9b}6n\u{9b}c\u{9d}2;title\u{9c}\u{9b}21t\u{9f}Gx\u{9c}",
    "\u{202e}evil\u{2066}\u{200f}\u{61c}",
    "o\u{200b}\u{2060}\u{feff}k\u{e0041}\u{e007f}",
    "\x00\x01\x02\x08\x0b\x0c\x7f",
    "\x1b]0;never ended",
];

#[test]
fn no_sequence_of_a_hostile_recording_reaches_the_viewer() {
    let mut events: Vec<(f64, String)> = Vec::new();
    for attack in HOSTILE {
        events.push((0.0, attack.to_owned()));
        // Cut at each byte that does not lie within a character.
        for cut in (1..attack.len()).filter(|cut| attack.is_char_boundary(*cut)) {
            events.push((0.0, attack[..cut].to_owned()));
            events.push((0.0, attack[cut..].to_owned()));
        }
        // Ends what it left open, so that the next one is seen whole.
        events.push((0.0, "\x1b\\\x18\x1bc".to_owned()));
    }
    events.push((0.0, "\x1bcthe end is shown".to_owned()));
    let events: Vec<(f64, &str)> = events
        .iter()
        .map(|(at, text)| (*at, text.as_str()))
        .collect();
    let environment = with_recording(&events);
    let mut pty = replay(&environment, &[]);
    pty.wait_for("the end is shown");
    pty.type_keys("q");
    let output = pty.finish();
    assert_eq!(output.code, 0);
    assert_given_back(&output);
    let rest = Regex::new(ALLOWED)
        .expect("a pattern")
        .replace_all(&output.wire, &b""[..])
        .into_owned();
    let rest = String::from_utf8(rest).expect("nothing but text is left");
    let odd: Vec<char> = rest
        .chars()
        .filter(|c| c.is_control() || ('\u{200b}'..='\u{206f}').contains(c) || *c > '\u{e0000}')
        .collect();
    assert!(odd.is_empty(), "on the wire: {odd:?}");
}

#[test]
fn the_allow_list_would_catch_what_a_recording_attacks_with() {
    let allowed = Regex::new(ALLOWED).expect("a pattern");
    for attack in HOSTILE {
        let rest = allowed.replace_all(attack.as_bytes(), &b""[..]);
        let rest = String::from_utf8_lossy(&rest).into_owned();
        let is_caught = rest
            .chars()
            .any(|c| c.is_control() || ('\u{200b}'..='\u{206f}').contains(&c) || c > '\u{e0000}');
        assert!(
            is_caught || attack.contains("[?1049h") || attack.contains("[8m"),
            "{attack:?}"
        );
    }
}

#[test]
fn a_piped_replay_prints_a_transcript_without_a_single_escape() {
    let text: String = HOSTILE.concat();
    let environment = with_recording(&[(0.0, "shown\r\n"), (0.1, &text)]);
    let output = environment
        .run(["sessions", "replay", "session.cast"])
        .exits(0)
        .shows("shown");
    let odd: Vec<char> = output
        .stdout
        .chars()
        .filter(|c| c.is_control() && *c != '\n')
        .collect();
    assert!(odd.is_empty(), "{odd:?}");
}
