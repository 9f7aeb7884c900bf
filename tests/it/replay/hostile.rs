//! A recording that attacks its viewer: what reaches the terminal is on an allow-list, and of
//! what was recorded only text.

mod elsewhere;
mod table;
mod wire;

use base64::Engine as _;

use self::table::{ENDED, TABLE, cuts, everything, forms};
use self::wire::{assert_only_pictures, assert_only_text, is_refused};
use super::*;

/// A recording as the gateway stores it, which holds any bytes: the rows of the table on a screen
/// with room for all of a row's forms, each row with a marker behind it.
fn attacks(rows: &[(&str, &str)]) -> String {
    let mut events = Vec::new();
    for (row, (_, attack)) in rows.iter().enumerate() {
        events.push(("o", [ENDED, b"\x1bc"].concat()));
        for form in forms(attack) {
            events.extend(cuts(&form).into_iter().map(|event| ("o", event)));
        }
        let seen = format!(
            "\x1b[m\x1b[?1049l\x1b[r\x1b[?6l\x1b[4l\x1b(B\x0f\x1b[1;1H\x1b[2Kattack {row}."
        );
        events.push(("o", seen.into_bytes()));
        events.push(("m", Vec::new()));
    }
    events.push(("o", b"over".to_vec()));
    let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let events: Vec<_> = events
        .iter()
        .map(|(code, data)| serde_json::json!([0, code, encode(data)]))
        .collect();
    serde_json::Value::from(events).to_string()
}

#[test]
fn no_sequence_of_a_hostile_recording_reaches_the_viewer() {
    let environment = TestEnvironment::empty();
    environment.write(&environment.path("session.cast"), attacks(&TABLE));
    let flags = ["--pause-on-markers", "--no-redact", "--size", "100x400"];
    let mut pty = replay_sized(&environment, (100, 401), &flags);
    for row in 0..TABLE.len() {
        pty.wait_for(&format!("attack {row}."));
        pty.wait_for(" paused");
        pty.type_keys(" ");
    }
    pty.wait_for("over");
    assert_only_pictures(&quit(pty).wire);
}

#[test]
fn no_sequence_of_a_title_or_a_label_reaches_the_viewer() {
    let environment = TestEnvironment::empty();
    let header =
        serde_json::json!({"version": 2, "width": 60, "height": 10, "title": everything()});
    let marker = serde_json::json!([0.1, "m", everything()]);
    let file = format!("{header}\n[0, \"o\", \"$ \"]\n{marker}\n");
    environment.write(&environment.path("session.cast"), file);
    let mut pty = replay_sized(&environment, (400, 5), &[]);
    pty.wait_for(" end ");
    pty.wait_for("#1 ");
    assert_only_pictures(&quit(pty).wire);
}

#[test]
fn the_allow_list_refuses_every_attack() {
    for (what, attack) in TABLE {
        for form in forms(attack) {
            assert!(is_refused(&form), "{what}: {attack:?}");
        }
    }
    for own in ["text é 日", "\x1b[0;1;31;48;5;200mred", "\x1b[12;30H", ""] {
        assert!(!is_refused(own.as_bytes()), "{own:?}");
    }
}

#[test]
fn without_a_terminal_a_transcript_has_no_escape_at_all() {
    let environment = TestEnvironment::empty();
    environment.write(&environment.path("session.cast"), attacks(&TABLE));
    let output = environment
        .run(["sessions", "replay", "session.cast", "--no-redact"])
        .exits(0)
        .shows("attack 0.");
    assert!(!output.stdout.contains('\x1b'));
    assert_only_text(output.stdout.as_bytes());
    assert_only_text(output.stderr.as_bytes());
}

#[test]
fn a_transcript_on_a_terminal_holds_nothing_but_text() {
    let environment = TestEnvironment::empty();
    environment.write(&environment.path("session.cast"), attacks(&TABLE));
    let output = replay(&environment, &["--no-timing", "--no-redact"]).finish();
    assert_eq!(output.code, 0);
    assert!(holds(&output.wire, b"attack 0."));
    assert_only_text(&output.wire);
}

#[test]
fn raw_output_goes_to_a_terminal_only_after_a_yes() {
    let environment = with_recording(&[(0.0, "\x1b]0;title\x07shown")]);
    let output = replay(&environment, &["--raw"]).finish();
    assert_eq!(output.code, 2);
    assert!(holds(&output.wire, b"--raw sends what was recorded"));
    assert_only_text(&output.wire);
    let output = replay(&environment, &["--raw", "--yes"]).finish();
    assert_eq!(output.code, 0);
    assert!(holds(&output.wire, b"\x1b]0;title\x07shown"));
    let piped = environment.run(["sessions", "replay", "session.cast", "--raw"]);
    assert_eq!(piped.exits(0).stdout, "\x1b]0;title\x07shown");
}
