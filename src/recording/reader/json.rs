//! Steps over JSON text that is never held whole: where a value ends, the entries of an array, the
//! keys of an object.
//!
//! Brackets are counted, not followed by recursion: hostile nesting costs nothing.

use std::io::{self, Read};

use serde_json::{Map, Value};

use super::source::{LONGEST, Source};

/// The keys of an object are read up to this; a longer value is passed over.
const LONGEST_VALUE: usize = 64 * 1024;

/// Keys kept of one object.
const KEYS: usize = 256;

/// Finds the end of a JSON value that comes in pieces.
#[derive(Clone, Debug, Default)]
struct Extent {
    depth: usize,
    is_string: bool,
    is_escaped: bool,
    has_begun: bool,
}

impl Extent {
    /// The bytes of `piece` that belong to the value, when it ends there.
    fn push(&mut self, piece: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(&byte) = piece.get(at) {
            if self.is_string {
                match self.string_end(&piece[at..]) {
                    Some(length) => at += length,
                    None => return None,
                }
                if self.depth == 0 {
                    return Some(at);
                }
                continue;
            }
            match byte {
                b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t' | b':'
                    if self.depth == 0 && self.has_begun =>
                {
                    return Some(at);
                }
                b'[' | b'{' => self.depth += 1,
                b']' | b'}' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                b'"' => self.is_string = true,
                _ => {}
            }
            self.has_begun = true;
            at += 1;
        }
        None
    }

    /// The length of the rest of a string, its closing quote included.
    fn string_end(&mut self, rest: &[u8]) -> Option<usize> {
        let mut at = usize::from(std::mem::take(&mut self.is_escaped));
        loop {
            let Some(found) = memchr::memchr2(b'"', b'\\', rest.get(at..)?) else {
                return None;
            };
            at += found;
            if rest[at] == b'"' {
                self.is_string = false;
                return Some(at + 1);
            }
            at += 2;
            self.is_escaped = at > rest.len();
        }
    }
}

/// One value of an array or object.
pub(in crate::recording) enum Item<'a> {
    Whole(&'a [u8]),
    /// Longer than it may be, and passed over.
    TooLong,
    /// The input ends inside it.
    Cut,
    /// The closing bracket.
    End,
}

/// The next entry of an array whose opening bracket has been consumed.
pub(in crate::recording) fn entry<R: Read>(source: &mut Source<R>) -> io::Result<Item<'_>> {
    source.skip(|byte| byte == b',' || byte.is_ascii_whitespace())?;
    match source.first()? {
        None => Ok(Item::Cut),
        Some(b']') => Ok(Item::End),
        Some(_) => value(source, LONGEST),
    }
}

/// The value that the window begins with.
fn value<R: Read>(source: &mut Source<R>, limit: usize) -> io::Result<Item<'_>> {
    let mut extent = Extent::default();
    let mut seen = 0;
    loop {
        let window = source.window();
        if let Some(length) = extent.push(&window[seen..]) {
            return Ok(taken(source, seen + length, limit));
        }
        seen = window.len();
        if seen > limit {
            return skip_value(source, extent);
        }
        if !source.fill()? {
            source.consume(seen);
            return Ok(Item::Cut);
        }
    }
}

fn taken<R: Read>(source: &mut Source<R>, length: usize, limit: usize) -> Item<'_> {
    match length > limit {
        true => {
            source.consume(length);
            Item::TooLong
        }
        false => Item::Whole(source.take(length)),
    }
}

/// Passes over the rest of a value of which the window has been looked at.
fn skip_value<R: Read>(source: &mut Source<R>, mut extent: Extent) -> io::Result<Item<'_>> {
    loop {
        source.consume(usize::MAX);
        if !source.fill()? {
            return Ok(Item::Cut);
        }
        if let Some(length) = extent.push(source.window()) {
            source.consume(length);
            return Ok(Item::TooLong);
        }
    }
}

/// Where the walk over an object's keys came to a stop.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::recording) enum Stop {
    /// Before the value of one of the keys that were looked for.
    At(&'static str),
    /// At the end of the object, or where it makes no sense.
    End,
}

