//! The gateway's `event_stream`: `[[seconds, "i"|"o"|"e", base64], …]`.
//!
//! The gateway's API text calls the first number milliseconds; its recorder writes seconds since
//! the log was opened (hoophq/hoop `gateway/transport/plugins/audit/wal.go`), and so do its page
//! and this reader. Times become whole microseconds here, and are never summed as floats.
//!
//! The array is walked entry by entry: a document cut in the middle gives the events before the
//! cut. An entry that is none is named and left out, whatever the strictness: the gateway wrote
//! it, and nobody can mend it.

use std::io::Read;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::reader::json::{Item, entry};
use super::reader::source::Source;
use super::reader::triple::{Data, Triple};
use super::reader::{Progress, ReadError};
use super::{Code, Event, Warning};

/// What the gateway stores in place of a recording that it lost, as the only `e` event.
const LOG_LOST: &[u8] = b"no log found on disk";

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads the entries of the array, whose opening bracket has been consumed.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries;

impl Entries {
    pub fn next<R: Read>(
        &mut self,
        source: &mut Source<R>,
        progress: &mut Progress,
        event: &mut Event,
    ) -> Result<bool, ReadError> {
        loop {
            let index = progress.index;
            let read = match entry(source)? {
                Item::End => return Ok(false),
                Item::Cut => {
                    progress.warn(source.offset(), Warning::Cut { index });
                    return Ok(false);
                }
                Item::TooLong => Err(Warning::TooLong { index }),
                Item::Whole(entry) => read(entry, event).map_err(|fault| fault.at(index)),
            };
            if let Err(warning) = read {
                progress.warn(source.offset(), warning);
                progress.index += 1;
                continue;
            }
            if event.code == Code::Error && event.data == LOG_LOST {
                progress.warn(source.offset(), Warning::LogLost);
            }
            progress.now = progress.now.max(event.time);
            event.time = progress.now;
            event.index = index;
            progress.index += 1;
            return Ok(true);
        }
    }
}

/// What an entry lacks.
enum Fault {
    Shape,
    Base64,
}

impl Fault {
    fn at(self, index: usize) -> Warning {
        match self {
            Fault::Shape => Warning::NotAnEvent { index },
            Fault::Base64 => Warning::NotBase64 { index },
        }
    }
}

fn read(entry: &[u8], event: &mut Event) -> Result<(), Fault> {
    let triple = Triple::parse(entry).map_err(|_| Fault::Shape)?;
    event.time = triple.seconds;
    event.code = Code::parse(&triple.code).ok_or(Fault::Shape)?;
    event.data.clear();
    let data = match &triple.data {
        Data::Quoted(quoted) if !quoted.contains('\\') => quoted.as_bytes(),
        data => &data.text().into_bytes(),
    };
    BASE64
        .decode_vec(data, &mut event.data)
        .map_err(|_| Fault::Base64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::recording::reader::{ReadError, Strictness, open};
    use crate::recording::{Event, Warnings};

    fn parse(json: &[u8]) -> Result<(Vec<Event>, Warnings), ReadError> {
        let (recording, warnings) = open(json, Strictness::Strict)?.into_recording()?;
        Ok((recording.events, warnings))
    }

    fn events(json: &str) -> Vec<(u64, String, String)> {
        parse(json.as_bytes())
            .expect("a recording")
            .0
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
        let (_, warnings) = parse(json.as_bytes()).expect("a recording");
        warnings.iter().cloned().collect()
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
            assert!(matches!(error, ReadError::NothingUsable { .. }), "{json}");
        }
        let error = parse(b"<html>\x1b[31m").expect_err("no array");
        assert!(matches!(error, ReadError::Unknown { beginning } if beginning == "<html>"));
    }

    #[test]
    fn null_and_an_empty_array_are_recordings_without_events() {
        for json in ["null", " [] ", "[\n]"] {
            let (events, warnings) = parse(json.as_bytes()).expect(json);
            assert!(events.is_empty() && warnings.is_empty(), "{json}");
        }
    }

    #[test]
    fn a_session_s_whole_answer_holds_the_array_and_tells_the_kind() {
        let json = br#"{"id":"7c1e","script":{"data":"["},"type":"database",
            "connection_subtype":"mysql","connection":"shop","verb":"connect",
            "event_stream":[[0,"i","A1NFTEVDVCAx"]],"event_size":9}"#;
        let reader = open(&json[..], Strictness::Strict).expect("a recording");
        assert_eq!(reader.kind(), Some(crate::recording::Kind::MySql));
        assert_eq!(reader.count(), 1);
        for json in [
            &br#"{"id":"7c1e","connection":"shop","event_stream":null}"#[..],
            br#"{"id":"7c1e","connection":"shop"}"#,
        ] {
            let error = open(json, Strictness::Strict).err();
            assert!(matches!(error, Some(ReadError::NoEventStream)));
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
