//! Finding words, phrases and pieces of patterns in a text, by bytes.

use std::ops::Range;

use memchr::memmem::Finder;

use super::fold::Text;

/// What splits words, beside punctuation and blanks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum Underscore {
    Joins,
    Splits,
}

/// A text as searches see it, under one reading of case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum Case {
    Sensitive,
    Ignored,
}

pub(super) fn is_word_character(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Every place of `needle` in `hay` from `from` on, overlapping ones too. An empty one is nowhere.
pub(in crate::query) fn places<'h>(
    needle: &'h str,
    hay: &'h str,
    from: usize,
) -> impl Iterator<Item = usize> + 'h {
    let finder = Finder::new(needle);
    let step = needle.chars().next().map_or(0, char::len_utf8);
    let mut from = from;
    std::iter::from_fn(move || {
        let rest = hay.as_bytes().get(from..).filter(|_| step > 0)?;
        let at = from + finder.find(rest)?;
        from = at + step;
        Some(at)
    })
}

fn before(text: &str, at: usize) -> Option<char> {
    text[..at].chars().next_back()
}

fn behind(text: &str, at: usize) -> Option<char> {
    text[at..].chars().next()
}

/// Whether no word runs across the place `at`.
pub(in crate::query) fn is_edge(text: &str, at: usize, underscore: Underscore) -> bool {
    let (Some(left), Some(right)) = (before(text, at), behind(text, at)) else {
        return true;
    };
    let splits = underscore == Underscore::Splits && (left == '_' || right == '_');
    splits || !(is_word_character(left) && is_word_character(right))
}

fn is_in_word(c: char, underscore: Underscore) -> bool {
    is_word_character(c) && !(underscore == Underscore::Splits && c == '_')
}

/// The first word at or behind `from`.
fn word(text: &str, from: usize, underscore: Underscore) -> Option<Range<usize>> {
    let start = from + text[from..].find(|c| is_in_word(c, underscore))?;
    let length = text[start..].find(|c| !is_in_word(c, underscore));
    Some(start..length.map_or(text.len(), |length| start + length))
}

/// Whether the words of `phrase` follow each other in `text`, whatever stands between.
pub(super) fn has_words(
    phrase: &Text<'_>,
    text: &Text<'_>,
    case: Case,
    underscore: Underscore,
) -> bool {
    let (wanted, hay) = (phrase.folded(), text.folded());
    // None where underscores alone are read as punctuation.
    let Some(first) = word(wanted, 0, underscore) else {
        return false;
    };
    let is_same = |one: Range<usize>, other: Range<usize>| match case {
        Case::Ignored => wanted[one] == hay[other],
        Case::Sensitive => phrase.original_of(one) == text.original_of(other),
    };
    let is_word = |range: &Range<usize>| {
        let is_apart = |c: Option<char>| c.is_none_or(|c| !is_in_word(c, underscore));
        is_apart(before(hay, range.start)) && is_apart(behind(hay, range.end))
    };
    let follows = |start: usize| {
        let range = start..start + first.len();
        if !is_word(&range) || !is_same(first.clone(), range.clone()) {
            return false;
        }
        let (mut at, mut there) = (first.end, range.end);
        while let Some(next) = word(wanted, at, underscore) {
            let Some(found) = word(hay, there, underscore) else {
                return false;
            };
            (at, there) = (next.end, found.end);
            if !is_same(next, found) {
                return false;
            }
        }
        true
    };
    places(&wanted[first.clone()], hay, 0).any(follows)
}

/// Whether `phrase` itself stands in `text`, not inside a longer word.
pub(super) fn has_text(
    phrase: &Text<'_>,
    text: &Text<'_>,
    case: Case,
    underscore: Underscore,
) -> bool {
    let (wanted, hay) = match case {
        Case::Ignored => (phrase.folded(), text.folded()),
        Case::Sensitive => (phrase.original(), text.original()),
    };
    places(wanted, hay, 0).any(|start| {
        is_edge(hay, start, underscore) && is_edge(hay, start + wanted.len(), underscore)
    })
}
