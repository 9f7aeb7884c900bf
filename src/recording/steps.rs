//! A recording as steps: one for each command, statement or request, with the time that it took.

use std::io::Cursor;
use std::time::Duration;

use super::protocol::is_http_request;
use super::statements::{Entry, Said, Statements};
use super::{Code, Event, Kind, Strictness, open};
use crate::domain::redaction::Redactor;
use crate::domain::session::Session;
use crate::domain::step::{Rest, Step, StepKind, Steps};

/// Bytes of one text that are kept.
const LONGEST: usize = 8 << 10;

/// Bytes of one answer that are looked at for them.
const LOOKED_AT: usize = 64 << 10;

/// Bytes of text that are kept of a session.
const ALL_TEXT: usize = 256 << 10;

/// Reads the steps of a session in its raw `event_stream` array. Texts lose their secrets;
/// `has_output` keeps what was answered as well. `None` where nothing can be read, and for kinds of
/// recordings that have no steps.
pub fn steps(
    session: &Session,
    event_stream: &[u8],
    redactor: &Redactor,
    has_output: bool,
) -> Option<Steps> {
    let mut reader = open(Cursor::new(event_stream), Strictness::Lenient).ok()?;
    let kind = Kind::of_session(session, &reader.preview().ok()?);
    let mut walk = Walk::new(Way::of(kind, session, redactor)?, redactor, has_output);
    for event in reader.map_while(Result::ok) {
        walk.push(&event);
    }
    Some(walk.finish())
}

/// How steps are found.
enum Way {
    Statements(Box<Statements>),
    /// The whole session is one; its text, where the session has it.
    Script(Option<String>),
    /// By the enter key. What was typed is no text: it may be a password.
    Terminal,
    Http,
}

impl Way {
    fn of(kind: Kind, session: &Session, redactor: &Redactor) -> Option<Self> {
        Some(match kind {
            kind if kind.is_native_database() => {
                Way::Statements(Box::new(Statements::new(kind).marking(redactor)))
            }
            Kind::Exec => Way::Script(session.script.clone()),
            Kind::Terminal => Way::Terminal,
            Kind::Http => Way::Http,
            _ => return None,
        })
    }
}

/// What begins a step.
struct Beginning {
    kind: StepKind,
    index: usize,
    time: Duration,
    text: Option<String>,
}

/// A step whose answer is still coming.
struct Open {
    begun: Beginning,
    answered: Option<Duration>,
    http_status: Option<u16>,
    output: Vec<u8>,
    is_cut: bool,
}

struct Walk<'r> {
    way: Way,
    redactor: &'r Redactor,
    has_output: bool,
    open: Option<Open>,
    steps: Steps,
    /// Bytes of text that may still be kept.
    room: usize,
    now: Duration,
}

impl<'r> Walk<'r> {
    fn new(way: Way, redactor: &'r Redactor, has_output: bool) -> Self {
        Self {
            way,
            redactor,
            has_output,
            open: None,
            steps: Steps::default(),
            room: ALL_TEXT,
            now: Duration::ZERO,
        }
    }

    fn push(&mut self, event: &Event) {
        self.now = event.time;
        for begun in self.begun_by(event) {
            self.close();
            self.open = Some(Open {
                begun,
                answered: None,
                http_status: None,
                output: Vec::new(),
                is_cut: false,
            });
        }
        if event.code == Code::Output {
            self.answered(event);
        }
    }

    fn begun_by(&mut self, event: &Event) -> Vec<Beginning> {
        let beginning = |kind, text| Beginning {
            kind,
            index: event.index,
            time: event.time,
            text,
        };
        match &mut self.way {
            Way::Statements(statements) => {
                let mut entries = Vec::new();
                statements.push(event, &mut entries);
                entries.into_iter().filter_map(of_entry).collect()
            }
            Way::Script(script) if self.open.is_none() && self.steps.first.is_empty() => {
                vec![Beginning {
                    index: 0,
                    ..beginning(StepKind::Script, script.take())
                }]
            }
            Way::Terminal if event.code == Code::Input && is_entered(&event.data) => {
                vec![beginning(StepKind::Command, None)]
            }
            Way::Http if event.code == Code::Input && is_http_request(&event.data) => {
                vec![beginning(
                    StepKind::Request,
                    Some(request_line(&event.data)),
                )]
            }
            _ => Vec::new(),
        }
    }

