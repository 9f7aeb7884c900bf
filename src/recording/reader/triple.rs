//! `[number, "code", "data"]`: a line of asciicast, an entry of the gateway's array.
//!
//! The common spelling is taken apart byte by byte, without a parser and without a copy; whatever
//! else JSON allows goes to the parser.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::value::RawValue;

/// A longer time than a year is a broken clock.
const LONGEST: u64 = 365 * 86_400 * 1_000_000;

/// One event as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::recording) struct Triple<'a> {
    pub seconds: Duration,
    pub code: Cow<'a, str>,
    pub data: Data<'a>,
}

/// The text of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::recording) enum Data<'a> {
    /// Between its quotes, escapes as they are. It is valid JSON and valid UTF-8.
    Quoted(&'a str),
    Text(String),
}

impl<'a> Triple<'a> {
    /// # Errors
    ///
    /// Why it is none, in words.
    pub fn parse(text: &'a [u8]) -> Result<Self, String> {
        match fast(text) {
            Some(triple) => Ok(triple),
            None => slow(text),
        }
    }
}

impl Data<'_> {
    /// The text, escapes resolved.
    pub fn text(&self) -> String {
        let mut bytes = Vec::new();
        self.append_to(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Appends the text, escapes resolved.
    pub fn append_to(&self, bytes: &mut Vec<u8>) {
        match self {
            Data::Text(text) => bytes.extend_from_slice(text.as_bytes()),
            Data::Quoted(quoted) => unescape(quoted, bytes),
        }
    }
}

/// Whole microseconds of a number of seconds; what is negative or no number is zero, and a year
/// is the most.
pub(in crate::recording) fn micros(seconds: f64) -> Duration {
    // `as` saturates, and makes NaN zero.
    let micros = (seconds * 1e6).round() as u64;
    Duration::from_micros(micros.min(LONGEST))
}

/// A number as JSON spells it.
pub(in crate::recording) fn seconds(text: &[u8]) -> Option<Duration> {
    decimal(text).or_else(|| Some(micros(str::from_utf8(text).ok()?.parse().ok()?)))
}

/// `digits` or `digits.digits`, in integers.
fn decimal(text: &[u8]) -> Option<Duration> {
    let point = text.iter().position(|byte| *byte == b'.');
    let (whole, fraction) = match point {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, &b""[..]),
    };
    let is_odd = whole.is_empty() || whole.len() > 12 || (whole[0] == b'0' && whole.len() > 1);
    if is_odd || (point.is_some() && fraction.is_empty()) {
        return None;
    }
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u64::from(byte - b'0'));
    let mut micros = 0;
    for &byte in whole {
        micros = micros * 10 + digit(byte)?;
    }
    for place in 0..6 {
        micros = micros * 10 + fraction.get(place).map_or(Some(0), |byte| digit(*byte))?;
    }
    let rest = fraction.get(6..).unwrap_or_default();
    if !rest.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let rounds_up = rest.first().is_some_and(|byte| *byte >= b'5');
    Some(Duration::from_micros(
        (micros + u64::from(rounds_up)).min(LONGEST),
    ))
}

/// What Python and JavaScript print where JSON has no number: a broken clock, and no reason to lose
/// the event.
fn no_number(text: &[u8]) -> Option<Duration> {
    match text {
        b"NaN" | b"-NaN" | b"-Infinity" => Some(Duration::ZERO),
        b"Infinity" => Some(Duration::from_micros(LONGEST)),
        _ => None,
    }
}

fn fast(text: &[u8]) -> Option<Triple<'_>> {
    let rest = text.trim_ascii().strip_prefix(b"[")?.strip_suffix(b"]")?;
    let rest = rest.trim_ascii_end().strip_suffix(b"\"")?;
    let comma = rest.iter().position(|byte| *byte == b',')?;
    let (number, rest) = rest.split_at(comma);
    let number = number.trim_ascii();
    let rest = rest[1..].trim_ascii_start().strip_prefix(b"\"")?;
    let end = rest.iter().position(|byte| *byte == b'"')?;
    let (code, rest) = rest.split_at(end);
    let rest = rest[1..].trim_ascii_start().strip_prefix(b",")?;
    let data = rest.trim_ascii_start().strip_prefix(b"\"")?;
    let is_code = !code.is_empty() && code.iter().all(u8::is_ascii_alphanumeric);
    (is_code && is_quoted(data)).then_some(())?;
    Some(Triple {
        seconds: decimal(number).or_else(|| no_number(number))?,
        code: str::from_utf8(code).ok()?.into(),
        data: Data::Quoted(str::from_utf8(data).ok()?),
    })
}

/// True for the inside of a JSON string whose escapes are all sound. Surrogates are left to the
/// parser, which knows the pairs.
fn is_quoted(data: &[u8]) -> bool {
    let mut at = 0;
    let is_special = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    while let Some(found) = data.get(at..).and_then(|rest| first(rest, is_special)) {
        at += found;
        let length = match (data[at], data.get(at + 1)) {
            (b'\\', Some(b'u')) => match hex(data, at + 2) {
                Some(0xd800..0xe000) | None => return false,
                Some(_) => 6,
            },
            (b'\\', Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't')) => 2,
            _ => return false,
        };
        at += length;
    }
    at <= data.len()
}

