//! One look into the stored recording: what of it was not shown, told as it is found.

use std::collections::VecDeque;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::sync::Arc;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::compare::{Comparison, Origin, Run, Unplaced, Verdict};
use super::event::{Gap, TailLine};
use super::fill::{Part, fill};
use super::ledger::Ledger;
use crate::domain::redaction::Redactor;
use crate::domain::session::Session;
use crate::recording::transcript::Line;
use crate::recording::{Event, Kind, ReadError, Reader, Strictness, Warning, open};

/// What is compared.
pub(super) struct Look {
    pub(super) session: Arc<Session>,
    pub(super) recording: Bytes,
    pub(super) ledger: Ledger,
    /// Stored events that were compared before.
    pub(super) settled: usize,
    /// When the recorder's log began, where it is known from before. Unix microseconds.
    pub(super) beginning: Option<i64>,
    pub(super) wanted_from: i64,
    /// Only so many lines, the last ones.
    pub(super) last: Option<usize>,
    pub(super) redactor: Redactor,
}

/// What is told on the way.
#[derive(Debug)]
pub(super) enum Found {
    Gap(Gap),
    Line(TailLine),
}

/// What a look came to.
#[derive(Debug, Default)]
pub(super) struct Looked {
    pub(super) verdict: Verdict,
    pub(super) beginning: Option<i64>,
    /// The gateway lost the recording.
    pub(super) is_lost: bool,
}

impl Look {
    /// Goes through the recording twice, and tells the gaps and their lines in order. Blocks while
    /// nobody takes them.
    pub(super) fn take(self, found: &mpsc::Sender<Found>) -> Result<Looked, ReadError> {
        let mut reader = self.reader()?;
        let preview = reader.preview()?;
        let kind = Kind::of_session(&self.session, &preview);
        let beginning = self.find_beginning(&mut reader)?;
        let verdict = self.compare(beginning.unwrap_or_else(|| self.start()))?;
        let origin = instant(beginning.unwrap_or_else(|| self.start()));
        let mut teller = Teller {
            verdict: &verdict,
            origin,
            found,
            told: 0,
            last: self.last,
            lines: VecDeque::new(),
        };
        fill(
            &mut self.reader()?,
            kind,
            &verdict,
            &self.redactor,
            &mut |part, line| teller.line(part, line),
        )?;
        teller.finish();
        Ok(Looked {
            is_lost: reader.warnings().iter().any(|it| *it == Warning::LogLost),
            verdict,
            beginning,
        })
    }

    fn reader(&self) -> Result<Reader<Cursor<&[u8]>>, ReadError> {
        open(Cursor::new(&self.recording[..]), Strictness::Lenient)
    }

    fn start(&self) -> i64 {
        self.session.start_date.as_microsecond()
    }

    fn find_beginning(&self, reader: &mut Reader<Cursor<&[u8]>>) -> Result<Option<i64>, ReadError> {
        let mut origin = Origin::of(&self.ledger, self.start());
        let mut event = Event::empty();
        while reader.read(&mut event)? {
            origin.push(&event);
        }
        Ok(origin.beginning().or(self.beginning))
    }

    fn compare(&self, beginning: i64) -> Result<Verdict, ReadError> {
        let mut comparison =
            Comparison::new(&self.ledger, beginning, self.wanted_from, self.settled);
        let (mut reader, mut event) = (self.reader()?, Event::empty());
        while reader.read(&mut event)? {
            comparison.push(&event);
        }
        Ok(comparison.finish())
    }
}

/// Tells gaps and lines in the order of the recording.
struct Teller<'a> {
    verdict: &'a Verdict,
    origin: Timestamp,
    found: &'a mpsc::Sender<Found>,
    /// Gaps that were told.
    told: usize,
    last: Option<usize>,
    lines: VecDeque<TailLine>,
}

impl Teller<'_> {
    fn line(&mut self, part: Part, line: Line) -> ControlFlow<()> {
        let told = match part {
            Part::Run(run) => self.gaps_to(run + 1),
            Part::LastWord => self.gaps_to(self.verdict.runs.len()),
        };
        let line = self.tail_line(line, matches!(part, Part::Run(_)));
        match self.last {
            None if told.is_continue() => self.tell(Found::Line(line)),
            None => told,
            Some(most) => {
                self.lines.push_back(line);
                if self.lines.len() > most {
                    self.lines.pop_front();
                }
                told
            }
        }
    }

    fn finish(mut self) {
        let _ = self.gaps_to(self.verdict.runs.len());
        for unplaced in &self.verdict.unplaced {
            let _ = self.tell(Found::Gap(gap_of_unplaced(unplaced)));
        }
        for line in std::mem::take(&mut self.lines) {
            let _ = self.tell(Found::Line(line));
        }
    }

    fn gaps_to(&mut self, end: usize) -> ControlFlow<()> {
        while self.told < end {
            let run = &self.verdict.runs[self.told];
            self.told += 1;
            self.tell(Found::Gap(gap_of_run(run)))?;
        }
        ControlFlow::Continue(())
    }

    fn tell(&self, found: Found) -> ControlFlow<()> {
        match self.found.blocking_send(found) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    fn tail_line(&self, line: Line, is_late: bool) -> TailLine {
        let elapsed = SignedDuration::try_from(line.time).unwrap_or(SignedDuration::MAX);
        TailLine {
            at: self.origin.checked_add(elapsed).unwrap_or(self.origin),
            text: line.text,
            tone: line.tone,
            is_whole: true,
            is_late,
        }
    }
}

fn gap_of_run(run: &Run) -> Gap {
    Gap {
        from: instant(run.from),
        to: instant(run.to),
        events: Some(run.events),
        bytes: Some(run.bytes),
        unfilled: None,
        is_beginning: run.first == 0,
    }
}

fn gap_of_unplaced(unplaced: &Unplaced) -> Gap {
    Gap {
        from: instant(unplaced.from),
        to: instant(unplaced.to),
        events: Some(unplaced.events),
        bytes: Some(unplaced.bytes),
        unfilled: Some("too much was shown in between to tell which they are".to_owned()),
        is_beginning: false,
    }
}

fn instant(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or_default()
}
