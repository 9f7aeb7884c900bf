//! To asciicast. Data in which nothing is hidden is copied as it stands in an asciicast, without
//! being unescaped.

use std::io::{self, Read, Seek, Write};

use serde_json::json;

use super::about::{beginning, end, hidden_counts, object};
use super::ahead::{Ahead, ahead};
use super::{ConvertError, Options, Outcome, Target};
use crate::recording::asciicast::{Version, Writer};
use crate::recording::reader::Raw;
use crate::recording::redact::{Edit, Side, Window, apply};
use crate::recording::{Code, Event, Header, Reader, Size};

/// What is written at once.
const CHUNK: usize = 64 * 1024;

/// Version 2 has its beginning alone to say what was hidden: a first reading finds it out.
pub(super) fn write_twice<R: Read + Seek + Send>(
    reader: &mut Reader<R>,
    options: &Options<'_>,
    mut header: Header,
    out: &mut dyn Write,
) -> Result<Outcome, ConvertError> {
    let mark = reader.mark();
    let first = write(reader, options, header.clone(), &mut io::sink())?;
    reader
        .resume(&mark)
        .map_err(crate::recording::ReadError::Io)?;
    let mut about = object(beginning(options));
    about.insert("hidden".to_owned(), hidden_counts(&first));
    about.insert("sha256".to_owned(), sha256(options)?.into());
    header.extra.insert("ddctl".to_owned(), about.into());
    header
        .extra
        .insert("duration".to_owned(), json!(first.last.as_secs_f64()));
    write(reader, options, header, out)
}

/// Writes the events that have not been read.
pub(super) fn write<R: Read + Send>(
    reader: &mut Reader<R>,
    options: &Options<'_>,
    mut header: Header,
    out: &mut dyn Write,
) -> Result<Outcome, ConvertError> {
    let version = match options.target {
        Target::Cast(version) => version,
        _ => Version::V3,
    };
    if version == Version::V3 {
        let about = object(beginning(options));
        header.extra.insert("ddctl".to_owned(), about.into());
    }
    let mut copy = Copy::new(options, Writer::new(version), header, out);
    ahead(reader, options.end(), |events: Ahead<Raw>| {
        while let Some(batch) = events.next()? {
            batch.into_iter().for_each(|raw| copy.push(raw));
            copy.drain()?;
            events.give_back(std::mem::take(&mut copy.spare));
        }
        copy.finish()
    })
}

fn sha256(options: &Options<'_>) -> Result<String, ConvertError> {
    (options.sha256)().map_err(|error| ConvertError::Read(error.into()))
}

struct Copy<'a, 'o> {
    options: &'a Options<'o>,
    out: &'a mut dyn Write,
    writer: Writer,
    /// Until the first event is written.
    header: Option<Header>,
    window: Window<Raw>,
    /// Events that have been written, to be filled again.
    spare: Vec<Raw>,
    bytes: Vec<u8>,
    outcome: Outcome,
    has_exit: bool,
}

impl<'a, 'o> Copy<'a, 'o> {
    fn new(
        options: &'a Options<'o>,
        writer: Writer,
        header: Header,
        out: &'a mut dyn Write,
    ) -> Self {
        Self {
            options,
            out,
            writer,
            header: Some(header),
            window: match &options.clip {
                Some(clip) => Window::new(options.redactor.clone()).counting(clip.clone()),
                None => Window::new(options.redactor.clone()),
            },
            spare: Vec::new(),
            bytes: Vec::with_capacity(CHUNK + CHUNK / 4),
            outcome: Outcome::default(),
            has_exit: false,
        }
    }

    fn push(&mut self, raw: Raw) {
        if raw.code == Code::Input && !self.options.include_input {
            self.outcome.events += u64::from(self.options.clipped(raw.time).is_some());
            self.spare.push(raw);
            return;
        }
        // What stands before the clip tells what a secret in it is.
        let side = Side::of(&raw.code);
        self.window.push(raw, side, Raw::append_to);
    }

    /// Before the clip, only the size of the terminal matters.
    fn resize(&mut self, raw: &Raw) {
        if let (Code::Resize, Some(header)) = (&raw.code, &mut self.header) {
            let event = raw.to_event();
            let size = str::from_utf8(&event.data).ok().and_then(Size::parse);
            header.size = size.unwrap_or(header.size);
        }
    }

    fn drain(&mut self) -> Result<(), ConvertError> {
        while let Some((mut raw, edits)) = self.window.pop() {
            match self.options.clipped(raw.time) {
                Some(time) => {
                    raw.time = time;
                    self.begin();
                    self.event(&raw, &edits);
                }
                None => self.resize(&raw),
            }
            self.spare.push(raw);
            if self.bytes.len() >= CHUNK {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn begin(&mut self) {
        if let Some(header) = self.header.take() {
            self.writer.header(&header, &mut self.bytes);
        }
    }

    fn event(&mut self, raw: &Raw, edits: &[Edit]) {
        self.outcome.events += 1;
        self.outcome.is_shown |= raw.code.is_shown();
        self.outcome.last = raw.time;
        self.has_exit |= raw.code == Code::Exit;
        match raw.quoted() {
            Some(quoted) if edits.is_empty() => {
                self.writer
                    .quoted(raw.time, &raw.code, quoted, &mut self.bytes);
            }
            _ => {
                let mut event = raw.to_event();
                apply(edits, &mut event.data);
                self.writer.event(&event, &mut self.bytes);
            }
        }
    }

    fn flush(&mut self) -> Result<(), ConvertError> {
        self.out
            .write_all(&self.bytes)
            .map_err(ConvertError::Write)?;
        self.bytes.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<Outcome, ConvertError> {
        self.window.flush();
        self.drain()?;
        self.begin();
        self.writer.finish(&mut self.bytes);
        if let (Some(code), false) = (self.options.exit_code, self.has_exit) {
            let exit = Event {
                time: self.outcome.last,
                code: Code::Exit,
                data: code.to_string().into_bytes(),
                index: 0,
            };
            self.writer.event(&exit, &mut self.bytes);
            self.outcome.events += 1;
        }
        self.outcome.report = self.window.report().clone();
        if self.writer.has_comments() {
            for (name, value) in end(&self.outcome, sha256(self.options)?) {
                self.writer
                    .comment(&format!("ddctl {name}: {value}"), &mut self.bytes);
            }
        }
        self.flush()?;
        Ok(self.outcome)
    }
}
