//! A recording that attacks its viewer: what reaches the terminal is on an allow-list, and of
//! what was recorded only text.

use base64::Engine as _;
use regex::bytes::Regex;

use super::*;

/// Everything that `replay/paint.rs` and `ui/terminal/device.rs` may put on the wire beside
/// printable text: synchronised output, the cursor shown or hidden, clear, cursor moves, colours
/// and attributes, the alternate screen, wrap, and on leaving the modes and the scroll region
/// given back. LF and CR are of what the program says before and after.
const ALLOWED: &str = r"(?x-u)
    \x1b\[\?(?:2026|25|1049|7)[hl]
  | \x1b\[\?(?:1|1000|1002|1003|1004|1006|2004)l
  | \x1b\[2J | \x1b\[H | \x1b\[[0-9]+;[0-9]+H | \x1b\[[0-9]+(?:;[0-9]+)*m | \x1b\[r
  | \x1b\(B\x0f | \r | \n";

/// What a hostile recording may hold (dgl.cx/2023/09/ansi-terminal-security names most).
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

/// The same with the one-byte forms of its introducers, as bytes and as characters.
fn c1_forms(attack: &str) -> [Vec<u8>; 2] {
    const FORMS: [(&str, u8); 5] = [
        ("\x1b[", 0x9b),
        ("\x1b]", 0x9d),
        ("\x1bP", 0x90),
        ("\x1b_", 0x9f),
        ("\x1b\\", 0x9c),
    ];
    let mut characters = attack.to_owned();
    let mut bytes = attack.as_bytes().to_vec();
    for (escape, byte) in FORMS {
        characters = characters.replace(escape, &char::from(byte).to_string());
        bytes = replace(&bytes, escape.as_bytes(), byte);
    }
    [characters.into_bytes(), bytes]
}

fn replace(bytes: &[u8], from: &[u8], to: u8) -> Vec<u8> {
    let mut replaced = Vec::new();
    let mut rest = bytes;
    while let Some(at) = memchr::memmem::find(rest, from) {
        replaced.extend_from_slice(&rest[..at]);
        replaced.push(to);
        rest = &rest[at + from.len()..];
    }
    replaced.extend_from_slice(rest);
    replaced
}

/// Ends whatever was left open.
const ENDED: &[u8] = b"\x18\x1b\\\x18";

/// The attack whole and cut at each byte: in two events, its head alone, its tail alone; each on
/// a line of its own.
fn cuts(attack: &[u8]) -> Vec<Vec<u8>> {
    let mut events = vec![attack.to_vec()];
    for cut in 1..attack.len() {
        let (head, tail) = attack.split_at(cut);
        events.push([ENDED, b"\r\n"].concat());
        events.extend([head.to_vec(), tail.to_vec()]);
        events.push([ENDED, b"\r\n", head, ENDED, b"\r\n", tail].concat());
    }
    events
}

/// A recording as the gateway stores it, which holds any bytes: a picture for each attack, with a
/// marker behind it.
fn attacks() -> String {
    let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let mut entries = Vec::new();
    for (number, attack) in HOSTILE.iter().enumerate() {
        entries.push(("o", [ENDED, b"\x1bc\x1b[8;240;100t"].concat()));
        let [characters, bytes] = c1_forms(attack);
        for form in [attack.as_bytes().to_vec(), characters, bytes] {
            entries.extend(cuts(&form).into_iter().map(|event| ("o", event)));
            entries.push(("o", [ENDED, b"\r\n"].concat()));
        }
        let seen = format!(
            "\x1b[m\x1b[?1049l\x1b[r\x1b[?6l\x1b[4l\x1b(B\x0f\x1b[240;1H\x1b[2Kattack {number} "
        );
        entries.push(("o", seen.into_bytes()));
        entries.push(("m", Vec::new()));
    }
    let entries: Vec<_> = entries
        .iter()
        .map(|(code, data)| serde_json::json!([0, code, encode(data)]))
        .collect();
    serde_json::Value::from(entries).to_string()
}

/// What is left of the bytes without what is allowed, and is no text.
fn odd(wire: &[u8]) -> Vec<char> {
    let rest = Regex::new(ALLOWED)
        .expect("a pattern")
        .replace_all(wire, &b""[..])
        .into_owned();
    let rest = String::from_utf8(rest).expect("nothing but text is left");
    rest.chars().filter(|c| is_odd(*c)).collect()
}

fn is_odd(c: char) -> bool {
    let turns_or_hides = matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c.is_control() || turns_or_hides || c > '\u{e0000}'
}

#[test]
fn no_sequence_of_a_hostile_recording_reaches_the_viewer() {
    let environment = TestEnvironment::empty();
    environment.write(&environment.path("session.cast"), attacks());
    let flags = ["--pause-on-markers", "--no-redact"];
    let mut pty = replay_sized(&environment, (100, 241), &flags);
    for number in 0..HOSTILE.len() {
        pty.wait_for(&format!("attack {number} "));
        pty.wait_for(" paused");
        pty.type_keys(" ");
    }
    pty.wait_for(" end ");
    let output = quit(pty);
    let odd = odd(&output.wire);
    assert!(odd.is_empty(), "on the wire: {odd:?}");
}

#[test]
fn no_sequence_of_a_title_or_a_label_reaches_the_viewer() {
    let environment = TestEnvironment::empty();
    let text = HOSTILE.concat();
    let header = serde_json::json!({"version": 2, "width": 60, "height": 10, "title": text});
    let marker = serde_json::json!([0.1, "m", text]);
    let file = format!("{header}\n[0, \"o\", \"$ \"]\n{marker}\n");
    environment.write(&environment.path("session.cast"), file);
    let mut pty = replay_sized(&environment, (200, 5), &[]);
    pty.wait_for(" end ");
    pty.wait_for("#1 ");
    let output = quit(pty);
    let odd = odd(&output.wire);
    assert!(odd.is_empty(), "on the wire: {odd:?}");
}

#[test]
fn the_allow_list_would_catch_what_a_recording_attacks_with() {
    let allowed = Regex::new(ALLOWED).expect("a pattern");
    for attack in HOSTILE {
        let rest = allowed.replace_all(attack.as_bytes(), &b""[..]);
        let rest = String::from_utf8_lossy(&rest).into_owned();
        let is_caught = rest.chars().any(is_odd);
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

#[test]
fn raw_output_goes_to_a_terminal_only_after_a_yes() {
    let environment = with_recording(&[(0.0, "\x1b]0;title\x07shown")]);
    let output = replay(&environment, &["--raw"]).finish();
    assert_eq!(output.code, 2);
    assert!(
        !holds(&output.wire, b"title\x07"),
        "nothing of it was written"
    );
    let output = replay(&environment, &["--raw", "--yes"]).finish();
    assert_eq!(output.code, 0);
    assert!(holds(&output.wire, b"\x1b]0;title\x07shown"));
    let piped = environment.run(["sessions", "replay", "session.cast", "--raw"]);
    assert_eq!(piped.exits(0).stdout, "\x1b]0;title\x07shown");
}
