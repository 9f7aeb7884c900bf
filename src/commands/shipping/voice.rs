//! What is told of a run while it is under way.

use std::cell::RefCell;
use std::convert::Infallible;
use std::time::Duration;

use tokio::time::Instant;

use super::course::Course;
use super::standing::Standing;
use crate::delivery::Progress;
use crate::domain::time::human_duration;
use crate::ui;
use crate::ui::pace::{Meter, left_text, rate_text};

/// Between two looks at how far it is.
const EVERY: Duration = Duration::from_millis(250);

/// Dead letters that are told one by one where one reason after the other is the same: a batch may
/// hold a thousand.
const LETTERS_ALIKE: u32 = 10;

/// Between two lines in the log.
const LOGGED_EVERY: Duration = Duration::from_secs(10);

/// How far every destination of a run is; one line shows them all.
pub struct Chorus<'a> {
    ui: &'a ui::Ui,
    line: ui::Progress,
    course: &'a Course,
    /// Of a long-running mode.
    standing: Option<&'a Standing>,
    begun: Instant,
    meter: RefCell<Meter>,
    /// Why the last dead letter was one, and how many were for that, one after the other.
    letters: RefCell<(String, u32)>,
    /// Why a batch was halved first.
    split: RefCell<Option<String>>,
    /// By destination: its name, and the events it took.
    accepted: RefCell<Vec<(String, u64)>>,
}

impl<'a> Chorus<'a> {
    pub fn new(
        ui: &'a ui::Ui,
        label: &str,
        course: &'a Course,
        names: impl Iterator<Item = String>,
    ) -> Self {
        Self {
            ui,
            line: ui.progress(label),
            course,
            standing: None,
            begun: Instant::now(),
            meter: RefCell::default(),
            letters: RefCell::default(),
            split: RefCell::default(),
            accepted: RefCell::new(names.map(|name| (name, 0)).collect()),
        }
    }

    /// Of a long-running mode, which has a lag instead of an end.
    pub(super) fn of(self, standing: Option<&'a Standing>) -> Self {
        Self { standing, ..self }
    }

    /// So much was read of the whole.
    pub fn passed(&self, count: u64, whole: u64) {
        self.course.passed(count, whole);
    }

