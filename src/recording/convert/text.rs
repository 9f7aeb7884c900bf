//! To readable text: of a terminal what it showed, of other sessions their transcript.

use std::io::{Read, Write};
use std::time::Duration;

use super::about::{beginning, end};
use super::ahead::{Ahead, ahead};
use super::emulate::Emulator;
use super::{ConvertError, Options, Outcome};
use crate::recording::transcript::{Line, Redacted, Tone, Transcript};
use crate::recording::utf8::Decoder;
use crate::recording::{Code, Event, Kind, Reader, Size, safe};

/// What is collected for the emulator, and what is written at once.
const CHUNK: usize = 64 * 1024;

/// What the emulator is fed at once: what it scrolls away is in memory meanwhile.
const PIECE: usize = 2 * 1024;

pub(super) fn write<R: Read + Send>(
    reader: &mut Reader<R>,
    options: &Options<'_>,
    size: Size,
    out: &mut dyn Write,
) -> Result<Outcome, ConvertError> {
    let mut sheet = Sheet::new(options, out);
    sheet.facts(&beginning(options));
    sheet.bytes.push(b'\n');
    match options.kind {
        Kind::Terminal => screen(reader, options, size, &mut sheet)?,
        kind => transcript(reader, options, kind, size, &mut sheet)?,
    }
    sheet.finish()
}

fn transcript<R: Read>(
    reader: &mut Reader<R>,
    options: &Options<'_>,
    kind: Kind,
    size: Size,
    sheet: &mut Sheet<'_, '_>,
) -> Result<(), ConvertError> {
    let mut transcript = Transcript::new(kind, size).marking(&options.redactor);
    if let Some(clip) = &options.clip {
        transcript = transcript.counting(clip.clone());
    }
    let (mut event, mut lines) = (Event::empty(), Vec::new());
    while reader.read(&mut event)? {
        if options.is_over(event.time) {
            break;
        }
        sheet.count(&event);
        // Prepared statements and half a character may stand before the clip.
        transcript.push(&event, &mut lines);
        sheet.lines(lines.drain(..))?;
    }
    transcript.finish(&mut lines);
    sheet.lines(lines.drain(..))?;
    let own = transcript.report().into_iter();
    own.for_each(|own| sheet.outcome.report.merge(own));
    Ok(())
}

/// Plays a terminal from its beginning: what stood on it when the clip begins belongs to the clip.
fn screen<R: Read + Send>(
    reader: &mut Reader<R>,
    options: &Options<'_>,
    size: Size,
    sheet: &mut Sheet<'_, '_>,
) -> Result<(), ConvertError> {
    let mut screen = Screen {
        emulator: Emulator::new(size),
        decoder: Decoder::default(),
        text: String::new(),
        time: options
            .clip
            .as_ref()
            .map_or(Duration::ZERO, |clip| clip.start),
    };
    ahead(reader, options.end(), |events: Ahead<Event>| {
        while let Some(batch) = events.next()? {
            for event in &batch {
                sheet.count(event);
                screen.event(event, sheet)?;
            }
            events.give_back(batch);
        }
        screen.finish(sheet)
    })
}

struct Screen {
    emulator: Emulator,
    decoder: Decoder,
    /// What is still to be shown.
    text: String,
    /// Of the last event, and not before the clip.
    time: Duration,
}

impl Screen {
    fn event(&mut self, event: &Event, sheet: &mut Sheet<'_, '_>) -> Result<(), ConvertError> {
        let is_before = event.time < self.time;
        match event.code {
            Code::Output => self.decoder.push(&event.data, &mut self.text),
            Code::Error => self.text.push_str(&error_text(&event.data)),
            Code::Resize => {
                self.show(event.time, sheet)?;
                let size = str::from_utf8(&event.data).ok().and_then(Size::parse);
                size.into_iter().for_each(|size| self.emulator.resize(size));
            }
            _ => {}
        }
        if self.text.len() >= CHUNK || is_before {
            self.show(event.time, sheet)?;
        }
        self.time = self.time.max(event.time);
        Ok(())
    }

