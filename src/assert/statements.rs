//! The statements of a recording, and which of them a policy forbids.

use std::time::Duration;

use super::check::{Statements, Unclear};
use super::sql::{Dialect, Kind as StatementKind, Origin, Reader, command};
use super::verdict::{Answer, Evidence, Place};
use crate::domain::redaction::Redactor;
use crate::domain::session::Session;
use crate::recording::statements::{self, Said};
use crate::recording::{Code, Event, Kind, safe};
use crate::search::Part;

/// Evidence of one rule in one session that is kept.
pub(super) const KEPT: usize = 20;
/// A longer statement is cut, in characters.
const LONGEST: usize = 300;

/// Remarks on what was sent that leave no statement out.
const HARMLESS: [&str; 4] = ["connected to ", "copied in ", "copy given up ", "more rows "];
const BEFORE: &str = "-- prepared before the recording";

/// One statement, with its place in the recording.
#[derive(Clone, Debug)]
pub(super) struct Found {
    kinds: Vec<StatementKind>,
    unclear: Option<String>,
    place: Place,
}

/// What there is to say of the statements of a recording.
#[derive(Debug)]
pub(super) enum Read {
    /// Sessions of the kind have none.
    None,
    Unreadable(String),
    Found(Vec<Found>),
}

/// Takes the events that carry statements.
pub(super) struct Collector<'s> {
    kind: Kind,
    session: Option<&'s Session>,
    sent: Vec<Event>,
}

impl<'s> Collector<'s> {
    pub fn new(kind: Kind, session: Option<&'s Session>) -> Self {
        Self {
            kind,
            session,
            sent: Vec::new(),
        }
    }

    pub fn push(&mut self, event: &Event) {
        let may_be_one = self.kind.is_native_database() || self.kind == Kind::Exec;
        if may_be_one && event.code == Code::Input {
            self.sent.push(event.clone());
        }
    }

    pub fn read(self, redactor: &Redactor) -> Read {
        let dialect = match self.kind {
            Kind::Postgres => Dialect::Postgres,
            Kind::MySql => Dialect::MySql,
            Kind::SqlServer => Dialect::SqlServer,
            Kind::MongoDb => return self.documents(redactor),
            Kind::Oracle => {
                return Read::Unreadable(
                    "the gateway records fragments of Oracle sessions alone".to_owned(),
                );
            }
            Kind::Exec => return self.script(redactor),
            _ => return Read::None,
        };
        let mut reader = Reader::new(dialect, Origin::Client);
        let mut found = Vec::new();
        for entry in statements::read(self.kind, &self.sent) {
            match entry.said {
                Said::Statement { sql, .. } if sql.starts_with(BEFORE) => {
                    found.push(unknown(entry.time, "it was prepared before the recording"));
                }
                Said::Statement { sql, .. } => {
                    found.extend(read(&mut reader, &sql, entry.time, redactor));
                }
                Said::Remark(text) if HARMLESS.iter().any(|known| text.starts_with(known)) => {}
                Said::Remark(text) => found.push(unknown(entry.time, &text)),
            }
        }
        Read::Found(found)
    }

    fn documents(self, redactor: &Redactor) -> Read {
        let mut found = Vec::new();
        for entry in statements::read(self.kind, &self.sent) {
            let Said::Statement { sql, .. } = entry.said else {
                continue;
            };
            let kind = command(&sql);
            found.push(Found {
                unclear: kind.is_none().then(|| "it is no document".to_owned()),
                kinds: kind.into_iter().collect(),
                place: place(&sql, entry.time, redactor),
            });
        }
        Read::Found(found)
    }

    /// A script is one of statements where the connection is a database.
    fn script(self, redactor: &Redactor) -> Read {
        let Some(session) = self.session else {
            return Read::Unreadable(
                "a file does not say whether its script is one of a database".to_owned(),
            );
        };
        if session.connection.kind != "database" {
            return Read::None;
        }
        let dialect = match session.connection.subtype.as_str() {
            "postgres" => Dialect::Postgres,
            "mysql" => Dialect::MySql,
            "mssql" => Dialect::SqlServer,
            other => {
                return Read::Unreadable(format!("scripts of {other} are not taken apart"));
            }
        };
        let time = self.sent.first().map_or(Duration::ZERO, |first| first.time);
        let script = self.sent.iter().flat_map(|event| event.data.iter().copied());
        let script: Vec<u8> = script.collect();
        let script = String::from_utf8_lossy(&script);
        let mut reader = Reader::new(dialect, Origin::Script);
        Read::Found(read(&mut reader, &script, time, redactor))
    }
}

fn read(reader: &mut Reader, text: &str, time: Duration, redactor: &Redactor) -> Vec<Found> {
    let found = |statement: super::sql::Statement| Found {
        kinds: statement.kinds,
        unclear: statement.unclear.map(str::to_owned),
        place: place(&text[statement.range], time, redactor),
    };
    reader.read(text).into_iter().map(found).collect()
}

fn unknown(time: Duration, why: &str) -> Found {
    Found {
        kinds: Vec::new(),
        unclear: Some(why.to_owned()),
        place: Place {
            part: Part::Statement,
            text: safe::line(why),
            start: time,
            end: time,
        },
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

/// What the statements mean for a rule.
pub(super) fn answer(asked: &Statements, read: &Read) -> Answer {
    match read {
        Read::None => Answer::Holds,
        Read::Unreadable(why) => Answer::cannot_tell(why.clone()),
        Read::Found(found) => {
            let mut broken = Vec::new();
            let mut unknown = Answer::Holds;
            for one in found {
                match of_one(asked, one) {
                    Answer::Broken(evidence) if broken.len() < KEPT => broken.extend(evidence),
                    Answer::Broken(_) => {}
                    other => unknown = unknown.and(other),
                }
            }
            match broken.is_empty() {
                true => unknown,
                false => Answer::Broken(broken),
            }
        }
    }
}

fn of_one(asked: &Statements, found: &Found) -> Answer {
    let broken = |what: String| {
        Answer::broken(Evidence {
            what,
            place: Some(found.place.clone()),
        })
    };
    for kind in &found.kinds {
        if asked.forbid.iter().any(|pattern| pattern.matches(kind)) {
            return broken(format!("{kind} is forbidden"));
        }
        let is_allowed = asked.allow.is_empty() || asked.allow.iter().any(|one| one.matches(kind));
        if !is_allowed {
            return broken(format!("{kind} is not among what is allowed"));
        }
    }
    match (&found.unclear, asked.unclear) {
        (None, _) | (_, Unclear::Ignore) => Answer::Holds,
        (Some(why), Unclear::Broken) => broken(format!("it cannot be told what it did: {why}")),
        (Some(why), Unclear::CannotTell) => {
            Answer::cannot_tell(format!("`{}`: {why}", beginning(&found.place.text)))
        }
    }
}

/// Enough of a statement to know it again.
fn beginning(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
