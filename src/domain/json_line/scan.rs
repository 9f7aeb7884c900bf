//! The check: one pass over the bytes, without a tree.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::{Evt, Layout};

/// As deep as serde_json goes.
const DEEPEST: usize = 127;

/// A number this short without an exponent is never too large.
const SURELY_FINITE: usize = 300;

/// Why some bytes are no JSON object, and at which of them that shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnObject {
    /// Counted from 1, as editors do.
    pub column: usize,
    pub what: &'static str,
}

impl fmt::Display for NotAnObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no JSON object: {} at column {}", self.what, self.column)
    }
}

impl std::error::Error for NotAnObject {}

/// Checks that `bytes` are one JSON object, white space around it allowed.
///
/// # Errors
///
/// What is no object, is not UTF-8, is nested deeper than 127, holds a number beyond what a double
/// holds, or half of a surrogate pair.
pub fn scan(bytes: &[u8]) -> Result<Layout, NotAnObject> {
    if let Err(error) = std::str::from_utf8(bytes) {
        return Err(NotAnObject {
            column: error.valid_up_to() + 1,
            what: "a byte that is not UTF-8",
        });
    }
    let mut scanner = Scanner { bytes, at: 0 };
    scanner.white_space();
    let layout = scanner.line()?;
    scanner.white_space();
    match scanner.at == bytes.len() {
        true => Ok(layout),
        false => Err(scanner.wrong("more behind the object")),
    }
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

type Found<T> = Result<T, NotAnObject>;

/// Objects of which members are looked for.
impl<'a> Scanner<'a> {
    fn line(&mut self) -> Found<Layout> {
        if self.peek() != Some(b'{') {
            return Err(self.wrong("no `{`"));
        }
        let mut layout = Layout {
            inside: self.at + 1,
            is_empty: true,
            ..Layout::default()
        };
        self.object(|scanner, key| {
            layout.is_empty = false;
            let (value, evt) = match key {
                b"evt" => scanner.evt()?,
                _ => (scanner.value_range(1)?, None),
            };
            match key {
                b"timestamp" => layout.timestamp = Some(value),
                b"ddtags" => layout.ddtags = Some(value),
                b"evt" => (layout.evt, layout.in_evt) = (Some(value), evt),
                _ => {}
            }
            Ok(())
        })?;
        Ok(layout)
    }

    fn evt(&mut self) -> Found<(Range<usize>, Option<Evt>)> {
        if self.peek() != Some(b'{') {
            return Ok((self.value_range(1)?, None));
        }
        let start = self.at;
        let mut evt = Evt {
            inside: start + 1,
            is_empty: true,
            ..Evt::default()
        };
        self.object(|scanner, key| {
            evt.is_empty = false;
            let value = scanner.value_range(2)?;
            match key {
                b"id" => evt.id = Some(value),
                b"name" => evt.name = Some(value),
                b"original_time" => evt.original_time = Some(value),
                _ => {}
            }
            Ok(())
        })?;
        Ok((start..self.at, Some(evt)))
    }

    /// Reads an object; `member` reads the value of each key, which comes without escapes.
    fn object(&mut self, mut member: impl FnMut(&mut Self, &[u8]) -> Found<()>) -> Found<()> {
        self.at += 1;
        self.white_space();
        if self.skip(b'}') {
            return Ok(());
        }
        loop {
            let key = self.key()?;
            self.white_space();
            if !self.skip(b':') {
                return Err(self.wrong("no `:` behind a name"));
            }
            self.white_space();
            member(self, &key)?;
            self.white_space();
            if self.skip(b'}') {
                return Ok(());
            }
            self.comma()?;
        }
    }

    fn key(&mut self) -> Found<Cow<'a, [u8]>> {
        if self.peek() != Some(b'"') {
            return Err(self.wrong("no name in quotes"));
        }
        let start = self.at;
        let has_escapes = self.string()?;
        let bytes = self.bytes;
        if has_escapes {
            let text: String = serde_json::from_slice(&bytes[start..self.at]).unwrap_or_default();
            return Ok(Cow::Owned(text.into_bytes()));
        }
        Ok(Cow::Borrowed(&bytes[start + 1..self.at - 1]))
    }

    fn value_range(&mut self, depth: usize) -> Found<Range<usize>> {
        let start = self.at;
        self.value(depth)?;
        Ok(start..self.at)
    }
}

