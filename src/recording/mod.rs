//! Recordings: the gateway's event stream, asciicast files, wire protocols, time edits and the
//! filter that makes recorded bytes safe to look at. No I/O.
//!
//! Every reader here is handed bytes that somebody else wrote. Its rules: nothing panics, nothing
//! recurses with the input, memory stays within a small factor of the input, and what can be
//! played is played. What could not be used is named in [`Warnings`].

pub mod asciicast;
pub mod convert;
pub mod edits;
pub mod event_stream;
#[cfg(test)]
pub(crate) mod hostile;
mod model;
mod postgres;
pub mod protocol;
pub mod reader;
mod reading;
pub mod redact;
pub mod safe;
mod script;
mod sequence;
pub mod size;
pub mod statements;
mod steps;
pub mod transcript;
mod ttyrec;
pub mod utf8;
mod warnings;

pub use model::{Code, Event, Header, Recording, Size};
pub use protocol::Kind;
pub use reader::{Format, Mark, ReadError, Reader, Strictness, open, open_script};
pub use statements::first_statements;
pub use steps::steps;
pub use warnings::{Warning, Warnings};