    fn answered(&mut self, event: &Event) {
        let Some(open) = &mut self.open else { return };
        if open.answered.is_none() && open.begun.kind == StepKind::Request {
            open.http_status = http_status(&event.data);
        }
        open.answered = Some(event.time);
        if self.has_output {
            let room = LOOKED_AT.saturating_sub(open.output.len());
            let taken = event.data.len().min(room);
            open.output.extend_from_slice(&event.data[..taken]);
            open.is_cut |= taken < event.data.len();
        }
    }

    /// Ends the open step, now at the latest.
    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let (begun, end) = (open.begun, open.answered.unwrap_or(self.now));
        let end = end.max(begun.time);
        if self.steps.first.len() == Steps::MOST {
            return self.count(&begun, end);
        }
        let mut is_cut = open.is_cut;
        let text = begun.text.map(|text| self.kept(&text, &mut is_cut));
        let output = (!open.output.is_empty())
            .then(|| self.kept(&String::from_utf8_lossy(&open.output), &mut is_cut));
        self.steps.first.push(Step {
            kind: begun.kind,
            index: begun.index as u64,
            start: begun.time,
            end,
            is_end_inferred: open.answered.is_none(),
            text,
            output,
            is_cut,
            http_status: open.http_status,
        });
    }

    fn count(&mut self, begun: &Beginning, end: Duration) {
        let rest = self.steps.rest.get_or_insert(Rest {
            count: 0,
            index: begun.index as u64,
            start: begun.time,
            end,
        });
        rest.count += 1;
        rest.end = rest.end.max(end);
    }

    /// The beginning of a text, redacted before it is cut, so that a cut cannot hide half a secret
    /// from the rules.
    fn kept(&mut self, text: &str, is_cut: &mut bool) -> String {
        let redacted = self.redactor.redact(text);
        let most = LONGEST.min(self.room).min(redacted.len());
        let end = (0..=most).rev().find(|end| redacted.is_char_boundary(*end));
        let kept = &redacted[..end.unwrap_or(0)];
        self.room -= kept.len();
        *is_cut |= kept.len() < redacted.len();
        kept.to_owned()
    }

    fn finish(mut self) -> Steps {
        self.close();
        self.steps
    }
}

fn of_entry(entry: Entry) -> Option<Beginning> {
    match entry.said {
        Said::Remark(_) => None,
        Said::Statement { sql, .. } => Some(Beginning {
            kind: StepKind::Statement,
            index: entry.index,
            time: entry.time,
            text: Some(sql.trim().to_owned()),
        }),
    }
}

/// The enter key was pressed.
fn is_entered(typed: &[u8]) -> bool {
    typed.iter().any(|byte| matches!(byte, b'\r' | b'\n'))
}

/// Method and path: a query holds tokens too often.
fn request_line(data: &[u8]) -> String {
    let line = data.split(|byte| *byte == b'\r' || *byte == b'\n').next();
    let line = String::from_utf8_lossy(line.unwrap_or_default());
    let mut words = line.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next());
    let path = path.and_then(|path| path.split('?').next());
    format!("{method} {}", path.unwrap_or_default())
}

/// Of `HTTP/1.1 404 Not Found`.
fn http_status(data: &[u8]) -> Option<u16> {
    let rest = data.strip_prefix(b"HTTP/1.")?;
    let code = str::from_utf8(rest.get(2..5)?).ok()?;
    code.parse().ok()
}

#[cfg(test)]
mod tests;
