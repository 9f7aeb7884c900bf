//! What is told of a run while it is under way.

use std::cell::RefCell;

use crate::delivery::Progress;
use crate::domain::time::human_duration;
use crate::ui;

/// How far every destination of a run is; one line shows them all.
pub struct Chorus<'a> {
    ui: &'a ui::Ui,
    line: ui::Progress,
    /// By destination: its name, and the events it took.
    accepted: RefCell<Vec<(String, u64)>>,
}

impl<'a> Chorus<'a> {
    pub fn new(ui: &'a ui::Ui, label: &str, names: impl Iterator<Item = String>) -> Self {
        Self {
            ui,
            line: ui.progress(label),
            accepted: RefCell::new(names.map(|name| (name, 0)).collect()),
        }
    }

    /// Tells what destination number `at` told.
    pub fn tell(&self, at: usize, told: Progress) {
        match told {
            Progress::Delivered { accepted, .. } => {
                if let Some((_, known)) = self.accepted.borrow_mut().get_mut(at) {
                    *known = accepted;
                }
                self.line.set(&self.counts());
            }
            Progress::DeadLetter { .. }
            | Progress::ClockOff { .. }
            | Progress::Paused { .. }
            | Progress::Failed { .. } => {
                self.ui.warning(&self.named(at, told));
            }
            Progress::Draining { left: 0 } | Progress::Restamped => {}
            _ => self.ui.status(&self.named(at, told)),
        }
    }

    fn counts(&self) -> String {
        match &self.accepted.borrow()[..] {
            [(_, accepted)] => format!("{accepted} events"),
            several => {
                let each = several.iter();
                let each: Vec<String> = each
                    .map(|(name, accepted)| format!("{accepted} to {name}"))
                    .collect();
                each.join(", ")
            }
        }
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
        Progress::Split { events, why } => format!("halving a batch of {events}: {why}"),
        Progress::DeadLetter { id, why } => format!("event {id} is set aside: {why}"),
        Progress::FellBackToGzip { why } => {
            format!("the intake does not take zstd, gzip from here on: {why}")
        }
        Progress::ClockOff { offset } => format!(
            "this machine's clock is {} s off the intake's; events may be filed at a wrong time",
            offset.as_secs()
        ),
        Progress::Failed { why } => format!("nothing more goes there in this run: {why}"),
        Progress::Draining { left } => {
            format!("stopping: {left} events that were read still go out")
        }
    }
}
