//! Events into text: which event belongs to which part, and how it is read.

use std::ops::Range;

use super::page::Page;
use super::pattern::Part;
use super::plain::Plain;
use crate::domain::redaction::Redactor;
use crate::recording::statements::{Entry, Said, Statements};
use crate::recording::transcript::{Line, Tone, Transcript};
use crate::recording::utf8::Decoder;
use crate::recording::{Code, Event, Kind, Size};

/// Whether a recording holds a part of what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    Recorded,
    /// Sessions of the kind have nothing of the sort.
    Never,
    /// It happened and is not there, with the reason.
    NotRecorded(&'static str),
}

/// What recordings of a kind hold. `is_database` is of the connection, `has_input` says that
/// something typed or sent was recorded.
pub fn held(kind: Kind, is_database: bool, has_input: bool, part: Part) -> Held {
    const NO_INPUT: Held = Held::NotRecorded("what was typed is not in the recording");
    let typed = if has_input { Held::Recorded } else { NO_INPUT };
    match (kind, part) {
        (Kind::Ssh | Kind::Rdp, _) => {
            Held::NotRecorded("the gateway's encoding of such sessions is not public")
        }
        (Kind::Oracle, Part::Statement) => {
            Held::NotRecorded("the gateway records fragments of Oracle sessions alone")
        }
        (kind, Part::Output) if kind.is_native_database() => {
            Held::NotRecorded("the gateway records no answers to native database clients")
        }
        (kind, part) if kind.is_native_database() => match part {
            Part::Statement => Held::Recorded,
            _ => Held::Never,
        },
        (_, Part::Output) => Held::Recorded,
        (Kind::Exec, Part::Statement) if is_database => typed,
        (Kind::Exec, Part::Command) if is_database => Held::Never,
        (_, Part::Command) => typed,
        (_, Part::Statement) => Held::Never,
    }
}

/// Turns the events of one recording into the text of two pages: sent and shown.
pub(super) struct Texts {
    kind: Kind,
    pub sent: Page,
    pub shown: Page,
    sent_reader: Reader,
    shown_reader: Reader,
    typed: Typed,
    pub has_input: bool,
    protocol: Protocol,
}

/// What is read of the bytes before they are text.
enum Protocol {
    /// Nothing: they are text.
    None,
    /// Statements of a database's own client.
    Database(Statements),
    /// Requests and answers.
    Exchanges(Box<Transcript>),
    /// They cannot be read.
    Private,
}

impl Protocol {
    fn of(kind: Kind, redactor: &Redactor) -> Self {
        match kind {
            Kind::Ssh | Kind::Rdp => Protocol::Private,
            Kind::Http => Protocol::Exchanges(Box::new(Transcript::new(kind, Size::ASSUMED))),
            kind if kind.is_native_database() => {
                Protocol::Database(Statements::new(kind).marking(redactor))
            }
            _ => Protocol::None,
        }
    }
}

/// Bytes that arrive in pieces, as text without controls.
#[derive(Default)]
struct Reader {
    decoder: Decoder,
    plain: Plain,
    text: String,
}

impl Reader {
    fn read(&mut self, event: &Event, page: &mut Page) {
        self.text.clear();
        self.decoder.push(&event.data, &mut self.text);
        page.add(event.time, |out, floor| {
            self.plain.push(&self.text, out, floor)
        });
    }
}

/// Which lines of a terminal were typed. A key echoes, so that the line that was begun when a key
/// was struck and ended after the return is what ran. A password does not echo and leaves nothing.
#[derive(Default)]
struct Typed {
    /// Where the page stood at the first key of the line.
    since: Option<usize>,
    /// How many returns have not echoed yet.
    returns: usize,
}

impl Typed {
    fn keys(&mut self, bytes: &[u8], page: &Page) {
        for byte in bytes {
            match byte {
                b'\r' | b'\n' if self.since.is_some() => self.returns += 1,
                b'\r' | b'\n' => {}
                _ => drop(self.since.get_or_insert(page.text().len())),
            }
        }
    }

