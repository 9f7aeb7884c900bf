//! What clients of databases and APIs sent, as the gateway recorded it.

use std::collections::HashSet;
use std::time::Duration;

use ddctl::domain::redaction::Redactor;
use ddctl::recording::statements::{Said, Statements};
use ddctl::recording::transcript::{Transcript, redacted};
use ddctl::recording::{Code, Event, Kind, Size};

pub const KINDS: [Kind; 11] = [
    Kind::Exec,
    Kind::Terminal,
    Kind::Postgres,
    Kind::MySql,
    Kind::SqlServer,
    Kind::MongoDb,
    Kind::Oracle,
    Kind::Http,
    Kind::Ssh,
    Kind::Rdp,
    Kind::Tcp,
];

pub fn postgres(input: &[u8]) -> usize {
    read(Kind::Postgres, input)
}

pub fn mysql(input: &[u8]) -> usize {
    read(Kind::MySql, input)
}

pub fn mssql(input: &[u8]) -> usize {
    read(Kind::SqlServer, input)
}

pub fn mongodb(input: &[u8]) -> usize {
    read(Kind::MongoDb, input)
}

pub fn oracle(input: &[u8]) -> usize {
    read(Kind::Oracle, input)
}

pub fn http(input: &[u8]) -> usize {
    read(Kind::Http, input)
}

pub fn opaque(input: &[u8]) -> usize {
    [Kind::Ssh, Kind::Rdp, Kind::Tcp]
        .into_iter()
        .map(|kind| read(kind, input))
        .sum()
}

/// Reads statements and a transcript, as it came and with secrets hidden.
pub fn read(kind: Kind, input: &[u8]) -> usize {
    let events = events(input);
    statements(kind, &events)
        .max(lines(kind, &events))
        .max(hidden(kind, &events))
}

fn statements(kind: Kind, events: &[Event]) -> usize {
    let (mut statements, mut entries) = (Statements::new(kind), Vec::new());
    for event in events {
        statements.push(event, &mut entries);
    }
    statements.finish(&mut entries);
    let mut texts = HashSet::new();
    let said = entries.iter().map(|entry| match &entry.said {
        Said::Remark(text) => text.len(),
        // A prepared statement that runs again is the same text in the same memory.
        Said::Statement { sql, parameters } => {
            let is_new = texts.insert(sql.as_ptr());
            let parameters: usize = parameters.iter().map(String::len).sum();
            parameters + if is_new { sql.len() } else { 0 }
        }
    });
    said.sum()
}

fn lines(kind: Kind, events: &[Event]) -> usize {
    let (mut transcript, mut lines) = (Transcript::new(kind, Size::ASSUMED), Vec::new());
    for event in events {
        transcript.push(event, &mut lines);
    }
    transcript.finish(&mut lines);
    lines.iter().map(|line| line.text.len()).sum()
}

fn hidden(kind: Kind, events: &[Event]) -> usize {
    let lines = redacted(kind, events, &Redactor::built_in());
    lines.iter().map(|line| line.text.len()).sum()
}

/// Events of one input: each begins with `<` for what the client sent or `>` for what it got, on
/// a line of its own (`\n<`, `\n>`); without such a line all of it was sent.
pub fn events(input: &[u8]) -> Vec<Event> {
    let (mut events, mut rest) = (Vec::new(), input);
    while !rest.is_empty() {
        let (code, from) = match rest[0] {
            b'<' => (Code::Input, 1),
            b'>' => (Code::Output, 1),
            _ => (Code::Input, 0),
        };
        let body = &rest[from..];
        let end = body
            .windows(2)
            .position(|bytes| matches!(bytes, b"\n<" | b"\n>"));
        let (data, next) = match end {
            Some(at) => (&body[..at], &body[at + 1..]),
            None => (body, &b""[..]),
        };
        events.push(Event {
            time: Duration::from_millis(events.len() as u64),
            code,
            data: data.to_vec(),
            index: events.len(),
        });
        rest = next;
    }
    events
}
