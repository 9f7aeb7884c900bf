//! Recorded bytes as somebody reads them, with the way back to where each of them stood.
//!
//! A secret that is coloured, or typed past the edge of the screen, is one word to whoever looks
//! at it and several to whoever searches the bytes.

use std::borrow::Cow;
use std::ops::Range;

/// Bytes that read on, and the runs of the original that they are.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub bytes: Vec<u8>,
    /// Where each run begins, here and in the original; in order.
    runs: Vec<(usize, usize)>,
}

/// Something in the bytes that is no text.
enum Control {
    /// It changes no place: a colour, a mode, the erasing of what is not there yet.
    Invisible,
    /// It may go anywhere, so that what stands before and after it are two texts.
    Apart,
}

/// What stands for a sequence that parts two texts. It is in no word and no secret.
const GAP: u8 = 0x1a;

impl Reading {
    /// What a terminal was sent.
    pub fn of_terminal(bytes: &[u8]) -> Self {
        let mut reading = Self::default();
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let length = match control(rest) {
                Some((length, Control::Invisible)) => length,
                Some((length, Control::Apart)) => {
                    reading.push(at, &[GAP]);
                    length
                }
                None => {
                    let length = text_length(rest);
                    reading.push(at, &rest[..length]);
                    length
                }
            };
            at += length;
        }
        reading
    }

    /// What was typed, as it is.
    pub fn of_keys(bytes: &[u8]) -> Self {
        let mut reading = Self::default();
        reading.push(0, bytes);
        reading
    }

    /// The reading as text of exactly as many bytes: what is no UTF-8 becomes one placeholder a
    /// byte, so that places in the text are places in the bytes.
    pub fn text(&self) -> Cow<'_, str> {
        if let Ok(text) = str::from_utf8(&self.bytes) {
            return Cow::Borrowed(text);
        }
        let mut text = String::with_capacity(self.bytes.len());
        for chunk in self.bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            chunk.invalid().iter().for_each(|_| text.push('\u{1a}'));
        }
        Cow::Owned(text)
    }

    fn push(&mut self, original: usize, bytes: &[u8]) {
        let start = self.bytes.len();
        let runs_on = self
            .runs
            .last()
            .is_some_and(|(run, first)| first + (start - run) == original);
        if !runs_on {
            self.runs.push((start, original));
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Where a range of the reading stands in the original, with what was left out inside it. An
    /// empty range has no place, and is empty there too.
    pub fn place_of(&self, range: Range<usize>) -> Range<usize> {
        match range.end.checked_sub(1) {
            Some(last) if !range.is_empty() => self.original(range.start)..self.original(last) + 1,
            _ => 0..0,
        }
    }

    fn original(&self, at: usize) -> usize {
        let run = self.runs.partition_point(|(start, _)| *start <= at);
        match run.checked_sub(1).and_then(|run| self.runs.get(run)) {
            Some((start, original)) => original + (at - start),
            None => at,
        }
    }
}

/// The control that `bytes` begin with, and its length.
fn control(bytes: &[u8]) -> Option<(usize, Control)> {
    match bytes {
        // At the last column a line editor prints a blank and goes back to the first one, which
        // makes every terminal wrap alike.
        [b' ', b'\r', next, ..] if !matches!(next, b'\n' | b'\r') => Some((2, Control::Invisible)),
        [0x1b, b'[', rest @ ..] => {
            let parameters = rest
                .iter()
                .take_while(|byte| (0x20..0x40).contains(*byte))
                .count();
            let end = rest.get(parameters)?;
            let meaning = match end {
                b'm' | b'h' | b'l' | b'K' => Control::Invisible,
                _ => Control::Apart,
            };
            Some((parameters + 3, meaning))
        }
        _ => None,
    }
}

/// At least one byte, up to where a control may begin.
fn text_length(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = memchr::memchr2(0x1b, b'\r', bytes.get(at..).unwrap_or_default()) {
        let found = at + found;
        match bytes[found] {
            0x1b => return found,
            _ if found > 1 && bytes[found - 1] == b' ' => return found - 1,
            _ => at = found + 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> String {
        String::from_utf8_lossy(&Reading::of_terminal(bytes).bytes).into_owned()
    }

    #[test]
    fn colours_and_wraps_are_read_over_and_moves_are_not() {
        assert_eq!(read(b"a\x1b[1;31mb\x1b[0m\x1b[?2004hc"), "abc");
        assert_eq!(read(b"one wo \rrd"), "one word");
        assert_eq!(read(b"a line \r\nanother"), "a line \r\nanother");
        assert_eq!(read(b"left\x1b[10;5Hright"), "left\x1aright");
        assert_eq!(read(b"cut \x1b[3"), "cut \x1b[3");
    }

    #[test]
    fn a_place_covers_what_was_left_out_inside_it() {
        let bytes = b"x \x1b[1mse \rcret\x1b[0m y";
        let reading = Reading::of_terminal(bytes);
        let text = String::from_utf8(reading.bytes.clone()).expect("text");
        let start = text.find("secret").expect("read as one word");
        let place = reading.place_of(start..start + 6);
        assert_eq!(&bytes[place], b"se \rcret");
    }

    proptest! {
        #[test]
        fn every_byte_of_a_reading_stands_where_it_says(
            pieces in prop::collection::vec(prop_oneof![
                Just(b"\x1b[0m".to_vec()), Just(b" \r".to_vec()), Just(b"\x1b[".to_vec()),
                Just(b"\x1b[2;2H".to_vec()), prop::collection::vec(any::<u8>(), 0..6),
            ], 0..12)
        ) {
            let bytes = pieces.concat();
            let reading = Reading::of_terminal(&bytes);
            for at in 0..reading.bytes.len() {
                let place = reading.place_of(at..at + 1);
                prop_assert!(place.len() == 1 && place.end <= bytes.len());
                let byte = reading.bytes[at];
                prop_assert!(byte == GAP || bytes[place.start] == byte);
            }
            let whole = reading.place_of(0..reading.bytes.len());
            prop_assert!(whole.end <= bytes.len());
        }

        #[test]
        fn keys_are_read_as_they_are(bytes in any::<Vec<u8>>()) {
            let reading = Reading::of_keys(&bytes);
            prop_assert_eq!(reading.place_of(0..bytes.len()), 0..bytes.len());
            prop_assert_eq!(reading.bytes, bytes);
        }
    }
}
