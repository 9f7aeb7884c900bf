//! asciicast files: versions 1, 2 and 3 are read, version 3 is written.
//!
//! The format is documented at docs.asciinema.org/manual/asciicast/v3 (and v2, v1). Nobody above
//! this module learns which version a recording came in.

mod v1;
mod v2;
mod v3;

use std::time::Duration;

use serde_json::value::RawValue;

use super::event_stream::micros;
use super::{Code, Event, Header, Recording, Warning, Warnings};

pub use v3::{Writer, write_v3};

/// A longer line is refused: it would be held in memory several times over.
const LONGEST_LINE: usize = 16 * 1024 * 1024;

/// What to do with a line in the middle of a file that is no event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Fail, naming the line.
    #[default]
    Strict,
    /// Leave the line out and go on: `--lenient`.
    Lenient,
}

/// A recording and what could not be used of its file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    pub recording: Recording,
    pub warnings: Warnings,
}

/// A file that is no asciicast, or a broken one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AsciicastError {
    #[error("the file is no asciicast recording: {0}")]
    NotAsciicast(String),
    #[error("line {line} is no event: {why}")]
    Line { line: usize, why: String },
}

/// Reads a file of any version: by its first line as version 3, then 2, else as a whole as 1.
///
/// A last line that was cut is normal for a live or killed recording: it is warned of, and the
/// rest is played.
pub fn read(file: &[u8], strictness: Strictness) -> Result<Parsed, AsciicastError> {
    let mut lines = Lines::new(file);
    let first = lines.next().map_or(&b""[..], |(_, text)| text);
    if let Some(header) = v3::header(first) {
        return read_lines(header, lines, Clock::Intervals, strictness);
    }
    if let Some(header) = v2::header(first) {
        return read_lines(header, lines, Clock::SinceStart, strictness);
    }
    v1::read(file)
}

/// True when the beginning of a file could be one of an asciicast.
pub fn is_asciicast(file: &[u8]) -> bool {
    file.trim_ascii_start().first() == Some(&b'{')
}

/// How the versions count time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clock {
    /// Since the event before, whatever its code (version 3).
    Intervals,
    /// Since the start (version 2).
    SinceStart,
}

impl Clock {
    /// The time of the event that says `seconds` and follows one at `before`. Going backwards is
    /// no delay.
    fn tick(self, before: Duration, seconds: f64) -> Duration {
        match self {
            Clock::Intervals => before.saturating_add(micros(seconds)),
            Clock::SinceStart => before.max(micros(seconds)),
        }
    }
}

fn read_lines(
    header: Header,
    lines: Lines<'_>,
    clock: Clock,
    strictness: Strictness,
) -> Result<Parsed, AsciicastError> {
    let mut parsed = Parsed::default();
    parsed.recording.header = header;
    let mut now = Duration::ZERO;
    let mut lines = lines
        .filter(|(_, text)| !is_skipped(text, clock))
        .peekable();
    while let Some((line, text)) = lines.next() {
        let is_last = lines.peek().is_none();
        match event_line(text) {
            Ok((seconds, code, data)) => {
                now = clock.tick(now, seconds);
                let index = parsed.recording.events.len();
                parsed.recording.events.push(Event {
                    time: now,
                    code,
                    data: data.into_bytes(),
                    index,
                });
            }
            Err(_) if is_last => parsed.warnings.push(Warning::Cut {
                index: parsed.recording.events.len(),
            }),
            Err(why) if strictness == Strictness::Strict => {
                return Err(AsciicastError::Line { line, why });
            }
            Err(why) => parsed.warnings.push(Warning::BadLine { line, why }),
        }
    }
    Ok(parsed)
}

/// Empty lines, and the comments that version 3 brought.
fn is_skipped(line: &[u8], clock: Clock) -> bool {
    let line = line.trim_ascii();
    line.is_empty() || (clock == Clock::Intervals && line[0] == b'#')
}

/// Reads `[number, code, data]`.
fn event_line(line: &[u8]) -> Result<(f64, Code, String), String> {
    if line.len() > LONGEST_LINE {
        return Err(format!("it is longer than {LONGEST_LINE} bytes"));
    }
    let (time, code, data): (&RawValue, String, String) =
        serde_json::from_slice(line).map_err(|error| plain(&error))?;
    let seconds = time
        .get()
        .parse()
        .map_err(|_| "its time is no number".to_owned())?;
    let code = Code::parse(&code).ok_or("its code is empty")?;
    Ok((seconds, code, data))
}

/// The parser's message without the position in a line of one event.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// The lines of a file with their numbers, from 1.
struct Lines<'a> {
    rest: Option<&'a [u8]>,
    number: usize,
}