    fn echoed(&mut self, page: &mut Page) {
        while self.returns > 0 {
            let text = page.text();
            let since = self.since.unwrap_or_default().min(text.len());
            let Some(length) = text[since..].find('\n') else {
                return;
            };
            let line = since..since + length;
            self.returns -= 1;
            self.since = (self.returns > 0).then_some(line.end + 1);
            if !text[line.clone()].trim().is_empty() {
                page.mark_command(line);
            }
        }
    }

    fn moved_down(&mut self, by: usize) {
        self.since = self.since.map(|at| at.saturating_sub(by));
    }
}

impl Texts {
    pub fn new(kind: Kind, is_database: bool, redactor: &Redactor) -> Self {
        let is_statement = is_database || kind.is_native_database();
        let sent = match is_statement {
            true => Part::Statement,
            false => Part::Command,
        };
        Self {
            kind,
            sent: Page::new(sent),
            shown: Page::new(Part::Output),
            sent_reader: Reader::default(),
            shown_reader: Reader::default(),
            typed: Typed::default(),
            has_input: false,
            protocol: Protocol::of(kind, redactor),
        }
    }

    /// True where an event may be taken in pieces.
    pub fn is_of_bytes(&self) -> bool {
        matches!(self.protocol, Protocol::None | Protocol::Private)
    }

    pub fn push(&mut self, event: &Event) {
        let is_input = event.code == Code::Input;
        self.has_input |= is_input && !event.data.is_empty();
        match (&mut self.protocol, &event.code) {
            (Protocol::Database(statements), Code::Input) => {
                let mut entries = Vec::new();
                statements.push(event, &mut entries);
                self.statements(&entries);
            }
            (Protocol::Exchanges(transcript), Code::Input | Code::Output) => {
                let mut lines = Vec::new();
                transcript.push(event, &mut lines);
                self.exchanges(&lines);
            }
            (Protocol::Private, Code::Input | Code::Output) => {}
            (_, Code::Input) if self.kind == Kind::Terminal => {
                self.typed.keys(&event.data, &self.shown);
            }
            (_, Code::Input) => self.sent_reader.read(event, &mut self.sent),
            (_, Code::Output) => {
                self.shown_reader.read(event, &mut self.shown);
                self.typed.echoed(&mut self.shown);
            }
            (_, Code::Error) => {
                self.shown.add(event.time, |out, _| end_line(out));
                self.shown_reader.read(event, &mut self.shown);
            }
            _ => {}
        }
    }

    /// Adds what had not ended.
    pub fn finish(&mut self) {
        match &mut self.protocol {
            Protocol::Database(statements) => {
                let mut entries = Vec::new();
                statements.finish(&mut entries);
                self.statements(&entries);
            }
            Protocol::Exchanges(transcript) => {
                let mut lines = Vec::new();
                transcript.finish(&mut lines);
                self.exchanges(&lines);
            }
            Protocol::None | Protocol::Private => {}
        }
    }

    /// The text of the shown page was moved down.
    pub fn shown_moved_down(&mut self, by: usize) {
        self.typed.moved_down(by);
    }

    fn statements(&mut self, entries: &[Entry]) {
        for entry in entries {
            let Said::Statement { sql, parameters } = &entry.said else {
                continue;
            };
            self.sent.add(entry.time, |out, _| {
                out.push_str(sql.trim_end());
                out.push('\n');
                for (number, value) in (1..).zip(parameters.iter()) {
                    out.push_str(&format!("${number} = {value}\n"));
                }
            });
        }
    }

    /// As the transcript tells them: the headers carry tokens and are in neither.
    fn exchanges(&mut self, lines: &[Line]) {
        for line in lines {
            let page = match line.tone {
                Tone::Input => &mut self.sent,
                _ => &mut self.shown,
            };
            let text = &line.text[after_arrow(&line.text)];
            page.add(line.time, |out, _| {
                out.push_str(text);
                out.push('\n');
            });
        }
    }
}

/// A first line has its time and an arrow in front.
fn after_arrow(line: &str) -> Range<usize> {
    let arrow = ["→ ", "← "].iter().find_map(|arrow| {
        let at = line.find(arrow)?;
        let is_first = line[..at]
            .chars()
            .all(|c| c.is_ascii_digit() || " :.".contains(c));
        is_first.then_some(at + arrow.len())
    });
    arrow.unwrap_or(0)..line.len()
}

fn end_line(out: &mut String) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}
