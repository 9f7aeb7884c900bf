//! A recording that is about to be read: its beginning was looked at to tell its kind.

use std::collections::VecDeque;
use std::io::Read;
use std::ops::ControlFlow;

use super::hit::Hit;
use super::pattern::Part;
use super::searcher::{Searcher, Wanted};
use super::texts::{Held, held};
use crate::domain::session::Session;
use crate::recording::{Event, Kind, ReadError, Reader, Warnings};

/// What is looked at to tell the kind, in bytes and in events.
const AHEAD: usize = 64 * 1024;
const AHEAD_EVENTS: usize = 1_024;

/// A recording, and the kind it is of. Input need not be sought in.
pub struct Opened<R> {
    reader: Reader<R>,
    ahead: VecDeque<Event>,
    /// What ended the look ahead; the reading comes to it.
    broken: Option<ReadError>,
    kind: Kind,
    is_database: bool,
}

impl<R: Read> Opened<R> {
    /// Of a file, of which only what it says itself is known.
    pub fn of_file(mut reader: Reader<R>) -> Self {
        let (ahead, broken) = look_ahead(&mut reader);
        let kind = reader.kind().unwrap_or_else(|| Kind::of_events(&ahead));
        Self {
            is_database: kind.is_native_database(),
            kind,
            reader,
            ahead: ahead.into(),
            broken,
        }
    }

    /// Of a session of the gateway.
    pub fn of_session(mut reader: Reader<R>, session: &Session) -> Self {
        let (ahead, broken) = look_ahead(&mut reader);
        Self {
            kind: Kind::of_session(session, &ahead),
            is_database: session.connection.kind == "database",
            reader,
            ahead: ahead.into(),
            broken,
        }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// True where a script is one of statements.
    pub fn is_database(&self) -> bool {
        self.is_database
    }

    /// Why nothing in it can be read, where that is so.
    pub fn unreadable(&self) -> Option<&'static str> {
        match held(self.kind, self.is_database, true, Part::Output) {
            Held::NotRecorded(why) if !self.kind.is_native_database() => Some(why),
            _ => None,
        }
    }

    /// What has been found wrong so far.
    pub fn warnings(&self) -> &Warnings {
        self.reader.warnings()
    }

    /// How far the reading is, in bytes of the input.
    pub fn offset(&self) -> u64 {
        self.reader.offset()
    }

    /// As [`Reader::read`].
    ///
    /// # Errors
    ///
    /// As [`Reader::read`].
    pub fn read(&mut self, event: &mut Event) -> Result<bool, ReadError> {
        if let Some(next) = self.ahead.pop_front() {
            *event = next;
            return Ok(true);
        }
        match self.broken.take() {
            Some(error) => Err(error),
            None => self.reader.read(event),
        }
    }

    /// Reads to the end, or until `each` breaks.
    ///
    /// # Errors
    ///
    /// As [`Reader::read`]. What was found before was given to `each`.
    pub fn search(
        &mut self,
        wanted: Wanted<'_>,
        each: &mut dyn FnMut(Hit) -> ControlFlow<()>,
    ) -> Result<(), ReadError> {
        let mut searcher = Searcher::new(self.kind, self.is_database, wanted);
        let mut event = Event::empty();
        loop {
            let flow = match self.read(&mut event) {
                Ok(true) => searcher.push(&event, each),
                Ok(false) => {
                    let _ = searcher.finish(each);
                    return Ok(());
                }
                Err(error) => {
                    let _ = searcher.finish(each);
                    return Err(error);
                }
            };
            if flow.is_break() {
                return Ok(());
            }
        }
    }
}

fn look_ahead<R: Read>(reader: &mut Reader<R>) -> (Vec<Event>, Option<ReadError>) {
    let mut size = 0;
    let mut events = Vec::new();
    while size < AHEAD && events.len() < AHEAD_EVENTS {
        match reader.next() {
            Some(Ok(event)) => {
                size += event.data.len();
                events.push(event);
            }
            Some(Err(error)) => return (events, Some(error)),
            None => break,
        }
    }
    (events, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::redaction::Redactor;
    use crate::recording::{Strictness, open};
    use crate::search::{Parts, Pattern};

    #[test]
    fn what_was_found_before_a_broken_line_is_given() {
        let head = r#"{"version":2,"width":80,"height":24}"#;
        let file = format!("{head}\n[1,\"o\",\"a needle\\n\"]\n[2,\"o\",\nneedle\n");
        let reader = open(file.as_bytes(), Strictness::Strict).expect("a header");
        let patterns = [Pattern::literal("needle", false, Parts::ALL).expect("a pattern")];
        let wanted = Wanted {
            patterns: &patterns,
            redactor: Redactor::built_in(),
            context: 0,
        };
        let mut found = Vec::new();
        let result = Opened::of_file(reader).search(wanted, &mut |hit: Hit| {
            found.push(hit.line);
            ControlFlow::Continue(())
        });
        assert!(matches!(result, Err(ReadError::Line { line: 3, .. })));
        assert_eq!(found, ["a needle"]);
    }
}
