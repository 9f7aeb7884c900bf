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
    /// Since when the one that was read first waits.
    pub oldest_undelivered: Option<Timestamp>,
    /// When the oldest of them happened.
    #[serde(default)]
    pub oldest_event: Option<Timestamp>,
    /// Requests made again, by reason.
    pub retried: BTreeMap<String, u64>,
    /// Events set aside, by reason.
    pub dead_letters: BTreeMap<String, u64>,
    pub late: u64,
    /// The destination's clock minus ours, in seconds.
    pub clock_offset_s: Option<i64>,
    pub last_answer: Option<String>,
    /// Why nothing more goes there, while the others go on.
    #[serde(default)]
    pub failed: Option<String>,
    pub waiting: Option<Waiting>,
}

/// Where events come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceState {
    /// When everything was last looked at.
    pub looked: Option<Timestamp>,
    pub away: Option<Away>,
    /// Sessions that run for longer than is allowed, the longest first.
    pub open_too_long: Vec<String>,
}

/// A source that does not answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    pub since: Timestamp,
    pub why: String,
    /// What a person has to do, where nothing else helps.
    #[serde(default)]
    pub remedy: Option<String>,
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
    #[serde(default)]
    pub source: SourceState,
    pub destinations: Vec<DestinationState>,
    /// Of a relay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub door: Option<DoorState>,
}

impl DestinationState {
    /// In a word.
    pub fn word(&self) -> &'static str {
        match &self.waiting {
            _ if self.failed.is_some() => "failed",
            Some(waiting) if waiting.for_a_person => "paused",
            Some(_) => "waiting",
            None => "delivering",
        }
    }
}

impl Report {
    /// What is done for `destination`, in a word.
    pub fn word(&self, destination: &DestinationState) -> &'static str {
        match (&destination.waiting, &self.source.away) {
            (None, Some(_)) => "source away",
            _ => destination.word(),
        }
    }

    pub fn waits_for_a_person(&self) -> bool {
        let waits = |one: &DestinationState| {
            let waiting = one.waiting.as_ref();
            one.failed.is_some() || waiting.is_some_and(|waiting| waiting.for_a_person)
        };
        let away = self.source.away.as_ref();
        self.destinations.iter().any(waits) || away.is_some_and(|away| away.remedy.is_some())
    }

    /// How long the oldest undelivered event of a required destination has waited.
    pub fn oldest_undelivered(&self) -> SignedDuration {
        let required = self.destinations.iter().filter(|one| !one.best_effort);
        let oldest = required.filter_map(|one| one.oldest_undelivered).min();
        self.since(first(oldest, self.oldest_webhook()))
    }

    /// How long an event may have waited by now that has not reached `destination`: one that was
    /// read, or one that nobody could read while the source was away.
    pub fn waited(&self, destination: &DestinationState) -> SignedDuration {
        let away = self.source.away.as_ref().map(|away| away.since);
        let kept = first(away, self.oldest_webhook());
        self.since(first(destination.oldest_undelivered, kept))
    }

    /// When the webhook came that has waited longest for its events.
    fn oldest_webhook(&self) -> Option<Timestamp> {
        self.door.as_ref().and_then(|door| door.oldest)
    }

    /// How far `destination` is behind what happens: since the oldest event that it lacks, or since
    /// everything was last looked at.
    pub fn lag(&self, destination: &DestinationState) -> SignedDuration {
        let looked = self.source.looked.unwrap_or(self.started);
        self.since(first(destination.oldest_event, Some(looked)))
    }

    fn since(&self, then: Option<Timestamp>) -> SignedDuration {
        let passed = then.map_or(SignedDuration::ZERO, |then| self.at.duration_since(then));
        passed.max(SignedDuration::ZERO)
    }
}

fn first(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
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
            source: SourceState::default(),
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
            state.oldest_event = under_way.values().map(|one| one.at).min();
        }
        if let Some(mut door) = self.door.as_ref().map(|door| door()) {
            // Nobody looks for what is brought.
            report.source.looked = Some(report.at);
            report.source.away = door.gateway_away.take();
            report.door = Some(door);
        }
        report
    }

    /// Everything there was at `at` was looked at; these sessions have run for too long by then.
    pub fn looked(&self, at: Timestamp, open_too_long: Vec<String>) {
        self.lock().report.source = SourceState {
            looked: Some(at),
            away: None,
            open_too_long,
        };
    }

    /// The source does not answer.
    pub fn source_away(&self, why: String) {
        let since = (self.now)();
        self.lock().report.source.away = Some(Away {
            since,
            why,
            remedy: None,
        });
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
            oldest_event: None,
            retried: BTreeMap::new(),
            dead_letters: BTreeMap::new(),
            late: 0,
            clock_offset_s: None,
            last_answer: None,
            failed: None,
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
            Progress::Failed { why } => {
                self.failed = Some(why.clone());
                self.waiting = None;
            }
            Progress::Draining { .. } | Progress::Warned { .. } => {}
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
    fn the_lag_is_the_age_of_what_is_lacking_and_no_quiet_night_makes_one() {
        let ago = |seconds| now() - SignedDuration::from_secs(seconds);
        let seconds = |board: &Board| {
            let report = board.report();
            let logs = &report.destinations[0];
            (report.lag(logs).as_secs(), report.waited(logs).as_secs())
        };
        let board = board();
        board.looked(ago(3), Vec::new());
        board.read(0, Some(0), ago(9_000));
        board.settled(0, &[0]);
        assert_eq!(seconds(&board), (3, 0), "the last event was long ago");
        board.read(0, Some(1), ago(40));
        board.read(0, Some(2), ago(70));
        assert_eq!(seconds(&board), (70, 0), "both were read just now");
        board.settled(0, &[1, 2]);
        board.lock().report.source.away = Some(Away {
            since: ago(2),
            why: "503".to_owned(),
            remedy: None,
        });
        assert_eq!(seconds(&board), (3, 2), "nobody knows what happened since");
        board.looked(now(), vec!["s-1".to_owned()]);
        assert_eq!(seconds(&board), (0, 0));
        assert_eq!(board.report().source.open_too_long, ["s-1"]);
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
