//! To NDJSON and CSV: a row for each event of a screen, each statement of a database client, each
//! line of another transcript.

use std::io::{self, Read, Write};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::about::{beginning, end, hidden_counts, object};
use super::{ConvertError, Options, Outcome};
use crate::domain::redaction::Redactor;
use crate::recording::redact::{Place, Redacted, Report};
use crate::recording::statements::{Entry, Said, Statements};
use crate::recording::transcript::{self, Line, Transcript};
use crate::recording::utf8::Decoder;
use crate::recording::{Code, Event, Kind, ReadError, Reader, Size};

/// One row.
pub(super) struct Row<'a> {
    pub time: Duration,
    /// `output`, `input`, `statement`, `line` and the like; a code that is not known, as it is.
    pub kind: &'a str,
    /// The event's place in the recording, where the row is of one.
    pub index: Option<usize>,
    pub text: &'a str,
    /// Of a statement.
    pub parameters: &'a [String],
}

/// A table under construction.
pub(super) trait Table {
    fn begin(&mut self, facts: Vec<(&'static str, String)>) -> io::Result<()>;
    fn row(&mut self, row: &Row<'_>) -> io::Result<()>;
    fn end(&mut self, outcome: &Outcome, sha256: String) -> io::Result<()>;
}

pub(super) fn write<R: Read>(
    reader: &mut Reader<R>,
    options: &Options<'_>,
    table: &mut impl Table,
) -> Result<Outcome, ConvertError> {
    table
        .begin(beginning(options))
        .map_err(ConvertError::Write)?;
    let mut rows = Rows {
        options,
        table,
        outcome: Outcome::default(),
    };
    match options.kind {
        Kind::Exec | Kind::Terminal => rows.events(reader)?,
        kind if kind.is_native_database() => rows.statements(reader, kind)?,
        kind => rows.transcript(reader, kind)?,
    }
    let Rows { outcome, .. } = rows;
    let sha256 = (options.sha256)().map_err(|error| ConvertError::Read(error.into()))?;
    table.end(&outcome, sha256).map_err(ConvertError::Write)?;
    Ok(outcome)
}

struct Rows<'a, 'o, T> {
    options: &'a Options<'o>,
    table: &'a mut T,
    outcome: Outcome,
}

impl<T: Table> Rows<'_, '_, T> {
    /// The events of a screen, their bytes as text.
    fn events<R: Read>(&mut self, reader: &mut Reader<R>) -> Result<(), ConvertError> {
        let (mut output, mut input) = (Decoder::default(), Decoder::default());
        let options = self.options;
        let wanted = |event: &Event| event.code != Code::Input || options.include_input;
        let until_end = reader
            .by_ref()
            .take_while(|event| {
                event
                    .as_ref()
                    .map_or(true, |event| !options.is_over(event.time))
            })
            .filter(|event| event.as_ref().map_or(true, wanted));
        let mut redacted = Redacted::new(until_end, options.redactor.clone());
        if let Some(clip) = &options.clip {
            redacted = redacted.counting(clip.clone());
        }
        let mut text = String::new();
        for event in redacted.by_ref() {
            let event = event?;
            text.clear();
            match event.code {
                Code::Output | Code::Error => output.push(&event.data, &mut text),
                Code::Input => input.push(&event.data, &mut text),
                _ => text.push_str(&String::from_utf8_lossy(&event.data)),
            }
            // What stands before the clip tells what a secret in it is, and half a character.
            let Some(time) = options.clipped(event.time) else {
                continue;
            };
            self.row(&Row {
                time,
                kind: name(&event.code),
                index: Some(event.index),
                text: &text,
                parameters: &[],
            })?;
        }
        self.outcome.report = redacted.report().clone();
        self.rest(output, "output")?;
        self.rest(input, "input")
    }

    /// Half a character, whose other half was never recorded.
    fn rest(&mut self, mut decoder: Decoder, kind: &str) -> Result<(), ConvertError> {
        let mut text = String::new();
        decoder.finish(&mut text);
        if text.is_empty() {
            return Ok(());
        }
        self.row(&Row {
            time: self.outcome.last,
            kind,
            index: None,
            text: &text,
            parameters: &[],
        })
    }

    fn statements<R: Read>(
        &mut self,
        reader: &mut Reader<R>,
        kind: Kind,
    ) -> Result<(), ConvertError> {
        let mut statements = Statements::new(kind).marking(&self.options.redactor);
        if let Some(clip) = &self.options.clip {
            statements = statements.counting(clip.clone());
        }
        let (mut event, mut entries) = (Event::empty(), Vec::new());
        while self.next(reader, &mut event)? {
            statements.push(&event, &mut entries);
            entries.drain(..).try_for_each(|entry| self.entry(&entry))?;
            if event.code == Code::Error {
                let text = String::from_utf8_lossy(&event.data).into_owned();
                self.said("error", event.time, event.index, &text, &[])?;
            }
        }
        statements.finish(&mut entries);
        entries.drain(..).try_for_each(|entry| self.entry(&entry))?;
        self.outcome.report.merge(statements.report());
        Ok(())
    }

    fn entry(&mut self, entry: &Entry) -> Result<(), ConvertError> {
        match &entry.said {
            Said::Statement { sql, parameters } => {
                self.said("statement", entry.time, entry.index, sql, parameters)
            }
            Said::Remark(text) => self.said("remark", entry.time, entry.index, text, &[]),
        }
    }

    /// A text that is whole, so that its secrets can be looked for in it alone.
    fn said(
        &mut self,
        kind: &str,
        time: Duration,
        index: usize,
        text: &str,
        parameters: &[String],
    ) -> Result<(), ConvertError> {
        let at = (time, index);
        let Some(time) = self.options.clipped(time) else {
            return Ok(());
        };
        let (redactor, report) = (&self.options.redactor, &mut self.outcome.report);
        let text = hide(redactor, text, at, report);
        let parameters: Vec<_> = parameters
            .iter()
            .map(|value| hide(redactor, value, at, report))
            .collect();
        self.row(&Row {
            time,
            kind,
            index: Some(index),
            text: &text,
            parameters: &parameters,
        })
    }

    fn transcript<R: Read>(
        &mut self,
        reader: &mut Reader<R>,
        kind: Kind,
    ) -> Result<(), ConvertError> {
        let mut transcript = Transcript::new(kind, Size::ASSUMED);
        let mut redacted = transcript::Redacted::new(self.options.redactor.clone());
        if let Some(clip) = &self.options.clip {
            redacted = redacted.counting(clip.clone());
        }
        let (mut event, mut lines, mut ready) = (Event::empty(), Vec::new(), Vec::new());
        while self.next(reader, &mut event)? {
            transcript.push(&event, &mut lines);
            lines
                .drain(..)
                .for_each(|line| redacted.push(line, &mut ready));
            ready.drain(..).try_for_each(|line| self.line(&line))?;
        }
        transcript.finish(&mut lines);
        lines
            .drain(..)
            .for_each(|line| redacted.push(line, &mut ready));
        redacted.finish(&mut ready);
        self.outcome.report = redacted.report().clone();
        ready.drain(..).try_for_each(|line| self.line(&line))
    }

    fn line(&mut self, line: &Line) -> Result<(), ConvertError> {
        let Some(time) = self.options.clipped(line.time) else {
            return Ok(());
        };
        self.row(&Row {
            time,
            kind: "line",
            index: None,
            text: &line.text,
            parameters: &[],
        })
    }

    fn next<R: Read>(
        &mut self,
        reader: &mut Reader<R>,
        event: &mut Event,
    ) -> Result<bool, ReadError> {
        Ok(reader.read(event)? && !self.options.is_over(event.time))
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), ConvertError> {
        self.outcome.events += 1;
        self.outcome.is_shown = true;
        self.outcome.last = row.time;
        self.table.row(row).map_err(ConvertError::Write)
    }
}

fn hide(
    redactor: &Redactor,
    text: &str,
    (time, index): (Duration, usize),
    report: &mut Report,
) -> String {
    let (text, findings) = redactor.redact_with_report(text);
    for finding in findings {
        report.add(Place {
            rule: finding.rule,
            time,
            index: Some(index),
        });
    }
    text.into_owned()
}

fn name(code: &Code) -> &str {
    match code {
        Code::Output => "output",
        Code::Input => "input",
        Code::Error => "error",
        Code::Resize => "resize",
        Code::Marker => "marker",
        Code::Exit => "exit",
        Code::Other(text) => text,
    }
}

/// One object a line. Control characters are escaped, so that a terminal may show it.
pub(super) struct Ndjson<'a> {
    out: io::BufWriter<&'a mut dyn Write>,
}

impl<'a> Ndjson<'a> {
    pub fn new(out: &'a mut dyn Write) -> Self {
        Self {
            out: io::BufWriter::with_capacity(64 * 1024, out),
        }
    }

    fn object(&mut self, object: Map<String, Value>) -> io::Result<()> {
        let line = Value::Object(object).to_string();
        for c in line.chars() {
            match c {
                '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' => {
                    write!(self.out, "\\u{:04x}", u32::from(c))?;
                }
                c => self.out.write_all(c.encode_utf8(&mut [0; 4]).as_bytes())?,
            }
        }
        self.out.write_all(b"\n")
    }
}

impl Table for Ndjson<'_> {
    fn begin(&mut self, facts: Vec<(&'static str, String)>) -> io::Result<()> {
        let kind = [("type", "recording".to_owned())];
        self.object(object(kind.into_iter().chain(facts)))
    }

    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        let mut object = Map::new();
        object.insert("type".to_owned(), row.kind.into());
        object.insert("time".to_owned(), json!(row.time.as_secs_f64()));
        if let Some(index) = row.index {
            object.insert("index".to_owned(), index.into());
        }
        object.insert("text".to_owned(), row.text.into());
        if !row.parameters.is_empty() {
            object.insert("parameters".to_owned(), row.parameters.into());
        }
        self.object(object)
    }

    fn end(&mut self, outcome: &Outcome, sha256: String) -> io::Result<()> {
        let mut object = Map::new();
        object.insert("type".to_owned(), "end".into());
        object.insert("rows".to_owned(), outcome.events.into());
        object.insert("hidden".to_owned(), hidden_counts(outcome));
        object.insert("sha256".to_owned(), sha256.into());
        self.object(object)?;
        self.out.flush()
    }
}

/// RFC 4180, one table: what the file says of itself stands in rows of type `about`.
pub(super) struct Csv<'a> {
    out: csv::Writer<&'a mut dyn Write>,
}