/// Where the first byte stands that `is_special` holds for.
///
/// Whole lanes are looked at without a branch a byte, which the compiler turns into vectors.
pub(in crate::recording) fn first(bytes: &[u8], is_special: impl Fn(u8) -> bool) -> Option<usize> {
    const LANES: usize = 16;
    let is_clean = |lane: &&[u8]| !lane.iter().fold(false, |any, byte| any | is_special(*byte));
    let start = bytes.chunks_exact(LANES).take_while(is_clean).count() * LANES;
    let rest = bytes[start..].iter().position(|byte| is_special(*byte))?;
    Some(start + rest)
}

fn hex(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at + 4)?.iter().try_fold(0, |value, byte| {
        Some(value * 16 + char::from(*byte).to_digit(16)?)
    })
}

fn unescape(quoted: &str, bytes: &mut Vec<u8>) {
    let quoted = quoted.as_bytes();
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &quoted[at..]) {
        bytes.extend_from_slice(&quoted[at..at + found]);
        at += found;
        let byte = match quoted.get(at + 1) {
            Some(b'u') => {
                let c = hex(quoted, at + 2).and_then(char::from_u32);
                let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
                bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                at = (at + 6).min(quoted.len());
                continue;
            }
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(other) => *other,
            None => return,
        };
        bytes.push(byte);
        at += 2;
    }
    bytes.extend_from_slice(&quoted[at..]);
}

fn slow(text: &[u8]) -> Result<Triple<'_>, String> {
    let (time, code, data): (&RawValue, String, String) =
        serde_json::from_slice(text).map_err(|error| plain(&error))?;
    Ok(Triple {
        seconds: seconds(time.get().as_bytes()).ok_or("its time is no number")?,
        code: code.into(),
        data: Data::Text(data),
    })
}

/// The parser's message without the position in a line of one event.
pub(in crate::recording) fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(triple: &Triple<'_>) -> String {
        triple.data.text()
    }

    #[test]
    fn the_common_spelling_is_taken_apart_without_the_parser() {
        let line = br#" [12.345678, "o", "a\r\n\u001b[1m\"\\\u00e9\u0000b"] "#;
        let triple = fast(line).expect("common");
        assert_eq!(triple.seconds, Duration::from_micros(12_345_678));
        assert_eq!(triple.code, "o");
        assert_eq!(text(&triple), "a\r\n\u{1b}[1m\"\\é\0b");
        for line in [
            &br#"[1e3,"o",""]"#[..],
            br#"[1,"o","\ud83d\ude00"]"#,
            br#"[-1,"o",""]"#,
        ] {
            assert_eq!(fast(line), None);
            assert!(Triple::parse(line).is_ok());
        }
    }

    #[test]
    fn what_is_no_number_is_no_delay() {
        let seconds = |number| {
            let line = format!("[{number}, \"o\", \"\"]");
            let triple = Triple::parse(line.as_bytes());
            triple.map(|triple| triple.seconds.as_secs())
        };
        assert_eq!(seconds("NaN"), Ok(0));
        assert_eq!(seconds("-Infinity"), Ok(0));
        assert_eq!(seconds("Infinity"), Ok(LONGEST / 1_000_000));
        assert!(seconds("nonsense").is_err());
    }

    #[test]
    fn numbers_become_whole_microseconds() {
        let micros = |text: &str| seconds(text.as_bytes()).map(|time| time.as_micros());
        assert_eq!(micros("0.0000005"), Some(1));
        assert_eq!(micros("1"), Some(1_000_000));
        assert_eq!(micros("1.5e-3"), Some(1_500));
        assert_eq!(micros("-4"), Some(0));
        assert_eq!(micros("1e400"), Some(u128::from(LONGEST)));
        assert_eq!(micros("999999999999"), Some(u128::from(LONGEST)));
        assert_eq!(micros("null"), None);
        assert_eq!(micros("1."), Some(1_000_000), "as Rust reads it");
    }

    proptest! {
        #[test]
        fn the_fast_way_reads_what_the_parser_reads(
            number in "(0|[1-9][0-9]{0,6})(\\.[0-9]{1,9})?",
            code in "[a-z]{1,2}",
            data in any::<String>(),
            blank in "[ \t]{0,2}",
        ) {
            let data = serde_json::to_string(&data).expect("a string");
            let line = format!("{blank}[{number},{blank}\"{code}\"{blank},{data}{blank}]");
            let fast = fast(line.as_bytes()).expect("common");
            let slow = slow(line.as_bytes()).expect("JSON");
            prop_assert_eq!(text(&fast), text(&slow));
            prop_assert_eq!(fast.code, slow.code);
            let float = micros(number.parse().expect("a number"));
            prop_assert!(fast.seconds.abs_diff(float) <= Duration::from_micros(1));
        }

        #[test]
        fn the_fast_way_takes_nothing_that_the_parser_refuses(
            line in r#"\[[0-9.e-]{1,5}, ?"[a-z]{0,2}", ?"([a-f0"\\u]|\\u|\\n|é){0,12}"\]"#
        ) {
            if let Some(triple) = fast(line.as_bytes()) {
                let slow = slow(line.as_bytes());
                prop_assert_eq!(slow.map(|slow| text(&slow)), Ok(text(&triple)), "{}", line);
            }
        }
    }
}
