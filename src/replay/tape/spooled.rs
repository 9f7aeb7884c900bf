//! Sessions that were never on a screen: their transcript, line by line.
//!
//! What a line says may depend on all that came before it (a prepared statement). So the
//! transcript is made once, in order, and kept; coming back to a place is reading it again.

use std::cell::RefCell;
use std::io::{Read, Seek, SeekFrom, Write};
use std::rc::Rc;
use std::time::Duration;

use super::shape::LineShaper;
use super::{Fault, Moment, Source, Storage, Tape};
use crate::domain::redaction::Redactor;
use crate::recording::transcript::{Line, Redacted, Transcript};
use crate::recording::{Code, Event, Reader, Size, Warnings};

/// A tape over a transcript that is made as far as somebody reads it.
pub struct Spooled<R> {
    maker: Rc<RefCell<Maker<R>>>,
    /// Where in the storage the next moment begins.
    at: u64,
}

/// Makes the transcript, and keeps it.
struct Maker<R> {
    reader: Reader<R>,
    length: u64,
    event: Event,
    transcript: Transcript,
    redacted: Redacted,
    shaper: LineShaper,
    storage: Box<dyn Storage>,
    /// Bytes in the storage.
    kept: u64,
    /// Everything has been made, up to the end or to what is broken.
    end: Option<Result<(), Fault>>,
}

impl<R: Read + Seek + Clone> Spooled<R> {
    /// At the start. `storage` is empty, and nobody else's.
    pub fn new(
        source: &Source<R>,
        redactor: Redactor,
        storage: Box<dyn Storage>,
    ) -> Result<Self, Fault> {
        let maker = Maker {
            reader: source.input.open()?,
            length: source.input.length,
            event: Event::empty(),
            transcript: Transcript::new(source.kind, Size::ASSUMED).marking(&redactor),
            redacted: Redacted::new(redactor),
            shaper: LineShaper::new(source.kind),
            storage,
            kept: 0,
            end: None,
        };
        Ok(Self {
            maker: Rc::new(RefCell::new(maker)),
            at: 0,
        })
    }
}

impl<R: Read> Maker<R> {
    /// Reads one more event.
    fn make(&mut self) -> Result<(), Fault> {
        let (mut lines, mut found) = (Vec::new(), Vec::new());
        let end = match self.reader.read(&mut self.event) {
            Ok(true) => None,
            Ok(false) => Some(Ok(())),
            Err(error) => Some(Err(error.into())),
        };
        match end {
            None => self.transcript.push(&self.event, &mut lines),
            Some(_) => self.transcript.finish(&mut lines),
        }
        for line in lines {
            self.redacted.push(line, &mut found);
        }
        if end.is_some() {
            self.redacted.finish(&mut found);
        }
        self.end = end;
        self.keep_lines(&found)
    }

    fn keep_lines(&mut self, lines: &[Line]) -> Result<(), Fault> {
        let mut moments = Vec::new();
        for line in lines {
            self.shaper.push(line, &mut moments);
        }
        if self.end.is_some() {
            self.shaper.finish(&mut moments);
        }
        moments.iter().try_for_each(|moment| self.keep(moment))
    }

    /// A moment in the storage: microseconds, whether it is a marker, its length, its bytes.
    fn keep(&mut self, moment: &Moment) -> Result<(), Fault> {
        let micros = u64::try_from(moment.time.as_micros()).unwrap_or(u64::MAX);
        let is_marker = u8::from(moment.code == Code::Marker);
        let mut record = Vec::with_capacity(HEAD + moment.data.len());
        record.extend_from_slice(&micros.to_le_bytes());
        record.push(is_marker);
        record.extend_from_slice(&(moment.data.len() as u64).to_le_bytes());
        record.extend_from_slice(&moment.data);
        self.storage.seek(SeekFrom::Start(self.kept))?;
        self.storage.write_all(&record)?;
        self.kept += record.len() as u64;
        Ok(())
    }

