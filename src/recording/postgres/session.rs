//! Follows the extended protocol: a statement is prepared, bound to a portal, executed.
//!
//! A statement appears in the transcript when it is executed, with its parameters beside it and
//! never put into it. Statements and portals are shared, not copied: a small Execute that names a
//! large statement costs a reference.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::frame::{Frame, Splitter};
use super::message::{self, Bind, Message};
use super::value;
use crate::recording::Event;
use crate::recording::statements::{Entry, Hider, Said};

/// What prepared statements and bound parameters may take; beyond that they are forgotten.
const LARGEST: usize = 16 * 1024 * 1024;

/// Follows one client.
#[derive(Default)]
pub(in crate::recording) struct Session {
    splitter: Splitter,
    statements: HashMap<String, Arc<Prepared>>,
    portals: HashMap<String, Portal>,
    /// What the two maps have been given, in bytes.
    kept: usize,
    /// Bytes of rows sent by COPY: counted, not shown.
    copied: usize,
    /// Time and index of the last event.
    latest: (Duration, usize),
    entries: Vec<Entry>,
}

struct Prepared {
    sql: Arc<str>,
    types: Vec<u32>,
}

struct Portal {
    sql: Arc<str>,
    parameters: Arc<[String]>,
    is_executed: bool,
}

impl Session {
    /// Appends everything that the client ran with this event.
    pub fn push(&mut self, event: &Event, hider: &mut Hider, entries: &mut Vec<Entry>) {
        self.latest = (event.time, event.index);
        let mut splitter = std::mem::take(&mut self.splitter);
        splitter.push(event, |frame| self.frame(&frame, hider));
        self.splitter = splitter;
        entries.append(&mut self.entries);
    }

    /// Says how much made no sense.
    pub fn finish(&mut self, entries: &mut Vec<Entry>) {
        self.splitter.give_up();
        if self.splitter.skipped > 0 {
            let (time, index) = self.latest;
            entries.push(Entry {
                time,
                index,
                said: Said::Remark(format!(
                    "{} bytes are no PostgreSQL message",
                    self.splitter.skipped
                )),
            });
        }
    }

    fn frame(&mut self, frame: &Frame, hider: &mut Hider) {
        match message::read(frame) {
            None => self.remark(frame, "a message that cannot be read"),
            Some(Message::CopyData { bytes }) => self.copied += bytes,
            Some(message) => self.message(frame, message, hider),
        }
    }

    fn message(&mut self, frame: &Frame, message: Message, hider: &mut Hider) {
        match message {
            Message::Startup { database } => {
                self.remark(frame, &format!("connected to {database}"));
            }
            Message::Query(sql) => {
                let sql = hider.hide(&sql, frame.time, frame.index);
                self.say(frame, statement(sql, [].into()));
            }
            Message::Parse {
                statement,
                sql,
                types,
            } => {
                self.keep(frame, statement.len() + sql.len());
                let sql = hider.hide(&sql, frame.time, frame.index);
                let prepared = Arc::new(Prepared { sql, types });
                self.statements.insert(statement, prepared);
            }
            Message::Bind(bind) => {
                self.keep(frame, frame.body.len());
                self.bind(bind, frame, hider);
            }
            Message::Execute { portal } => self.execute(frame, &portal),
            Message::CloseStatement(name) => drop(self.statements.remove(&name)),
            Message::ClosePortal(name) => drop(self.portals.remove(&name)),
            Message::CopyDone => self.end_copy(frame, "copied in"),
            Message::CopyFail => self.end_copy(frame, "copy given up after"),
            Message::CopyData { .. } | Message::Silent => {}
        }
    }

    /// Makes room for what is to be remembered.
    fn keep(&mut self, frame: &Frame, bytes: usize) {
        const NODE: usize = 128;
        self.kept += bytes + NODE;
        if self.kept > LARGEST {
            self.kept = bytes + NODE;
            self.statements.clear();
            self.portals.clear();
            self.remark(
                frame,
                "too many prepared statements: the earlier ones are forgotten",
            );
        }
    }

    fn bind(&mut self, bind: Bind, frame: &Frame, hider: &mut Hider) {
        let prepared = self.statements.get(&bind.statement);
        let types = prepared.map_or(&[][..], |prepared| &prepared.types);
        let sql = match prepared {
            Some(prepared) => Arc::clone(&prepared.sql),
            None => format!("-- prepared before the recording: {}", bind.statement).into(),
        };
        let mut hide = |text: &str| hider.hide_all(text, frame.time, frame.index);
        let parameters = parameters(&bind, types, &mut hide);
        let portal = Portal {
            sql,
            parameters,
            is_executed: false,
        };
        self.portals.insert(bind.portal, portal);
    }

    fn execute(&mut self, frame: &Frame, portal: &str) {
        let Some(bound) = self.portals.get_mut(portal) else {
            return self.remark(frame, "a statement bound before the recording");
        };
        // Executed again, a portal goes on where its row limit stopped it.
        if std::mem::replace(&mut bound.is_executed, true) {
            return self.remark(frame, "more rows of a statement above");
        }
        let said = statement(Arc::clone(&bound.sql), Arc::clone(&bound.parameters));
        self.say(frame, said);
    }

