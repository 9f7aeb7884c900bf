//! Bytes of a keyboard as keys.

/// A key, as far as programs here use them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Char(char),
    /// A letter with the control key, in lower case.
    Ctrl(char),
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    ShiftUp,
    ShiftDown,
    ShiftLeft,
    ShiftRight,
    F1,
    Enter,
    Backspace,
    Escape,
}

/// The longest sequence that is waited for; a key's is shorter by far.
const LONGEST: usize = 4 * 1024;

/// Turns what is read into keys. A sequence may come in pieces; what is no key is dropped: an
/// answer of the terminal to somebody's question is not typed by anybody.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    /// The begin of a sequence whose rest has not come.
    pending: Vec<u8>,
}

impl Keyboard {
    /// The keys that `bytes` complete.
    pub fn read(&mut self, bytes: &[u8]) -> Vec<Key> {
        let mut joined = std::mem::take(&mut self.pending);
        joined.extend_from_slice(bytes);
        let mut keys = Vec::new();
        let mut rest = joined.as_slice();
        while let Some((first, after)) = rest.split_first() {
            let next = match *first {
                0x1b => escape(after, &mut keys),
                0x80.. => character(rest, &mut keys),
                byte => {
                    keys.extend(plain(byte));
                    Some(after)
                }
            };
            match next {
                Some(next) => rest = next,
                None => {
                    self.pending = rest.to_vec();
                    self.pending.truncate(LONGEST);
                    break;
                }
            }
        }
        keys
    }

    /// Nothing came for a while: an escape byte alone was the key, and the begin of anything else
    /// was nothing.
    pub fn idle(&mut self) -> Option<Key> {
        let pending = std::mem::take(&mut self.pending);
        (pending == [0x1b]).then_some(Key::Escape)
    }
}

fn plain(byte: u8) -> Option<Key> {
    Some(match byte {
        b'\r' | b'\n' => Key::Enter,
        0x08 | 0x7f => Key::Backspace,
        byte @ 0x01..=0x1a => Key::Ctrl(char::from(byte + 0x60)),
        byte @ 0x20..=0x7e => Key::Char(char::from(byte)),
        _ => return None,
    })
}

/// A character of several bytes; `None` while some are missing.
fn character<'a>(bytes: &'a [u8], keys: &mut Vec<Key>) -> Option<&'a [u8]> {
    let chunk = bytes.utf8_chunks().next()?;
    if let Some(c) = chunk.valid().chars().next() {
        if !c.is_control() {
            keys.push(Key::Char(c));
        }
        return Some(&bytes[c.len_utf8()..]);
    }
    let invalid = chunk.invalid().len();
    let may_go_on = invalid == bytes.len() && invalid < 4 && bytes[0] >= 0xc2;
    (!may_go_on).then(|| &bytes[invalid.max(1)..])
}

/// What follows an escape byte; `None` while its end is missing.
fn escape<'a>(after: &'a [u8], keys: &mut Vec<Key>) -> Option<&'a [u8]> {
    match after {
        [] => None,
        [b'[', rest @ ..] => {
            let end = rest.iter().position(|byte| matches!(byte, 0x40..=0x7e))?;
            keys.extend(named(&rest[..end], rest[end]));
            Some(&rest[end + 1..])
        }
        [b'O', rest @ ..] => {
            let (end, rest) = rest.split_first()?;
            keys.extend(named(b"", *end));
            Some(rest)
        }
        // A string that only terminals send: OSC, DCS, APC.
        [b']' | b'P' | b'_', rest @ ..] => {
            let end = rest.iter().position(|byte| matches!(byte, 0x07 | 0x1b))?;
            Some(&rest[end + usize::from(rest[end] == 0x07)..])
        }
        // Twice the key.
        [0x1b, ..] => {
            keys.push(Key::Escape);
            Some(after)
        }
        // ST of such a string, or a key with Alt, which nothing here uses.
        [_, rest @ ..] => Some(rest),
    }
}

fn named(params: &[u8], end: u8) -> Option<Key> {
    Some(match (params, end) {
        (b"", b'A') => Key::Up,
        (b"", b'B') => Key::Down,
        (b"", b'C') => Key::Right,
        (b"", b'D') => Key::Left,
        (b"1;2", b'A') | (b"", b'a') => Key::ShiftUp,
        (b"1;2", b'B') | (b"", b'b') => Key::ShiftDown,
        (b"1;2", b'C') | (b"", b'c') => Key::ShiftRight,
        (b"1;2", b'D') | (b"", b'd') => Key::ShiftLeft,
        (b"", b'P') | (b"11", b'~') => Key::F1,
        (b"", b'H') | (b"1" | b"7", b'~') => Key::Home,
        (b"", b'F') | (b"4" | b"8", b'~') => Key::End,
        (b"5", b'~') => Key::PageUp,
        (b"6", b'~') => Key::PageDown,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(bytes: &[u8]) -> Vec<Key> {
        let mut keyboard = Keyboard::default();
        let mut keys = keyboard.read(bytes);
        keys.extend(keyboard.idle());
        keys
    }

    #[test]
    fn keys_are_told_apart() {
        assert_eq!(
            keys(b"q \x03\x1b[A\x1bOB\x1b[5~\r"),
            [
                Key::Char('q'),
                Key::Char(' '),
                Key::Ctrl('c'),
                Key::Up,
                Key::Down,
                Key::PageUp,
                Key::Enter
            ]
        );
        assert_eq!(keys("é+".as_bytes()), [Key::Char('é'), Key::Char('+')]);
        assert_eq!(
            keys(b"\x1b[1;2D\x7f\x1bOP"),
            [Key::ShiftLeft, Key::Backspace, Key::F1]
        );
        assert_eq!(keys(b"\x1b"), [Key::Escape]);
        assert_eq!(keys(b"\x1b\x1b"), [Key::Escape, Key::Escape]);
    }

    #[test]
    fn a_key_that_comes_in_pieces_is_one_key() {
        for (sequence, key) in [
            (&b"\x1b[A"[..], Key::Up),
            (b"\x1b[1;2C", Key::ShiftRight),
            ("é".as_bytes(), Key::Char('é')),
        ] {
            let mut keyboard = Keyboard::default();
            let read = sequence.iter().flat_map(|byte| keyboard.read(&[*byte]));
            assert_eq!(read.collect::<Vec<_>>(), [key]);
            assert_eq!(keyboard.idle(), None);
        }
    }

    #[test]
    fn a_sequence_that_never_ends_is_given_up() {
        let mut keyboard = Keyboard::default();
        assert_eq!(keyboard.read(b"\x1b]52;c;"), []);
        assert_eq!(keyboard.idle(), None);
        assert_eq!(keyboard.read(b"q"), [Key::Char('q')]);
    }

    #[test]
    fn answers_of_the_terminal_are_no_keys() {
        for answer in [
            "\x1b[?1;2c",
            "\x1b[24;80R",
            "\x1bP>|XTerm(370)\x1b\\",
            "\x1b]11;rgb:0/0/0\x07",
            "\x1b[?2026;2$y",
            "\x1b[I",
        ] {
            assert_eq!(
                keys(format!("{answer}q").as_bytes()),
                [Key::Char('q')],
                "{answer:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            prop_assert!(keys(&bytes).len() <= bytes.len());
        }
    }
}
