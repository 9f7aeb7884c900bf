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
    Enter,
    Escape,
}

/// The keys in what one read gave. Sequences that are no key are dropped: an answer of the
/// terminal to somebody's question is not typed by anybody.
pub(super) fn keys(bytes: &[u8]) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match *first {
            0x1b => rest = escape(after, &mut keys),
            b'\r' | b'\n' => keys.push(Key::Enter),
            byte @ 0x01..=0x1a => keys.push(Key::Ctrl(char::from(byte + 0x60))),
            0x20..=0x7e => keys.push(Key::Char(char::from(*first))),
            0xc2..=0xf4 => {
                let text = String::from_utf8_lossy(&bytes[bytes.len() - after.len() - 1..]);
                if let Some(c) = text.chars().next().filter(|c| !c.is_control()) {
                    keys.push(Key::Char(c));
                    rest = &after[(c.len_utf8() - 1).min(after.len())..];
                }
            }
            _ => {}
        }
    }
    keys
}

/// What follows an escape byte: the key alone, or a sequence of a named key.
fn escape<'a>(after: &'a [u8], keys: &mut Vec<Key>) -> &'a [u8] {
    match after {
        [b'[', rest @ ..] => {
            let is_end = |byte: &u8| matches!(byte, 0x40..=0x7e);
            let Some(end) = rest.iter().position(is_end) else {
                return &[];
            };
            keys.extend(named(&rest[..end], rest[end]));
            &rest[end + 1..]
        }
        [b'O', end, rest @ ..] => {
            keys.extend(named(b"", *end));
            rest
        }
        // A string that only terminals send: OSC, DCS, APC.
        [b']' | b'P' | b'_', rest @ ..] => {
            let end = rest.iter().position(|byte| matches!(byte, 0x07 | 0x1b));
            end.map_or(&[], |end| &rest[end + usize::from(rest[end] == 0x07)..])
        }
        [] => {
            keys.push(Key::Escape);
            &[]
        }
        // ST of such a string, or a key with Alt, which nothing here uses.
        [_, rest @ ..] => rest,
    }
}

fn named(params: &[u8], end: u8) -> Option<Key> {
    Some(match (params, end) {
        (b"", b'A') => Key::Up,
        (b"", b'B') => Key::Down,
        (b"", b'C') => Key::Right,
        (b"", b'D') => Key::Left,
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
        assert_eq!(keys(b"\x1b"), [Key::Escape]);
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
