//! Parts an answer with a recording as it comes in: the recording to a sink, the rest into memory.
//!
//! A recording may have hundreds of megabytes and is the value of one key; the rest has a few
//! kilobytes. Brackets and quotes are counted, nothing is parsed.

use std::io::{self, Write};

/// The key of the outermost object whose value goes to the sink.
const KEY: &[u8] = b"event_stream";

/// The value where nothing was recorded.
const ABSENT: &[u8] = b"null";

/// Where in the JSON text the reading is.
#[derive(Debug, Default)]
struct Place {
    depth: usize,
    is_string: bool,
    is_escaped: bool,
}

impl Place {
    fn follow(&mut self, byte: u8) {
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' if self.is_string => self.is_escaped = true,
            b'"' => self.is_string = !self.is_string,
            _ if self.is_string => {}
            b'[' | b'{' => self.depth += 1,
            b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

/// Parts the bytes of a JSON object, which come in pieces.
#[derive(Debug)]
pub(super) struct Divider<W> {
    sink: W,
    /// The object, with `null` for the recording.
    rest: Vec<u8>,
    place: Place,
    /// The string that is or was read last in the outermost object, as far as it can be the key.
    latest: Vec<u8>,
    recording: Option<Place>,
    /// Bytes that went to the sink, and the first of them.
    recorded: u64,
    beginning: Vec<u8>,
}

impl<W: Write> Divider<W> {
    pub fn new(sink: W) -> Self {
        Self {
            sink,
            rest: Vec::new(),
            place: Place::default(),
            latest: Vec::new(),
            recording: None,
            recorded: 0,
            beginning: Vec::new(),
        }
    }

    /// Bytes that are held in memory.
    pub fn held(&self) -> usize {
        self.rest.len()
    }

    /// Bytes that went to the sink.
    pub fn recorded(&self) -> u64 {
        self.recorded
    }

    pub fn push(&mut self, mut piece: &[u8]) -> io::Result<()> {
        while let Some(&byte) = piece.first() {
            if self.recording.is_some() {
                let length = self.recording_length(piece);
                self.sink.write_all(&piece[..length])?;
                self.recorded += length as u64;
                let room = (ABSENT.len() + 1).saturating_sub(self.beginning.len());
                self.beginning.extend(&piece[..length.min(room)]);
                piece = &piece[length..];
            } else {
                self.rest.push(byte);
                self.other(byte);
                piece = &piece[1..];
            }
        }
        Ok(())
    }

    /// The object without its recording, and whether there was one.
    pub fn finish(mut self) -> io::Result<(Vec<u8>, bool)> {
        self.sink.flush()?;
        let is_recorded = self.recorded > 0 && self.beginning.trim_ascii() != ABSENT;
        Ok((self.rest, is_recorded))
    }

    /// A byte outside of the recording.
    fn other(&mut self, byte: u8) {
        let was_string = self.place.is_string;
        self.place.follow(byte);
        match (was_string, self.place.is_string) {
            (false, true) => self.latest.clear(),
            (true, true) if self.latest.len() <= KEY.len() => self.latest.push(byte),
            (false, false) if self.place.depth == 1 && byte == b':' && self.latest == KEY => {
                self.rest.extend_from_slice(b"null");
                self.recording = Some(Place::default());
            }
            _ => {}
        }
    }

    /// How many of the bytes belong to the recording; it ends where others follow.
    fn recording_length(&mut self, piece: &[u8]) -> usize {
        let Some(place) = &mut self.recording else {
            return 0;
        };
        for (at, &byte) in piece.iter().enumerate() {
            let is_outside = place.depth == 0 && !place.is_string;
            if is_outside && matches!(byte, b',' | b'}') {
                self.recording = None;
                self.latest.clear();
                return at;
            }
            place.follow(byte);
        }
        piece.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn divided(answer: &str, size: usize) -> (String, String) {
        let mut sink = Vec::new();
        let mut divider = Divider::new(&mut sink);
        for piece in answer.as_bytes().chunks(size) {
            divider.push(piece).expect("memory takes all");
        }
        let (rest, _) = divider.finish().expect("memory takes all");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (text(rest), text(sink))
    }

    proptest! {
        #[test]
        fn the_recording_goes_to_the_sink_wherever_the_answer_is_cut(size in 1..90_usize) {
            let answer = r#"{"id":"x","script":{"event_stream":"[\"]"},"q":"event_stream",
                "event_stream":[[0.5,"i","a]}\"b"],[1,"o",""]],"n":{"a":1}}"#;
            let (rest, recording) = divided(answer, size);
            prop_assert_eq!(recording, r#"[[0.5,"i","a]}\"b"],[1,"o",""]]"#);
            let rest: serde_json::Value = serde_json::from_str(&rest).expect("JSON");
            let expected = serde_json::json!({
                "id": "x", "script": {"event_stream": "[\"]"}, "q": "event_stream",
                "event_stream": null, "n": {"a": 1},
            });
            prop_assert_eq!(rest, expected);
        }

        #[test]
        fn nothing_is_lost_of_any_text(text in r#"(["\\a:,\[\]{}]|event_stream|"event_stream":){0,20}"#) {
            let (rest, recording) = divided(&text, 7);
            let marks = rest.matches("null").count() * "null".len();
            prop_assert_eq!(rest.len() + recording.len(), text.len() + marks);
        }
    }

    #[test]
    fn null_is_no_recording() {
        for (answer, expected) in [
            (r#"{"event_stream":null,"id":"x"}"#, false),
            (r#"{"event_stream": null }"#, false),
            (r#"{"event_stream":[]}"#, true),
            (r#"{"id":"x"}"#, false),
        ] {
            let mut divider = Divider::new(io::sink());
            divider.push(answer.as_bytes()).expect("a sink takes all");
            assert_eq!(
                divider.finish().expect("a sink takes all").1,
                expected,
                "{answer}"
            );
        }
    }

    #[test]
    fn an_answer_without_a_recording_stays_as_it_is() {
        let answer = r#"{"id":"x","events":[1]}"#;
        assert_eq!(divided(answer, 5), (answer.to_owned(), String::new()));
    }
}
