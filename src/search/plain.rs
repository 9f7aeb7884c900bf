//! What a terminal was sent, as it reads: control sequences gone, corrections made, lines ended.
//!
//! No screen is kept. What moves the cursor elsewhere ends the line, since what follows is another
//! text; a line that an editor wrapped is one; a character that was erased is gone.

/// Blanks that one move to the right may stand for; more is a hostile number.
const WIDEST: usize = 200;

/// A filter over text that comes in pieces.
#[derive(Clone, Debug, Default)]
pub(super) struct Plain {
    state: State,
    /// A carriage return has come, and not what follows it.
    has_returned: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Text,
    Escape,
    /// Before the last byte of a sequence that has only one of meaning, such as a character set.
    Designation,
    /// With the first parameter as far as it came, and whether it is complete.
    Csi(usize, bool),
    /// Text for the terminal itself, to its end.
    Payload,
    PayloadEscape,
}

impl Plain {
    /// Appends what of `text` is to be read. Nothing before `floor` is taken back.
    pub fn push(&mut self, text: &str, out: &mut String, floor: usize) {
        let mut rest = text;
        while !rest.is_empty() {
            let run = match self.state {
                State::Text => control_at(rest),
                _ => 0,
            };
            if run > 0 {
                self.resolve_return(out, floor);
                out.push_str(&rest[..run]);
            }
            rest = &rest[run..];
            let Some(c) = rest.chars().next() else { return };
            self.char(c, out, floor);
            rest = &rest[c.len_utf8()..];
        }
    }

    fn char(&mut self, c: char, out: &mut String, floor: usize) {
        self.state = match (self.state, c) {
            (State::Payload, '\x07') => State::Text,
            (State::Payload | State::PayloadEscape, '\x1b') => State::PayloadEscape,
            // The end of a payload; any other sequence ends it too.
            (State::PayloadEscape, '\\') => State::Text,
            (State::Payload, _) => State::Payload,
            // A new sequence takes the place of one that is not complete.
            (_, '\x1b') => State::Escape,
            (_, '\x18' | '\x1a') => State::Text,
            (State::Escape | State::PayloadEscape, c) => escape(c),
            (State::Designation, _) => State::Text,
            (State::Csi(number, is_complete), c) => self.csi(number, is_complete, c, out, floor),
            (State::Text, c) => {
                self.control(c, out, floor);
                State::Text
            }
        };
    }

    fn csi(
        &mut self,
        number: usize,
        is_complete: bool,
        c: char,
        out: &mut String,
        floor: usize,
    ) -> State {
        match c {
            '0'..='9' if !is_complete => {
                let digit = c as usize - '0' as usize;
                return State::Csi((number * 10 + digit).min(WIDEST), false);
            }
            '\x20'..='\x3f' => return State::Csi(number, true),
            // Controls inside of a sequence are carried out.
            '\0'..='\x1f' => {
                self.control(c, out, floor);
                return State::Csi(number, is_complete);
            }
            'C' => {
                self.resolve_return(out, floor);
                out.extend(std::iter::repeat_n(' ', number.max(1)));
            }
            'D' => (0..number.max(1)).for_each(|_| erase(out, floor)),
            'A' | 'B' | 'E'..='H' | 'd' | 'f' => end_line(out),
            _ => {}
        }
        State::Text
    }

    fn control(&mut self, c: char, out: &mut String, floor: usize) {
        match c {
            '\n' | '\x0b' | '\x0c' => {
                self.has_returned = false;
                out.push('\n');
            }
            '\r' => self.has_returned = true,
            '\x08' => erase(out, floor),
            '\t' => {
                self.resolve_return(out, floor);
                out.push('\t');
            }
            '\0'..='\x1f' | '\x7f' => {}
            c => {
                self.resolve_return(out, floor);
                out.push(c);
            }
        }
    }

    /// At the last column a line editor prints a blank and goes back to the first one, which makes
    /// every terminal wrap alike. Any other way back begins the line anew.
    fn resolve_return(&mut self, out: &mut String, floor: usize) {
        if !std::mem::take(&mut self.has_returned) {
            return;
        }
        match out.ends_with(' ') && out.len() > floor {
            true => drop(out.pop()),
            false => end_line(out),
        }
    }
}

fn escape(c: char) -> State {
    match c {
        '[' => State::Csi(0, false),
        ']' | 'P' | 'X' | '^' | '_' => State::Payload,
        '\x20'..='\x2f' => State::Designation,
        _ => State::Text,
    }
}

/// Ends the line, unless nothing stands in it.
fn end_line(out: &mut String) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}

/// Takes the last character of the line back.
fn erase(out: &mut String, floor: usize) {
    if out.len() > floor && !out.ends_with('\n') {
        out.pop();
    }
}

fn control_at(text: &str) -> usize {
    text.bytes()
        .position(|byte| byte < 0x20 || byte == 0x7f)
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read<'a>(pieces: impl IntoIterator<Item = &'a str>) -> String {
        let (mut plain, mut out) = (Plain::default(), String::new());
        for piece in pieces {
            plain.push(piece, &mut out, 0);
        }
        out
    }

    #[test]
    fn a_line_reads_as_it_was_left() {
        for (sent, text) in [
            ("$ lx\x08\x1b[Ks -l\r\n", "$ ls -l\n"),
            ("$ lx\x08 \x08s\r\n", "$ ls\n"),
            ("abc\x08\x08Xbc\r\n", "aXbc\n"),
            ("a\x1b[1;31mb\x1b[0m\x1b[?2004hc", "abc"),
            ("one wo \rrd", "one word"),
            (" 10%\r 50%\r100%\r\n", " 10%\n 50%\n100%\n"),
            ("left\x1b[10;5Hright", "left\nright"),
            ("a\x1b[3Cb", "a   b"),
            (
                "\x1b]0;title\x07a\x1b]8;;http://x\x1b\\b\x1bPq#1\x1b\\c",
                "abc",
            ),
            ("\x1b(Ba\x1b=b", "ab"),
            ("日本\x08x", "日x"),
        ] {
            assert_eq!(read([sent]), text, "{sent:?}");
        }
    }

    #[test]
    fn what_was_searched_is_not_taken_back() {
        let mut out = "done".to_owned();
        Plain::default().push("\x08\x08\x08x\x08\x08", &mut out, 3);
        assert_eq!(out, "don");
    }

    proptest! {
        #[test]
        fn where_the_pieces_are_cut_does_not_matter(
            pieces in prop::collection::vec("[a \r\n\x08\x1b\\[\\]0-9;mHCD\x07\\\\]{0,4}", 0..12)
        ) {
            let whole = pieces.concat();
            let read_whole = read([whole.as_str()]);
            prop_assert_eq!(&read(pieces.iter().map(String::as_str)), &read_whole);
            prop_assert!(!read_whole.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
        }
    }
}
