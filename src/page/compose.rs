//! From a recording to what a page is handed: secrets out, played as the player plays it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{About, Hidden, Page, TooLarge, pace};
use crate::domain::redaction::{RULES, Redactor};
use crate::recording::transcript::{self, Line};
use crate::recording::{Code, Event, Kind, Recording, Size, redact};
use crate::replay::track::{Options, Track};

/// The width that text is laid out in which met no terminal.
const UNMEASURED: Size = Size {
    cols: 100,
    rows: 30,
};

/// A recording that can be shown: what was found in it, and what hides its secrets.
pub struct Shown {
    about: About,
    /// Without their secrets, where they are of a screen; else `lines` are.
    recording: Recording,
    lines: Vec<Line>,
    redactor: Redactor,
}

impl Shown {
    /// `about.hidden` and `about.length` are found here.
    pub fn new(mut about: About, mut recording: Recording, redactor: Redactor) -> Self {
        let events = &recording.events;
        about.length = events.last().map_or(Duration::ZERO, |event| event.time);
        let before = marks_of(events.iter().map(|event| event.data.as_slice()));
        if about.kind.is_screen() {
            recording.events = redact::events(recording.events, &redactor);
        }
        let events = &recording.events;
        let lines = transcript::redacted(about.kind, events, &redactor);
        let after = match about.kind.is_screen() {
            true => marks_of(events.iter().map(|event| event.data.as_slice())),
            false => marks_of(lines.iter().map(|line| line.text.as_bytes())),
        };
        about.hidden = hidden(&redactor, &before, after);
        Self {
            about,
            recording,
            lines,
            redactor,
        }
    }

    /// The whole as a page.
    pub fn page(self) -> Result<Page, TooLarge> {
        let typed = typed(self.about.kind, &self.recording.events);
        let (events, size) = match self.about.kind.is_screen() {
            true => self.track().map(|track| (merged(track.events, typed), track.size)),
            false => (Vec::new(), UNMEASURED),
        };
        let played = events.iter().filter(|event| event.code != Code::Input);
        let pace = pace(played.map(|event| event.time));
        let mut page = Page::new(self.about, size, pace);
        for event in &events {
            page.event(event)?;
        }
        for line in &self.lines {
            page.line(line)?;
        }
        Ok(page)
    }
}

/// What is played: nothing is cut, no pause is shortened.
fn track(kind: Kind, recording: Recording, redactor: Redactor) -> Track {
    let options = Options {
        idle_limit: Some(Duration::MAX),
        redactor,
        ..Options::default()
    };
    Track::new(recording, kind, &options, UNMEASURED)
}

/// Of what was typed only that a terminal would have echoed it.
fn typed(kind: Kind, events: &[Event]) -> Vec<Event> {
    let typed = |event: &&Event| kind == Kind::Terminal && event.code == Code::Input;
    events.iter().filter(typed).cloned().collect()
}

fn merged(played: Vec<Event>, typed: Vec<Event>) -> Vec<Event> {
    let mut events = [typed, played].concat();
    events.sort_by_key(|event| (event.time, event.index));
    events
}

/// How often each rule's mark occurs.
fn marks_of<'a>(texts: impl Iterator<Item = &'a [u8]>) -> BTreeMap<&'static str, u64> {
    let marks: Vec<_> = RULES
        .iter()
        .map(|rule| (rule.name, format!("[redacted:{}]", rule.name)))
        .collect();
    let mut counts = BTreeMap::new();
    for text in texts.filter(|text| memchr::memmem::find(text, b"[redacted:").is_some()) {
        for (rule, mark) in &marks {
            let count = memchr::memmem::find_iter(text, mark).count() as u64;
            *counts.entry(*rule).or_default() += count;
        }
    }
    counts
}

/// The marks that were put in: those that were recorded already were not.
fn hidden(
    redactor: &Redactor,
    before: &BTreeMap<&'static str, u64>,
    mut after: BTreeMap<&'static str, u64>,
) -> Hidden {
    for (rule, count) in before {
        if let Some(after) = after.get_mut(rule) {
            *after = after.saturating_sub(*count);
        }
    }
    after.retain(|_, count| *count > 0);
    match redactor.is_on() || !after.is_empty() {
        true => Hidden::Found(after),
        false => Hidden::Off,
    }
}
