//! Statements, numbered, with the time of each and its parameters beside it.

use super::{Line, Tone, error_line, offset};
use crate::recording::statements::{Entry, Said, read};
use crate::recording::{Code, Event, Kind, safe};

/// The column where text begins, under the number and the time.
const INDENT: usize = 18;

pub(super) fn lines(kind: Kind, events: &[Event]) -> Vec<Line> {
    let mut lines: Vec<Line> = preface(kind)
        .iter()
        .map(|text| Line {
            time: std::time::Duration::ZERO,
            text: (*text).to_owned(),
            tone: Tone::Remark,
        })
        .collect();
    let mut number = 0;
    for entry in read(kind, events) {
        push(entry, &mut number, &mut lines);
    }
    let errors = events.iter().filter(|event| event.code == Code::Error);
    lines.extend(errors.map(error_line));
    lines
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

fn push(entry: Entry, number: &mut usize, lines: &mut Vec<Line>) {
    let time = entry.time;
    let at = offset(time);
    let mut add = |text: String, tone| lines.push(Line { time, text, tone });
    match entry.said {
        Said::Remark(text) => add(
            format!("{:>4}  {at}  ({})", "", safe::line(&text)),
            Tone::Remark,
        ),
        Said::Statement { sql, parameters } => {
            *number += 1;
            let text = safe::text(&sql).replace('\r', "");
            let mut rows = text.trim().lines();
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
    fn control_characters_in_a_statement_do_nothing() {
        let lines = texts(
            Kind::MySql,
            &[("i", b"\x03SELECT '\x1b]52;c;AAAA\x07x\x9b'")],
        );
        assert_eq!(lines[2], "   1    0:00.000  SELECT 'x\u{fffd}'");
    }
}
