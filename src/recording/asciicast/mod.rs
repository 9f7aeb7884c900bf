//! asciicast files: versions 1, 2 and 3 are read and written.
//!
//! The format is documented at docs.asciinema.org/manual/asciicast/v3 (and v2, v1). Nobody above
//! this module learns which version a recording came in.

mod frames;
pub(super) mod header;
mod lines;
mod writer;

pub(super) use frames::Frames;
pub(super) use lines::Lines;
pub use writer::{Version, Writer, write_v3};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use std::time::Duration;

    use crate::recording::reader::{ReadError, Strictness, open};
    use crate::recording::{Recording, Size, Warning, Warnings};

    struct Parsed {
        recording: Recording,
        warnings: Warnings,
    }

    fn read(file: &[u8], strictness: Strictness) -> Result<Parsed, ReadError> {
        let (recording, warnings) = open(file, strictness)?.into_recording()?;
        Ok(Parsed {
            recording,
            warnings,
        })
    }

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
        assert!(matches!(
            read(file.as_bytes(), Strictness::Strict),
            Err(ReadError::Line { line: 3, why }) if why == "its code is empty"
        ));
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
            "{}",
            "{\"version\":4}",
            "PK\x03\x04",
            "{\"version\":1}",
        ] {
            let error = read(file.as_bytes(), Strictness::Lenient).err();
            assert!(
                matches!(
                    error,
                    Some(ReadError::NotAsciicast(_) | ReadError::Unknown { .. })
                ),
                "{file}"
            );
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