    /// Does `work`, and shows meanwhile how far it is.
    pub async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        tokio::select! {
            biased;
            done = work => done,
            never = self.live() => match never {},
        }
    }

    async fn live(&self) -> Infallible {
        let (mut looks, mut logged) = (tokio::time::interval(EVERY), Instant::now());
        loop {
            looks.tick().await;
            let events = self.ahead();
            self.meter.borrow_mut().note(self.begun.elapsed(), events);
            self.line.set(&self.text());
            if logged.elapsed() >= LOGGED_EVERY {
                logged = Instant::now();
                self.log(events);
            }
        }
    }

    /// Tells what destination number `at` told.
    pub fn tell(&self, at: usize, told: Progress) {
        match told {
            Progress::Delivered { accepted, .. } => {
                if let Some((_, known)) = self.accepted.borrow_mut().get_mut(at) {
                    *known = accepted;
                }
            }
            Progress::DeadLetter { ref why, .. } => match self.alike(why) {
                0..LETTERS_ALIKE => self.ui.warning(&self.named(at, told)),
                LETTERS_ALIKE => self.ui.warning("more are set aside for the same reason"),
                _ => {}
            },
            Progress::ClockOff { .. }
            | Progress::Paused { .. }
            | Progress::Warned { .. }
            | Progress::Failed { .. } => {
                self.ui.warning(&self.named(at, told));
            }
            Progress::Split { ref why, .. } => {
                if self.is_another_split(why) {
                    self.ui.status(&self.named(at, told));
                }
            }
            Progress::Draining { left: 0 } | Progress::Restamped => {}
            _ => self.ui.status(&self.named(at, told)),
        }
    }

    /// Dead letters before this one that were set aside for the same reason.
    fn alike(&self, why: &str) -> u32 {
        let mut letters = self.letters.borrow_mut();
        match letters.0 == why {
            true => letters.1 = letters.1.saturating_add(1),
            false => *letters = (why.to_owned(), 0),
        }
        letters.1
    }

    /// Whether no batch was halved for that reason before: one with a small limit halves every batch,
    /// several times.
    fn is_another_split(&self, why: &str) -> bool {
        let before = self.split.replace(Some(why.to_owned()));
        before.as_deref() != Some(why)
    }

    /// Events that the destination took which has most.
    fn ahead(&self) -> u64 {
        let accepted = self.accepted.borrow();
        let accepted = accepted.iter().map(|(_, accepted)| *accepted);
        accepted.max().unwrap_or_default()
    }

    /// `12000 events, 5120/s, 62 % left, about 1m 10s`. What every destination has comes last where
    /// there are several, since a narrow terminal cuts the end.
    fn text(&self) -> String {
        let rate = self.meter.borrow().rate();
        // A mode that stays is idle most of the time.
        let rate = rate.filter(|rate| *rate > 0.0 || self.standing.is_none());
        let rate = rate.map(rate_text);
        let mut parts: Vec<String> = rate.into_iter().chain(self.rest()).collect();
        match &self.accepted.borrow()[..] {
            [(_, accepted)] => parts.insert(0, format!("{accepted} events")),
            several => parts.extend(
                several
                    .iter()
                    .map(|(name, accepted)| format!("{accepted} to {name}")),
            ),
        }
        parts.join(", ")
    }

    /// What is left of the range, or how far a mode that stays is behind.
    fn rest(&self) -> Option<String> {
        match self.standing {
            Some(standing) => Some(standing.lag_text()),
            None => {
                let left = self.course.left()?;
                Some(left_text(self.begun.elapsed(), left))
            }
        }
    }

    /// For whoever reads the log instead of a terminal.
    fn log(&self, events: u64) {
        let per_second = self.meter.borrow().rate().unwrap_or_default().round();
        let rest = self.rest();
        tracing::info!(events, per_second, rest, "shipping");
    }

    /// Whose word it is matters where there are several.
    fn named(&self, at: usize, told: Progress) -> String {
        let text = text(told);
        match &self.accepted.borrow()[..] {
            several @ [_, _, ..] => match several.get(at) {
                Some((name, _)) => format!("{name}: {text}"),
                None => text,
            },
            _ => text,
        }
    }
}

fn text(told: Progress) -> String {
    match told {
        Progress::Delivered { accepted, .. } => format!("{accepted} events"),
        Progress::Waiting { wait, why } => format!("waiting {}: {why}", human_duration(wait)),
        Progress::Paused { wait, why, remedy } => {
            let remedy = remedy.map(|remedy| format!("; {remedy}"));
            let remedy = remedy.unwrap_or_default();
            format!(
                "paused: {why}{remedy}; next try in {}",
                human_duration(wait)
            )
        }
        Progress::Restamped => "an event is too old: under the time of sending".to_owned(),
        Progress::Resumed => "going on: what was refused is taken again".to_owned(),
        Progress::Split { events, why } => {
            format!("halving a batch of {events}, as others that are too large: {why}")
        }
        Progress::DeadLetter { id, why } => format!("event {id} is set aside: {why}"),
        Progress::FellBackToGzip { why } => {
            format!(
                "the first request was refused, perhaps for its compression: gzip instead of zstd \
                 until this run ends (--compression gzip begins with it): {why}"
            )
        }
        Progress::ClockOff { offset } => {
            let side = match offset.is_negative() {
                true => "ahead of",
                false => "behind",
            };
            format!(
                "this machine's clock is {} s {side} the intake's; events may be filed at a wrong \
                 time",
                offset.as_secs().abs()
            )
        }
        Progress::Warned { what } => format!("taken, with a warning: {what}"),
        Progress::Failed { why } => format!("nothing more goes there in this run: {why}"),
        Progress::Draining { left } => {
            format!("stopping: {left} events that were read still go out")
        }
    }
}
