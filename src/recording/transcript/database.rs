//! Statements, numbered, with the time of each and its parameters beside it.

use std::sync::Arc;
use std::time::Duration;

use super::{Line, Tone, error_line, offset, pretty};
use crate::recording::redact::Report;
use crate::recording::statements::{Entry, Said, Statements};
use crate::recording::{Code, Event, Kind, safe};

/// A text longer than this is told once: a small message can run a large prepared statement.
const TOLD_ONCE: usize = 4 * 1024;

/// The column where text begins, under the number and the time.
const INDENT: usize = 18;

/// Long texts that are remembered as told, in bytes.
const REMEMBERED: usize = 4 * 1024 * 1024;

/// Lays statements out.
pub(super) struct Database {
    kind: Kind,
    statements: Statements,
    entries: Vec<Entry>,
    numbers: Numbers,
    has_begun: bool,
}

impl Database {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            statements: Statements::new(kind),
            entries: Vec::new(),
            numbers: Numbers::default(),
            has_begun: false,
        }
    }

    /// Takes other statements to read with, before the first event.
    pub fn reading(&mut self, change: impl FnOnce(Statements) -> Statements) {
        let statements = std::mem::replace(&mut self.statements, Statements::new(self.kind));
        self.statements = change(statements);
    }

    pub fn report(&self) -> &Report {
        self.statements.report()
    }

    pub fn push(&mut self, event: &Event, lines: &mut Vec<Line>) {
        self.begin(lines);
        self.statements.push(event, &mut self.entries);
        self.tell(lines);
        if event.code == Code::Error {
            lines.push(error_line(event));
        }
    }

    pub fn finish(&mut self, lines: &mut Vec<Line>) {
        self.begin(lines);
        self.statements.finish(&mut self.entries);
        self.tell(lines);
    }

    /// That there are no answers is said once.
    fn begin(&mut self, lines: &mut Vec<Line>) {
        if std::mem::replace(&mut self.has_begun, true) {
            return;
        }
        lines.extend(preface(self.kind).iter().map(|text| Line {
            time: Duration::ZERO,
            text: (*text).to_owned(),
            tone: Tone::Remark,
        }));
    }

    fn tell(&mut self, lines: &mut Vec<Line>) {
        for entry in self.entries.drain(..) {
            push(self.kind, &entry, &mut self.numbers, lines);
        }
    }
}

/// What a reader must know first.
fn preface(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Oracle => &[
            "The gateway records no answers for native clients, and of Oracle's protocol only",
            "printable fragments of what the client sent.",
            "",
        ],
        _ => &[
            "The gateway records no answers for native clients: this is what was sent.",
            "",
        ],
    }
}

/// Counts statements, and knows where a long one was told.
#[derive(Default)]
struct Numbers {
    latest: usize,
    told: Vec<(Arc<str>, usize)>,
    remembered: usize,
}

impl Numbers {
    /// The number of the next statement, and the text to tell.
    fn next(&mut self, kind: Kind, sql: &Arc<str>) -> (usize, String) {
        self.latest += 1;
        if sql.len() <= TOLD_ONCE {
            return (self.latest, tidy(kind, sql));
        }
        let told = self.told.iter().find(|(told, _)| Arc::ptr_eq(told, sql));
        if let Some((_, first)) = told {
            return (self.latest, format!("-- the text of statement {first}"));
        }
        self.remembered += sql.len();
        if self.remembered > REMEMBERED {
            self.remembered = sql.len();
            self.told.clear();
        }
        self.told.push((Arc::clone(sql), self.latest));
        (self.latest, tidy(kind, sql))
    }
}

/// The text as it is laid out: MongoDB's documents over several lines, SQL as it was written.
fn tidy(kind: Kind, sql: &str) -> String {
    let laid_out = match kind {
        Kind::MongoDb => pretty::json(sql.as_bytes()),
        _ => None,
    };
    safe::text(laid_out.as_deref().unwrap_or(sql))
        .replace('\r', "")
        .trim()
        .to_owned()
}

