//! What an answer leads to.

use std::time::Duration;

use tokio::time::Instant;

use super::Patience;
use super::error::Cause;
use super::queue::{Job, Unit};
use super::state::{Phase, Run};
use crate::datadog::Meaning;
use crate::delivery::answer::{Answer, Reason, Rejected, Taken, Trouble};
use crate::delivery::batch::halves;
use crate::delivery::compression::Codec;
use crate::delivery::entry::Entry;
use crate::delivery::observer::{Fate, Observer, SentBatch};
use crate::delivery::positions::Number;
use crate::delivery::state::StateError;
use crate::delivery::summary::Progress;

/// Different warnings that are told.
const WARNINGS: usize = 20;

/// Times that a batch is sent again where the destination may never take it.
const A_FEW: u32 = 5;

impl<O: Observer> Run<O> {
    pub fn settle(&mut self, job: Job, answer: Answer) {
        self.queue.came_back(&job);
        match answer {
            answer if matches!(job, Job::Renew) => self.renewed(answer),
            Ok(taken) => self.taken(job, taken),
            Err(trouble) => self.refused(job, trouble),
        }
    }

    /// What was under way when the run was over, answered or not.
    pub fn left_behind(&mut self, mut job: Job, answer: Answer) {
        let trouble = match answer {
            Ok(_) => return self.settle(job, answer),
            Err(trouble) => trouble,
        };
        self.queue.came_back(&job);
        if let Job::Batch(unit) = &mut job {
            unit.unanswered += u32::from(trouble.reason.leaves_open());
        }
        self.queue.push_front(job);
    }

    fn taken(&mut self, job: Job, taken: Taken) {
        self.gate.succeeded();
        self.last_trouble = None;
        self.pause_wait = self.options.renewal.first;
        if let Some(warning) = taken.warning {
            self.warn_once(warning);
        }
        match (job, taken.rejected) {
            (Job::Batch(unit), Some(rejected)) => self.left_out(unit, taken.status, &rejected),
            (Job::Batch(unit), None) => self.delivered(&unit, taken.status),
            (Job::Check | Job::Renew, _) => {}
        }
        // The settings are good, so the events were at fault.
        self.condemn_suspects();
    }

    fn delivered(&mut self, unit: &Unit, status: Option<u16>) {
        let events = unit.entries.len();
        let numbers = unit.entries.iter().filter_map(|entry| entry.number);
        let numbers = numbers.collect();
        self.summary.accepted += events as u64;
        if let Some(batch) = &unit.encoded {
            self.summary.bytes_raw += batch.raw_bytes as u64;
            self.summary.bytes_wire += batch.body.len() as u64;
            self.record(&unit.came_to(Fate::Taken { batch, status }));
        }
        let accepted = self.summary.accepted;
        self.remember(numbers);
        self.observer.told(Progress::Delivered { events, accepted });
    }

    /// Some of a batch were left out for good, and nobody says which. What is not known to be taken
    /// is set aside, all of it: to send a half again would be to repeat what must not be repeated.
    fn left_out(&mut self, unit: Unit, status: Option<u16>, rejected: &Rejected) {
        let events = unit.entries.len() as u64;
        let why = match rejected.why.as_str() {
            "" => "it does not say why",
            why => why,
        };
        let reason = match rejected.entries >= events {
            true => format!("rejected: {why}"),
            false => format!(
                "{} of {events} that were sent together were rejected, and it is not said which: {why}",
                rejected.entries
            ),
        };
        self.summary.rejected += rejected.entries.min(events);
        for entry in unit.entries {
            self.set_aside(entry, status, reason.clone(), unit.attempts);
        }
    }

    fn warn_once(&mut self, warning: String) {
        if self.warned.len() < WARNINGS && self.warned.insert(warning.clone()) {
            self.observer.told(Progress::Warned { what: warning });
        }
    }

    fn refused(&mut self, job: Job, trouble: Trouble) {
        if self.may_be_the_compression(&trouble) {
            return self.fall_back_to_gzip(job, &trouble);
        }
        match (trouble.meaning, job) {
            (Meaning::Retry { .. }, job) if self.is_hopeless(&trouble) => {
                self.end(job, Cause::Unreachable(trouble));
            }
            (Meaning::Retry { after }, job) => self.retry(job, trouble, after),
            (Meaning::RetryAFewTimes { after }, job) => self.retry_a_few_times(job, trouble, after),
            (Meaning::Split | Meaning::Poison, Job::Batch(unit)) => self.halve(unit, trouble),
            (Meaning::Split | Meaning::Poison, job) => {
                self.end(job, Cause::Misconfigured(trouble));
            }
            (Meaning::Unreachable, job) if self.options.patience == Patience::LongRunning => {
                self.retry(job, trouble, None);
            }
            (Meaning::Pause, job) => self.end(job, Cause::KeyRefused(trouble)),
            (Meaning::Unreachable, job) => self.end(job, Cause::Unreachable(trouble)),
            // A sink that calls 2xx trouble is none that could be gone on with.
            (Meaning::NotAnIntake | Meaning::Delivered, job) => {
                self.end(job, Cause::NotAnIntake(trouble));
            }
        }
    }

