//! Sessions that attack who watches them: nothing but text and the program's own colours reaches
//! the terminal.

use regex::bytes::Regex;

use super::*;
use crate::support::Pty;

/// The colours of labels and signs, and line ends.
const ALLOWED: &str = r"(?x-u) \x1b\[[0-9]+m | \r | \n";

const HOSTILE: [&str; 10] = [
    "\x1b]52;c;cm0gLXJmIH4=\x07",
    "\x1bP$q\"p\x1b\\",
    "\x1b]2;rm -rf ~\x07\x1b[21t",
    "\x1b[c\x1b[6n\x05\x1b[?2026$p",
    "\x1b[?1049h\x1b[2J\x1b[?1049l\x1b[?25l",
    "\x1b[8mhidden\x1b[31m",
    "\u{9b}31m\u{9d}52;c;AAAA\u{9c}",
    "\u{202e}evil\u{2066}\u{200b}\u{e0041}",
    "\x00\x08\x0b\x7f",
    "\x1b]0;never ended",
];

#[test]
fn no_recorded_escape_reaches_the_terminal() {
    let gateway = Gateway::start();
    let id = gateway.open("\x1b]0;name\x07\u{202e}shell");
    let mut pty = Pty::start(&gateway.environment(), &["sessions", "tail"]);
    gateway.until_heard(&id);
    for attack in HOSTILE {
        // Whole, and cut at each byte.
        gateway.say(&id, format!("{attack}ok\r\n"));
        for byte in attack.bytes() {
            gateway.say(&id, [byte]);
        }
        gateway.say(&id, "\x07\x1b\\\r\n");
    }
    // Never ended, and stored alone.
    gateway.say_unheard(&id, "\x1b[31mlate\x1b]52;c;AA\x07\r\n");
    gateway.say(&id, "the end\r\n");
    pty.wait_for("the end");
    gateway.end(&id, 0);
    pty.wait_for("success");
    pty.type_keys("\x03");
    let output = pty.finish();
    assert_eq!(output.code, 130);
    assert!(output.is_given_back);
    let allowed = Regex::new(ALLOWED).expect("a pattern");
    let text = allowed.replace_all(&output.wire, &b""[..]);
    // The terminal itself echoes the key.
    let text = String::from_utf8_lossy(&text).replace("^C", "");
    let strange: Vec<char> = text
        .chars()
        .filter(|c| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}'))
        .collect();
    assert!(strange.is_empty(), "{strange:?}");
    assert!(
        text.contains("late"),
        "what was found later went the same way"
    );
}

#[test]
fn a_narrow_terminal_has_room_for_what_is_said() {
    let gateway = Gateway::start();
    let id = gateway.open("a-connection-with-a-long-name");
    let flags = ["sessions", "tail", "--color", "never"];
    let mut pty = Pty::start_sized(&gateway.environment(), (36, 20), &flags);
    gateway.until_heard(&id);
    gateway.say(&id, "thirty columns of output......\r\n");
    let screen = pty.wait_for("c0de | thirty columns");
    assert!(
        screen
            .iter()
            .any(|row| row == "c0de | thirty columns of output....."),
        "{screen:#?}"
    );
    pty.type_keys("\x03");
    assert_eq!(pty.finish().code, 130);
}

#[test]
fn without_a_terminal_there_are_no_colours() {
    let (_gateway, _, running) = followed(&[]);
    let output = interrupt(running);
    assert!(!output.stdout.contains('\x1b'), "{output}");
}