/// Values of which only the end is wanted.
impl Scanner<'_> {
    /// `depth` arrays and objects are around it.
    fn value(&mut self, depth: usize) -> Found<()> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'{' | b'[') if depth >= DEEPEST => Err(self.wrong("too deep a nesting")),
            Some(b'{') => self.object(|scanner, _| scanner.value(depth + 1)),
            Some(b'[') => self.array(depth + 1),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            Some(_) => Err(self.wrong("no value")),
            None => Err(self.wrong("the end")),
        }
    }

    fn array(&mut self, depth: usize) -> Found<()> {
        self.at += 1;
        self.white_space();
        if self.skip(b']') {
            return Ok(());
        }
        loop {
            self.white_space();
            self.value(depth)?;
            self.white_space();
            if self.skip(b']') {
                return Ok(());
            }
            self.comma()?;
        }
    }

    fn comma(&mut self) -> Found<()> {
        if !self.skip(b',') {
            let what = match self.peek() {
                Some(_) => "no `,`",
                None => "the end",
            };
            return Err(self.wrong(what));
        }
        self.white_space();
        Ok(())
    }

    fn word(&mut self, word: &[u8]) -> Found<()> {
        match self.bytes[self.at..].starts_with(word) {
            true => {
                self.at += word.len();
                Ok(())
            }
            false => Err(self.wrong("no value")),
        }
    }

    fn number(&mut self) -> Found<()> {
        let start = self.at;
        self.skip(b'-');
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.skip(b'.') {
            self.digits()?;
        }
        let mut may_be_too_large = self.at - start > SURELY_FINITE;
        if self.skip(b'e') || self.skip(b'E') {
            let _ = self.skip(b'+') || self.skip(b'-');
            self.digits()?;
            may_be_too_large = true;
        }
        if may_be_too_large {
            let number = &self.bytes[start..self.at];
            if serde_json::from_slice::<f64>(number).is_err() {
                return Err(self.wrong("too large a number"));
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> Found<()> {
        let rest = &self.bytes[self.at..];
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        match count {
            0 => Err(self.wrong("no digit")),
            _ => Ok(()),
        }
    }

    /// Reads a string; says whether there are escapes in it.
    fn string(&mut self) -> Found<bool> {
        self.at += 1;
        let mut has_escapes = false;
        loop {
            self.plain_text();
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(has_escapes);
                }
                Some(b'\\') => {
                    has_escapes = true;
                    self.escape()?;
                }
                Some(_) => return Err(self.wrong("a control character in a text")),
                None => return Err(self.wrong("the end in a text")),
            }
        }
    }

    /// Up to what cannot stand in a text as it is, eight bytes at a time.
    fn plain_text(&mut self) {
        while let Some(eight) = self.bytes[self.at..].first_chunk::<8>() {
            let special = specials(u64::from_le_bytes(*eight));
            if special != 0 {
                self.at += special.trailing_zeros() as usize / 8;
                return;
            }
            self.at += 8;
        }
        let rest = &self.bytes[self.at..];
        let is_plain = |byte: &&u8| !matches!(byte, b'"' | b'\\' | ..=0x1f);
        self.at += rest.iter().take_while(is_plain).count();
    }

    fn escape(&mut self) -> Found<()> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => self.unicode_escape()?,
            _ => return Err(self.wrong("no such escape")),
        }
        Ok(())
    }

    fn unicode_escape(&mut self) -> Found<()> {
        match self.code_unit()? {
            0xd800..=0xdbff => {
                let has_second = self.skip(b'\\') && self.peek() == Some(b'u');
                match has_second && matches!(self.code_unit()?, 0xdc00..=0xdfff) {
                    true => Ok(()),
                    false => Err(self.wrong("half of a surrogate pair")),
                }
            }
            0xdc00..=0xdfff => Err(self.wrong("half of a surrogate pair")),
            _ => Ok(()),
        }
    }

    /// `u` and four digits.
    fn code_unit(&mut self) -> Found<u16> {
        let digits = self.bytes.get(self.at + 1..self.at + 5);
        let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let text = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let unit = text.and_then(|text| u16::from_str_radix(text, 16).ok());
        self.at += 5;
        unit.ok_or_else(|| self.wrong("no four digits in an escape"))
    }
}

/// Bytes.
impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn wrong(&self, what: &'static str) -> NotAnObject {
        NotAnObject {
            column: self.at.min(self.bytes.len()) + 1,
            what,
        }
    }
}

