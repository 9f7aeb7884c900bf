//! The live events of one session as lines: whole, safe to print, without secrets.
//!
//! A line waits a moment before it is shown, since a secret may go on in the next one. One that
//! does not end is shown once, as far as it goes, when nothing came for a while: somebody waits at
//! a prompt. Its last word stays hidden, since it may be the beginning of a secret.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::event::TailLine;
use crate::domain::redaction::Redactor;
use crate::domain::session::Session;
use crate::recording::transcript::{Line, Redacted, Transcript};
use crate::recording::{Code, Event, Kind, Size};

/// Lines are let go when nothing came for so long, …
const QUIET: Duration = Duration::from_millis(150);
/// … or when the first of them waited for so long.
const LONGEST_HOLD: Duration = Duration::from_secs(1);
/// After so long without anything, a line that has not ended is shown.
const PROMPT: Duration = Duration::from_secs(1);
/// Longer lines are ended: hundreds of sessions may each have one.
pub(super) const LONGEST_LINE: usize = 64 * 1_024;

/// How the lines are made.
#[derive(Clone, Debug)]
pub(super) struct Style {
    pub(super) redactor: Redactor,
    /// Lines that have not ended are shown too.
    pub(super) shows_unfinished: bool,
}

/// The text of a session that runs.
pub(super) struct LiveText {
    session: Arc<Session>,
    style: Style,
    /// Known once something was said.
    screen: Option<(Kind, Transcript)>,
    redacted: Redacted,
    held_since: Option<Instant>,
    last: Instant,
    /// What was shown of the line that has not ended.
    shown: Option<String>,
    lines: Vec<Line>,
}

impl LiveText {
    pub(super) fn new(session: Arc<Session>, style: Style, now: Instant) -> Self {
        Self {
            session,
            redacted: Redacted::new(style.redactor.clone()),
            style,
            screen: None,
            held_since: None,
            last: now,
            shown: None,
            lines: Vec::new(),
        }
    }

    /// Takes an event in; lines come out of [`LiveText::tick`].
    pub(super) fn push(
        &mut self,
        at: Timestamp,
        code: Code,
        data: Vec<u8>,
        now: Instant,
        out: &mut Vec<TailLine>,
    ) {
        let event = Event {
            time: self.elapsed(at),
            code,
            data,
            index: 0,
        };
        let (_, transcript) = self.screen.get_or_insert_with(|| {
            let kind = Kind::of_session(&self.session, std::slice::from_ref(&event));
            (kind, transcript(kind, &self.style.redactor))
        });
        transcript.push(&event, &mut self.lines);
        self.last = now;
        self.hold(now, out);
    }

    /// When [`LiveText::tick`] has something to do.
    pub(super) fn due(&self) -> Option<Instant> {
        let held = self
            .held_since
            .map(|since| (self.last + QUIET).min(since + LONGEST_HOLD));
        let prompt = self.is_waiting().then(|| self.last + PROMPT);
        held.into_iter().chain(prompt).min()
    }

    /// Lets go what is due.
    pub(super) fn tick(&mut self, now: Instant, out: &mut Vec<TailLine>) {
        let held_long = self
            .held_since
            .is_some_and(|since| now >= since + LONGEST_HOLD);
        if self.held_since.is_some() && (held_long || now >= self.last + QUIET) {
            self.let_go(out);
        }
        if self.is_waiting() && now >= self.last + PROMPT {
            self.show_unfinished(out);
        }
    }

    /// The stream broke: what follows does not join what was before.
    pub(super) fn interrupt(&mut self, out: &mut Vec<TailLine>) {
        if let Some((kind, screen)) = &mut self.screen
            && kind.is_screen()
        {
            screen.finish(&mut self.lines);
            *screen = transcript(*kind, &self.style.redactor);
        }
        self.hold(self.last, out);
        self.let_go(out);
    }

    /// The session is over.
    pub(super) fn finish(&mut self, out: &mut Vec<TailLine>) {
        if let Some((_, screen)) = &mut self.screen {
            screen.finish(&mut self.lines);
        }
        self.hold(self.last, out);
        let mut ready = Vec::new();
        self.redacted.finish(&mut ready);
        out.extend(ready.into_iter().map(|line| self.line(line)));
        self.held_since = None;
    }

    fn hold(&mut self, now: Instant, out: &mut Vec<TailLine>) {
        let mut ready = Vec::new();
        for line in std::mem::take(&mut self.lines) {
            let shown = self.shown.take();
            // What was shown to its end need not be shown again.
            if shown.is_some_and(|shown| shown == line.text) {
                continue;
            }
            self.held_since.get_or_insert(now);
            self.redacted.push(line, &mut ready);
        }
        out.extend(ready.into_iter().map(|line| self.line(line)));
    }

    fn let_go(&mut self, out: &mut Vec<TailLine>) {
        let mut ready = Vec::new();
        self.redacted.flush(&mut ready);
        out.extend(ready.into_iter().map(|line| self.line(line)));
        self.held_since = None;
    }

    fn is_waiting(&self) -> bool {
        let unfinished = || {
            self.screen
                .as_ref()
                .and_then(|(_, screen)| screen.unfinished())
        };
        self.style.shows_unfinished && self.shown.is_none() && unfinished().is_some()
    }

    fn show_unfinished(&mut self, out: &mut Vec<TailLine>) {
        let unfinished = self
            .screen
            .as_ref()
            .and_then(|(_, screen)| screen.unfinished());
        let Some(line) = unfinished else { return };
        let text = match self.style.redactor.is_on() {
            true => whole_words(&line.text),
            false => &line.text,
        };
        let is_all = text.len() == line.text.len();
        let text = self.style.redactor.redact(text).trim_end().to_owned();
        // Not before it has ended is it looked at again.
        self.shown = Some(if is_all { text.clone() } else { String::new() });
        if !text.is_empty() {
            let line = TailLine {
                is_whole: false,
                ..self.line(Line { text, ..line })
            };
            out.push(line);
        }
    }

    fn line(&self, line: Line) -> TailLine {
        let elapsed = SignedDuration::try_from(line.time).unwrap_or(SignedDuration::MAX);
        let at = self.session.start_date.checked_add(elapsed);
        TailLine {
            at: at.unwrap_or(self.session.start_date),
            text: line.text,
            tone: line.tone,
            is_whole: true,
            is_late: false,
        }
    }

    fn elapsed(&self, at: Timestamp) -> Duration {
        Duration::try_from(at.duration_since(self.session.start_date)).unwrap_or_default()
    }
}

/// The lines of a tail: bounded, since there may be hundreds of sessions.
pub(super) fn transcript(kind: Kind, redactor: &Redactor) -> Transcript {
    Transcript::new(kind, Size::ASSUMED)
        .with_longest_line(LONGEST_LINE)
        .marking(redactor)
}

/// Without the word at the end, which may go on.
fn whole_words(text: &str) -> &str {
    let blank = text.char_indices().rfind(|(_, c)| c.is_whitespace());
    blank.map_or("", |(at, c)| &text[..at + c.len_utf8()])
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
