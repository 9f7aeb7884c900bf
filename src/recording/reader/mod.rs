//! One reader for every format of recordings: it looks at the beginning, then gives the events one
//! by one, in memory that does not grow with the recording.
//!
//! | format | begins with |
//! |---|---|
//! | asciicast 2, 3 | a line with a header |
//! | asciicast 1 | an object with `stdout` |
//! | the gateway's event stream | `[`, or an object with `event_stream`: a session's whole answer |
//! | typescript of script(1) | `Script started`, or any file that comes with a timing file |
//! | ttyrec | a binary header of twelve bytes |
//!
//! What cannot be used and can be done without is left out and named in [`Warnings`].

pub(super) mod json;
mod raw;
mod sniff;
pub(super) mod source;
pub(super) mod triple;

use std::io::{self, Read, Seek};
use std::time::Duration;

pub(super) use self::raw::Raw;
use self::source::Source;
use super::asciicast::{Frames, Lines};
use super::event_stream::Entries;
use super::script::Script;
use super::ttyrec::Packets;
use super::{Code, Event, Header, Kind, Recording, Warning, Warnings};

/// What to do with a part in the middle of a file that is no event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Fail, naming the place.
    #[default]
    Strict,
    /// Leave it out and go on: `--lenient`.
    Lenient,
}

/// What a recording was read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    EventStream,
    Asciicast1,
    Asciicast2,
    Asciicast3,
    Typescript,
    Ttyrec,
}

impl Format {
    /// True for formats that say the size of the terminal.
    pub fn has_size(self) -> bool {
        matches!(
            self,
            Format::Asciicast1 | Format::Asciicast2 | Format::Asciicast3
        )
    }

    /// In words, for people.
    pub fn name(self) -> &'static str {
        match self {
            Format::EventStream => "the gateway's event stream",
            Format::Asciicast1 => "asciicast 1",
            Format::Asciicast2 => "asciicast 2",
            Format::Asciicast3 => "asciicast 3",
            Format::Typescript => "a typescript of script(1)",
            Format::Ttyrec => "ttyrec",
        }
    }
}

/// Why there are no (further) events.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the recording cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error(
        "this is no recording (it begins with `{beginning}`): asciicast, the gateway's event stream, script(1) with its timing and ttyrec are"
    )]
    Unknown { beginning: String },
    #[error(
        "the session's answer holds no recording: nothing was recorded, or the token's role may not read it"
    )]
    NoEventStream,
    #[error("the file is no asciicast recording: {0}")]
    NotAsciicast(String),
    #[error("line {line} is no event: {why}")]
    Line { line: usize, why: String },
    #[error("frame {index} is no event: {why}")]
    Frame { index: usize, why: String },
    #[error("line {line} of the timing file is no timing: {why}")]
    Timing { line: usize, why: String },
    #[error("nothing in the recording can be played: {first}")]
    NothingUsable { first: Warning },
}

/// Decodes one format. The small state of each is a part of a [`Mark`].
#[derive(Clone, Debug)]
enum Decoder {
    EventStream(Entries),
    Lines(Lines),
    Frames(Frames),
    Script(Script),
    Ttyrec(Packets),
    /// There is nothing to read: `null`.
    Nothing,
}

/// What the decoders share: how far the reading is, and what was wrong.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    pub strictness: Strictness,
    /// The time of the last event; time does not run backwards.
    pub now: Duration,
    /// The index of the next event.
    pub index: usize,
    warnings: Warnings,
    /// Where the latest warning was given: what is read again warns once.
    warned_at: (u64, usize),
    has_events: bool,
}

impl Progress {
    /// `offset` is where in the input the reading is.
    pub fn warn(&mut self, offset: u64, warning: Warning) {
        let place = (offset, self.index);
        if place > self.warned_at {
            self.warned_at = place;
            self.warnings.push(warning);
        }
    }
}

/// A place in a recording to come back to.
#[derive(Clone, Debug)]
pub struct Mark {
    offset: u64,
    timing: Option<u64>,
    now: Duration,
    index: usize,
    decoder: Decoder,
}

impl Mark {
    /// The time of the event before the place.
    pub fn time(&self) -> Duration {
        self.now
    }

    /// The index of the event at the place.
    pub fn index(&self) -> usize {
        self.index
    }
}

/// Reads a recording event by event.
pub struct Reader<R> {
    source: Source<R>,
    timing: Option<Source<R>>,
    decoder: Decoder,
    format: Format,
    header: Header,
    kind: Option<Kind>,
    progress: Progress,
    is_over: bool,
}

/// Opens a recording of any format but script(1)'s, which has a second file.
///
/// # Errors
///
/// Input that is no recording.
pub fn open<R: Read>(input: R, strictness: Strictness) -> Result<Reader<R>, ReadError> {
    let mut source = Source::new(input);
    let opened = sniff::open(&mut source)?;
    Ok(Reader::new(source, None, opened, strictness))
}

