//! From a recording to what a page is handed: secrets out, played as the player plays it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::commands::Commands;
use super::lines::Lines;
use super::svg::svg;
use super::{About, Hidden, Page, TooLarge, pace};
use crate::domain::redaction::{RULES, Redactor};
use crate::recording::transcript::{self, Line};
use crate::recording::{Code, Event, Kind, Recording, Size, redact};
use crate::replay::screen::Screen;
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
        // What met no terminal is read, not watched.
        let (events, size) = match self.about.kind.is_screen() {
            true => self.played(),
            false => (Vec::new(), UNMEASURED),
        };
        let shown = events.iter().filter(|event| event.code != Code::Input);
        let pace = pace(shown.map(|event| event.time));
        let mut page = Page::new(self.about, size, pace);
        for event in &events {
            page.event(event)?;
        }
        for line in &self.lines {
            page.line(line)?;
        }
        Ok(page)
    }

    /// The screen at `at`, everything of that moment included; without it, the last one.
    pub fn svg(self, at: Option<Duration>) -> String {
        let (events, size) = self.played();
        let at = at.unwrap_or(self.about.length);
        let mut screen = Screen::new(size);
        let mut commands = Commands::default();
        for event in events.iter().take_while(|event| event.time <= at) {
            commands.play(event, &mut screen);
        }
        svg(&self.about, &screen, at)
    }

    /// When the command, statement or request of that number was given.
    pub fn time_of_command(&self, number: usize) -> Option<Duration> {
        let mut commands = Commands::default();
        if self.about.kind.is_screen() {
            let (events, size) = self.played();
            let mut screen = Screen::new(size);
            for event in &events {
                commands.play(event, &mut screen);
            }
        }
        let mut lines = Lines::new(self.about.kind, self.about.range());
        for line in &self.lines {
            lines.push(line, &mut commands);
        }
        commands.time_of(number)
    }

    /// What a terminal is fed, and of the input where lines ended. Nothing is cut and no pause is
    /// shortened.
    fn played(&self) -> (Vec<Event>, Size) {
        let kind = self.about.kind;
        let options = Options {
            idle_limit: Some(Duration::MAX),
            redactor: match kind.is_screen() {
                true => Redactor::off(),
                false => self.redactor.clone(),
            },
            ..Options::default()
        };
        let track = Track::new(self.recording.clone(), kind, &options, UNMEASURED);
        // A script is shown whole; of keystrokes a terminal echoes what is to be seen.
        let typed = |event: &&Event| kind == Kind::Terminal && event.code == Code::Input;
        let typed = self.recording.events.iter().filter(typed).cloned();
        let mut events: Vec<Event> = typed.chain(track.events).collect();
        events.sort_by_key(|event| (event.time, event.index));
        (events, track.size)
    }
}

/// How often each rule's mark occurs.
fn marks_of<'a>(texts: impl Iterator<Item = &'a [u8]>) -> BTreeMap<String, u64> {
    let marks: Vec<_> = RULES
        .iter()
        .map(|rule| (rule.name, format!("[redacted:{}]", rule.name)))
        .collect();
    let mut counts = BTreeMap::new();
    for text in texts.filter(|text| memchr::memmem::find(text, b"[redacted:").is_some()) {
        for (rule, mark) in &marks {
            let count = memchr::memmem::find_iter(text, mark).count() as u64;
            *counts.entry((*rule).to_owned()).or_default() += count;
        }
    }
    counts
}

/// The marks that were put in: those that were recorded already were not.
fn hidden(
    redactor: &Redactor,
    before: &BTreeMap<String, u64>,
    mut after: BTreeMap<String, u64>,
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
