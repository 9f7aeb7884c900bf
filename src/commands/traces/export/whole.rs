//! A file that is one message of OTLP as a whole, and whether it is all there.
//!
//! Whoever writes such a file writes it piece by piece, and none says where it ends. So a file that
//! cannot be read is left alone while it is followed, until nothing has come for a while.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde_json::error::Category;

use crate::otlp::decode::Form;
use crate::sources::lines::{Mark, Row};
use crate::sources::traces::{TraceLine, trace_of_line, traces_of_message};

/// A message is held in memory. A larger one is cut, and so no message.
const LARGEST: u64 = 64 << 20;

/// A file that has not changed for so long is as whole as it will be.
const QUIET: Duration = Duration::from_secs(10);

/// What a file holds from where it was read to.
#[derive(Debug)]
pub(super) enum Whole {
    /// Lines, or nothing.
    Lines,
    Message(Message),
    /// No message, though it may be the beginning of one: as JSON it is lines otherwise.
    Unfinished(Option<Message>),
}

#[derive(Debug)]
pub(super) struct Message {
    pub row: Row<TraceLine>,
    /// In bytes.
    pub end: u64,
}

/// Reads `file` from `start` on. It blocks.
///
/// # Errors
///
/// A file that cannot be read.
pub(super) fn read(form: Form, mut file: &File, start: Mark) -> io::Result<Whole> {
    // A message of JSON is the whole file; what stands behind it is lines.
    if form == Form::Json && start != Mark::BEGINNING {
        return Ok(Whole::Lines);
    }
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes)?;
    file.seek(SeekFrom::Start(start.offset))?;
    Ok(match form {
        _ if bytes.is_empty() => Whole::Lines,
        Form::Json => of_json(bytes),
        Form::Protobuf => of_protobuf(start, bytes),
    })
}

fn of_json(bytes: Vec<u8>) -> Whole {
    let end = bytes.len() as u64;
    match serde_json::from_slice::<IgnoredAny>(&bytes) {
        Ok(_) => Whole::Message(Message {
            row: trace_of_line(1, bytes.into(), Timestamp::now()).0,
            end,
        }),
        Err(error) if error.classify() == Category::Eof => Whole::Unfinished(None),
        Err(_) => Whole::Lines,
    }
}

/// Messages of protobuf that stand behind each other are one.
fn of_protobuf(start: Mark, bytes: Vec<u8>) -> Whole {
    let end = start.offset + bytes.len() as u64;
    let row = traces_of_message(Form::Protobuf, start.line, bytes.into());
    let message = Message { row, end };
    match message.row {
        Row::Event(_) => Whole::Message(message),
        Row::Broken(_) => Whole::Unfinished(Some(message)),
    }
}

/// A file that is not all there, as it was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Growing {
    size: u64,
    since: Instant,
}

impl Growing {
    /// What is known of it now that it has `size`.
    pub fn at(before: Option<Self>, size: u64, now: Instant) -> Self {
        let same = before.filter(|before| before.size == size);
        same.unwrap_or(Self { size, since: now })
    }

    /// Whether it will not become whole any more.
    pub fn is_quiet(self, now: Instant) -> bool {
        now.saturating_duration_since(self.since) >= QUIET
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const JSON: &str = r#"{
        "resourceSpans": [{"scopeSpans": [{"spans": [{
            "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "00f067aa0ba902b7",
            "name": "a", "startTimeUnixNano": "1", "endTimeUnixNano": "2"
        }]}]}]
    }"#;
    /// `resource_spans` of one byte that is no message.
    const CUT: &[u8] = b"\x0a\xff\xff\xff";

    fn whole(form: Form, bytes: &[u8], start: Mark) -> Whole {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("message");
        fs::write(&path, bytes).expect("a writable folder");
        let mut file = File::open(&path).expect("our file");
        file.seek(SeekFrom::Start(start.offset)).expect("our file");
        read(form, &file, start).expect("a readable file")
    }

    #[test]
    fn every_beginning_of_a_message_is_unfinished_and_all_of_it_is_one() {
        for end in 1..JSON.len() {
            let found = whole(Form::Json, &JSON.as_bytes()[..end], Mark::BEGINNING);
            assert!(matches!(found, Whole::Unfinished(None)), "{end}: {found:?}");
        }
        let found = whole(Form::Json, JSON.as_bytes(), Mark::BEGINNING);
        let Whole::Message(Message { row, end }) = found else {
            panic!("{found:?}");
        };
        assert_eq!((row.broken(), end), (None, JSON.len() as u64));
    }

    #[test]
    fn lines_are_lines_also_where_the_last_one_is_not_all_there() {
        for lines in ["{}\n{}\n", "{}\n{\"a\"", "GET /\n", ""] {
            let found = whole(Form::Json, lines.as_bytes(), Mark::BEGINNING);
            assert!(matches!(found, Whole::Lines), "{lines}: {found:?}");
        }
        let behind = Mark { line: 2, offset: 3 };
        assert!(matches!(whole(Form::Json, b"{}\n{}", behind), Whole::Lines));
    }

    #[test]
    fn protobuf_that_cannot_be_read_may_come_to_be_whole() {
        let start = Mark { line: 2, offset: 1 };
        let found = whole(Form::Protobuf, &[b"\x00", CUT].concat(), start);
        let Whole::Unfinished(Some(Message { row, end })) = found else {
            panic!("{found:?}");
        };
        assert_eq!((row.broken().map(|it| it.number), end), (Some(2), 5));
    }

    #[test]
    fn a_file_is_quiet_when_nothing_has_come_for_a_while() {
        let begun = Instant::now();
        let first = Growing::at(None, 5, begun);
        let later = begun + QUIET;
        assert!(!first.is_quiet(begun) && first.is_quiet(later));
        assert!(Growing::at(Some(first), 5, later).is_quiet(later));
        assert!(!Growing::at(Some(first), 6, later).is_quiet(later));
    }
}
