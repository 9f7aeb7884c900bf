//! Writes versions 2 and 3.
//!
//! Intervals of version 3 are written in milliseconds. Each is the difference of two rounded times
//! rather than a rounded difference, so the error is carried on and never grows beyond half a
//! millisecond.

use std::io::{self, Write};
use std::time::Duration;

use super::header;
use crate::recording::reader::triple::first;
use crate::recording::utf8::Decoder;
use crate::recording::{Code, Event, Header, safe};

/// A version that is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// Times since the start, in microseconds.
    V2,
    /// Milliseconds since the event before.
    #[default]
    V3,
}

/// Writes a whole recording as version 3. Times must not run backwards; [`super::super::edits`]
/// keep that.
pub fn write_v3<'a>(
    header: &Header,
    events: impl IntoIterator<Item = &'a Event>,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut writer = Writer::new(Version::V3);
    let mut bytes = Vec::new();
    writer.header(header, &mut bytes);
    for event in events {
        writer.event(event, &mut bytes);
        out.write_all(&bytes)?;
        bytes.clear();
    }
    writer.finish(&mut bytes);
    out.write_all(&bytes)
}

/// Encodes a recording piece by piece: header, events, end. It appends to a buffer; writing that is
/// somebody else's work.
///
/// The gateway's `e` is written as `o`, which is where a viewer saw it. Bytes become text with
/// state across events, one state for each direction.
#[derive(Debug, Default)]
pub struct Writer {
    version: Version,
    /// What has been written, in milliseconds since the start.
    written: u64,
    /// The time of the latest event, written or held back.
    latest: Duration,
    output: Decoder,
    input: Decoder,
    text: String,
}

impl Writer {
    pub fn new(version: Version) -> Self {
        Self {
            version,
            ..Self::default()
        }
    }

    /// The header line.
    pub fn header(&self, header: &Header, out: &mut Vec<u8>) {
        match self.version {
            Version::V2 => header::write_v2(header, out),
            Version::V3 => header::write_v3(header, out),
        }
        out.push(b'\n');
    }

    /// Version 2 has no comments.
    pub fn has_comments(&self) -> bool {
        self.version == Version::V3
    }

    /// A comment line, where there are [some](Self::has_comments). Line ends become spaces.
    pub fn comment(&self, text: &str, out: &mut Vec<u8>) {
        if self.has_comments() {
            out.extend_from_slice(b"# ");
            out.extend(safe::line(text).into_bytes());
            out.push(b'\n');
        }
    }

    /// One line; nothing when all of the event is the first half of a character.
    pub fn event(&mut self, event: &Event, out: &mut Vec<u8>) {
        self.latest = self.latest.max(event.time);
        let mut text = std::mem::take(&mut self.text);
        match event.code {
            Code::Output | Code::Error => self.output.push(&event.data, &mut text),
            Code::Input => self.input.push(&event.data, &mut text),
            _ => text.push_str(&String::from_utf8_lossy(&event.data)),
        }
        if !text.is_empty() || event.data.is_empty() {
            self.line(code_of(&event.code), out, |out| quote(&text, out));
        }
        text.clear();
        self.text = text;
    }

    /// One line of text that is quoted already, its escapes sound and such as [`quote`] makes.
    pub(in crate::recording) fn quoted(
        &mut self,
        time: Duration,
        code: &Code,
        text: &str,
        out: &mut Vec<u8>,
    ) {
        self.latest = self.latest.max(time);
        self.line(code_of(code), out, |out| {
            out.push(b'"');
            out.extend_from_slice(text.as_bytes());
            out.push(b'"');
        });
    }