impl<'a> Csv<'a> {
    pub fn new(out: &'a mut dyn Write) -> Self {
        Self {
            out: csv::Writer::from_writer(out),
        }
    }

    fn about(&mut self, (name, value): (&str, String)) -> io::Result<()> {
        let text = format!("{name}: {value}");
        Ok(self.out.write_record(["", "about", "", &text, ""])?)
    }
}

impl Table for Csv<'_> {
    fn begin(&mut self, facts: Vec<(&'static str, String)>) -> io::Result<()> {
        self.out
            .write_record(["time", "type", "index", "text", "parameters"])?;
        facts.into_iter().try_for_each(|fact| self.about(fact))
    }

    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        let parameters = match row.parameters {
            [] => String::new(),
            parameters => Value::from(parameters).to_string(),
        };
        Ok(self.out.write_record([
            format!("{:.6}", row.time.as_secs_f64()),
            harmless(row.kind),
            row.index
                .map_or_else(String::new, |index| index.to_string()),
            harmless(&crate::recording::safe::text(row.text)),
            harmless(&parameters),
        ])?)
    }

    fn end(&mut self, outcome: &Outcome, sha256: String) -> io::Result<()> {
        for fact in end(outcome, sha256) {
            self.about(fact)?;
        }
        self.out.flush()
    }
}

/// A text that a spreadsheet would run as a formula is preceded by an apostrophe, which
/// spreadsheets take as "this is text" (OWASP, "CSV Injection").
fn harmless(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}