    /// Hands on what became of a batch; before its records are settled, so that nothing is settled
    /// that left no trace.
    pub(super) fn record(&mut self, batch: &SentBatch<'_>) {
        let kept = self.observer.batch(batch);
        self.end_unless_kept(kept);
    }

    /// Hands settled records on.
    pub(super) fn remember(&mut self, numbers: Vec<Number>) {
        if !numbers.is_empty() {
            let kept = self.observer.settled(&numbers);
            self.end_unless_kept(kept);
        }
    }

    /// Where an end cannot be remembered the run ends: to go on would only lengthen what the next
    /// run repeats.
    fn end_unless_kept(&mut self, kept: Result<(), StateError>) {
        if let Err(error) = kept
            && matches!(self.phase, Phase::Reading | Phase::Draining(_))
        {
            self.phase = Phase::Ending(Cause::State(error));
        }
    }

    /// Ends the run once what is under way has come back; `job` counts as undelivered. Where a
    /// person can help and there is time, it is a pause.
    pub(super) fn end(&mut self, mut job: Job, cause: Cause) {
        if let (Job::Batch(unit), Cause::Unreachable(trouble)) = (&mut job, &cause) {
            unit.unanswered += u32::from(trouble.reason.leaves_open());
        }
        self.queue.push_front(job);
        if self.options.patience == Patience::LongRunning && cause.is_for_a_person() {
            return self.pause(cause);
        }
        if matches!(self.phase, Phase::Reading | Phase::Draining(_)) {
            self.phase = Phase::Ending(cause);
        }
    }
}

/// Trying again.
impl<O: Observer> Run<O> {
    /// A name that was never found is a typing error more often than an outage.
    fn is_hopeless(&self, trouble: &Trouble) -> bool {
        trouble.reason == Reason::UnknownHost
            && self.summary.accepted == 0
            && self.options.patience == Patience::OneShot
    }

    fn retry(&mut self, mut job: Job, trouble: Trouble, after: Option<Duration>) {
        if let Job::Batch(unit) = &mut job {
            unit.unanswered += u32::from(trouble.reason.leaves_open());
        }
        let wait = self.gate.failed(after, Instant::now());
        *self.summary.retries.entry(trouble.reason).or_default() += 1;
        let why = trouble.text.clone();
        self.observer.told(Progress::Waiting { wait, why });
        self.last_trouble = Some(trouble);
        self.queue.push_front(job);
    }

    /// As [`Run::retry`]; a batch that was refused so too often is set aside.
    fn retry_a_few_times(&mut self, job: Job, trouble: Trouble, after: Option<Duration>) {
        let mut unit = match job {
            Job::Batch(unit) => unit,
            job => return self.retry(job, trouble, after),
        };
        unit.failures += 1;
        if unit.failures <= A_FEW {
            return self.retry(Job::Batch(unit), trouble, after);
        }
        for entry in unit.entries {
            self.set_aside(entry, trouble.status(), trouble.text.clone(), unit.attempts);
        }
    }

    fn may_be_the_compression(&self, trouble: &Trouble) -> bool {
        self.codec == Codec::Zstd
            && self.summary.accepted == 0
            && matches!(trouble.status(), Some(400 | 415))
    }

    fn fall_back_to_gzip(&mut self, mut job: Job, trouble: &Trouble) {
        self.codec = Codec::Gzip;
        if let Job::Batch(unit) = &mut job {
            unit.encoded = None;
        }
        let why = trouble.text.clone();
        self.observer.told(Progress::FellBackToGzip { why });
        self.queue.push_front(job);
    }
}

/// Sending less at once.
impl<O: Observer> Run<O> {
    fn halve(&mut self, mut unit: Unit, trouble: Trouble) {
        match unit.entries.pop() {
            Some(entry) if unit.entries.is_empty() => self.single(entry, unit.attempts, trouble),
            Some(last) => {
                unit.entries.push(last);
                self.split(unit, trouble);
            }
            None => {}
        }
    }

    fn split(&mut self, unit: Unit, trouble: Trouble) {
        self.summary.splits += 1;
        let events = unit.entries.len();
        let why = trouble.text;
        self.observer.told(Progress::Split { events, why });
        let (first, second) = halves(unit.entries);
        for half in [second, first] {
            let half = Unit {
                unanswered: unit.unanswered,
                failures: unit.failures,
                sent_at: unit.sent_at,
                ..Unit::new(half, unit.attempts)
            };
            self.queue.push_front(Job::Batch(half));
        }
    }

    fn single(&mut self, mut entry: Entry, attempts: u32, trouble: Trouble) {
        if trouble.meaning != Meaning::Split {
            self.suspect(entry, attempts, trouble);
        } else if entry.shorten() {
            self.summary.cut += 1;
            let unit = Unit::new(vec![entry], attempts);
            self.queue.push_front(Job::Batch(unit));
        } else {
            self.set_aside(entry, trouble.status(), trouble.text, attempts);
        }
    }
}