/// The high bit of each of eight bytes that is a quote, a backslash or a control character. Bits
/// above the lowest one may be set in error: a borrow runs upwards.
fn specials(eight: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH: u64 = ONES << 7;
    let is_zero = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes & HIGH;
    let is_control = eight.wrapping_sub(ONES * 0x20) & !eight & HIGH;
    let repeated = |byte: u8| ONES * u64::from(byte);
    is_zero(eight ^ repeated(b'"')) | is_zero(eight ^ repeated(b'\\')) | is_control
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::*;

    fn is_read_by_serde(bytes: &[u8]) -> bool {
        serde_json::from_slice::<Map<String, Value>>(bytes).is_ok()
    }

    #[test]
    fn the_members_that_matter_are_found_wherever_they_stand() {
        let line = r#" {"a":{"timestamp":1},"timestamp" : 12.5, "evt":{"name":"x","id":"i"}} "#;
        let layout = scan(line.as_bytes()).expect("an object");
        let evt = layout.in_evt.expect("an object");
        assert_eq!(&line[layout.timestamp.expect("there")], "12.5");
        assert_eq!(
            &line[layout.evt.expect("there")],
            r#"{"name":"x","id":"i"}"#
        );
        assert_eq!(&line[evt.id.expect("there")], r#""i""#);
        assert_eq!(evt.original_time, None);
        assert!(!layout.is_empty && !evt.is_empty);
        assert_eq!(&line[evt.inside..][..6], r#""name""#);
    }

    #[test]
    fn a_name_in_escapes_is_the_name() {
        let line = br#"{"time\u0073tamp":7}"#;
        assert!(scan(line).expect("an object").timestamp.is_some());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_column() {
        for (line, told) in [
            ("[1]", "no JSON object: no `{` at column 1"),
            ("{\"a\":1", "no JSON object: the end at column 7"),
            (
                "{\"a\":1} x",
                "no JSON object: more behind the object at column 9",
            ),
            (
                "{\"a\" 1}",
                "no JSON object: no `:` behind a name at column 6",
            ),
            (
                "{\"a\":\"x",
                "no JSON object: the end in a text at column 8",
            ),
        ] {
            let error = scan(line.as_bytes()).expect_err("broken");
            assert_eq!(error.to_string(), told);
        }
    }

    #[test]
    fn what_serde_does_not_read_is_refused() {
        let deep = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        for line in [
            deep(126),
            deep(127),
            deep(10_000),
            r#"{"a":1e308}"#.to_owned(),
            r#"{"a":1e309}"#.to_owned(),
            format!(r#"{{"a":{}}}"#, "9".repeat(309)),
            format!(r#"{{"a":{}}}"#, "1".repeat(308)),
            r#"{"a":"\ud83d\ude00"}"#.to_owned(),
            r#"{"a":"\ud83d"}"#.to_owned(),
            r#"{"a":"\ude00"}"#.to_owned(),
            r#"{"a":01}"#.to_owned(),
            r#"{"a":-}"#.to_owned(),
            r#"{"a":1.}"#.to_owned(),
            r#"{"a":[1,]}"#.to_owned(),
            r#"{"a":1,}"#.to_owned(),
            "{\"a\":\"\u{1}\"}".to_owned(),
            r#"{"a":"\x"}"#.to_owned(),
            r#"{"a":"\u12"}"#.to_owned(),
        ] {
            let is_object = scan(line.as_bytes()).is_ok();
            assert_eq!(is_object, is_read_by_serde(line.as_bytes()), "{line:.80}");
        }
        assert!(scan(b"{\"a\":\"\xff\"}").is_err());
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<Option<bool>>().prop_map(|value| json!(value)),
            any::<i64>().prop_map(|value| json!(value)),
            any::<f64>().prop_map(|value| json!(value)),
            "[a-z\"\\\\\u{1}\n ü😀]{0,20}".prop_map(|text| json!(text)),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            let name = "[a-z\"ü]{0,4}|timestamp|evt|id|ddtags";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
                prop::collection::vec((name, inner), 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn every_object_is_read_and_its_members_are_what_they_are(value in any_value()) {
            let text = value.to_string();
            let layout = scan(text.as_bytes());
            let Value::Object(object) = &value else {
                prop_assert!(layout.is_err());
                return Ok(());
            };
            let layout = layout.expect("an object");
            let read = |range: Option<Range<usize>>| {
                range.map(|range| serde_json::from_str::<Value>(&text[range]).expect("a value"))
            };
            prop_assert_eq!(read(layout.timestamp), object.get("timestamp").cloned());
            prop_assert_eq!(read(layout.ddtags), object.get("ddtags").cloned());
            prop_assert_eq!(read(layout.evt), object.get("evt").cloned());
            let id = layout.in_evt.and_then(|evt| evt.id);
            let expected = object.get("evt").and_then(|evt| evt.get("id"));
            prop_assert_eq!(read(id), expected.cloned());
            prop_assert_eq!(layout.is_empty, object.is_empty());
        }

        /// One byte changed, taken out or doubled: whatever comes of it, serde_json agrees.
        #[test]
        fn a_damaged_object_is_read_where_serde_reads_it(
            value in any_value(),
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
            kind in 0_u8..3,
        ) {
            let mut bytes = value.to_string().into_bytes();
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, bytes[at]),
            }
            prop_assert_eq!(scan(&bytes).is_ok(), is_read_by_serde(&bytes));
        }

        #[test]
        fn rubbish_is_read_where_serde_reads_it(text in "[{}\\[\\]\",:0-9eE+.\\-\\\\ua-f \t]{0,40}") {
            let text = format!("{{{text}");
            prop_assert_eq!(scan(text.as_bytes()).is_ok(), is_read_by_serde(text.as_bytes()));
        }
    }
}
