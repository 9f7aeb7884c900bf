//! A text beside its form without case, made once however often it is searched.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

/// A text that is searched, with and without regard to case.
pub(in crate::query) struct Text<'t> {
    original: Cow<'t, str>,
    folding: Folding<'t>,
}

enum Folding<'t> {
    Own(OnceCell<Folded>),
    /// Kept where the text is kept.
    Shared(&'t OnceCell<Folded>),
    /// The text is in lower case already.
    Needless,
}

/// Lower case, character by character.
pub(in crate::query) struct Folded {
    text: String,
    /// For each byte of `text` and its end the place in the original; `None` where they are the same,
    /// which they are but for a handful of characters whose cases differ in length.
    origins: Option<Vec<usize>>,
}

impl<'t> Text<'t> {
    pub fn new(original: impl Into<Cow<'t, str>>) -> Self {
        Self {
            original: original.into(),
            folding: Folding::Own(OnceCell::new()),
        }
    }

    /// A text whose form without case is kept in `folded` for the next search.
    pub fn shared(original: Cow<'t, str>, folded: &'t OnceCell<Folded>) -> Self {
        Self {
            original,
            folding: Folding::Shared(folded),
        }
    }

    /// A text in lower case.
    pub fn lower(text: &'t str) -> Self {
        Self {
            original: text.into(),
            folding: Folding::Needless,
        }
    }

    pub fn original(&self) -> &str {
        &self.original
    }

    /// In lower case.
    pub fn folded(&self) -> &str {
        self.both().map_or(&self.original, |folded| &folded.text)
    }

    /// The stretch of the original that became `range` of the folded text.
    pub fn original_of(&self, range: Range<usize>) -> &str {
        let origins = self.both().and_then(|folded| folded.origins.as_ref());
        let origin = |at: usize| origins.map_or(at, |origins| origins[at]);
        &self.original[origin(range.start)..origin(range.end)]
    }

    fn both(&self) -> Option<&Folded> {
        let cell = match &self.folding {
            Folding::Own(cell) => cell,
            Folding::Shared(cell) => cell,
            Folding::Needless => return None,
        };
        Some(cell.get_or_init(|| Folded::of(&self.original)))
    }
}

impl Folded {
    fn of(original: &str) -> Self {
        if original.is_ascii() {
            return Self {
                text: original.to_ascii_lowercase(),
                origins: None,
            };
        }
        let text: String = original.chars().map(fold).collect();
        let is_aligned = original
            .chars()
            .all(|c| c.is_ascii() || fold(c).len_utf8() == c.len_utf8());
        let origins = (!is_aligned).then(|| origins(original));
        Self { text, origins }
    }
}

fn origins(original: &str) -> Vec<usize> {
    let of_character = |(at, c): (usize, char)| std::iter::repeat_n(at, fold(c).len_utf8());
    let mut origins: Vec<usize> = original.char_indices().flat_map(of_character).collect();
    origins.push(original.len());
    origins
}

/// The lower case of `c`; one that is written with two characters stays as it is.
pub(in crate::query) fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// `text` in lower case.
pub(in crate::query) fn folded(text: &str) -> String {
    match text.is_ascii() {
        true => text.to_ascii_lowercase(),
        false => text.chars().map(fold).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_whose_cases_differ_in_length_is_found_in_its_place() {
        // The sign for kelvin takes three bytes and its lower case one; capital sharp s three and two.
        for original in ["20 \u{212a}elvin", "STRA\u{1e9e}E", "plain", "grün", ""] {
            let text = Text::new(original);
            let folded = text.folded().to_owned();
            assert_eq!(folded.chars().count(), original.chars().count());
            let places = folded.char_indices().zip(original.chars());
            for ((at, lower), c) in places {
                let found = text.original_of(at..at + lower.len_utf8());
                assert_eq!(found, c.to_string(), "{original}");
            }
        }
    }
}
