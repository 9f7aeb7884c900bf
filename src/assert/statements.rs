//! The statements of a recording, and which of them a policy forbids.

use std::time::Duration;

use super::check::{Statements, Unclear};
use super::sql::{Dialect, Kind as StatementKind, Origin, Reader, command};
use super::verdict::{Answer, Evidence, Place};
use crate::domain::redaction::Redactor;
use crate::domain::session::Session;
use crate::recording::statements::{Entry, Said, Statements as Sent};
use crate::recording::{Code, Event, Kind, safe};
use crate::search::Part;

/// Evidence of one rule in one session that is kept.
pub(super) const KEPT: usize = 20;
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

/// Takes the events of a recording and keeps what its statements do.
pub(super) struct Collector {
    redactor: Redactor,
    how: How,
    found: Vec<Found>,
}

enum How {
    /// Client and server talk to each other.
    Client {
        sent: Sent,
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
            sent: Sent::new(kind).marking(redactor),
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

impl Collector {
    pub fn new(kind: Kind, session: Option<&Session>, redactor: Redactor) -> Self {
        Self {
            how: How::of(kind, session, &redactor),
            redactor,
            found: Vec::new(),
        }
    }

    pub fn push(&mut self, event: &Event) {
        let mut entries = Vec::new();
        match &mut self.how {
            How::Client { sent, .. } => sent.push(event, &mut entries),
            How::Script { text, time, .. } if event.code == Code::Input => {
                time.get_or_insert(event.time);
                text.extend_from_slice(&event.data);
            }
            _ => {}
        }
        self.entries(entries);
    }

    pub fn read(mut self) -> Read {
        let mut entries = Vec::new();
        if let How::Client { sent, .. } = &mut self.how {
            sent.finish(&mut entries);
        }
        self.entries(entries);
        match self.how {
            How::None => Read::None,
            How::Unreadable(why) => Read::Unreadable(why),
            How::Client { .. } => Read::Found(self.found),
            How::Script {
                dialect,
                text,
                time,
            } => {
                let mut reader = Reader::new(dialect, Origin::Script);
                let script = String::from_utf8_lossy(&text);
                let time = time.unwrap_or_default();
                Read::Found(read(&mut reader, &script, time, &self.redactor))
            }
        }
    }

    fn entries(&mut self, entries: Vec<Entry>) {
        let How::Client { reader, .. } = &mut self.how else {
            return;
        };
        for entry in entries {
            match (entry.said, reader.as_mut()) {
                (Said::Statement { sql, .. }, _) if sql.starts_with(BEFORE) => {
                    let why = "it was prepared before the recording";
                    self.found.push(unknown(entry.time, why));
                }
                (Said::Statement { sql, .. }, Some(reader)) => {
                    self.found
                        .extend(read(reader, &sql, entry.time, &self.redactor));
                }
                (Said::Statement { sql, .. }, None) => {
                    self.found.push(document(&sql, entry.time, &self.redactor));
                }
                (Said::Remark(text), _) if HARMLESS.iter().any(|one| text.starts_with(one)) => {}
                (Said::Remark(text), _) => self.found.push(unknown(entry.time, &text)),
            }
        }
    }
}

fn document(json: &str, time: Duration, redactor: &Redactor) -> Found {
    let kind = command(json);
    Found {
        unclear: kind.is_none().then(|| "it is no document".to_owned()),
        kinds: kind.into_iter().collect(),
        place: place(json, time, redactor),
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
