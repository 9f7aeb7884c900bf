//! How every destination of a long-running mode is doing.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::delivery::{Progress, Summary};

/// What a destination waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub since: Timestamp,
    pub why: String,
    pub next_try: Timestamp,
    /// Only a person can end it: a key that is refused, an address that is no intake.
    pub for_a_person: bool,
    /// What that person can do.
    pub remedy: Option<String>,
}

/// One destination. Counts are since the mode began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestinationState {
    pub destination: String,
    pub best_effort: bool,
    /// Events that it lacked.
    pub accepted: u64,
    pub delivered: u64,
    /// Time of the newest event delivered.
    pub position: Option<Timestamp>,
    pub last_delivery: Option<Timestamp>,
    /// Events that were read and are neither delivered nor set aside.
    pub queue: u64,
    /// Since when the oldest of them waits.
    pub oldest_undelivered: Option<Timestamp>,
    /// Requests made again, by reason.
    pub retried: BTreeMap<String, u64>,
    /// Events set aside, by reason.
    pub dead_letters: BTreeMap<String, u64>,
    pub late: u64,
    /// Events that a webhook brought twice.
    pub duplicates: u64,
    /// The destination's clock minus ours, in seconds.
    pub clock_offset_s: Option<i64>,
    pub last_answer: Option<String>,
    pub waiting: Option<Waiting>,
}

/// The whole, as it is written and shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The command without its values: `sessions export --follow`.
    pub command: String,
    pub version: String,
    pub pid: u32,
    pub host: String,
    pub started: Timestamp,
    pub at: Timestamp,
    pub spool_bytes: u64,
    pub destinations: Vec<DestinationState>,
}

impl Report {
    pub fn waits_for_a_person(&self) -> bool {
        let mut waiting = self.destinations.iter().filter_map(|one| one.waiting.as_ref());
        waiting.any(|waiting| waiting.for_a_person)
    }

    /// How long the oldest undelivered event of a required destination has waited.
    pub fn oldest_undelivered(&self) -> SignedDuration {
        let required = self.destinations.iter().filter(|one| !one.best_effort);
        let oldest = required.filter_map(|one| one.oldest_undelivered).min();
        oldest.map_or(SignedDuration::ZERO, |since| self.at.duration_since(since))
    }
}

/// Kept up to date by the mode, read by whoever asks.
#[derive(Debug)]
pub struct Board {
    report: Mutex<Report>,
    now: fn() -> Timestamp,
}

impl Board {
    /// `destinations` by name, with whether each is best effort.
    pub fn new(
        command: &str,
        destinations: impl IntoIterator<Item = (String, bool)>,
        now: fn() -> Timestamp,
    ) -> Self {
        let host = rustix::system::uname();
        let destinations = destinations.into_iter();
        let report = Report {
            command: command.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            host: host.nodename().to_string_lossy().into_owned(),
            started: now(),
            at: now(),
            spool_bytes: 0,
            destinations: destinations
                .map(|(name, best_effort)| DestinationState::new(name, best_effort))
                .collect(),
        };
        Self {
            report: Mutex::new(report),
            now,
        }
    }

    /// As things stand now.
    pub fn report(&self) -> Report {
        let mut report = self.lock().clone();
        report.at = (self.now)();
        report
    }

    /// What destination number `at` told of its run.
    pub fn told(&self, at: usize, progress: &Progress) {
        let now = (self.now)();
        self.change(at, |state| state.told(progress, now));
    }

    /// Where destination number `at` stands: the counts of its run.
    pub fn counted(&self, at: usize, summary: &Summary, queue: u64) {
        let now = (self.now)();
        self.change(at, |state| {
            state.accepted = summary.read;
            state.delivered = summary.accepted;
            state.late = summary.late;
            let offset = summary.clock_offset.map(|offset| offset.as_secs());
            state.clock_offset_s = offset.or(state.clock_offset_s);
            state.queue = queue;
            match queue {
                0 => state.oldest_undelivered = None,
                _ => drop(state.oldest_undelivered.get_or_insert(now)),
            }
        });
    }

    fn change(&self, at: usize, change: impl FnOnce(&mut DestinationState)) {
        if let Some(state) = self.lock().destinations.get_mut(at) {
            change(state);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Report> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DestinationState {
    fn new(destination: String, best_effort: bool) -> Self {
        Self {
            destination,
            best_effort,
            accepted: 0,
            delivered: 0,
            position: None,
            last_delivery: None,
            queue: 0,
            oldest_undelivered: None,
            retried: BTreeMap::new(),
            dead_letters: BTreeMap::new(),
            late: 0,
            duplicates: 0,
            clock_offset_s: None,
            last_answer: None,
            waiting: None,
        }
    }

    fn told(&mut self, progress: &Progress, now: Timestamp) {
        match progress {
            Progress::Delivered { accepted, .. } => {
                self.delivered = *accepted;
                self.last_delivery = Some(now);
                self.last_answer = Some("taken".to_owned());
                self.waiting = None;
            }
            Progress::Waiting { wait, why } => {
                *self.retried.entry(why.clone()).or_default() += 1;
                self.wait(now, *wait, why, false, None);
            }
            Progress::Paused { wait, why, remedy } => {
                self.wait(now, *wait, why, true, remedy.clone());
            }
            Progress::Resumed => self.waiting = None,
            Progress::DeadLetter { why, .. } => {
                *self.dead_letters.entry(why.clone()).or_default() += 1;
            }
            Progress::ClockOff { offset } => self.clock_offset_s = Some(offset.as_secs()),
            Progress::Split { why, .. } | Progress::FellBackToGzip { why } => {
                self.last_answer = Some(why.clone());
            }
            Progress::Draining { .. } => {}
        }
    }

    fn wait(
        &mut self,
        now: Timestamp,
        wait: Duration,
        why: &str,
        for_a_person: bool,
        remedy: Option<String>,
    ) {
        let since = self.waiting.as_ref().map_or(now, |waiting| waiting.since);
        self.last_answer = Some(why.to_owned());
        self.waiting = Some(Waiting {
            since,
            why: why.to_owned(),
            next_try: now.saturating_add(wait).unwrap_or(now),
            for_a_person,
            remedy,
        });
    }
}
