//! What is played: moments, one after the other, with places to come back to.

#[cfg(test)]
mod memory;
mod shape;
mod spooled;
mod streamed;

use std::fmt;
use std::io::{Read, Seek, Write};
use std::time::Duration;

use crate::recording::{
    Code, Header, Kind, ReadError, Reader, Strictness, Warnings, open, open_script,
};

#[cfg(test)]
pub use memory::InMemory;
pub use shape::label;
pub use spooled::Spooled;
pub use streamed::Streamed;

/// Something on the screen changes, or is marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Since the start of the recording, as it was recorded.
    pub time: Duration,
    pub code: Code,
    pub data: Vec<u8>,
    /// How often the enter key was pressed since the moment before.
    pub enters: u32,
}

/// Why a tape ends before its end; the moments before it are good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(pub String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A recording made ready to be played, of any size.
///
/// Several heads play one tape at once: each has a fork of its own.
pub trait Tape: Sized {
    /// A place between two moments.
    type Mark: Clone;

    /// The next moment; `None` at the end. Times never go back.
    fn next(&mut self) -> Result<Option<Moment>, Fault>;

    /// The place before the next moment.
    fn mark(&self) -> Self::Mark;

    /// Goes on from a place; the same moments come as came from there before.
    fn resume(&mut self, mark: &Self::Mark) -> Result<(), Fault>;

    /// The same recording, played independently, from the same place.
    fn fork(&self) -> Result<Self, Fault>;

    /// How much of the recording has been read, 0 to 1, where that is known.
    fn share(&self) -> Option<f64>;

    /// What was wrong with the recording as far as it was read.
    fn warnings(&self) -> Warnings;
}

/// The bytes of a recording, which can be read at several places at once: a clone reads by itself.
#[derive(Clone, Debug)]
pub struct Input<R> {
    pub bytes: R,
    /// Of `bytes`.
    pub length: u64,
    /// The timing file, where the bytes are a typescript of script(1).
    pub timing: Option<R>,
    pub strictness: Strictness,
}

impl<R: Read + Seek + Clone> Input<R> {
    /// A reader of its own, at the start.
    ///
    /// # Errors
    ///
    /// Input that is no recording.
    pub fn open(&self) -> Result<Reader<R>, ReadError> {
        match &self.timing {
            Some(timing) => open_script(self.bytes.clone(), timing.clone(), self.strictness),
            None => open(self.bytes.clone(), self.strictness),
        }
    }
}

/// A recording, and what is known of it.
#[derive(Clone, Debug)]
pub struct Source<R> {
    pub input: Input<R>,
    pub kind: Kind,
    pub header: Header,
}

/// Where a transcript is kept while it is played.
pub trait Storage: Read + Write + Seek {}

impl<T: Read + Write + Seek> Storage for T {}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        Fault(error.to_string())
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Fault(error.to_string())
    }
}

/// How often the enter key is among what was typed.
fn presses(typed: &[u8]) -> u32 {
    let presses = typed.iter().filter(|byte| matches!(byte, b'\r' | b'\n'));
    u32::try_from(presses.count()).unwrap_or(u32::MAX)
}
