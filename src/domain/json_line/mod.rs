//! One JSON object as bytes, checked and not taken apart: where in it the few members are that
//! matter on the way to an intake, and how to change those and leave every other byte alone.
//!
//! What is called an object here is one that serde_json reads into a value as well, so that what
//! was checked once can be taken apart later where it has to be.

mod change;
mod scan;

use std::ops::Range;

pub use change::Change;
pub use scan::{NotAnObject, scan};

/// Where in the bytes of an object its members are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Behind the opening brace.
    pub inside: usize,
    /// Has no member at all.
    pub is_empty: bool,
    /// The values of members of that name; of several the last.
    pub timestamp: Option<Range<usize>>,
    pub ddtags: Option<Range<usize>>,
    pub evt: Option<Range<usize>>,
    /// What is in `evt`, where that is an object.
    pub in_evt: Option<Evt>,
}

/// The members of the object `evt`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evt {
    /// Behind its opening brace.
    pub inside: usize,
    pub is_empty: bool,
    pub id: Option<Range<usize>>,
    pub name: Option<Range<usize>>,
    pub original_time: Option<Range<usize>>,
}