    /// Shows the text and leaves it empty; what scrolled away is written.
    fn show(&mut self, time: Duration, sheet: &mut Sheet<'_, '_>) -> Result<(), ConvertError> {
        let mut rest = self.text.as_str();
        while !rest.is_empty() {
            let is_end = |at: &usize| rest.is_char_boundary(*at);
            let end = (PIECE.min(rest.len())..rest.len()).find(is_end);
            let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
            self.emulator.feed(piece);
            sheet.lines(self.emulator.scrolled().map(|text| plain(time, text)))?;
            rest = after;
        }
        self.text.clear();
        Ok(())
    }

    fn finish(mut self, sheet: &mut Sheet<'_, '_>) -> Result<(), ConvertError> {
        self.decoder.finish(&mut self.text);
        let time = self.time;
        self.show(time, sheet)?;
        self.emulator.finish();
        sheet.lines(self.emulator.scrolled().map(|text| plain(time, text)))
    }
}

/// The gateway's error text stands on a line of its own, on the main screen.
fn error_text(data: &[u8]) -> String {
    let text = safe::line(&String::from_utf8_lossy(data));
    format!("\x1b[?1049l\r\nsession error: {text}\r\n")
}

fn plain(time: Duration, text: String) -> Line {
    Line {
        time,
        text,
        tone: Tone::Plain,
    }
}

/// The file as it comes into being.
struct Sheet<'a, 'o> {
    options: &'a Options<'o>,
    out: &'a mut dyn Write,
    redacted: Redacted,
    ready: Vec<Line>,
    bytes: Vec<u8>,
    outcome: Outcome,
}

impl<'a, 'o> Sheet<'a, 'o> {
    fn new(options: &'a Options<'o>, out: &'a mut dyn Write) -> Self {
        Self {
            options,
            out,
            redacted: match &options.clip {
                Some(clip) => Redacted::new(options.redactor.clone()).counting(clip.clone()),
                None => Redacted::new(options.redactor.clone()),
            },
            ready: Vec::new(),
            bytes: Vec::with_capacity(CHUNK + CHUNK / 4),
            outcome: Outcome::default(),
        }
    }

    fn facts(&mut self, facts: &[(&'static str, String)]) {
        for (name, value) in facts {
            let line = format!("# {name:<9} {}\n", safe::line(value));
            self.bytes.extend_from_slice(line.as_bytes());
        }
    }

    fn count(&mut self, event: &Event) {
        if let Some(time) = self.options.clipped(event.time) {
            self.outcome.events += 1;
            self.outcome.is_shown = true;
            self.outcome.last = time;
        }
    }

    fn lines(&mut self, lines: impl Iterator<Item = Line>) -> Result<(), ConvertError> {
        // What stands before the clip tells what a secret in it is.
        for line in lines {
            self.redacted.push(line, &mut self.ready);
        }
        self.drain()
    }

    fn drain(&mut self) -> Result<(), ConvertError> {
        let options = self.options;
        let wanted = |line: &Line| options.clipped(line.time).is_some();
        for line in self.ready.drain(..).filter(wanted) {
            self.bytes.extend_from_slice(line.text.as_bytes());
            self.bytes.push(b'\n');
            if self.bytes.len() >= CHUNK {
                self.out
                    .write_all(&self.bytes)
                    .map_err(ConvertError::Write)?;
                self.bytes.clear();
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Outcome, ConvertError> {
        self.redacted.finish(&mut self.ready);
        self.drain()?;
        self.outcome.report.merge(self.redacted.report());
        let sha256 = (self.options.sha256)().map_err(|error| ConvertError::Read(error.into()))?;
        self.bytes.push(b'\n');
        self.facts(&end(&self.outcome, sha256));
        self.out
            .write_all(&self.bytes)
            .map_err(ConvertError::Write)?;
        Ok(self.outcome)
    }
}