/// Opens a typescript with the timing file that script(1) wrote beside it.
///
/// # Errors
///
/// A timing file that is none.
pub fn open_script<R: Read>(
    typescript: R,
    timing: R,
    strictness: Strictness,
) -> Result<Reader<R>, ReadError> {
    let (mut source, mut timing) = (Source::new(typescript), Source::new(timing));
    let (script, header) = Script::open(&mut source, &mut timing)?;
    let opened = sniff::Opened {
        format: Format::Typescript,
        decoder: Decoder::Script(script),
        header,
        kind: Some(Kind::Terminal),
    };
    Ok(Reader::new(source, Some(timing), opened, strictness))
}

impl<R: Read> Reader<R> {
    fn new(
        source: Source<R>,
        timing: Option<Source<R>>,
        opened: sniff::Opened,
        strictness: Strictness,
    ) -> Self {
        Self {
            source,
            timing,
            decoder: opened.decoder,
            format: opened.format,
            header: opened.header,
            kind: opened.kind,
            progress: Progress {
                strictness,
                ..Progress::default()
            },
            is_over: false,
        }
    }

    pub fn format(&self) -> Format {
        self.format
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The kind of session, where the format or the session's answer tells it; else the events do
    /// ([`Kind::of_events`] of a [`Reader::preview`]).
    pub fn kind(&self) -> Option<Kind> {
        self.kind
    }

    /// What has been found wrong so far.
    pub fn warnings(&self) -> &Warnings {
        &self.progress.warnings
    }

    /// How far the reading is, in bytes of the input.
    pub fn offset(&self) -> u64 {
        self.source.offset()
    }

    /// Reads the next event into `event`, whose memory is used again; false at the end.
    ///
    /// # Errors
    ///
    /// What is no event where strictness forbids it; input that cannot be read; at the end, a
    /// recording of which nothing could be used. After an error there is nothing more.
    pub fn read(&mut self, event: &mut Event) -> Result<bool, ReadError> {
        self.guarded(|reader| reader.decode(event))
    }

    /// As [`Reader::read`], and asciicast's data stays as it stands in the file where it can.
    pub(super) fn read_raw(&mut self, raw: &mut Raw) -> Result<bool, ReadError> {
        self.guarded(|reader| match &mut reader.decoder {
            Decoder::Lines(lines) => lines.next_raw(&mut reader.source, &mut reader.progress, raw),
            _ => raw.read(|event| reader.decode(event)),
        })
    }

    /// Nothing more is read behind the end or an error.
    fn guarded(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<bool, ReadError>,
    ) -> Result<bool, ReadError> {
        if self.is_over {
            return Ok(false);
        }
        let result = read(self);
        match result {
            Ok(true) => self.progress.has_events = true,
            _ => self.is_over = true,
        }
        if matches!(result, Ok(false)) {
            self.check_usable()?;
        }
        result
    }

    fn decode(&mut self, event: &mut Event) -> Result<bool, ReadError> {
        event.data.clear();
        let (source, progress) = (&mut self.source, &mut self.progress);
        match &mut self.decoder {
            Decoder::EventStream(entries) => entries.next(source, progress, event),
            Decoder::Lines(lines) => lines.next(source, progress, event),
            Decoder::Frames(frames) => frames.next(source, progress, event),
            Decoder::Script(script) => script.next(source, self.timing.as_mut(), progress, event),
            Decoder::Ttyrec(packets) => packets.next(source, progress, event),
            Decoder::Nothing => Ok(false),
        }
    }

    /// Of the gateway's array, entries that are none are passed over; all of them being none is an
    /// error.
    fn check_usable(&self) -> Result<(), ReadError> {
        let is_usable = self.progress.has_events || self.format != Format::EventStream;
        match self.progress.warnings.first() {
            Some(first) if !is_usable => Err(ReadError::NothingUsable {
                first: first.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Reads all the rest into memory, for recordings that are known to be small.
    pub fn into_recording(mut self) -> Result<(Recording, Warnings), ReadError> {
        let events = self.by_ref().collect::<Result<_, _>>()?;
        let recording = Recording {
            header: self.header,
            events,
        };
        Ok((recording, self.progress.warnings))
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Event, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut event = Event::empty();
        match self.read(&mut event) {
            Ok(true) => Some(Ok(event)),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        }
    }
}

/// What a [`Reader::preview`] looks at, in bytes and in events.
const PREVIEW: usize = 64 * 1024;
const PREVIEW_EVENTS: usize = 1_024;

impl<R: Read + Seek> Reader<R> {
    /// The place before the next event.
    pub fn mark(&self) -> Mark {
        Mark {
            offset: self.source.offset(),
            timing: self.timing.as_ref().map(Source::offset),
            now: self.progress.now,
            index: self.progress.index,
            decoder: self.decoder.clone(),
        }
    }

    /// Goes to a place: the events from there on come (again).
    ///
    /// # Errors
    ///
    /// Input that cannot be sought in.
    pub fn resume(&mut self, mark: &Mark) -> io::Result<()> {
        self.source.go_to(mark.offset)?;
        if let (Some(timing), Some(offset)) = (&mut self.timing, mark.timing) {
            timing.go_to(offset)?;
        }
        self.progress.now = mark.now;
        self.progress.index = mark.index;
        self.decoder = mark.decoder.clone();
        self.is_over = false;
        Ok(())
    }

    /// The next events, about 64 KB of them, which are read again after it. A broken one ends the
    /// preview; the reading will come to it.
    ///
    /// # Errors
    ///
    /// Input that cannot be sought in.
    pub fn preview(&mut self) -> io::Result<Vec<Event>> {
        let mark = self.mark();
        let warnings = (self.progress.warnings.clone(), self.progress.warned_at);
        let mut size = 0;
        let mut events = Vec::new();
        while let Some(Ok(event)) = self.next() {
            size += event.data.len();
            events.push(event);
            if size > PREVIEW || events.len() == PREVIEW_EVENTS {
                break;
            }
        }
        (self.progress.warnings, self.progress.warned_at) = warnings;
        self.resume(&mark)?;
        Ok(events)
    }
}

impl Event {
    /// To be read into.
    pub fn empty() -> Self {
        Self {
            time: Duration::ZERO,
            code: Code::Output,
            data: Vec::new(),
            index: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// A small recording in every format.
    fn formats() -> Vec<(Format, Vec<u8>)> {
        let ttyrec: Vec<u8> = (0..6_u32)
            .flat_map(|n| {
                [
                    [n, 0, 1].map(u32::to_le_bytes).concat(),
                    vec![b'a' + n as u8],
                ]
                .concat()
            })
            .collect();
        let lines = "[0.5, \"o\", \"a\"]\n[0.6, \"r\", \"9x9\"]\n\n[0.7, \"o\", \"b\"]\n";
        let v2 = format!("{{\"version\":2,\"width\":80,\"height\":24}}\n{lines}");
        let v3 = format!("{{\"version\":3,\"term\":{{\"cols\":80,\"rows\":24}}}}\n# c\n{lines}");
        let v1 = r#"{"version":1,"width":80,"height":24,"stdout":[[1,"a"],[2,"b"],[3,"c"]]}"#;
        let gateway = r#"[[0.5,"i","YQ=="],[7],[1.5,"o","Yg=="],[2,"e","Yw=="]]"#;
        vec![
            (Format::Ttyrec, ttyrec),
            (Format::Asciicast2, v2.into()),
            (Format::Asciicast3, v3.into()),
            (Format::Asciicast1, v1.into()),
            (Format::EventStream, gateway.into()),
            (
                Format::Typescript,
                b"Script started on x\nall of it".to_vec(),
            ),
        ]
    }

    #[test]
    fn every_format_is_told_by_how_it_begins() {
        for (format, file) in formats() {
            let reader = open(&file[..], Strictness::Strict).expect("a recording");
            assert_eq!(reader.format(), format);
        }
    }

    #[test]
    fn from_every_mark_the_rest_is_read_again_and_warned_of_once() {
        for (format, file) in formats() {
            let mut reader = open(Cursor::new(file), Strictness::Strict).expect("a recording");
            let mut marks = vec![reader.mark()];
            let mut events = Vec::new();
            while let Some(event) = reader.next() {
                events.push(event.expect("an event"));
                marks.push(reader.mark());
            }
            let warnings = reader.warnings().clone();
            for (n, mark) in marks.iter().enumerate() {
                reader.resume(mark).expect("memory");
                let rest: Result<Vec<_>, _> = reader.by_ref().collect();
                assert_eq!(rest.expect("events"), events[n..], "{format:?} from {n}");
                assert_eq!(reader.warnings(), &warnings, "{format:?}");
            }
        }
    }

    #[test]
    fn a_preview_takes_nothing_away() {
        for (_, file) in formats() {
            let read = |preview: bool| {
                let mut reader = open(Cursor::new(&file), Strictness::Strict).expect("a recording");
                if preview {
                    assert!(!reader.preview().expect("memory").is_empty());
                }
                reader.into_recording().expect("a recording")
            };
            assert_eq!(read(true), read(false));
        }
    }

    #[test]
    fn what_cannot_be_read_ends_the_reading() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is gone"))
            }
        }
        let input = io::Read::chain(&b"[0,\"o\",\"YQ==\"],"[..], Broken);
        let mut reader = Reader::new(
            Source::new(input),
            None,
            sniff::event_stream(None),
            Strictness::Lenient,
        );
        let events: Vec<_> = reader.by_ref().collect();
        assert!(matches!(events[..], [Ok(_), Err(ReadError::Io(_))]));
        assert!(reader.next().is_none());
    }
}