    /// What was held back: characters that never got their rest.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let (mut output, mut input) = (String::new(), String::new());
        self.output.finish(&mut output);
        self.input.finish(&mut input);
        for (code, text) in [("o", output), ("i", input)] {
            if !text.is_empty() {
                self.line(code, out, |out| quote(&text, out));
            }
        }
    }

    fn line(&mut self, code: &str, out: &mut Vec<u8>, data: impl FnOnce(&mut Vec<u8>)) {
        out.push(b'[');
        match self.version {
            Version::V2 => {
                let micros = u64::try_from(self.latest.as_micros()).unwrap_or(u64::MAX);
                decimal(micros, 6, out);
            }
            Version::V3 => {
                let now = rounded_millis(self.latest);
                decimal(now - self.written, 3, out);
                self.written = now;
            }
        }
        out.extend_from_slice(b", ");
        quote(code, out);
        out.extend_from_slice(b", ");
        data(out);
        out.extend_from_slice(b"]\n");
    }
}

fn code_of(code: &Code) -> &str {
    match code {
        Code::Error => "o",
        code => code.as_str(),
    }
}

fn rounded_millis(time: Duration) -> u64 {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    micros / 1_000 + u64::from(micros % 1_000 >= 500)
}

/// Appends `number` with its last `places` digits behind a point.
fn decimal(mut number: u64, places: usize, out: &mut Vec<u8>) {
    let mut digits = [b'0'; 24];
    let mut at = digits.len();
    while number > 0 || digits.len() - at < places + 2 {
        at -= 1;
        if digits.len() - at == places + 1 {
            digits[at] = b'.';
            continue;
        }
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends a JSON string. Beyond what JSON demands it escapes DEL, the C1 controls and the two
/// line separators, so that a `.cast` file printed to a terminal runs nothing.
fn quote(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut kept = 0;
    while let Some(found) = escaped_at(bytes, kept) {
        out.extend_from_slice(&bytes[kept..found]);
        let c = text[found..].chars().next().unwrap_or_default();
        kept = found + c.len_utf8();
        escape(c, out);
    }
    out.extend_from_slice(&bytes[kept..]);
    out.push(b'"');
}

/// True where a text that is sound JSON between its quotes is also what [`quote`] would write:
/// nothing in it needs an escape that JSON does not ask for.
pub(in crate::recording) fn is_as_written(quoted: &str) -> bool {
    let bytes = quoted.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes
        .get(at..)
        .and_then(|rest| first(rest, |byte| byte >= 0x7f))
    {
        at += found;
        if is_hidden(&bytes[at..]) {
            return false;
        }
        at += 1;
    }
    true
}

/// The first place from `from` on that holds what is escaped.
fn escaped_at(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += first(&bytes[at..], |byte| {
            byte < b' ' || byte == b'"' || byte == b'\\' || byte >= 0x7f
        })?;
        if bytes[at] < 0x7f || is_hidden(&bytes[at..]) {
            return Some(at);
        }
        at += 1;
    }
}

/// True for bytes that begin with DEL, a C1 control or a line separator.
fn is_hidden(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0x7f, ..] | [0xc2, 0x80..=0x9f, ..] | [0xe2, 0x80, 0xa8 | 0xa9, ..]
    )
}

