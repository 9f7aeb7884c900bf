//! What may be on the wire to a viewer's terminal, and what a program that paints nothing may
//! print there.

use regex::bytes::Regex;

/// Taking the terminal over, as `ui/terminal/device.rs` does: once, and first.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[0m\x1b[2J\x1b[H";

/// Giving it back: once, and last.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[0m\x1b(B\x0f\x1b[?7h\x1b[?1l\x1b[?1000l\x1b[?1002l\
\x1b[?1003l\x1b[?1004l\x1b[?1006l\x1b[?2004l\x1b[r\x1b[?1049l\x1b[?25h";

/// A picture as `replay/paint.rs` spells it: synchronised output around cursor moves, colours and
/// attributes (never blinking, never hidden), clear, the cursor shown or hidden, and printable
/// text.
const PICTURE: &str = r"(?x)
    \x1b\[\?2026h \x1b\[\?25l
    (?: \x1b\[0m\x1b\[2J
      | \x1b\[[0-9]{1,3};[0-9]{1,3}H
      | \x1b\[0(?:;[123479])*(?:;3[0-7]|;38;5;[0-9]{1,3}|;38;2(?:;[0-9]{1,3}){3})?
                (?:;4[0-7]|;48;5;[0-9]{1,3}|;48;2(?:;[0-9]{1,3}){3})?m
      | \x1b\[\?25h
      | [^\p{Cc}\p{Cf}\u{34f}\u{2028}\u{2029}\u{e0000}-\u{e0fff}]
    )*
    \x1b\[\?2026l";

/// Checks that a player took the terminal over once, drew pictures of its own and gave it back.
#[track_caller]
pub fn assert_only_pictures(wire: &[u8]) {
    let begin = wire.strip_prefix(ENTER).expect("it is taken over first");
    let end = memchr::memmem::rfind(begin, LEAVE).expect("it is given back");
    let (pictures, said) = (&begin[..end], &begin[end + LEAVE.len()..]);
    let is_picture = Regex::new(&format!("^(?:{PICTURE})*$")).expect("a pattern");
    if !is_picture.is_match(pictures) {
        let picture = Regex::new(PICTURE).expect("a pattern");
        let rest = picture.replace_all(pictures, &b""[..]);
        panic!("on the wire: {:?}", String::from_utf8_lossy(&rest));
    }
    assert_only_text(said);
}

/// Checks that nothing but text, line ends and colours is in what was printed.
#[track_caller]
pub fn assert_only_text(printed: &[u8]) {
    let text = str::from_utf8(printed).expect("text");
    let harmless = regex::Regex::new(
        r"(?x) \x1b\[[0-9;]*m | \r?\n | [^\p{Cc}\p{Cf}\u{34f}\u{2028}\u{2029}\u{e0000}-\u{e0fff}]",
    );
    let rest = harmless.expect("a pattern").replace_all(text, "");
    assert!(rest.is_empty(), "printed: {rest:?} in\n{text:?}");
}

/// True where something of `bytes` would be refused in a picture.
pub fn is_refused(bytes: &[u8]) -> bool {
    let picture = [b"\x1b[?2026h\x1b[?25l", bytes, b"\x1b[?2026l"].concat();
    let is_picture = Regex::new(&format!("^(?:{PICTURE})$")).expect("a pattern");
    !is_picture.is_match(&picture)
}
