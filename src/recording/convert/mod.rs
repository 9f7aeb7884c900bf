//! A recording written in another format, event by event.
//!
//! Each file says where it came from and what was done to it ([`About`]): session, gateway or
//! file, clip and redaction at its beginning; how much was hidden and the SHA-256 of the recording
//! as received at its end, where they are known, so that a file without its end was cut.
//!
//! | format | beginning | end |
//! |---|---|---|
//! | asciicast 3 | the key `ddctl` of the header | comment lines |
//! | asciicast 2 | all in the key `ddctl` of the header: the recording is read twice | |
//! | text | lines that begin with `#` | the same |
//! | NDJSON | an object of type `recording` | an object of type `end` |
//! | CSV | rows of type `about`, in the columns of the others | the same |

mod about;
mod ahead;
mod cast;
mod emulate;
mod rows;
mod text;

use std::io::{self, Read, Seek, Write};
use std::ops::Range;
use std::time::Duration;

use super::asciicast::Version;
use super::redact::Report;
use super::{Event, Header, Kind, ReadError, Reader, size};
use crate::domain::redaction::Redactor;

pub use about::About;

/// A format that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Cast(Version),
    Text,
    Ndjson,
    Csv,
}

/// How a recording is converted.
pub struct Options<'a> {
    pub target: Target,
    pub kind: Kind,
    /// What stands in the new header; its size is guessed from the output where it is `None`.
    pub header: Option<Header>,
    pub about: About,
    pub redactor: Redactor,
    /// What was typed goes along; in a terminal it may be passwords.
    pub include_input: bool,
    /// Only these events, timed from its start.
    pub clip: Option<Range<Duration>>,
    /// How the session ended, where the recording does not say.
    pub exit_code: Option<i64>,
    /// The SHA-256 of the recording as received, in hexadecimal; asked for when it is needed.
    pub sha256: &'a dyn Fn() -> io::Result<String>,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Events of the recording that went in.
    pub events: u64,
    /// True where some event shows something.
    pub is_shown: bool,
    /// What was hidden.
    pub report: Report,
    /// The time of the last event.
    pub last: Duration,
}

/// Why a recording was not converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Of the target; it is named by who knows it.
    #[error(transparent)]
    Write(io::Error),
}

/// Converts what `reader` has not read yet. Memory does not grow with the recording.
///
/// # Errors
///
/// A recording that cannot be read to its end, a target that cannot be written.
pub fn convert<R: Read + Seek + Send>(
    reader: &mut Reader<R>,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> Result<Outcome, ConvertError> {
    let header = header(reader, options)?;
    match options.target {
        Target::Cast(Version::V3) => cast::write(reader, options, header, out),
        Target::Cast(Version::V2) => cast::write_twice(reader, options, header, out),
        Target::Text => text::write(reader, options, header.size, out),
        Target::Ndjson => rows::write(reader, options, &mut rows::Ndjson::new(out)),
        Target::Csv => rows::write(reader, options, &mut rows::Csv::new(out)),
    }
}

/// The header of the recording. Where no size was recorded, the output is looked through for one.
fn header<R: Read + Seek>(
    reader: &mut Reader<R>,
    options: &Options<'_>,
) -> Result<Header, ReadError> {
    let mut header = options
        .header
        .clone()
        .unwrap_or_else(|| reader.header().clone());
    let is_wanted = matches!(options.target, Target::Cast(_) | Target::Text);
    if is_wanted && options.kind == Kind::Terminal && !reader.format().has_size() {
        let mark = reader.mark();
        let mut guess = size::Guess::default();
        let mut event = Event::empty();
        while reader.read(&mut event)? {
            guess.push(&event);
        }
        reader.resume(&mark)?;
        header.size = guess.size();
    }
    Ok(header)
}

impl Options<'_> {
    /// The time that an event has in the new recording; `None` outside of the clip.
    fn clipped(&self, time: Duration) -> Option<Duration> {
        match &self.clip {
            None => Some(time),
            Some(clip) if clip.contains(&time) => Some(time - clip.start),
            Some(_) => None,
        }
    }

    /// Where the clip ends: nothing more is wanted.
    fn end(&self) -> Option<Duration> {
        self.clip.as_ref().map(|clip| clip.end)
    }

    fn is_over(&self, time: Duration) -> bool {
        self.end().is_some_and(|end| time >= end)
    }
}
