//! Versions 2 and 3: an array a line.

use std::io::Read;
use std::time::Duration;

use super::writer::is_as_written;
use crate::recording::reader::source::{LONGEST, Line, Source};
use crate::recording::reader::triple::{Data, Triple};
use crate::recording::reader::{Format, Progress, Raw, ReadError, Strictness};
use crate::recording::{Code, Event, Warning};

/// How the versions count time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// Since the event before, whatever its code (version 3).
    Intervals,
    /// Since the start (version 2).
    SinceStart,
}

impl Clock {
    /// The time of the event that says `interval` and follows one at `before`. Going backwards is
    /// no delay.
    fn tick(self, before: Duration, interval: Duration) -> Duration {
        match self {
            Clock::Intervals => before.saturating_add(interval),
            Clock::SinceStart => before.max(interval),
        }
    }
}

/// Reads the lines behind the header.
#[derive(Clone, Debug)]
pub(in crate::recording) struct Lines {
    clock: Clock,
    /// Lines that have been read.
    line: usize,
}

impl Lines {
    /// `line` counts the header.
    pub fn new(format: Format, line: usize) -> Self {
        let clock = match format {
            Format::Asciicast3 => Clock::Intervals,
            _ => Clock::SinceStart,
        };
        Self { clock, line }
    }

    pub fn next<R: Read>(
        &mut self,
        source: &mut Source<R>,
        progress: &mut Progress,
        event: &mut Event,
    ) -> Result<bool, ReadError> {
        self.each(source, progress, |now, index, code, data| {
            event.time = now;
            event.index = index;
            event.code = code;
            event.data.clear();
            data.append_to(&mut event.data);
        })
    }

    /// As [`Lines::next`], and the data stays as it stands in the file where it can.
    pub fn next_raw<R: Read>(
        &mut self,
        source: &mut Source<R>,
        progress: &mut Progress,
        raw: &mut Raw,
    ) -> Result<bool, ReadError> {
        self.each(source, progress, |now, index, code, data| {
            raw.time = now;
            raw.index = index;
            raw.code = code;
            match data {
                Data::Quoted(quoted) if is_as_written(quoted) => raw.set_quoted(quoted),
                data => data.append_to(raw.set_bytes()),
            }
        })
    }

    /// Reads up to the next event and hands it over; false at the end.
    fn each<R: Read>(
        &mut self,
        source: &mut Source<R>,
        progress: &mut Progress,
        mut take: impl FnMut(Duration, usize, Code, &Data<'_>),
    ) -> Result<bool, ReadError> {
        loop {
            let why = match source.line()? {
                None => return Ok(false),
                Some(Line::Whole(line)) if self.is_skipped(line) => {
                    self.line += 1;
                    continue;
                }
                Some(Line::Whole(line)) => match event(line) {
                    Ok((interval, code, data)) => {
                        self.line += 1;
                        progress.now = self.clock.tick(progress.now, interval);
                        take(progress.now, progress.index, code, &data);
                        progress.index += 1;
                        return Ok(true);
                    }
                    Err(why) => why,
                },
                Some(Line::TooLong) => format!("it is longer than {LONGEST} bytes"),
            };
            self.line += 1;
            self.bad_line(source, progress, why)?;
        }
    }

    /// Empty lines, and the comments that version 3 brought.
    fn is_skipped(&self, line: &[u8]) -> bool {
        match line.trim_ascii_start().first() {
            None => true,
            Some(b'#') => self.clock == Clock::Intervals,
            Some(_) => false,
        }
    }

    /// A last line that was cut is normal for a live or killed recording.
    fn bad_line<R: Read>(
        &mut self,
        source: &mut Source<R>,
        progress: &mut Progress,
        why: String,
    ) -> Result<(), ReadError> {
        let (line, place) = (self.line, source.offset());
        self.line += source.skip(|byte| byte.is_ascii_whitespace())?;
        let is_last = source.first()?.is_none();
        if is_last {
            let index = progress.index;
            progress.warn(place, Warning::Cut { index });
        } else if progress.strictness == Strictness::Strict {
            return Err(ReadError::Line { line, why });
        } else {
            progress.warn(place, Warning::BadLine { line, why });
        }
        Ok(())
    }
}

fn event(line: &[u8]) -> Result<(Duration, Code, Data<'_>), String> {
    let triple = Triple::parse(line)?;
    let code = Code::parse(&triple.code).ok_or("its code is empty")?;
    Ok((triple.seconds, code, triple.data))
}
