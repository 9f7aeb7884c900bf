//! Terminal and script sessions, read as they are played.
//!
//! Secrets are looked for in a window that runs ahead of what is played. To come back to a place,
//! reading begins so far before it that a secret which lies across it is found as a whole again.

use std::collections::VecDeque;
use std::io::{Read, Seek};
use std::rc::Rc;

use super::shape::Shaper;
use super::{Fault, Input, Moment, Source, Tape};
use crate::domain::redaction::Redactor;
use crate::recording::redact::{HOLD, Side, Window, apply};
use crate::recording::{self, Event, Reader, Warnings};

/// How far before a place reading begins again: the longest secret that is found for certain,
/// and the name before it.
const RUN_UP: u64 = 2 * HOLD as u64;

/// The distance of the places where reading can begin, in bytes of data.
const STRIDE: u64 = HOLD as u64;

/// A tape over a recording that is read in pieces.
pub struct Streamed<R> {
    input: Input<R>,
    reader: Reader<R>,
    redactor: Redactor,
    window: Window<Event>,
    shaper: Shaper,
    /// Where reading may begin again, up to where it is; the first one is before the run-up.
    starts: VecDeque<Start>,
    /// Bytes of data that were read.
    read: u64,
    /// The index behind the last event that was given out; those before it are passed over.
    given: usize,
    /// Reading has ended, and why.
    end: Option<Result<(), Fault>>,
}

/// A place between two events of the recording as it was read.
#[derive(Clone, Debug)]
struct Start {
    place: Rc<recording::Mark>,
    read: u64,
}

/// A place between two moments.
#[derive(Clone, Debug)]
pub struct Mark {
    start: Start,
    given: usize,
    shaper: Shaper,
}

impl<R: Read + Seek + Clone> Streamed<R> {
    /// At the start.
    pub fn new(source: &Source<R>, redactor: Redactor) -> Result<Self, Fault> {
        let reader = source.input.open()?;
        let start = Start {
            place: Rc::new(reader.mark()),
            read: 0,
        };
        Ok(Self {
            input: source.input.clone(),
            window: Window::new(redactor.clone()),
            redactor,
            shaper: Shaper::new(source.kind),
            starts: VecDeque::from([start]),
            read: 0,
            given: 0,
            end: None,
            reader,
        })
    }

    /// The next event, its secrets taken out.
    fn event(&mut self) -> Result<Option<Event>, Fault> {
        loop {
            if let Some((mut event, edits)) = self.window.pop() {
                if event.index < self.given {
                    continue;
                }
                apply(&edits, &mut event.data);
                self.given = event.index + 1;
                return Ok(Some(event));
            }
            match &self.end {
                Some(end) => return end.clone().map(|()| None),
                None => self.read_on(),
            }
        }
    }

    fn read_on(&mut self) {
        if self
            .starts
            .back()
            .is_none_or(|last| self.read >= last.read + STRIDE)
        {
            self.starts.push_back(Start {
                place: Rc::new(self.reader.mark()),
                read: self.read,
            });
            self.forget_starts();
        }
        let mut event = Event::empty();
        match self.reader.read(&mut event) {
            Ok(true) => {
                self.read += event.data.len() as u64;
                let side = Side::of(&event.code);
                self.window.push(event, side, |event, text| {
                    text.extend_from_slice(&event.data);
                });
            }
            Ok(false) => self.end_with(Ok(())),
            Err(error) => self.end_with(Err(error.into())),
        }
    }

    fn end_with(&mut self, end: Result<(), Fault>) {
        self.end = Some(end);
        self.window.flush();
    }

    /// Where to begin so that what comes next is as it is now.
    fn start(&self) -> Option<&Start> {
        let given = self
            .starts
            .partition_point(|start| start.place.index() <= self.given);
        let last = self.starts.get(given.checked_sub(1)?)?;
        let run_up = if self.redactor.is_on() { RUN_UP } else { 0 };
        let count = self
            .starts
            .partition_point(|start| start.read + run_up <= last.read);
        self.starts.get(count.saturating_sub(1))
    }

    /// Those before the one that is needed now will not be needed again.
    fn forget_starts(&mut self) {
        let Some(needed) = self.start().map(|start| start.read) else {
            return;
        };
        while self.starts.front().is_some_and(|start| start.read < needed) {
            self.starts.pop_front();
        }
    }
}

impl<R: Read + Seek + Clone> Tape for Streamed<R> {
    type Mark = Mark;

    fn next(&mut self) -> Result<Option<Moment>, Fault> {
        loop {
            if let Some(moment) = self.shaper.pop() {
                return Ok(Some(moment));
            }
            match self.event()? {
                Some(event) => self.shaper.push(event),
                None => return Ok(None),
            }
        }
    }

    fn mark(&self) -> Mark {
        let here = || Start {
            place: Rc::new(self.reader.mark()),
            read: self.read,
        };
        Mark {
            start: self.start().cloned().unwrap_or_else(here),
            given: self.given,
            shaper: self.shaper.clone(),
        }
    }

