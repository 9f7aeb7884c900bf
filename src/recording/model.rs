//! The one shape of a recording, whatever it was read from.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::domain::session::Session;

/// A header and the events, in the order they were recorded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    pub header: Header,
    pub events: Vec<Event>,
}

/// Bytes at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Since the start of the recording, in whole microseconds; never less than the event before.
    pub time: Duration,
    pub code: Code,
    pub data: Vec<u8>,
    /// Position in the array or among the events of the file it came from; part of delivery ids.
    pub index: usize,
}

/// What an event holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// Bytes printed; standard error too.
    Output,
    /// Bytes typed or sent; may hold passwords.
    Input,
    /// The gateway's own error text, at most one, at the end. Not an asciicast code.
    Error,
    /// `COLSxROWS`.
    Resize,
    /// A label, may be empty.
    Marker,
    /// Exit status as a decimal string.
    Exit,
    /// Kept on copying, ignored when playing.
    Other(Box<str>),
}

impl Code {
    /// The code as both formats spell it; `None` for the empty one, which is none.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "" => return None,
            "o" => Code::Output,
            "i" => Code::Input,
            "e" => Code::Error,
            "r" => Code::Resize,
            "m" => Code::Marker,
            "x" => Code::Exit,
            other => Code::Other(other.into()),
        })
    }

    pub fn as_str(&self) -> &str {
        match self {
            Code::Output => "o",
            Code::Input => "i",
            Code::Error => "e",
            Code::Resize => "r",
            Code::Marker => "m",
            Code::Exit => "x",
            Code::Other(text) => text,
        }
    }

    /// True for what a viewer of the terminal saw.
    pub fn is_shown(&self) -> bool {
        matches!(self, Code::Output | Code::Error)
    }
}

/// Columns and rows of a terminal, each 1 to [`Size::LIMIT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub cols: u16,
    pub rows: u16,
}

impl Size {
    /// Larger terminals exist in nobody's office, and a grid costs memory.
    pub const LIMIT: u16 = 1_000;

    /// The size that the gateway's own page assumes, since no size is recorded.
    pub const ASSUMED: Size = Size { cols: 80, rows: 24 };

    /// Clamped to 1..=[`Size::LIMIT`] on each side.
    pub fn clamped(cols: u64, rows: u64) -> Self {
        let clamp = |n: u64| n.clamp(1, Self::LIMIT.into()) as u16;
        Self {
            cols: clamp(cols),
            rows: clamp(rows),
        }
    }

    /// Reads `COLSxROWS`, the data of a resize event.
    pub fn parse(text: &str) -> Option<Self> {
        let (cols, rows) = text.trim().split_once('x')?;
        Some(Self::clamped(cols.parse().ok()?, rows.parse().ok()?))
    }
}

impl Default for Size {
    fn default() -> Self {
        Self::ASSUMED
    }
}

/// What is known of a recording besides its events; the keys of asciicast v3.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    pub size: Size,
    /// `term.type`, such as `xterm-256color`.
    pub term_type: Option<String>,
    /// `term.version`.
    pub term_version: Option<String>,
    /// `term.theme`: `fg`, `bg`, `palette`, kept as it was.
    pub theme: Option<Value>,
    /// Unix seconds of the start.
    pub timestamp: Option<i64>,
    pub idle_time_limit: Option<Duration>,
    pub command: Option<String>,
    pub title: Option<String>,
    /// Values may be null in old files.
    pub env: Map<String, Value>,
    /// Keys that this program does not know, kept on copying.
    pub extra: Map<String, Value>,
}

impl Header {
    /// The header of a gateway session's recording. The size is assumed: none is recorded.
    pub fn of_session(session: &Session) -> Self {
        Self {
            timestamp: Some(session.start_date.as_second()),
            title: Some(title_of(session)),
            ..Self::default()
        }
    }
}

/// Connection and identity: `pg-prod · billing-agent@corp.example`.
fn title_of(session: &Session) -> String {
    format!("{} · {}", session.connection.name, session.identity.label())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_clamped_and_nonsense_is_none() {
        let size = |cols, rows| Some(Size { cols, rows });
        assert_eq!(Size::parse("120x40"), size(120, 40));
        assert_eq!(Size::parse("0x99999999"), size(1, 1_000));
        assert_eq!(Size::parse("120"), None);
        assert_eq!(Size::parse("-3x5"), None);
    }

    #[test]
    fn every_code_is_spelled_as_it_was_read() {
        for text in ["o", "i", "e", "r", "m", "x", "b", "zoom"] {
            let code = Code::parse(text).expect("not empty");
            assert_eq!(code.as_str(), text);
        }
        assert_eq!(Code::parse(""), None);
    }
}
