//! Recordings of every format.

use std::io::Cursor;

use ddctl::domain::redaction::Redactor;
use ddctl::recording::asciicast::Version;
use ddctl::recording::convert::{About, Options, Target, convert as convert_to};
use ddctl::recording::{Event, Kind, Reader, Strictness, open, open_script};

pub fn any(input: &[u8]) -> usize {
    read_both(input)
}

pub fn event_stream(input: &[u8]) -> usize {
    read_both(&[b"[[0.5,\"o\",\"b2s=\"],", input].concat())
}

pub fn asciicast_v1(input: &[u8]) -> usize {
    let head = br#"{"version":1,"width":80,"height":24,"stdout":[[0.5,"ok"],"#;
    read_both(&[head, input].concat())
}

pub fn asciicast_v2(input: &[u8]) -> usize {
    let head = b"{\"version\":2,\"width\":80,\"height\":24}\n";
    read_both(&[head, input].concat())
}

pub fn asciicast_v3(input: &[u8]) -> usize {
    let head = b"{\"version\":3,\"term\":{\"cols\":80,\"rows\":24}}\n";
    read_both(&[head, input].concat())
}

pub fn ttyrec(input: &[u8]) -> usize {
    let frame = [&[0; 8][..], &[2, 0, 0, 0], b"ok"].concat();
    read_both(&[&frame, input].concat())
}

/// The timing file, a line `--`, the typescript.
pub fn script(input: &[u8]) -> usize {
    let cut = input.windows(4).position(|bytes| bytes == b"\n--\n");
    let (timing, typescript) = match cut {
        Some(at) => (&input[..=at], &input[at + 4..]),
        None => (&b"0.1 1\n"[..], input),
    };
    let read = |strictness| {
        let opened = open_script(Cursor::new(typescript), Cursor::new(timing), strictness);
        opened.map_or(0, resumed)
    };
    read(Strictness::Strict).max(read(Strictness::Lenient))
}

fn read_both(input: &[u8]) -> usize {
    let read = |strictness| open(Cursor::new(input), strictness).map_or(0, resumed);
    read(Strictness::Strict).max(read(Strictness::Lenient))
}

/// Reads everything, and again from somewhere: the same must come. The bytes of all events.
fn resumed<R: std::io::Read + std::io::Seek>(mut reader: Reader<R>) -> usize {
    let mut event = Event::empty();
    for _ in 0..3 {
        if !matches!(reader.read(&mut event), Ok(true)) {
            return event.data.len();
        }
    }
    let mark = reader.mark();
    let first = rest(&mut reader);
    if reader.resume(&mark).is_ok() {
        assert!(rest(&mut reader) == first, "another rest after coming back");
    }
    first.iter().map(|event| event.data.len()).sum()
}

fn rest<R: std::io::Read>(reader: &mut Reader<R>) -> Vec<Event> {
    let (mut events, mut event) = (Vec::new(), Event::empty());
    while matches!(reader.read(&mut event), Ok(true)) {
        events.push(event.clone());
    }
    events
}

/// Into each format, with secrets hidden. Its first byte chooses the kind.
pub fn convert(input: &[u8]) -> usize {
    let (kind, input) = match input.split_first() {
        Some((first, rest)) => (super::databases::KINDS[usize::from(*first) % 11], rest),
        None => (Kind::Terminal, input),
    };
    let targets = [
        Target::Cast(Version::V2),
        Target::Text,
        Target::Ndjson,
        Target::Csv,
    ];
    let written = targets
        .into_iter()
        .chain([Target::Cast(Version::V3)])
        .map(|target| {
            let mut out = Vec::new();
            let options = Options {
                target,
                kind,
                header: None,
                about: About::default(),
                redactor: Redactor::built_in(),
                include_input: true,
                clip: None,
                exit_code: None,
                sha256: &|| Ok(String::new()),
            };
            if let Ok(mut reader) = open(Cursor::new(input), Strictness::Lenient) {
                let _ = convert_to(&mut reader, &options, &mut out);
            }
            out.len()
        });
    written.max().unwrap_or_default()
}
