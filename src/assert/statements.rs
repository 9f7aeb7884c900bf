//! The statements of a recording, and which of them a policy forbids. Each is judged as it comes:
//! a recording may hold millions.

use std::time::Duration;

use super::check::{Statements, Unclear};
use super::sql::{Dialect, Kind as StatementKind, Origin, Reader, command};
use super::verdict::{Answer, Evidence, Gathered, Place};
use crate::domain::redaction::Redactor;
use crate::domain::session::Session;
use crate::recording::statements::{Entry, Said, Statements as Sent};
use crate::recording::{Code, Event, Kind, safe};
use crate::search::Part;

/// Different reasons of one check that are kept.
const REASONS: usize = 20;
/// A longer statement is cut, in characters.
const LONGEST: usize = 300;

/// Remarks on what was sent that leave no statement out.
const HARMLESS: [&str; 4] = [
    "connected to ",
    "copied in ",
    "copy given up ",
    "more rows ",
];
const BEFORE: &str = "-- prepared before the recording";

/// A check, by rule and place.
pub(super) type CheckId = (usize, usize);

/// Takes the events of a recording and judges what its statements do.
pub(super) struct Collector<'p> {
    how: How,
    court: Court<'p>,
}

enum How {
    /// Client and server talk to each other.
    Client {
        sent: Box<Sent>,
        reader: Option<Reader>,
    },
    /// One text for the database's command line, and when it was sent.
    Script {
        dialect: Dialect,
        text: Vec<u8>,
        time: Option<Duration>,
    },
    None,
    Unreadable(String),
}

impl How {
    fn of(kind: Kind, session: Option<&Session>, redactor: &Redactor) -> Self {
        let client = |dialect: Option<Dialect>| How::Client {
            sent: Box::new(Sent::new(kind).marking(redactor)),
            reader: dialect.map(|dialect| Reader::new(dialect, Origin::Client)),
        };
        match kind {
            Kind::Postgres => client(Some(Dialect::Postgres)),
            Kind::MySql => client(Some(Dialect::MySql)),
            Kind::SqlServer => client(Some(Dialect::SqlServer)),
            Kind::MongoDb => client(None),
            Kind::Oracle => {
                How::Unreadable("the gateway records fragments of Oracle sessions alone".to_owned())
            }
            Kind::Exec => How::of_script(session),
            _ => How::None,
        }
    }

    /// A script is one of statements where the connection is a database.
    fn of_script(session: Option<&Session>) -> Self {
        let Some(session) = session else {
            let why = "a file does not say whether its script is one of a database";
            return How::Unreadable(why.to_owned());
        };
        let connection = &session.connection;
        let dialect = match (connection.kind.as_str(), connection.subtype.as_str()) {
            ("database", "postgres") => Dialect::Postgres,
            ("database", "mysql") => Dialect::MySql,
            ("database", "mssql") => Dialect::SqlServer,
            ("database", other) => {
                return How::Unreadable(format!("scripts of {other} are not taken apart"));
            }
            _ => return How::None,
        };
        How::Script {
            dialect,
            text: Vec::new(),
            time: None,
        }
    }
}

impl<'p> Collector<'p> {
    pub fn new(
        kind: Kind,
        session: Option<&Session>,
        redactor: Redactor,
        asked: impl Iterator<Item = (CheckId, &'p Statements)>,
    ) -> Self {
        let tallies: Vec<Tally<'p>> = asked.map(Tally::new).collect();
        Self {
            how: match tallies.is_empty() {
                true => How::None,
                false => How::of(kind, session, &redactor),
            },
            court: Court { redactor, tallies },
        }
    }

    pub fn push(&mut self, event: &Event) {
        match &mut self.how {
            How::Client { sent, reader } => {
                let mut entries = Vec::new();
                sent.push(event, &mut entries);
                self.court.entries(entries, reader.as_mut());
            }
            How::Script { text, time, .. } if event.code == Code::Input => {
                time.get_or_insert(event.time);
                text.extend_from_slice(&event.data);
            }
            _ => {}
        }
    }

    /// What the statements mean for each check.
    pub fn finish(mut self) -> Vec<(CheckId, Answer)> {
        let mut unreadable = None;
        match self.how {
            How::None => {}
            How::Unreadable(why) => unreadable = Some(why),
            How::Client {
                mut sent,
                mut reader,
            } => {
                let mut entries = Vec::new();
                sent.finish(&mut entries);
                self.court.entries(entries, reader.as_mut());
            }
            How::Script {
                dialect,
                text,
                time,
            } => {
                let mut reader = Reader::new(dialect, Origin::Script);
                let script = String::from_utf8_lossy(&text);
                self.court
                    .text(&mut reader, &script, time.unwrap_or_default());
            }
        }
        let answers = self.court.tallies.into_iter().map(|tally| {
            let answer = match &unreadable {
                Some(why) => Answer::cannot_tell(why),
                None => tally.found.answer().and(tally.unknown),
            };
            (tally.check, answer)
        });
        answers.collect()
    }
}

/// The checks, and what each has found.
struct Court<'p> {
    redactor: Redactor,
    tallies: Vec<Tally<'p>>,
}