    fn resume(&mut self, mark: &Mark) -> Result<(), Fault> {
        self.reader.resume(&mark.start.place)?;
        self.window = Window::new(self.redactor.clone());
        self.shaper = mark.shaper.clone();
        self.starts = VecDeque::from([mark.start.clone()]);
        self.read = mark.start.read;
        self.given = mark.given;
        self.end = None;
        Ok(())
    }

    fn fork(&self) -> Result<Self, Fault> {
        let mut reader = self.input.open()?;
        reader.resume(&self.reader.mark())?;
        Ok(Self {
            input: self.input.clone(),
            reader,
            redactor: self.redactor.clone(),
            window: self.window.clone(),
            shaper: self.shaper.clone(),
            starts: self.starts.clone(),
            read: self.read,
            given: self.given,
            end: self.end.clone(),
        })
    }

    fn share(&self) -> Option<f64> {
        let length = self.input.length;
        (length > 0).then(|| (self.reader.offset() as f64 / length as f64).min(1.0))
    }

    fn warnings(&self) -> Warnings {
        self.reader.warnings().clone()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::time::Duration;

    use super::*;
    use crate::recording::{Code, Header, Kind, Strictness};

    fn source(file: String, kind: Kind) -> Source<Cursor<Rc<[u8]>>> {
        let bytes: Rc<[u8]> = file.into_bytes().into();
        Source {
            input: Input {
                length: bytes.len() as u64,
                bytes: Cursor::new(bytes),
                timing: None,
                strictness: Strictness::Strict,
            },
            kind,
            header: Header::default(),
        }
    }

    /// About 3 MB of lines, a secret on every hundredth, cut into events in odd places.
    fn long() -> Source<Cursor<Rc<[u8]>>> {
        let mut text = String::new();
        for n in 0..40_000 {
            text += match n % 100 {
                0 => "export DB_PASSWORD=hunter2secret\r\n",
                _ => "a line of output that says nothing in particular about anything\r\n",
            };
        }
        let mut file = String::from("{\"version\":2,\"width\":80,\"height\":24}\n");
        for (n, piece) in text.as_bytes().chunks(37).enumerate() {
            let piece = String::from_utf8_lossy(piece);
            let event = serde_json::json!([n as f64 / 100.0, "o", piece]);
            file += &format!("{event}\n");
        }
        source(file, Kind::Terminal)
    }

    fn rest(tape: &mut Streamed<Cursor<Rc<[u8]>>>) -> Vec<Moment> {
        let mut moments = Vec::new();
        while let Some(moment) = tape.next().expect("no fault") {
            moments.push(moment);
        }
        moments
    }

    #[test]
    fn from_every_place_the_same_comes_again_and_no_secret() {
        let mut tape = Streamed::new(&long(), Redactor::built_in()).expect("a recording");
        let (mut all, mut marks) = (Vec::new(), vec![(0, tape.mark())]);
        while let Some(moment) = tape.next().expect("no fault") {
            all.push(moment);
            if all.len() % 4_001 == 0 {
                marks.push((all.len(), tape.mark()));
            }
        }
        let text: Vec<u8> = all.iter().flat_map(|moment| moment.data.clone()).collect();
        assert!(memchr::memmem::find(&text, b"hunter2secret").is_none());
        assert!(memchr::memmem::find(&text, b"[redacted:password]").is_some());
        for (count, mark) in marks {
            let mut fork = tape.fork().expect("memory");
            fork.resume(&mark).expect("memory");
            assert!(rest(&mut fork) == all[count..], "from {count}");
        }
    }

    #[test]
    fn a_fork_goes_on_by_itself() {
        let mut tape = Streamed::new(&long(), Redactor::built_in()).expect("a recording");
        for _ in 0..20_000 {
            tape.next().expect("no fault");
        }
        let mut fork = tape.fork().expect("memory");
        let moments = rest(&mut fork);
        assert!(moments == rest(&mut tape));
        assert_eq!(fork.share(), Some(1.0));
    }

    #[test]
    fn what_is_kept_of_places_does_not_grow() {
        let mut tape = Streamed::new(&long(), Redactor::built_in()).expect("a recording");
        let mut most = 0;
        while tape.next().expect("no fault").is_some() {
            most = most.max(tape.starts.len());
        }
        assert!(most < 16, "{most}");
    }

    #[test]
    fn a_broken_line_ends_the_tape_behind_what_is_good() {
        let file = "{\"version\":2,\"width\":80,\"height\":24}\n[1,\"o\",\"a\"]\nbroken\n[2,\"o\",\"b\"]\n";
        let source = source(file.to_owned(), Kind::Terminal);
        let mut tape = Streamed::new(&source, Redactor::built_in()).expect("a recording");
        let first = tape.next().expect("no fault").expect("a moment");
        assert_eq!(
            (first.time, first.code),
            (Duration::from_secs(1), Code::Output)
        );
        for _ in 0..2 {
            assert!(tape.next().expect_err("a fault").0.contains("line 3"));
        }
    }
}
