//! From bytes to chunks of lines. Runs on a thread of its own: it blocks.

use std::io::{ErrorKind, Read};
use std::ops::Range;

use bytes::{Bytes, BytesMut};
use jiff::Timestamp;
use memchr::{memchr, memchr_iter, memrchr};
use tokio::sync::mpsc;

use super::row::broken;
use super::time::TimeForm;
use super::{BrokenLine, Chunk, Ended, LONGEST, LinesError, Mark, Row};
use crate::domain::line_set::LineSet;

/// Bytes asked for at once. What a chunk holds is in memory until its last event is delivered.
const PIECE: usize = 128 << 10;

/// What is kept of a line that is too long to be held.
const BEGINNING: usize = 64 << 10;

/// So many broken lines and not a single good one: this is another kind of file.
const HOPELESS: usize = 3;

/// What Windows programs put before the first line.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Something to read lines from.
#[derive(Debug)]
pub struct Input<R> {
    /// For errors.
    pub name: String,
    /// What its lines should be, for errors: `JSON objects`.
    pub what: &'static str,
    pub bytes: R,
    /// Where `bytes` begins.
    pub start: Mark,
    /// Lines from there on that are not wanted.
    pub known: LineSet,
    /// It can be read again: an unfinished last line is left for the next time, and what holds no
    /// object at all is refused.
    pub is_file: bool,
}

/// Reads `input` to its end and gives out its lines in chunks; blocks while nobody takes them. `make`
/// says what a line that is not empty is, given its number and the time of now, and the form of its
/// time where that was set right.
///
/// # Errors
///
/// [`LinesError`]. What was given out before is good.
pub fn read<R: Read, E>(
    input: Input<R>,
    chunks: &mpsc::Sender<Chunk<E>>,
    make: impl Fn(u64, Bytes, Timestamp) -> (Row<E>, Option<TimeForm>),
) -> Result<Ended, LinesError> {
    let mut reader = Reader {
        next: input.start,
        input,
        chunks,
        make,
        buffer: BytesMut::new(),
        too_long: None,
        has_given: false,
    };
    while reader.fill()? {
        reader.give_whole_lines()?;
    }
    reader.end()
}

struct Reader<'a, R, E, M> {
    input: Input<R>,
    chunks: &'a mpsc::Sender<Chunk<E>>,
    make: M,
    /// Begins with the line at `next`.
    buffer: BytesMut,
    next: Mark,
    /// The line that is being passed over.
    too_long: Option<TooLong>,
    has_given: bool,
}

struct TooLong {
    beginning: Bytes,
    /// Bytes of it so far.
    length: u64,
}

