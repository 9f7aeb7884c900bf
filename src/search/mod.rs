//! Text of recordings, and what matches in it. Pure: events in, hits out.
//!
//! A recording is read as somebody reads it: without control sequences, in one piece however many
//! events carried it, corrections made. Each piece of text is a [`Part`]: a command, a statement or
//! output. It is looked at in windows, so that memory does not grow with the recording, and a
//! match that lies in two events is found like any other.
//!
//! Secrets are out of reach: where a pattern matches, the window's secrets are replaced by their
//! marks, and only what still matches then is a hit. Whoever searches for a password does not
//! learn that it is there.

mod hit;
mod opened;
mod page;
mod pattern;
mod plain;
mod redacted;
mod searcher;
mod texts;

pub use hit::{Hit, clip};
pub use opened::Opened;
pub use pattern::{Part, Parts, Pattern, PatternError};
pub use searcher::{Searcher, Wanted};
pub use texts::{Held, held};
