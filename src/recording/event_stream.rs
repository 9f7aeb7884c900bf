//! The gateway's `event_stream`: `[[seconds, "i"|"o"|"e", base64], …]`.
//!
//! The gateway's API text calls the first number milliseconds; its recorder writes seconds since
//! the log was opened (hoophq/hoop `gateway/transport/plugins/audit/wal.go`), and so do its page
//! and this reader. Times become whole microseconds here, and are never summed as floats.
//!
//! The array is walked entry by entry with a bracket counter, not with a recursive parser: a
//! document cut in the middle gives the events before the cut, and hostile nesting costs nothing.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::value::RawValue;

use super::{Code, Event, Warning, Warnings};

/// What the gateway stores in place of a recording that it lost, as the only `e` event.
const LOG_LOST: &[u8] = b"no log found on disk";

/// A longer recording than a year is a broken clock.
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The events that could be read, and what could not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    pub events: Vec<Event>,
    pub warnings: Warnings,
}

/// Bytes that hold no recording at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventStreamError {
    #[error("the recording is no JSON array of events (it begins with `{beginning}`)")]
    NotAnArray { beginning: String },
    #[error("nothing in the recording can be played: {first}")]
    NothingUsable { first: Warning },
}

/// Reads the array as the gateway sent it. `null` and an empty array are a recording without
/// events.
pub fn parse(json: &[u8]) -> Result<Parsed, EventStreamError> {
    let body = json.trim_ascii_start();
    if body.trim_ascii_end() == b"null" {
        return Ok(Parsed::default());
    }
    let Some(entries) = body.strip_prefix(b"[") else {
        return Err(EventStreamError::NotAnArray {
            beginning: beginning_of(body),
        });
    };
    let mut reader = Reader::default();
    reader.read(entries);
    match reader.parsed.warnings.first() {
        Some(first) if reader.parsed.events.is_empty() => Err(EventStreamError::NothingUsable {
            first: first.clone(),
        }),
        _ => Ok(reader.parsed),
    }
}

#[derive(Default)]
struct Reader {
    parsed: Parsed,
    /// The time of the last event; time does not run backwards.
    now: Duration,
    index: usize,
}

impl Reader {
    fn read(&mut self, mut rest: &[u8]) {
        loop {
            rest = skip_separators(rest);
            match rest.first() {
                Some(b']') => return,
                None => return self.warn(|index| Warning::Cut { index }),
                Some(_) => {}
            }
            let Some(length) = extent(rest) else {
                return self.warn(|index| Warning::Cut { index });
            };
            let (entry, after) = rest.split_at(length);
            self.entry(entry);
            self.index += 1;
            rest = after;
        }
    }

    fn warn(&mut self, warning: impl FnOnce(usize) -> Warning) {
        self.parsed.warnings.push(warning(self.index));
    }

    fn entry(&mut self, entry: &[u8]) {
        let Some((time, code, data)) = triple(entry) else {
            return self.warn(|index| Warning::NotAnEvent { index });
        };
        let Ok(data) = BASE64.decode(data) else {
            return self.warn(|index| Warning::NotBase64 { index });
        };
        if code == Code::Error && data == LOG_LOST {
            self.warn(|_| Warning::LogLost);
        }
        self.now = self.now.max(time);
        self.parsed.events.push(Event {
            time: self.now,
            code,
            data,
            index: self.index,
        });
    }
}

fn triple(entry: &[u8]) -> Option<(Duration, Code, String)> {
    let (time, code, data): (&RawValue, String, String) = serde_json::from_slice(entry).ok()?;
    Some((micros(time.get().parse().ok()?), Code::parse(&code)?, data))
}

/// Seconds as whole microseconds; what is negative or no number is zero.
pub(super) fn micros(seconds: f64) -> Duration {
    // `as` saturates, and makes NaN zero.
    let micros = (seconds * 1e6).round() as u64;
    Duration::from_micros(micros).min(LONGEST)
}

fn skip_separators(bytes: &[u8]) -> &[u8] {
    let length = bytes
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b','))
        .count();
    &bytes[length..]
}

/// The length of the JSON value that `bytes` begins with; `None` when it does not end.
fn extent(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b'"' => at = end_of_string(bytes, at)?,
            _ => {}
        }
        at += 1;
        if depth == 0 && matches!(bytes.get(at), None | Some(b',' | b']')) {
            return (at < bytes.len()).then_some(at);
        }
    }
}

/// The index of the quote that ends the string whose opening quote is at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        match bytes[at] {
            b'"' => return Some(at),
            _ => at += 2,
        }
    }
}