fn push(kind: Kind, entry: &Entry, numbers: &mut Numbers, lines: &mut Vec<Line>) {
    let time = entry.time;
    let at = offset(time);
    let mut add = |text: String, tone| lines.push(Line { time, text, tone });
    match &entry.said {
        Said::Remark(text) => add(
            format!("{:>4}  {at}  ({})", "", safe::line(text)),
            Tone::Remark,
        ),
        Said::Statement { sql, parameters } => {
            let (number, text) = numbers.next(kind, sql);
            let mut rows = text.lines();
            let first = rows.next().unwrap_or_default();
            add(format!("{number:>4}  {at}  {first}"), Tone::Plain);
            for row in rows {
                add(format!("{:INDENT$}{row}", ""), Tone::Plain);
            }
            for (n, value) in parameters.iter().enumerate() {
                let value = safe::line(value);
                add(format!("{:INDENT$}${} = {value}", "", n + 1), Tone::Input);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::texts;
    use super::*;

    #[test]
    fn statements_are_numbered_and_timed_and_their_parameters_stand_below() {
        let lines = texts(
            Kind::Postgres,
            &[
                ("i", b"Q\0\0\0\x13SELECT 1,\n  2;\0"),
                ("i", b"P\0\0\0\x11\0SELECT $1\0\0\0"),
                ("i", b"B\0\0\0\x11\0\0\0\0\0\x01\0\0\0\x01x\0\0"),
                ("i", b"E\0\0\0\x09\0\0\0\0\0"),
            ],
        );
        assert_eq!(
            lines,
            [
                "The gateway records no answers for native clients: this is what was sent.",
                "",
                "   1    0:00.000  SELECT 1,",
                "                    2;",
                "   2    0:03.000  SELECT $1",
                "                  $1 = 'x'",
            ]
        );
    }

    #[test]
    fn a_long_statement_that_runs_often_is_told_once() {
        let sql = format!("SELECT '{}'", "x".repeat(TOLD_ONCE));
        let parse = [b"\0", sql.as_bytes(), b"\0\0\0"].concat();
        let length = (parse.len() as u32 + 4).to_be_bytes();
        let parse = [&b"P"[..], &length, &parse].concat();
        let bind: &[u8] = b"B\0\0\0\x0c\0\0\0\0\0\0\0\0";
        let execute: &[u8] = b"E\0\0\0\x09\0\0\0\0\0";
        let lines = texts(
            Kind::Postgres,
            &[
                ("i", &parse),
                ("i", bind),
                ("i", execute),
                ("i", bind),
                ("i", execute),
            ],
        );
        assert!(lines[2].contains("xxx"));
        assert_eq!(lines[3], "   2    0:04.000  -- the text of statement 1");
    }

    #[test]
    fn a_document_is_laid_out_and_a_small_one_stays_on_its_line() {
        let find = br#"{"find":"orders","filter":{"state":"open","total":{"$gt":100}},"limit":5,"$db":"shop","lsid":{"id":{"$binary":{"base64":"AAAA","subType":"04"}}}}"#;
        let ping = br#"{"ping":1,"$db":"admin"}"#;
        let lines = texts(Kind::MongoDb, &[("i", ping), ("i", find)]);
        assert_eq!(lines[2], r#"   1    0:00.000  {"ping": 1, "$db": "admin"}"#);
        assert_eq!(lines[3], "   2    0:01.000  {");
        assert_eq!(lines[4], r#"                    "find": "orders","#);
        assert_eq!(
            lines[5],
            r#"                    "filter": {"state": "open", "total": {"$gt": 100}},"#
        );
    }

    #[test]
    fn control_characters_in_a_statement_do_nothing() {
        let lines = texts(
            Kind::MySql,
            &[("i", b"\x03SELECT '\x1b]52;c;AAAA\x07x\x9b'")],
        );
        assert_eq!(lines[2], "   1    0:00.000  SELECT 'x\u{fffd}'");
    }
}