    fn end_copy(&mut self, frame: &Frame, what: &str) {
        let bytes = std::mem::take(&mut self.copied);
        self.remark(frame, &format!("{what} {bytes} bytes of rows, not shown"));
    }

    fn remark(&mut self, frame: &Frame, text: &str) {
        self.say(frame, Said::Remark(text.to_owned()));
    }

    fn say(&mut self, frame: &Frame, said: Said) {
        self.entries.push(Entry {
            time: frame.time,
            index: frame.index,
            said,
        });
    }
}

fn statement(sql: Arc<str>, parameters: Arc<[String]>) -> Said {
    Said::Statement { sql, parameters }
}

fn parameters(bind: &Bind, types: &[u32], hide: &mut dyn FnMut(&str) -> String) -> Arc<[String]> {
    let format_of = |index: usize| match bind.formats.as_slice() {
        [] => 0,
        [all] => *all,
        each => each.get(index).copied().unwrap_or(0),
    };
    bind.values
        .iter()
        .enumerate()
        .map(|(index, value)| {
            let oid = types.get(index).copied().unwrap_or(0);
            value::show(value.as_deref(), format_of(index), oid, hide)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::recording::{Code, Kind};

    fn frame(tag: u8, body: &[u8]) -> Vec<u8> {
        let length = (body.len() as u32 + 4).to_be_bytes();
        [&[tag][..], &length, body].concat()
    }

    fn said(frames: &[Vec<u8>]) -> Vec<String> {
        let events: Vec<_> = frames
            .iter()
            .enumerate()
            .map(|(index, data)| Event {
                time: Duration::ZERO,
                code: Code::Input,
                data: data.clone(),
                index,
            })
            .collect();
        let show = |entry: Entry| match entry.said {
            Said::Statement { sql, parameters } if parameters.is_empty() => sql.to_string(),
            Said::Statement { sql, parameters } => format!("{sql} [{}]", parameters.join(", ")),
            Said::Remark(text) => format!("({text})"),
        };
        let (mut session, mut entries) = (Session::default(), Vec::new());
        let mut hider = Hider::new(Kind::Postgres);
        for event in &events {
            session.push(event, &mut hider, &mut entries);
        }
        session.finish(&mut entries);
        entries.into_iter().map(show).collect()
    }

    #[test]
    fn an_extended_query_is_said_when_it_is_executed() {
        let said = said(&[
            frame(b'P', b"s1\0SELECT $1, $2\0\0\x01\0\0\0\x17"),
            frame(
                b'B',
                b"\0s1\0\0\x02\0\x01\0\0\0\x02\0\0\0\x04\0\0\0\x05\0\0\0\x02hi\0\0",
            ),
            frame(b'D', b"P\0"),
            frame(b'E', b"\0\0\0\0\0"),
            frame(b'S', b""),
        ]);
        assert_eq!(said, ["SELECT $1, $2 [5, 'hi']"]);
    }

    #[test]
    fn a_portal_executed_again_gives_more_rows_and_is_no_new_statement() {
        let said = said(&[
            frame(b'P', b"\0SELECT 1\0\0\0"),
            frame(b'B', b"c\0\0\0\0\0\0\0\0"),
            frame(b'E', b"c\0\0\0\0\x05"),
            frame(b'E', b"c\0\0\0\0\x05"),
        ]);
        assert_eq!(said, ["SELECT 1", "(more rows of a statement above)"]);
    }

    #[test]
    fn a_parse_without_an_execute_was_not_run() {
        assert_eq!(said(&[frame(b'P', b"\0DROP TABLE x\0\0\0")]), [""; 0]);
    }

    #[test]
    fn a_stream_that_begins_in_the_middle_says_what_it_cannot_know() {
        let said = said(&[
            frame(b'E', b"c1\0\0\0\0\0"),
            frame(b'B', b"\0stmt9\0\0\0\0\0\0\0"),
            frame(b'E', b"\0\0\0\0\0"),
        ]);
        assert_eq!(
            said,
            [
                "(a statement bound before the recording)",
                "-- prepared before the recording: stmt9"
            ]
        );
    }

    #[test]
    fn copied_rows_are_counted_and_not_shown() {
        let said = said(&[
            frame(b'Q', b"COPY t FROM STDIN\0"),
            frame(b'd', b"secret row\n"),
            frame(b'd', b"more\n"),
            frame(b'c', b""),
        ]);
        assert_eq!(
            said,
            [
                "COPY t FROM STDIN",
                "(copied in 16 bytes of rows, not shown)"
            ]
        );
    }

    #[test]
    fn a_password_message_says_nothing() {
        assert_eq!(said(&[frame(b'p', b"hunter2\0")]), [""; 0]);
    }

    proptest! {
        #[test]
        fn no_frames_make_it_panic(
            frames in prop::collection::vec(
                (any::<u8>(), prop::collection::vec(any::<u8>(), 0..30)), 0..12
            )
        ) {
            let frames: Vec<_> = frames
                .iter()
                .map(|(tag, body)| frame(b"QPBECdcfp"[usize::from(*tag) % 9], body))
                .collect();
            said(&frames);
        }
    }
}
