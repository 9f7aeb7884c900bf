//! The forms in which a recording is answered (hoophq/hoop `gateway/api/session/parser.go`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::sandbox::world::{Event, stored_json};

/// The `event_stream` key's value as JSON text, so that its numbers keep their digits, and the size
/// to answer with it where it was parsed.
pub type Stream = (String, Option<u64>);

/// The triples as stored.
pub fn triples(events: &[Event]) -> Stream {
    (stored_json(events), None)
}

/// Outputs and errors in one base64 text.
pub fn base64(events: &[Event]) -> Stream {
    let text = STANDARD.encode(output(events));
    let size = text.len() as u64;
    (json!([text]).to_string(), Some(size))
}

const APOLOGY: &str = "An internal error occurred: unable to decode the event stream due to \
                       invalid characters.\nPlease download the session as an alternative.";

/// Outputs and errors in one text. The gateway quotes it as Go does, and what is then no JSON
/// becomes an apology.
pub fn utf8(events: &[Event]) -> Stream {
    let output = output(events);
    let size = String::from_utf8_lossy(&output).chars().count() as u64;
    let text = match String::from_utf8(output) {
        Ok(text) if text.chars().all(is_quoted_as_in_json) => text,
        _ => APOLOGY.to_owned(),
    };
    (json!([text]).to_string(), Some(size))
}

/// Whether Go's `%q` writes the character as JSON would take it: not as `\a`, `\v`, `\x..`.
fn is_quoted_as_in_json(c: char) -> bool {
    match c {
        '\u{8}' | '\u{c}' | '\n' | '\r' | '\t' => true,
        '\u{7f}' => false,
        _ => c >= ' ',
    }
}

/// The statements of PostgreSQL frames: the first message of each event. `Err` where the gateway
/// falls over a script that looks like a frame.
pub fn raw_queries(events: &[Event]) -> Result<Stream, FallsOver> {
    let mut queries = Vec::new();
    let mut size = 0;
    for event in events.iter().filter(|event| event.kind == "i") {
        let query = first_query(&event.payload)?;
        if !query.is_empty() {
            size += query.len() as u64;
            let text = STANDARD.encode(query);
            queries.push(format!(r#"[{},"i","{text}"]"#, event.seconds));
        }
    }
    let stream = match queries.is_empty() {
        true => "null".to_owned(),
        false => format!("[{}]", queries.join(",")),
    };
    Ok((stream, Some(size)))
}

/// An index out of range, which ends in a 500 without a body.
#[derive(Debug)]
pub struct FallsOver;

fn first_query(frame: &[u8]) -> Result<&[u8], FallsOver> {
    match frame.first() {
        Some(b'Q') => {
            let length = frame.get(1..5).ok_or(FallsOver)?;
            let length = length
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            frame.get(5..length).ok_or(FallsOver)
        }
        Some(b'P') => {
            let body = frame.get(5..).ok_or(FallsOver)?;
            let name = body.iter().position(|byte| *byte == 0);
            let query = name.map_or(&[][..], |end| &body[end + 1..]);
            let end = query.iter().position(|byte| *byte == 0).unwrap_or(0);
            Ok(&query[..end])
        }
        _ => Ok(&[]),
    }
}

fn output(events: &[Event]) -> Vec<u8> {
    events
        .iter()
        .filter(|event| event.kind != "i")
        .flat_map(|event| event.payload.iter().copied())
        .collect()
}

/// How result and download write a recording.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextOptions {
    pub with_line_feed: bool,
    pub with_time: bool,
    pub is_csv: bool,
}

/// The recording as one text; of a time only its whole seconds count.
pub fn text(events: &[&Event], start: Timestamp, options: TextOptions) -> Vec<u8> {
    let mut output = Vec::new();
    for event in events {
        if options.with_time {
            output.extend(whole_seconds(event, start).as_bytes());
            output.push(b' ');
        }
        output.extend(&event.payload);
        if options.with_line_feed {
            output.push(b'\n');
        }
    }
    if options.is_csv {
        for byte in &mut output {
            if *byte == b'\t' {
                *byte = b',';
            }
        }
    }
    output
}

/// The recording as JSON objects, or `null` without any; keys are sorted.
pub fn json_objects(events: &[&Event], start: Timestamp) -> Value {
    if events.is_empty() {
        return Value::Null;
    }
    let object = |event: &&Event| {
        json!({
            "stream": String::from_utf8_lossy(&event.payload),
            "time": whole_seconds(event, start),
            "type": event.kind,
        })
    };
    events.iter().map(object).collect()
}

fn whole_seconds(event: &Event, start: Timestamp) -> String {
    let offset = SignedDuration::from_secs(event.at.as_secs().cast_signed());
    let at = start.checked_add(offset).unwrap_or(start);
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The events that the `events` parameter names; outputs and errors unless it names any.
pub fn chosen<'a>(events: &'a [Event], parameter: Option<&str>) -> Vec<&'a Event> {
    let named: Vec<&str> = parameter
        .unwrap_or_default()
        .split(',')
        .filter(|kind| ["i", "o", "e"].contains(kind))
        .collect();
    let wanted = if named.is_empty() {
        vec!["o", "e"]
    } else {
        named
    };
    events
        .iter()
        .filter(|event| wanted.contains(&event.kind.as_str()))
        .collect()
}