/// Enough of a wrong answer to recognise it, on one line.
fn beginning_of(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(120)]);
    super::safe::line(&text).chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events(json: &str) -> Vec<(u64, String, String)> {
        parse(json.as_bytes())
            .expect("a recording")
            .events
            .into_iter()
            .map(|event| {
                (
                    event.time.as_micros() as u64,
                    event.code.as_str().to_owned(),
                    String::from_utf8_lossy(&event.data).into_owned(),
                )
            })
            .collect()
    }

    fn row(micros: u64, code: &str, data: &str) -> (u64, String, String) {
        (micros, code.to_owned(), data.to_owned())
    }

    fn warnings(json: &str) -> Vec<Warning> {
        let parsed = parse(json.as_bytes()).expect("a recording");
        parsed.warnings.iter().cloned().collect()
    }

    #[test]
    fn seconds_become_whole_microseconds() {
        assert_eq!(
            events(r#"[[0.000011,"i","bHM="], [1,"o","YQ=="],[1.0000004,"e","eA=="]]"#),
            [
                row(11, "i", "ls"),
                row(1_000_000, "o", "a"),
                row(1_000_000, "e", "x")
            ]
        );
    }

    #[test]
    fn times_that_run_backwards_or_are_no_times_are_clamped() {
        assert_eq!(
            events(r#"[[2,"o",""],[1,"o",""],[-5,"o",""],[1e400,"o",""],[3,"o",""]]"#)
                .into_iter()
                .map(|(time, ..)| time)
                .collect::<Vec<_>>(),
            [
                2_000_000,
                2_000_000,
                2_000_000,
                31_536_000_000_000,
                31_536_000_000_000
            ]
        );
    }

    #[test]
    fn a_recording_cut_in_the_middle_gives_the_events_before_the_cut() {
        let whole = r#"[[0.5,"o","YQ=="],[1.5,"o","Yg=="]]"#;
        for end in 18..whole.len() - 1 {
            let cut = &whole[..end];
            assert!(!events(cut).is_empty(), "{cut}");
            assert!(matches!(warnings(cut)[..], [Warning::Cut { .. }]), "{cut}");
        }
        assert!(warnings(whole).is_empty());
    }

    #[test]
    fn an_entry_that_is_not_base64_is_named_and_skipped() {
        let json = r#"[[0,"o","YQ=="],[1,"o","%%%"],[2,"o","Yg"]]"#;
        assert_eq!(events(json), [row(0, "o", "a"), row(2_000_000, "o", "b")]);
        assert_eq!(warnings(json), [Warning::NotBase64 { index: 1 }]);
    }

    #[test]
    fn an_entry_of_another_shape_is_named_and_skipped() {
        let json = r#"[7, {"a":["]"]}, "]", [1,"o"], [null,"o",""], [1,"",""], [1,"b","YQ=="]]"#;
        assert_eq!(events(json), [row(1_000_000, "b", "a")]);
        assert_eq!(warnings(json).len(), 6);
    }

    #[test]
    fn what_holds_nothing_to_play_is_an_error() {
        let cases = ["[", "[[1,\"o\"", "[[1,\"o\",\"%\"]]", "[\"aGVsbG8=\"]"];
        for json in cases {
            let error = parse(json.as_bytes()).expect_err(json);
            assert!(
                matches!(error, EventStreamError::NothingUsable { .. }),
                "{json}"
            );
        }
        let error = parse(b"<html>\x1b[31m").expect_err("no array");
        assert_eq!(
            error.to_string(),
            "the recording is no JSON array of events (it begins with `<html>`)"
        );
    }

    #[test]
    fn null_and_an_empty_array_are_recordings_without_events() {
        for json in ["null", " [] ", "[\n]"] {
            assert_eq!(parse(json.as_bytes()), Ok(Parsed::default()), "{json}");
        }
    }

    #[test]
    fn a_lost_log_is_said() {
        let json = r#"[[0,"e","bm8gbG9nIGZvdW5kIG9uIGRpc2s="]]"#;
        assert_eq!(warnings(json), [Warning::LogLost]);
    }

    #[test]
    fn hostile_nesting_is_one_bad_entry() {
        let json = format!(
            "[{}{},[0,\"o\",\"YQ==\"]]",
            "[".repeat(300_000),
            "]".repeat(300_000)
        );
        assert_eq!(events(&json), [row(0, "o", "a")]);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn no_array_like_text_makes_it_panic(text in r#"\[([\[\]{},"\\0-9eo .-]|"[a-z=]*")*"#) {
            let _ = parse(text.as_bytes());
        }
    }
}
