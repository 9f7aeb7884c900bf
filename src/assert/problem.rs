//! What is wrong with a policy's file, and how it is shown.

use std::ops::Range;

use serde_saphyr::{Location, Spanned};

use crate::domain::excerpt::Excerpt;

/// What is wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}", .place.as_ref().map_or(String::new(), |place| format!("line {}, column {}: ", place.line, place.column)))]
pub struct PolicyError {
    /// None where it is about the whole.
    place: Option<Place>,
    what: String,
}

/// A place in the file; lines and columns are counted from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    line: u64,
    column: u64,
    /// How much of the file is wrong, in bytes.
    length: usize,
}

impl Place {
    fn of(location: Location, length: usize) -> Option<Self> {
        (location != Location::UNKNOWN).then(|| Self {
            line: location.line(),
            column: location.column(),
            length,
        })
    }

    /// Where it is in `source`, in bytes.
    fn span(&self, source: &str) -> Range<usize> {
        let before = |count: u64| usize::try_from(count.saturating_sub(1)).unwrap_or(usize::MAX);
        let mut lines = source.split_inclusive('\n');
        let skipped = lines.by_ref().take(before(self.line));
        let line_start: usize = skipped.map(str::len).sum();
        let line = lines.next().unwrap_or_default();
        let column = line.char_indices().nth(before(self.column));
        let start = line_start + column.map_or(line.len(), |(at, _)| at);
        start..start.saturating_add(self.length)
    }
}

impl PolicyError {
    /// About the whole file.
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self {
            place: None,
            what: what.into(),
        }
    }

    /// About a value.
    pub(super) fn at<T>(value: &Spanned<T>, what: impl Into<String>) -> Self {
        let location = value.referenced;
        let length = location.span().byte_len().unwrap_or(1);
        Self {
            place: Place::of(location, usize::try_from(length).unwrap_or(1)),
            what: what.into(),
        }
    }

    /// About `length` bytes of the file, as far as it is known where they stand.
    pub(super) fn at_location(
        location: Option<Location>,
        length: usize,
        what: impl Into<String>,
    ) -> Self {
        Self {
            place: location.and_then(|location| Place::of(location, length)),
            what: what.into(),
        }
    }

    /// In words, with the line of `source` and a caret under the part; an expression that does not
    /// parse shows its own.
    pub fn render(&self, source: &str) -> String {
        match &self.place {
            Some(place) if !self.what.contains('\n') => {
                format!("{self}\n{}", Excerpt::of(source, place.span(source)))
            }
            _ => self.to_string(),
        }
    }
}
