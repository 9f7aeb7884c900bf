//! What was sent to a database, as a list of statements.

mod document;
mod redact;

use std::io::Cursor;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::redact::{Counting, Place, Report};
use super::{Code, Event, Kind, Strictness, open, postgres};
use crate::domain::redaction::{Redactor, RuleName};
use crate::domain::session::{Session, Verb};

/// The most text that [`first_statements`] gives, in bytes.
const FIRST: usize = 64 * 1024;

/// One thing the client did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub time: Duration,
    /// The event that completed it.
    pub index: usize,
    pub said: Said,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// The text as it was sent, passwords apart, and the parameters beside it.
    Statement {
        sql: Arc<str>,
        parameters: Arc<[String]>,
    },
    /// Something worth a line that is no statement.
    Remark(String),
}

/// Reads the statements of a native database session from its events, one by one; of other kinds
/// there are none.
///
/// Passwords that stand in a statement are replaced by their marks, whether or not anything else
/// is redacted. The text is as it was recorded otherwise: put it through [`super::safe`] before a
/// terminal sees it.
pub struct Statements {
    /// Large beside what other kinds of recordings need, as is what follows the protocol.
    hider: Box<Hider>,
    postgres: Box<postgres::Session>,
}

impl Statements {
    pub fn new(kind: Kind) -> Self {
        Self {
            hider: Box::new(Hider::new(kind)),
            postgres: Box::default(),
        }
    }

    /// Makes the marks as `redactor` does, with its tokens.
    pub fn marking(mut self, redactor: &Redactor) -> Self {
        self.hider.redactor = redactor.clone();
        self
    }

    /// Counts only what is hidden in a range of the recording.
    pub fn counting(mut self, range: Range<Duration>) -> Self {
        self.hider.counting = Counting::within(range);
        self
    }

    /// What was hidden so far.
    pub fn report(&self) -> &Report {
        &self.hider.counting.report
    }

    /// Appends what the event completes.
    pub fn push(&mut self, event: &Event, entries: &mut Vec<Entry>) {
        if event.code != Code::Input {
            return;
        }
        match self.hider.kind {
            Kind::Postgres => self.postgres.push(event, &mut self.hider, entries),
            Kind::MySql => entries.extend(self.hider.text(event, mysql(&event.data))),
            Kind::SqlServer | Kind::Oracle | Kind::MongoDb => {
                entries.extend(self.hider.text(event, &event.data));
            }
            _ => {}
        }
    }

    /// Says what never made sense.
    pub fn finish(&mut self, entries: &mut Vec<Entry>) {
        if self.hider.kind == Kind::Postgres {
            self.postgres.finish(entries);
        }
    }
}

/// As [`Statements`], of events that are in memory.
pub fn read(kind: Kind, events: &[Event]) -> Vec<Entry> {
    let (mut statements, mut entries) = (Statements::new(kind), Vec::new());
    for event in events {
        statements.push(event, &mut entries);
    }
    statements.finish(&mut entries);
    entries
}

/// Takes passwords out of statements, and counts them.
pub(super) struct Hider {
    kind: Kind,
    redactor: Redactor,
    counting: Counting,
}

impl Hider {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            redactor: Redactor::built_in(),
            counting: Counting::default(),
        }
    }

    /// A statement, which an event completed, without its passwords.
    pub fn hide(&mut self, sql: &str, time: Duration, index: usize) -> Arc<str> {
        let Some((hidden, rules)) = redact::statement(self.kind, sql, &self.redactor) else {
            return sql.into();
        };
        for rule in rules {
            self.count(rule.into(), time, index);
        }
        hidden.into()
    }

    /// A text without what the rules of any text find.
    pub fn hide_all(&mut self, text: &str, time: Duration, index: usize) -> String {
        let (hidden, findings) = self.redactor.redact_with_report(text);
        for finding in findings {
            self.count(finding.rule, time, index);
        }
        hidden.into_owned()
    }

    fn count(&mut self, rule: RuleName, time: Duration, index: usize) {
        let index = Some(index);
        self.counting.add(Place { rule, time, index });
    }

    /// One statement an event, of those protocols that the recorder decodes itself.
    fn text(&mut self, event: &Event, data: &[u8]) -> Option<Entry> {
        let text = String::from_utf8_lossy(data);
        let text = text.trim_end_matches(['\0', '\n', '\r']);
        (!text.is_empty()).then(|| Entry {
            time: event.time,
            index: event.index,
            said: Said::Statement {
                sql: self.hide(text, event.time, event.index),
                parameters: [].into(),
            },
        })
    }
}

/// Reads the statements of a native database session joined by newlines, up to about 64 KiB, with
/// the marks that `redactor` makes: the `session.command` of its event. `None` for other sessions,
/// whose input are keystrokes, and where nothing can be read.
pub fn first_statements(redactor: Redactor) -> impl Fn(&Session, &[u8]) -> Option<String> {
    move |session, event_stream| first(session, event_stream, &redactor)
}

