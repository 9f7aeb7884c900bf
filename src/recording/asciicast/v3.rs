//! Version 3: the header, read and written, and the writer of events.
//!
//! Intervals are written in milliseconds. Each is the difference of two rounded times rather than
//! a rounded difference, so the error is carried on and never grows beyond half a millisecond.

use std::io::{self, Write};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::micros;
use crate::recording::utf8::Decoder;
use crate::recording::{Code, Event, Header, Size};

#[derive(Deserialize, Serialize)]
struct Wire {
    version: u8,
    term: Term,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_time_limit: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    env: Option<Map<String, Value>>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

#[derive(Deserialize, Serialize)]
struct Term {
    cols: u64,
    rows: u64,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    theme: Option<Value>,
}

/// The header of a file whose first line is one of version 3.
pub(super) fn header(line: &[u8]) -> Option<Header> {
    let wire: Wire = serde_json::from_slice(line).ok()?;
    (wire.version == 3).then(|| Header {
        size: Size::clamped(wire.term.cols, wire.term.rows),
        term_type: wire.term.kind,
        term_version: wire.term.version,
        theme: wire.term.theme,
        timestamp: wire.timestamp.as_ref().and_then(unix),
        idle_time_limit: wire.idle_time_limit.map(seconds),
        command: wire.command,
        title: wire.title,
        env: wire.env.unwrap_or_default(),
        extra: wire.extra,
    })
}

/// Unix seconds; some writers left a fraction.
pub(super) fn unix(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

pub(super) fn seconds(limit: f64) -> Duration {
    micros(limit)
}

/// Writes a whole recording. Times must not run backwards; [`super::super::edits`] keep that.
pub fn write_v3<'a>(
    header: &Header,
    events: impl IntoIterator<Item = &'a Event>,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut writer = Writer::default();
    out.write_all(&writer.header(header))?;
    for event in events {
        out.write_all(&writer.event(event))?;
    }
    out.write_all(&writer.finish())
}

/// Encodes a recording piece by piece: header, events, end. It returns bytes; writing them is
/// somebody else's work.
///
/// The gateway's `e` is written as `o`, which is where a viewer saw it. Bytes become text with
/// state across events, one state for each direction.
#[derive(Debug, Default)]
pub struct Writer {
    /// What has been written, in milliseconds since the start.
    written: u64,
    /// The time of the latest event, written or held back.
    latest: Duration,
    output: Decoder,
    input: Decoder,
}

impl Writer {
    /// The header line.
    pub fn header(&mut self, header: &Header) -> Vec<u8> {
        let wire = Wire {
            version: 3,
            term: Term {
                cols: header.size.cols.into(),
                rows: header.size.rows.into(),
                kind: header.term_type.clone(),
                version: header.term_version.clone(),
                theme: header.theme.clone(),
            },
            timestamp: header.timestamp.map(Value::from),
            idle_time_limit: header.idle_time_limit.map(|limit| limit.as_secs_f64()),
            command: header.command.clone(),
            title: header.title.clone(),
            env: (!header.env.is_empty()).then(|| header.env.clone()),
            extra: header.extra.clone(),
        };
        let mut line =
            serde_json::to_vec(&wire).expect("strings and numbers in maps with text keys encode");
        line.push(b'\n');
        line
    }

    /// One line; empty when all of the event is the first half of a character.
    pub fn event(&mut self, event: &Event) -> Vec<u8> {
        self.latest = self.latest.max(event.time);
        let mut text = String::new();
        match event.code {
            Code::Output | Code::Error => self.output.push(&event.data, &mut text),
            Code::Input => self.input.push(&event.data, &mut text),
            _ => text.push_str(&String::from_utf8_lossy(&event.data)),
        }
        match text.is_empty() && !event.data.is_empty() {
            true => Vec::new(),
            false => self.line(code_of(event), &text),
        }
    }

    /// What was held back: characters that never got their rest.
    pub fn finish(mut self) -> Vec<u8> {
        let (mut output, mut input) = (String::new(), String::new());
        self.output.finish(&mut output);
        self.input.finish(&mut input);
        let mut bytes = Vec::new();
        for (code, text) in [("o", output), ("i", input)] {
            if !text.is_empty() {
                bytes.extend(self.line(code, &text));
            }
        }
        bytes
    }

    fn line(&mut self, code: &str, text: &str) -> Vec<u8> {
        let now = rounded_millis(self.latest);
        let interval = now - self.written;
        self.written = now;
        let mut line = format!("[{}.{:03}, ", interval / 1_000, interval % 1_000);
        quote(code, &mut line);
        line.push_str(", ");
        quote(text, &mut line);
        line.push_str("]\n");
        line.into_bytes()
    }
}

fn code_of(event: &Event) -> &str {
    match &event.code {
        Code::Error => "o",
        code => code.as_str(),
    }
}

fn rounded_millis(time: Duration) -> u64 {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    micros / 1_000 + u64::from(micros % 1_000 >= 500)
}

/// Appends a JSON string. Beyond what JSON demands it escapes DEL, the C1 controls and the two
/// line separators, so that a `.cast` file printed to a terminal runs nothing.
fn quote(text: &str, line: &mut String) {
    use std::fmt::Write as _;
    line.push('"');
    for c in text.chars() {
        match c {
            '"' => line.push_str("\\\""),
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            '\u{2028}' | '\u{2029}' => {
                let _ = write!(line, "\\u{:04x}", u32::from(c));
            }
            c if c.is_control() => {
                let _ = write!(line, "\\u{:04x}", u32::from(c));
            }
            c => line.push(c),
        }
    }
    line.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Strictness, read};
    use super::*;
    use crate::recording::Recording;

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
        let header = header(file.as_bytes()).expect("a header");
        let written = Writer::default().header(&header);
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
            let read = read(&file, Strictness::Strict).expect("our own file");
            prop_assert!(read.warnings.is_empty());
            prop_assert_eq!(&read.recording.header, &recording.header);
            prop_assert_eq!(read.recording.events.len(), recording.events.len());
            for (read, written) in read.recording.events.iter().zip(&recording.events) {
                prop_assert_eq!((&read.code, &read.data), (&written.code, &written.data));
                prop_assert!(read.time.abs_diff(written.time) <= Duration::from_micros(500));
            }
        }
    }
}
