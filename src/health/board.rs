//! How every destination of a long-running mode is doing.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::door::DoorState;
use crate::delivery::{Number, Progress};

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
    /// Events that it lacked when they were read.
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
    pub destinations: Vec<DestinationState>,
    /// Of a relay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub door: Option<DoorState>,
}

impl DestinationState {
    /// In a word.
    pub fn word(&self) -> &'static str {
        match &self.waiting {
            Some(waiting) if waiting.for_a_person => "paused",
            Some(_) => "waiting",
            None => "delivering",
        }
    }
}

impl Report {
    pub fn waits_for_a_person(&self) -> bool {
        let mut waiting = self
            .destinations
            .iter()
            .filter_map(|one| one.waiting.as_ref());
        waiting.any(|waiting| waiting.for_a_person)
    }

    /// How long the oldest undelivered event of a required destination has waited.
    pub fn oldest_undelivered(&self) -> SignedDuration {
        let required = self.destinations.iter().filter(|one| !one.best_effort);
        let oldest = required.filter_map(|one| one.oldest_undelivered).min();
        let waiting = self.door.as_ref().and_then(|door| door.oldest);
        let oldest = oldest.into_iter().chain(waiting).min();
        oldest.map_or(SignedDuration::ZERO, |since| self.at.duration_since(since))
    }
}

/// Kept up to date by the mode, read by whoever asks.
pub struct Board {
    inner: Mutex<Inner>,
    now: fn() -> Timestamp,
    /// Of a relay.
    door: Option<Box<dyn Fn() -> DoorState + Send + Sync>>,
}

#[derive(Debug)]
struct Inner {
    report: Report,
    /// By destination: events under way.
    under_way: Vec<BTreeMap<Number, UnderWay>>,
}

#[derive(Debug)]
struct UnderWay {
    read: Timestamp,
    /// The event's own time.
    at: Timestamp,
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
            destinations: destinations
                .map(|(name, best_effort)| DestinationState::new(name, best_effort))
                .collect(),
            door: None,
        };
        let under_way = report.destinations.iter().map(|_| BTreeMap::new());
        Self {
            inner: Mutex::new(Inner {
                under_way: under_way.collect(),
                report,
            }),
            now,
            door: None,
        }
    }

    /// The same with a door, which says itself how it is doing.
    pub fn with_door(mut self, door: impl Fn() -> DoorState + Send + Sync + 'static) -> Self {
        self.door = Some(Box::new(door));
        self
    }

    /// As things stand now.
    pub fn report(&self) -> Report {
        let inner = self.lock();
        let mut report = inner.report.clone();
        report.at = (self.now)();
        for (state, under_way) in report.destinations.iter_mut().zip(&inner.under_way) {
            state.queue = under_way.len() as u64;
            // Events are numbered as they are read.
            let oldest = under_way.first_key_value();
            state.oldest_undelivered = oldest.map(|(_, one)| one.read);
        }
        report.door = self.door.as_ref().map(|door| door());
        report
    }

    /// An event of its own time `at` was read for destination number `destination`.
    pub fn read(&self, destination: usize, number: Option<Number>, at: Timestamp) {
        let read = (self.now)();
        let mut inner = self.lock();
        if let Some(state) = inner.report.destinations.get_mut(destination) {
            state.accepted += 1;
        }
        if let (Some(number), Some(under_way)) = (number, inner.under_way.get_mut(destination)) {
            under_way.insert(number, UnderWay { read, at });
        }
    }

    /// Events that came to an end, with the destination or set aside.
    pub fn settled(&self, destination: usize, numbers: &[Number]) {
        let mut inner = self.lock();
        let Inner { report, under_way } = &mut *inner;
        let (Some(state), Some(under_way)) = (
            report.destinations.get_mut(destination),
            under_way.get_mut(destination),
        ) else {
            return;
        };
        let settled = numbers.iter().filter_map(|number| under_way.remove(number));
        let newest = settled.map(|one| one.at).max();
        state.position = state.position.max(newest);
    }

    /// What destination number `destination` told of its run.
    pub fn told(&self, destination: usize, progress: &Progress) {
        let now = (self.now)();
        if let Some(state) = self.lock().report.destinations.get_mut(destination) {
            state.told(progress, now);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
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
            Progress::Restamped => self.late += 1,
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
            next_try: now.checked_add(wait).unwrap_or(now),
            for_a_person,
            remedy,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1_795_251_600).expect("an instant")
    }

    fn board() -> Board {
        let destinations = [("logs".to_owned(), false), ("events".to_owned(), true)];
        Board::new("sessions export --follow", destinations, now)
    }

    fn paused() -> Progress {
        Progress::Paused {
            wait: Duration::from_secs(30),
            why: "403".to_owned(),
            remedy: Some("the key came from DD_API_KEY".to_owned()),
        }
    }

    #[test]
    fn what_was_read_waits_until_it_is_settled() {
        let board = board();
        for number in 0..3 {
            board.read(0, Some(number), now() - SignedDuration::from_secs(10));
        }
        board.settled(0, &[1]);
        let [logs, events] = board.report().destinations.try_into().expect("two");
        assert_eq!((logs.accepted, logs.queue), (3, 2));
        assert_eq!(logs.oldest_undelivered, Some(now()));
        assert_eq!(logs.position, Some(now() - SignedDuration::from_secs(10)));
        assert_eq!((events.queue, events.position), (0, None));
        board.settled(0, &[0, 2]);
        assert_eq!(board.report().destinations[0].oldest_undelivered, None);
    }

    #[test]
    fn a_pause_waits_for_a_person_until_something_is_taken() {
        let board = board();
        let why = "503".to_owned();
        let wait = Duration::from_secs(2);
        board.told(0, &Progress::Waiting { wait, why });
        assert!(!board.report().waits_for_a_person());
        board.told(1, &paused());
        let report = board.report();
        assert!(report.waits_for_a_person());
        let words = report.destinations.iter().map(DestinationState::word);
        assert_eq!(words.collect::<Vec<_>>(), ["waiting", "paused"]);
        let waiting = report.destinations[1].waiting.as_ref().expect("it waits");
        assert_eq!(waiting.next_try, now() + SignedDuration::from_secs(30));
        board.told(1, &Progress::Resumed);
        assert!(!board.report().waits_for_a_person());
    }
}
