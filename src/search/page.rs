//! A window over one text of a recording: what was read last, and where each byte of it was
//! recorded.

use std::ops::{ControlFlow, Range};
use std::time::Duration;

use super::hit::{Hit, context, shown};
use super::pattern::{Part, Pattern};
use super::redacted::Redacted;
use crate::domain::redaction::Redactor;

/// Text that is looked at in one go.
const BLOCK: usize = 256 * 1024;
/// Text kept behind what was searched: secrets that began there (a private key of 4096 bits takes
/// 3.2 KiB) and lines of context.
const BEHIND: usize = 16 * 1024;
/// Text that must have come before a match is taken for complete.
const AHEAD: usize = 8 * 1024;

/// How to look.
pub(super) struct Look<'p> {
    pub patterns: &'p [Pattern],
    pub redactor: Redactor,
    /// Lines before and after a hit.
    pub context: usize,
}

/// One text, in the order it was recorded.
#[derive(Debug)]
pub(super) struct Page {
    part: Part,
    text: String,
    /// How much of `text` was searched.
    searched: usize,
    /// Where the text of each event begins; in order.
    places: Vec<(usize, Duration)>,
    /// Lines of an output that were typed; in order.
    commands: Vec<Range<usize>>,
}

impl Page {
    pub fn new(part: Part) -> Self {
        Self {
            part,
            text: String::new(),
            searched: 0,
            places: Vec::new(),
            commands: Vec::new(),
        }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Adds what was recorded at `time`. `write` is given the text and how much of it stays.
    pub fn add(&mut self, time: Duration, write: impl FnOnce(&mut String, usize)) {
        let start = self.text.len();
        write(&mut self.text, self.searched);
        // What was taken back has no place any more.
        let start = start.min(self.text.len());
        while self.places.last().is_some_and(|(at, _)| *at >= start) {
            self.places.pop();
        }
        self.places.push((start, time));
    }

    /// Marks text as a command.
    pub fn mark_command(&mut self, range: Range<usize>) {
        self.commands.push(range);
    }

    /// True when there is enough to look at.
    pub fn is_due(&self) -> bool {
        self.text.len() - self.searched >= BLOCK + AHEAD
    }

    /// Gives every hit that is complete to `each`, and forgets what is behind it. `is_last` says
    /// that nothing more comes. Returns by how much the text was moved down.
    pub fn settle(
        &mut self,
        look: &Look<'_>,
        is_last: bool,
        each: &mut dyn FnMut(Hit) -> ControlFlow<()>,
    ) -> ControlFlow<(), usize> {
        let horizon = match is_last {
            true => self.text.len(),
            false => self.horizon(),
        };
        if self.may_match(look, horizon) {
            let redacted = Redacted::of(&self.text, &look.redactor);
            for index in 0..look.patterns.len() {
                self.report(look, index, &redacted, horizon, each)?;
            }
        }
        ControlFlow::Continue(self.forget(horizon))
    }

    /// The last line start that has enough text behind it.
    fn horizon(&self) -> usize {
        let complete = self.text.len().saturating_sub(AHEAD).max(self.searched);
        let complete = boundary(&self.text, complete);
        match self.text[self.searched..complete].rfind('\n') {
            Some(end) => self.searched + end + 1,
            None => complete,
        }
    }

    /// Most text matches nothing, and is not worth the search for secrets.
    fn may_match(&self, look: &Look<'_>, horizon: usize) -> bool {
        look.patterns.iter().any(|pattern| {
            let found = pattern.regex.find_at(&self.text, self.searched);
            found.is_some_and(|found| found.start() < horizon)
        })
    }

    fn report(
        &self,
        look: &Look<'_>,
        index: usize,
        redacted: &Redacted,
        horizon: usize,
        each: &mut dyn FnMut(Hit) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let text = redacted.text.as_str();
        let pattern = &look.patterns[index];
        let end = redacted.place_of(horizon);
        let mut at = redacted.place_of(self.searched);
        while let Some(found) = pattern.regex.find_at(text, at) {
            if found.start() >= end {
                break;
            }
            let line = line_around(text, found.range());
            // One hit a line, and an empty match is none.
            at = match found.is_empty() {
                true => boundary(text, found.end() + 1),
                false => line.end.max(found.end()),
            };
            let original = redacted.original(found.start())
                ..redacted.original(found.end() - usize::from(!found.is_empty()));
            let part = self.part_at(original.start);
            if !found.is_empty() && pattern.parts.has(part) {
                let in_line = found.start() - line.start..found.end() - line.start;
                let (shown, matched) = shown(&text[line.clone()], in_line);
                each(Hit {
                    pattern: index,
                    part,
                    start: self.time_of(original.start),
                    end: self.time_of(original.end),
                    line: shown,
                    matched,
                    before: lines_before(&text[..line.start], look.context),
                    after: lines_after(&text[line.end..], look.context),
                })?;
            }
            if at >= text.len() {
                break;
            }
        }
        ControlFlow::Continue(())
    }

    fn part_at(&self, at: usize) -> Part {
        let after = self.commands.partition_point(|typed| typed.start <= at);
        let typed = after.checked_sub(1).map(|last| &self.commands[last]);
        match typed.is_some_and(|typed| at < typed.end) {
            true => Part::Command,
            false => self.part,
        }
    }

    fn time_of(&self, at: usize) -> Duration {
        let after = self.places.partition_point(|(start, _)| *start <= at);
        let place = after.checked_sub(1).and_then(|last| self.places.get(last));
        place.map_or(Duration::ZERO, |(_, time)| *time)
    }

    fn forget(&mut self, horizon: usize) -> usize {
        let gone = boundary(&self.text, horizon.saturating_sub(BEHIND));
        // A line that is cut reads as another one.
        let gone = match self.text[gone..horizon].find('\n') {
            Some(end) if gone > 0 => gone + end + 1,
            _ => gone,
        };
        self.text.drain(..gone);
        self.searched = horizon - gone;
        let first = self.places.partition_point(|(start, _)| *start <= gone);
        self.places.drain(..first.saturating_sub(1));
        for (start, _) in &mut self.places {
            *start = start.saturating_sub(gone);
        }
        self.commands.retain(|typed| typed.end > gone);
        for typed in &mut self.commands {
            *typed = typed.start.saturating_sub(gone)..typed.end - gone;
        }
        gone
    }
}

/// The character boundary at `at`, or the next one.
fn boundary(text: &str, at: usize) -> usize {
    (at..text.len())
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(text.len())
}

/// The lines that `found` stands in, without the last line end.
fn line_around(text: &str, found: Range<usize>) -> Range<usize> {
    let start = text[..found.start].rfind('\n').map_or(0, |end| end + 1);
    let rest = &text[found.end..];
    let end = match text[found.clone()].ends_with('\n') {
        true => found.end - 1,
        false => found.end + rest.find('\n').unwrap_or(rest.len()),
    };
    // A match of nothing but a line end stands at the end of its line.
    start..end.max(found.end)
}

fn lines_before(text: &str, count: usize) -> Vec<String> {
    let lines = text.strip_suffix('\n').unwrap_or(text);
    if lines.is_empty() || count == 0 {
        return Vec::new();
    }
    let mut last: Vec<String> = lines.rsplit('\n').take(count).map(context).collect();
    last.reverse();
    last
}

fn lines_after(text: &str, count: usize) -> Vec<String> {
    let lines = text.strip_prefix('\n').unwrap_or(text);
    lines.lines().take(count).map(context).collect()
}
