//! UTF-8 across event boundaries.
//!
//! A recorder cuts the stream where the program's writes ended, so a character can lie in two
//! events. The decoder keeps the beginning until the rest comes; what is really invalid becomes
//! U+FFFD, one for each maximal broken piece, as the Unicode standard recommends.

/// Decodes a stream of bytes that arrives in pieces.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    /// The start of a character whose rest has not come: at most three bytes.
    pending: Vec<u8>,
}

impl Decoder {
    /// Appends the characters that `bytes` completes to `text`.
    pub fn push(&mut self, bytes: &[u8], text: &mut String) {
        if self.pending.is_empty() {
            return self.decode(bytes, text);
        }
        let mut joined = std::mem::take(&mut self.pending);
        joined.extend_from_slice(bytes);
        self.decode(&joined, text);
    }

    /// Ends the stream: a character that never got its rest becomes U+FFFD.
    pub fn finish(&mut self, text: &mut String) {
        if !self.pending.is_empty() {
            self.pending.clear();
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }

    fn decode(&mut self, mut bytes: &[u8], text: &mut String) {
        loop {
            let error = match str::from_utf8(bytes) {
                Ok(rest) => return text.push_str(rest),
                Err(error) => error,
            };
            let (valid, rest) = bytes.split_at(error.valid_up_to());
            text.push_str(&String::from_utf8_lossy(valid));
            let Some(broken) = error.error_len() else {
                self.pending = rest.to_vec();
                return;
            };
            text.push(char::REPLACEMENT_CHARACTER);
            bytes = &rest[broken..];
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
        let (mut decoder, mut text) = (Decoder::default(), String::new());
        for piece in pieces {
            decoder.push(piece, &mut text);
        }
        decoder.finish(&mut text);
        text
    }

    #[test]
    fn a_character_cut_in_two_is_one_character() {
        assert_eq!(
            decode([&b"caf\xc3"[..], b"\xa9 \xe2", b"\x9c", b"\x93"]),
            "café ✓"
        );
    }

    #[test]
    fn a_character_without_its_rest_is_replaced() {
        assert_eq!(decode([&b"a\xe2\x9c"[..]]), "a\u{fffd}");
        assert_eq!(decode([&b"a\xe2"[..], b"b"]), "a\u{fffd}b");
    }

    proptest! {
        #[test]
        fn cutting_the_bytes_anywhere_changes_nothing(
            bytes in prop::collection::vec(any::<u8>(), 0..64),
            size in 1..8_usize,
        ) {
            prop_assert_eq!(decode(bytes.chunks(size)), String::from_utf8_lossy(&bytes));
        }
    }
}