fn escape(c: char, out: &mut Vec<u8>) {
    let short = match c {
        '"' => b'"',
        '\\' => b'\\',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        _ => {
            const HEX: &[u8; 16] = b"0123456789abcdef";
            let code = u32::from(c);
            let digit = |shift: u32| HEX[(code >> shift & 0xf) as usize];
            out.extend_from_slice(b"\\u");
            return out.extend([digit(12), digit(8), digit(4), digit(0)]);
        }
    };
    out.extend([b'\\', short]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::recording::Recording;
    use crate::recording::reader::{Strictness, open};

    fn event(micros: u64, code: &str, data: &[u8]) -> Event {
        Event {
            time: Duration::from_micros(micros),
            code: Code::parse(code).expect("a code"),
            data: data.to_vec(),
            index: 0,
        }
    }

    fn lines(events: &[Event]) -> Vec<String> {
        let mut out = Vec::new();
        write_v3(&Header::default(), events, &mut out).expect("memory takes all");
        let text = String::from_utf8(out).expect("asciicast is UTF-8");
        text.lines().skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn the_rounding_error_is_carried_on() {
        let thirds: Vec<_> = (1..=6).map(|n| event(n * 333, "o", b"")).collect();
        let intervals: Vec<_> = lines(&thirds)
            .iter()
            .map(|line| line[1..6].to_owned())
            .collect();
        assert_eq!(
            intervals,
            ["0.000", "0.001", "0.000", "0.000", "0.001", "0.000"]
        );
    }

    #[test]
    fn a_character_cut_in_two_is_written_whole_with_its_second_half() {
        let events = [
            event(0, "o", b"\xe2"),
            event(1_000, "i", b"x"),
            event(3_000, "o", b"\x9c\x93"),
        ];
        assert_eq!(
            lines(&events),
            ["[0.001, \"i\", \"x\"]", "[0.002, \"o\", \"✓\"]"]
        );
    }

    #[test]
    fn a_character_without_its_rest_is_replaced_at_the_end() {
        assert_eq!(
            lines(&[event(2_000, "o", b"\xe2")]),
            ["[0.002, \"o\", \"\u{fffd}\"]"]
        );
    }

    #[test]
    fn control_characters_are_escaped() {
        let data = "\x1b[0m\x7f\u{9d}\u{2028}\"\\".as_bytes();
        assert_eq!(
            lines(&[event(0, "o", data)]),
            [r#"[0.000, "o", "\u001b[0m\u007f\u009d\u2028\"\\"]"#]
        );
    }

    #[test]
    fn an_error_is_written_as_output() {
        assert_eq!(
            lines(&[event(0, "e", b"killed")]),
            ["[0.000, \"o\", \"killed\"]"]
        );
    }

    #[test]
    fn the_header_keeps_what_it_does_not_know() {
        let file = concat!(
            r##"{"version":3,"term":{"cols":90,"rows":30,"type":"xterm","version":"x","##,
            r##""theme":{"fg":"#ffffff"}},"timestamp":5,"idle_time_limit":2.5,"command":"sh","##,
            r##""title":"t","env":{"SHELL":"/bin/sh","OLD":null},"tags":["a"]}"##,
        );
        let header = header::v3(file.as_bytes()).expect("a header");
        let mut written = Vec::new();
        Writer::default().header(&header, &mut written);
        let value = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).expect("JSON");
        assert_eq!(value(&written), value(file.as_bytes()));
    }

    fn any_event() -> impl Strategy<Value = (u64, Code, String)> {
        let code = prop::sample::select(vec!["o", "i", "r", "m", "x", "k"]);
        (0..5_000_000_u64, code, any::<String>())
            .prop_map(|(gap, code, text)| (gap, Code::parse(code).expect("a code"), text))
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_up_to_rounding(
            steps in prop::collection::vec(any_event(), 0..40)
        ) {
            let mut micros = 0;
            let events: Vec<_> = steps
                .into_iter()
                .enumerate()
                .map(|(index, (gap, code, text))| {
                    micros += gap;
                    Event { time: Duration::from_micros(micros), code, data: text.into_bytes(), index }
                })
                .collect();
            let recording = Recording { header: Header::default(), events };
            let mut file = Vec::new();
            write_v3(&recording.header, &recording.events, &mut file)?;
            let reader = open(&file[..], Strictness::Strict).expect("our own file");
            let (read, warnings) = reader.into_recording().expect("our own file");
            prop_assert!(warnings.is_empty());
            prop_assert_eq!(&read.header, &recording.header);
            prop_assert_eq!(read.events.len(), recording.events.len());
            for (read, written) in read.events.iter().zip(&recording.events) {
                prop_assert_eq!((&read.code, &read.data), (&written.code, &written.data));
                prop_assert!(read.time.abs_diff(written.time) <= Duration::from_micros(500));
            }
        }
    }
}
