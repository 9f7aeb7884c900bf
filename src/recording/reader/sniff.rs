//! What a recording is, by how it begins.

use std::io::Read;

use serde_json::{Map, Value};

use super::json::{Stop, object};
use super::source::Source;
use super::{Decoder, Format, ReadError};
use crate::recording::asciicast::{Frames, Lines, header};
use crate::recording::event_stream::Entries;
use crate::recording::script::Script;
use crate::recording::ttyrec::Packets;
use crate::recording::{Header, Kind, protocol, safe};

/// A header line is looked for in this much.
const LONGEST_HEADER: usize = 1024 * 1024;

/// Enough to tell a file by.
const BEGINNING: usize = 4096;

/// How the events are to be read, and what was told before them.
pub(super) struct Opened {
    pub format: Format,
    pub decoder: Decoder,
    pub header: Header,
    pub kind: Option<Kind>,
}

impl Opened {
    fn new(format: Format, decoder: Decoder) -> Self {
        Self {
            format,
            decoder,
            header: Header::default(),
            kind: None,
        }
    }
}

pub(super) fn open<R: Read>(source: &mut Source<R>) -> Result<Opened, ReadError> {
    if Packets::is_next(source.peek(BEGINNING)?) {
        return Ok(terminal(
            Format::Ttyrec,
            Decoder::Ttyrec(Packets::default()),
        ));
    }
    if source.window().starts_with(b"\xef\xbb\xbf") {
        source.consume(3);
    }
    if Script::is_next(source.window()) {
        let script = Script::untimed(source)?;
        return Ok(terminal(Format::Typescript, Decoder::Script(script)));
    }
    let lines = source.skip(|byte| byte.is_ascii_whitespace())?;
    match source.peek(BEGINNING)? {
        [b'[', ..] => {
            source.consume(1);
            Ok(event_stream(None))
        }
        [b'{', ..] => brace(source, lines),
        [b'n', b'u', b'l', b'l', rest @ ..] if rest.trim_ascii().is_empty() => {
            Ok(Opened::new(Format::EventStream, Decoder::Nothing))
        }
        other => Err(ReadError::Unknown {
            beginning: beginning_of(other),
        }),
    }
}

fn terminal(format: Format, decoder: Decoder) -> Opened {
    Opened {
        kind: Some(Kind::Terminal),
        ..Opened::new(format, decoder)
    }
}

pub(super) fn event_stream(kind: Option<Kind>) -> Opened {
    Opened {
        kind,
        ..Opened::new(
            Format::EventStream,
            Decoder::EventStream(Entries::default()),
        )
    }
}

/// A line with a header, or an object that holds the whole recording.
fn brace<R: Read>(source: &mut Source<R>, lines_before: usize) -> Result<Opened, ReadError> {
    if let Some((length, format, header)) = header_line(source)? {
        source.consume(length);
        let lines = Lines::new(format, lines_before + 1);
        return Ok(Opened {
            header,
            ..terminal(format, Decoder::Lines(lines))
        });
    }
    source.consume(1);
    let (kept, stop) = object(source, &["event_stream", "stdout"])?;
    if stop == Stop::End {
        return Err(without_events(&kept));
    }
    let is_array = source.first()? == Some(b'[');
    if is_array {
        source.consume(1);
    }
    match stop {
        Stop::At("stdout") if is_array => Ok(Opened {
            header: header::v1(&kept)?,
            ..terminal(Format::Asciicast1, Decoder::Frames(Frames::default()))
        }),
        Stop::At("event_stream") if is_array => Ok(event_stream(kind_of(&kept))),
        Stop::At("event_stream") => Err(ReadError::NoEventStream),
        _ => Err(without_events(&kept)),
    }
}

fn header_line<R: Read>(
    source: &mut Source<R>,
) -> Result<Option<(usize, Format, Header)>, ReadError> {
    let mut searched = 0;
    let length = loop {
        let window = source.window();
        let end = memchr::memchr(b'\n', &window[searched..]).map(|at| searched + at);
        searched = window.len();
        match end {
            Some(end) => break end + 1,
            None if searched > LONGEST_HEADER => return Ok(None),
            None if !source.fill()? => break searched,
            None => {}
        }
    };
    let line = &source.window()[..length];
    let found = header::v3(line).map(|header| (Format::Asciicast3, header));
    let found = found.or_else(|| header::v2(line).map(|header| (Format::Asciicast2, header)));
    Ok(found.map(|(format, header)| (length, format, header)))
}

/// Why an object without events is no recording.
fn without_events(kept: &Map<String, Value>) -> ReadError {
    match kept.get("version") {
        _ if kept.contains_key("connection") => ReadError::NoEventStream,
        Some(version) => ReadError::NotAsciicast(format!(
            "its version is {version}, or its header lacks a size"
        )),
        None => ReadError::NotAsciicast("it has no version".to_owned()),
    }
}

/// The kind that a session's answer declares before its recording.
fn kind_of(kept: &Map<String, Value>) -> Option<Kind> {
    let text = |key| kept.get(key).and_then(Value::as_str).unwrap_or_default();
    protocol::declared_in(text("type"), text("connection_subtype"), text("verb"))
}

/// Enough of a wrong file to recognise it, on one line.
fn beginning_of(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(120)]);
    safe::line(&text).chars().take(40).collect()
}