fn first(session: &Session, event_stream: &[u8], redactor: &Redactor) -> Option<String> {
    if session.verb == Verb::Exec {
        return None;
    }
    let mut reader = open(Cursor::new(event_stream), Strictness::Lenient).ok()?;
    let kind = Kind::of_session(session, &reader.preview().ok()?);
    let mut statements = Statements::new(kind).marking(redactor);
    let mut entries = Vec::new();
    let mut text = String::new();
    for event in reader.map_while(Result::ok) {
        statements.push(&event, &mut entries);
        for entry in entries.drain(..) {
            append(&entry, &mut text);
        }
        if text.len() > FIRST {
            let end = (0..=FIRST).rev().find(|end| text.is_char_boundary(*end));
            text.truncate(end.unwrap_or(0));
            break;
        }
    }
    (!text.is_empty()).then_some(text)
}

fn append(entry: &Entry, text: &mut String) {
    if let Said::Statement { sql, .. } = &entry.said {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(sql.trim());
    }
}

/// The recorder leaves the command byte, or the parameter-set count of query attributes, in
/// front of the text.
fn mysql(data: &[u8]) -> &[u8] {
    match data {
        [0x01 | 0x03, text @ ..] => text,
        text => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(data: &[&[u8]]) -> Vec<Event> {
        data.iter()
            .enumerate()
            .map(|(index, data)| Event {
                time: Duration::from_secs(index as u64),
                code: Code::Input,
                data: data.to_vec(),
                index,
            })
            .collect()
    }

    fn said(kind: Kind, data: &[&[u8]]) -> Vec<String> {
        read(kind, &inputs(data))
            .into_iter()
            .map(|entry| match entry.said {
                Said::Statement { sql, .. } => sql.to_string(),
                Said::Remark(text) => format!("({text})"),
            })
            .collect()
    }

    #[test]
    fn the_byte_before_a_mysql_query_is_stripped() {
        let data: [&[u8]; 4] = [b"\x03SELECT 1", b"\x01SELECT 2", b"SELECT 3\0", b"\x03"];
        assert_eq!(
            said(Kind::MySql, &data),
            ["SELECT 1", "SELECT 2", "SELECT 3"]
        );
    }

    #[test]
    fn passwords_in_statements_are_redacted() {
        let data: [&[u8]; 1] = [b"\x03CREATE USER 'r'@'%' IDENTIFIED BY 'pw-771'"];
        assert_eq!(
            said(Kind::MySql, &data),
            ["CREATE USER 'r'@'%' IDENTIFIED BY '[redacted:sql-password]'"]
        );
    }

    #[test]
    fn frames_as_the_gateway_stores_them_become_the_command_of_an_event() {
        // A Parse that was never executed, a Query, a Terminate.
        let json = br#"[[0.5,"i","UAAAABQAU0VMRUNUIG5vdygpAAAA"],
            [0.9,"i","UQAAAA1TRUxFQ1QgMQA="],[2.0,"i","WAAAAAQ="]]"#;
        let session = session("database", "postgres", Verb::Connect);
        assert_eq!(
            first(&session, json, &Redactor::built_in()).as_deref(),
            Some("SELECT 1")
        );
        let script = Session {
            verb: Verb::Exec,
            ..session.clone()
        };
        assert_eq!(first(&script, json, &Redactor::built_in()), None);
    }

    #[test]
    fn keystrokes_of_a_terminal_are_no_command() {
        let json = br#"[[0.5,"i","aHVudGVyMg0="],[0.6,"o","JCA="]]"#;
        assert_eq!(
            first(
                &session("custom", "", Verb::Connect),
                json,
                &Redactor::built_in()
            ),
            None
        );
    }

    #[test]
    fn the_first_statements_are_bounded() {
        let query = format!("\x03SELECT '{}é'", "x".repeat(FIRST - 9));
        let data = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, query);
        let json = format!("[[0,\"i\",\"{data}\"],[1,\"i\",\"{data}\"]]");
        let session = session("database", "mysql", Verb::Connect);
        let text = first(&session, json.as_bytes(), &Redactor::built_in()).expect("statements");
        assert_eq!(
            text.len(),
            FIRST - 1,
            "cut before the character that does not fit"
        );
    }

    fn session(kind: &str, subtype: &str, verb: Verb) -> Session {
        use crate::domain::session::{ConnectionRef, Identity, IdentityKind, Metrics, Status};
        Session {
            id: "a0000000-0000-4000-8000-000000000003".to_owned(),
            org_id: String::new(),
            identity: Identity {
                id: "u".to_owned(),
                email: "u@example.com".to_owned(),
                name: "u".to_owned(),
                kind: IdentityKind::User,
                machine_identity_id: None,
            },
            connection: ConnectionRef {
                name: "pg-lab".to_owned(),
                kind: kind.to_owned(),
                subtype: subtype.to_owned(),
                resource_name: String::new(),
                tags: serde_json::Map::new(),
            },
            verb,
            status: Status::Done,
            exit_code: Some(0),
            start_date: jiff::Timestamp::UNIX_EPOCH,
            end_date: None,
            script: None,
            script_size: 0,
            event_size: 0,
            review: None,
            ai_analysis: None,
            guardrails: Vec::new(),
            metrics: Metrics::default(),
            metadata: serde_json::Map::new(),
            labels: serde_json::Map::new(),
            integrations_metadata: serde_json::Map::new(),
            correlation_id: None,
            session_batch_id: None,
        }
    }

    #[test]
    fn a_terminal_has_no_statements() {
        assert_eq!(said(Kind::Terminal, &[b"hunter2\r"]), [""; 0]);
    }
}