    /// The moment that begins at `at`, and where the next one does.
    fn moment(&mut self, at: u64) -> Result<(Moment, u64), Fault> {
        let mut head = [0; HEAD];
        self.storage.seek(SeekFrom::Start(at))?;
        self.storage.read_exact(&mut head)?;
        let number = |from: usize| {
            let bytes = head[from..from + 8].try_into();
            u64::from_le_bytes(bytes.expect("eight bytes of the head"))
        };
        let length = number(9);
        // It was written from memory once.
        let mut data = vec![0; length as usize];
        self.storage.read_exact(&mut data)?;
        let moment = Moment {
            time: Duration::from_micros(number(0)),
            code: if head[8] == 1 {
                Code::Marker
            } else {
                Code::Output
            },
            data,
            enters: 0,
        };
        Ok((moment, at + HEAD as u64 + length))
    }
}

/// Bytes before the data of a moment in the storage.
const HEAD: usize = 17;

impl<R: Read + Seek + Clone> Tape for Spooled<R> {
    type Mark = u64;

    fn next(&mut self) -> Result<Option<Moment>, Fault> {
        let mut maker = self.maker.borrow_mut();
        while maker.kept <= self.at {
            if let Some(end) = &maker.end {
                return end.clone().map(|()| None);
            }
            maker.make()?;
        }
        let (moment, next) = maker.moment(self.at)?;
        self.at = next;
        Ok(Some(moment))
    }

    fn mark(&self) -> u64 {
        self.at
    }

    fn resume(&mut self, mark: &u64) -> Result<(), Fault> {
        self.at = *mark;
        Ok(())
    }

    fn fork(&self) -> Result<Self, Fault> {
        Ok(Self {
            maker: Rc::clone(&self.maker),
            at: self.at,
        })
    }

    fn share(&self) -> Option<f64> {
        let maker = self.maker.borrow();
        (maker.length > 0).then(|| (maker.reader.offset() as f64 / maker.length as f64).min(1.0))
    }

    fn warnings(&self) -> Warnings {
        self.maker.borrow().reader.warnings().clone()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::recording::{Header, Kind, Strictness};
    use crate::replay::tape::Input;

    fn tape(file: &'static str) -> Spooled<Cursor<&'static [u8]>> {
        let source = Source {
            input: Input {
                bytes: Cursor::new(file.as_bytes()),
                length: file.len() as u64,
                timing: None,
                strictness: Strictness::Strict,
            },
            kind: Kind::MySql,
            header: Header::default(),
        };
        let storage = Box::new(Cursor::new(Vec::new()));
        Spooled::new(&source, Redactor::built_in(), storage).expect("a recording")
    }

    fn rest(tape: &mut Spooled<Cursor<&'static [u8]>>) -> Vec<Moment> {
        std::iter::from_fn(|| tape.next().expect("no fault")).collect()
    }

    #[test]
    fn every_place_can_be_come_back_to() {
        let file = r#"[[0.5,"i","A1NFTEVDVCAx"],[7,"i","A1NFTEVDVCAy"],[9,"i","A1NFTEVDVCAz"]]"#;
        let mut first = tape(file);
        let mut marks = Vec::new();
        let mut all = Vec::new();
        loop {
            marks.push(first.mark());
            match first.next().expect("no fault") {
                Some(moment) => all.push(moment),
                None => break,
            }
        }
        assert_eq!(all.len(), 7, "{all:?}");
        for (count, mark) in marks.iter().enumerate() {
            let mut fork = first.fork().expect("memory");
            fork.resume(mark).expect("memory");
            assert!(rest(&mut fork) == all[count..], "from {count}");
        }
    }

    #[test]
    fn a_recording_that_is_broken_is_told_behind_what_is_good() {
        let mut broken = tape(r#"["nothing that could be used"]"#);
        let fault = loop {
            match broken.next() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("it has no end"),
                Err(fault) => break fault,
            }
        };
        assert!(
            fault.0.contains("nothing in the recording can be played"),
            "{fault}"
        );
    }
}