/// Walks an object whose opening brace has been consumed up to the first of `wanted`, and keeps
/// the small values before it.
pub(in crate::recording) fn object<R: Read>(
    source: &mut Source<R>,
    wanted: &[&'static str],
) -> io::Result<(Map<String, Value>, Stop)> {
    let mut kept = Map::new();
    loop {
        source.skip(|byte| byte == b',' || byte.is_ascii_whitespace())?;
        let key = match source.first()? {
            Some(b'"') => value(source, LONGEST_VALUE)?,
            _ => return Ok((kept, Stop::End)),
        };
        let key: Option<String> = match key {
            Item::Whole(key) => serde_json::from_slice(key).ok(),
            _ => None,
        };
        source.skip(|byte| byte == b':' || byte.is_ascii_whitespace())?;
        let found = wanted.iter().find(|name| Some(**name) == key.as_deref());
        if let Some(name) = found {
            return Ok((kept, Stop::At(name)));
        }
        if !member(source, key, &mut kept)? {
            return Ok((kept, Stop::End));
        }
    }
}

/// Reads one value and keeps it under its key; false where the object makes no sense.
fn member<R: Read>(
    source: &mut Source<R>,
    key: Option<String>,
    kept: &mut Map<String, Value>,
) -> io::Result<bool> {
    match value(source, LONGEST_VALUE)? {
        Item::Cut | Item::End => return Ok(false),
        Item::Whole(bytes) if kept.len() < KEYS => {
            if let (Some(key), Ok(value)) = (key, serde_json::from_slice(bytes)) {
                kept.insert(key, value);
            }
        }
        Item::Whole(_) | Item::TooLong => {}
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entries(array: &str) -> Vec<String> {
        let mut source = Source::new(array.as_bytes());
        let mut found = Vec::new();
        loop {
            match entry(&mut source).expect("memory") {
                Item::Whole(entry) => found.push(String::from_utf8_lossy(entry).into_owned()),
                Item::TooLong => found.push("too long".to_owned()),
                Item::Cut => return [found, vec!["cut".to_owned()]].concat(),
                Item::End => return found,
            }
        }
    }

    #[test]
    fn entries_end_where_their_brackets_and_quotes_do() {
        assert_eq!(
            entries(r#"[0,"o","]"], 7 ,{"a":["]"]},"\"]", null]"#),
            [r#"[0,"o","]"]"#, "7", r#"{"a":["]"]}"#, r#""\"]""#, "null"]
        );
        assert_eq!(entries(r#"[1],[2"#), ["[1]", "cut"]);
        assert_eq!(entries(""), ["cut"]);
    }

    #[test]
    fn an_entry_that_is_too_long_is_passed_over() {
        let array = format!("[\"{}\"],[1]]", "\\\"".repeat(LONGEST));
        assert_eq!(entries(&array), ["too long", "[1]"]);
    }

    #[test]
    fn an_object_is_walked_to_the_key_that_is_looked_for() {
        let text = format!(
            r#""id": "x", "script":{{"data":"{}"}},"n":1,"stdout":[2]}}"#,
            "s".repeat(LONGEST_VALUE)
        );
        let mut source = Source::new(text.as_bytes());
        let (kept, stop) = object(&mut source, &["event_stream", "stdout"]).expect("memory");
        assert_eq!(stop, Stop::At("stdout"));
        assert_eq!(source.first().expect("memory"), Some(b'['));
        assert_eq!(Value::Object(kept), serde_json::json!({"id": "x", "n": 1}));
    }

    proptest! {
        #[test]
        fn an_extent_is_the_same_in_pieces(
            text in r#"(["\\a,\[\]{}0 ]){0,30}"#,
            size in 1..5_usize,
        ) {
            let whole = Extent::default().push(text.as_bytes());
            let (mut extent, mut before, mut found) = (Extent::default(), 0, None);
            for piece in text.as_bytes().chunks(size) {
                if let Some(length) = extent.push(piece) {
                    found = Some(before + length);
                    break;
                }
                before += piece.len();
            }
            prop_assert_eq!(found, whole);
        }

        #[test]
        fn no_object_makes_it_panic(text in r#"(["\\a:,\[\]{}0 ]){0,60}"#) {
            let mut source = Source::new(text.as_bytes());
            let _ = object(&mut source, &["a"]);
        }
    }
}