impl<'a> Lines<'a> {
    fn new(file: &'a [u8]) -> Self {
        let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
        Self {
            rest: Some(file),
            number: 0,
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.take()?;
        self.number += 1;
        let line = match memchr::memchr(b'\n', rest) {
            Some(end) => {
                self.rest = Some(&rest[end + 1..]);
                &rest[..end]
            }
            None => rest,
        };
        Some((self.number, line))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::recording::Size;

    fn strict(file: &str) -> Parsed {
        read(file.as_bytes(), Strictness::Strict).expect("a recording")
    }

    fn events(parsed: &Parsed) -> Vec<(u128, &str, &str)> {
        parsed
            .recording
            .events
            .iter()
            .map(|event| {
                let text = str::from_utf8(&event.data).expect("text");
                (event.time.as_micros(), event.code.as_str(), text)
            })
            .collect()
    }

    #[test]
    fn version_3_counts_from_the_event_before() {
        let parsed = strict(concat!(
            "{\"version\":3,\"term\":{\"cols\":100,\"rows\":50,\"type\":\"xterm\"},\"tags\":[1]}\n",
            "# a comment\n\n",
            "[0.5, \"o\", \"a\"]\n",
            "[0.25, \"r\", \"90x20\"]\n",
            "[1, \"x\", \"0\"]\n",
        ));
        let expected = [
            (500_000, "o", "a"),
            (750_000, "r", "90x20"),
            (1_750_000, "x", "0"),
        ];
        assert_eq!(events(&parsed), expected);
        let header = &parsed.recording.header;
        assert_eq!(
            header.size,
            Size {
                cols: 100,
                rows: 50
            }
        );
        assert_eq!(header.term_type.as_deref(), Some("xterm"));
        assert_eq!(header.extra["tags"], serde_json::json!([1]));
    }

    #[test]
    fn version_2_counts_from_the_start_and_never_backwards() {
        let parsed = strict(concat!(
            "{\"version\": 2, \"width\": 80, \"height\": 24, \"timestamp\": 1504467315,",
            " \"duration\": 9.5, \"theme\": {\"fg\": \"#ffffff\"}, \"idle_time_limit\": 1.5}\n",
            "[1.0, \"o\", \"a\"]\n[0.5, \"i\", \"b\"]\n[2.0, \"zz\", \"c\"]\n",
        ));
        let expected = [
            (1_000_000, "o", "a"),
            (1_000_000, "i", "b"),
            (2_000_000, "zz", "c"),
        ];
        assert_eq!(events(&parsed), expected);
        let header = &parsed.recording.header;
        assert_eq!(header.timestamp, Some(1_504_467_315));
        assert_eq!(header.idle_time_limit, Some(Duration::from_millis(1_500)));
        assert!(header.theme.is_some());
        assert!(
            header.extra.is_empty(),
            "a duration is not carried into version 3"
        );
    }

    #[test]
    fn version_1_is_one_object_over_many_lines() {
        let parsed = strict(concat!(
            "{\n \"version\": 1, \"width\": 5000, \"height\": 0, \"duration\": 1.5,\n",
            " \"command\": \"sh\", \"stdout\": [[0.5, \"a\"], [-3, \"b\"], [1, \"c\"]]\n}\n",
        ));
        let expected = [
            (500_000, "o", "a"),
            (500_000, "o", "b"),
            (1_500_000, "o", "c"),
        ];
        assert_eq!(events(&parsed), expected);
        assert_eq!(
            parsed.recording.header.size,
            Size {
                cols: 1_000,
                rows: 1
            }
        );
        assert_eq!(parsed.recording.header.command.as_deref(), Some("sh"));
    }

    const V3: &str = "{\"version\":3,\"term\":{\"cols\":80,\"rows\":24}}\n";

    #[test]
    fn a_cut_last_line_is_warned_of() {
        let parsed = strict(&format!("{V3}[0, \"o\", \"a\"]\n[1, \"o\", \"b"));
        assert_eq!(events(&parsed), [(0, "o", "a")]);
        assert_eq!(parsed.warnings.first(), Some(&Warning::Cut { index: 1 }));
    }

    #[test]
    fn a_line_that_is_no_event_is_named_or_left_out() {
        let file = format!("{V3}[0, \"o\", \"a\"]\n[1, \"\", \"b\"]\n[1, \"o\", \"c\"]\n");
        assert_eq!(
            read(file.as_bytes(), Strictness::Strict),
            Err(AsciicastError::Line {
                line: 3,
                why: "its code is empty".to_owned()
            })
        );
        let parsed = read(file.as_bytes(), Strictness::Lenient).expect("lenient");
        assert_eq!(events(&parsed), [(0, "o", "a"), (1_000_000, "o", "c")]);
        assert_eq!(parsed.warnings.iter().count(), 1);
    }

    #[test]
    fn intervals_that_are_no_times_are_clamped() {
        let parsed = strict(&format!("{V3}[-1, \"o\", \"a\"]\n[1e99, \"o\", \"b\"]\n"));
        let year = 365 * 86_400 * 1_000_000;
        assert_eq!(events(&parsed), [(0, "o", "a"), (year, "o", "b")]);
    }

    #[test]
    fn other_files_are_refused_by_name() {
        for file in [
            "",
            "\n",
            "[]",
            "{}",
            "{\"version\":4}",
            "PK\x03\x04",
            "{\"version\":1}",
        ] {
            let error = read(file.as_bytes(), Strictness::Lenient).expect_err(file);
            assert!(matches!(error, AsciicastError::NotAsciicast(_)), "{file}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            head in prop::sample::select(vec!["", V3, "{\"version\":2,\"width\":1,\"height\":1}\n"]),
            rest in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let file = [head.as_bytes(), &rest].concat();
            let _ = read(&file, Strictness::Strict);
            let _ = read(&file, Strictness::Lenient);
        }
    }
}