struct Tally<'p> {
    check: CheckId,
    asked: &'p Statements,
    found: Gathered,
    /// Why nobody can tell of all of them.
    unknown: Answer,
    reasons: usize,
}

impl Court<'_> {
    fn entries(&mut self, entries: Vec<Entry>, mut reader: Option<&mut Reader>) {
        for entry in entries {
            match (entry.said, reader.as_mut()) {
                (Said::Statement { sql, .. }, _) if sql.starts_with(BEFORE) => {
                    let why = "it was prepared before the recording";
                    self.statement(&[], Some(why), why, entry.time);
                }
                (Said::Statement { sql, .. }, Some(reader)) => self.text(reader, &sql, entry.time),
                (Said::Statement { sql, .. }, None) => self.document(&sql, entry.time),
                (Said::Remark(text), _) if HARMLESS.iter().any(|one| text.starts_with(one)) => {}
                (Said::Remark(text), _) => self.statement(&[], Some(&text), &text, entry.time),
            }
        }
    }

    fn text(&mut self, reader: &mut Reader, text: &str, time: Duration) {
        for one in reader.read(text) {
            self.statement(&one.kinds, one.unclear, &text[one.range], time);
        }
    }

    fn document(&mut self, json: &str, time: Duration) {
        let kind = command(json);
        let unclear = kind.is_none().then_some("it is no document");
        self.statement(kind.as_slice(), unclear, json, time);
    }

    /// Judges one statement. `text` is as it was recorded.
    fn statement(
        &mut self,
        kinds: &[StatementKind],
        unclear: Option<&str>,
        text: &str,
        time: Duration,
    ) {
        let redactor = &self.redactor;
        for tally in &mut self.tallies {
            match of_one(tally.asked, kinds, unclear) {
                Judgement::Holds => {}
                Judgement::Broken(what) => tally.found.add(|| Evidence {
                    what,
                    place: Some(place(text, time, redactor)),
                }),
                Judgement::CannotTell(why) if tally.reasons < REASONS => {
                    let text = place(text, time, redactor).text;
                    tally.cannot_tell(format!("`{}`: {why}", beginning(&text)));
                }
                Judgement::CannotTell(_) => {
                    tally.cannot_tell("there are more statements like these".to_owned());
                }
            }
        }
    }
}

impl<'p> Tally<'p> {
    fn new((check, asked): (CheckId, &'p Statements)) -> Self {
        Self {
            check,
            asked,
            found: Gathered::default(),
            unknown: Answer::Holds,
            reasons: 0,
        }
    }

    fn cannot_tell(&mut self, why: String) {
        let unknown = std::mem::replace(&mut self.unknown, Answer::Holds);
        self.unknown = unknown.and(Answer::cannot_tell(why));
        self.reasons = match &self.unknown {
            Answer::CannotTell(reasons) => reasons.len(),
            _ => 0,
        };
    }
}

fn place(text: &str, time: Duration, redactor: &Redactor) -> Place {
    let safe = safe::line(&redactor.redact(text));
    let words: Vec<&str> = safe.split_whitespace().collect();
    let line = words.join(" ");
    let text = match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    };
    Place {
        part: Part::Statement,
        text,
        start: time,
        end: time,
    }
}

/// What one statement means for a check.
enum Judgement<'u> {
    Holds,
    CannotTell(&'u str),
    Broken(String),
}

fn of_one<'u>(
    asked: &Statements,
    kinds: &[StatementKind],
    unclear: Option<&'u str>,
) -> Judgement<'u> {
    for kind in kinds {
        if asked.forbid.iter().any(|pattern| pattern.matches(kind)) {
            return Judgement::Broken(format!("{kind} is forbidden"));
        }
        let is_allowed = asked.allow.is_empty() || asked.allow.iter().any(|one| one.matches(kind));
        if !is_allowed {
            return Judgement::Broken(format!("{kind} is not among what is allowed"));
        }
    }
    match (unclear, asked.unclear) {
        (None, _) | (_, Unclear::Ignore) => Judgement::Holds,
        (Some(why), Unclear::Broken) => {
            Judgement::Broken(format!("it cannot be told what it did: {why}"))
        }
        (Some(why), Unclear::CannotTell) => Judgement::CannotTell(why),
    }
}

/// Enough of a statement to know it again.
fn beginning(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