impl<R, E, M> Reader<'_, R, E, M>
where
    R: Read,
    M: Fn(u64, Bytes, Timestamp) -> (Row<E>, Option<TimeForm>),
{
    /// Reads some more; false at the end.
    fn fill(&mut self) -> Result<bool, LinesError> {
        let filled = self.buffer.len();
        self.buffer.resize(filled + PIECE, 0);
        let count = loop {
            match self.input.bytes.read(&mut self.buffer[filled..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(source) => {
                    let name = self.input.name.clone();
                    return Err(LinesError::Io { name, source });
                }
                Ok(count) => break count,
            }
        };
        self.buffer.truncate(filled + count);
        Ok(count > 0)
    }

    fn give_whole_lines(&mut self) -> Result<(), LinesError> {
        if self.too_long.is_some() {
            self.pass_over()?;
        }
        match memrchr(b'\n', &self.buffer) {
            Some(last) => {
                let lines = self.buffer.split_to(last + 1).freeze();
                self.give(lines)?;
            }
            None if self.buffer.len() > LONGEST => {
                let beginning = Bytes::copy_from_slice(&self.buffer[..BEGINNING]);
                let length = self.buffer.len() as u64;
                self.buffer.clear();
                self.too_long = Some(TooLong { beginning, length });
            }
            None => {}
        }
        Ok(())
    }

    /// Drops the rest of a line that is too long, and gives out what is kept of it at its end.
    fn pass_over(&mut self) -> Result<(), LinesError> {
        let end = memchr(b'\n', &self.buffer).map(|at| at + 1);
        let passed = self.buffer.split_to(end.unwrap_or(self.buffer.len()));
        if let Some(too_long) = &mut self.too_long {
            too_long.length += passed.len() as u64;
        }
        match end {
            Some(_) => self.give_too_long(),
            None => Ok(()),
        }
    }

    fn give_too_long(&mut self) -> Result<(), LinesError> {
        let Some(TooLong { beginning, length }) = self.too_long.take() else {
            return Ok(());
        };
        let start = self.next;
        self.next = Mark {
            line: start.line + 1,
            offset: start.offset + length,
        };
        let reason = format!(
            "a line of {length} bytes, longer than {} MiB: its beginning is kept",
            LONGEST >> 20
        );
        let row = broken(start.line, beginning, reason);
        self.hand_over(Chunk {
            start,
            end: self.next,
            rows: vec![row],
            passed: Vec::new(),
            known: 0,
            set_right: None,
        })
    }

    /// Gives out lines that all have their ends.
    fn give(&mut self, lines: Bytes) -> Result<(), LinesError> {
        let start = self.next;
        let mut gathered = Gathered::new(lines.len());
        let mut from = 0;
        for at in memchr_iter(b'\n', &lines) {
            gathered.take(
                self.next.line,
                &self.input.known,
                &lines,
                from..at,
                &self.make,
            );
            self.next.line += 1;
            from = at + 1;
        }
        self.next.offset += lines.len() as u64;
        let chunk = gathered.into_chunk(start, self.next);
        self.refuse_where_hopeless(&chunk)?;
        self.hand_over(chunk)
    }

    /// Another kind of file is refused before anything is made of it.
    fn refuse_where_hopeless(&self, chunk: &Chunk<E>) -> Result<(), LinesError> {
        let is_first = !self.has_given && chunk.start == Mark::BEGINNING;
        if !self.input.is_file || !is_first || chunk.rows.len() < HOPELESS {
            return Ok(());
        }
        let broken: Option<Vec<&BrokenLine>> = chunk.rows.iter().map(Row::broken).collect();
        match broken.as_deref() {
            Some([first, ..]) => Err(LinesError::NoObjects {
                name: self.input.name.clone(),
                what: self.input.what,
                line: first.number,
                reason: first.reason.clone(),
            }),
            _ => Ok(()),
        }
    }

    fn hand_over(&mut self, chunk: Chunk<E>) -> Result<(), LinesError> {
        self.has_given = true;
        let given = self.chunks.blocking_send(chunk);
        given.map_err(|_| LinesError::Closed)
    }

    /// What is left is a line without an end.
    fn end(mut self) -> Result<Ended, LinesError> {
        self.give_too_long()?;
        let line = self.next.line;
        let rest = std::mem::take(&mut self.buffer).freeze();
        let mut gathered = Gathered::new(0);
        gathered.take(line, &self.input.known, &rest, 0..rest.len(), &self.make);
        let is_broken = matches!(gathered.rows.first(), Some(Row::Broken(_)));
        let is_unfinished = is_broken && self.input.is_file;
        if !rest.is_empty() && !is_unfinished {
            let chunk = gathered.into_chunk(self.next, self.next);
            self.hand_over(chunk)?;
        }
        Ok(Ended {
            lines: line - u64::from(rest.is_empty()),
            unfinished: is_unfinished.then_some(line),
        })
    }
}

/// The rows of a chunk so far.
struct Gathered<E> {
    now: Timestamp,
    rows: Vec<Row<E>>,
    passed: Vec<u64>,
    known: u64,
    set_right: Option<(u64, TimeForm, u64)>,
}

impl<E> Gathered<E> {
    /// For lines of so many bytes.
    fn new(bytes: usize) -> Self {
        Self {
            now: Timestamp::now(),
            rows: Vec::with_capacity(bytes / 400),
            passed: Vec::new(),
            known: 0,
            set_right: None,
        }
    }

    /// Takes the line that `range` of `bytes` holds, without its end.
    fn take(
        &mut self,
        number: u64,
        known: &LineSet,
        bytes: &Bytes,
        range: Range<usize>,
        make: impl Fn(u64, Bytes, Timestamp) -> (Row<E>, Option<TimeForm>),
    ) {
        let line = trimmed(number, &bytes[range]);
        let is_known = !known.is_empty() && known.contains(number);
        if line.is_empty() || is_known {
            self.known += u64::from(is_known);
            self.passed.push(number);
            return;
        }
        let (row, form) = make(number, bytes.slice_ref(line), self.now);
        self.rows.push(row);
        if let Some(form) = form {
            let (.., count) = self.set_right.get_or_insert((number, form, 0));
            *count += 1;
        }
    }

    fn into_chunk(self, start: Mark, end: Mark) -> Chunk<E> {
        Chunk {
            start,
            end,
            rows: self.rows,
            passed: self.passed,
            known: self.known,
            set_right: self.set_right,
        }
    }
}

/// Without white space around it.
pub(super) fn trimmed(number: u64, line: &[u8]) -> &[u8] {
    match number {
        1 => line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line),
        _ => line,
    }
    .trim_ascii()
}

#[cfg(test)]
mod tests;
