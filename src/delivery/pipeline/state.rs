//! What a run knows: what it reads, what goes out next, what happens with time.

use std::collections::HashSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::aside::{Aside, Suspect};
use super::error::{Cause, DeliveryError};
use super::pause::Pause;
use super::queue::{Job, Queue, Unit};
use super::{Options, Stop};
use crate::datadog::CLOCK_TOLERANCE;
use crate::delivery::answer::Trouble;
use crate::delivery::batch::Batcher;
use crate::delivery::compression::Codec;
use crate::delivery::dead_letter::DeadLetters;
use crate::delivery::entry::{Entry, Given, TooLarge};
use crate::delivery::envelope::Envelope;
use crate::delivery::gate::Gate;
use crate::delivery::late::{Age, LatePolicy, Window};
use crate::delivery::observer::{Fate, Observer, SentBatch};
use crate::delivery::retry::Backoff;
use crate::delivery::sinks::Sink;
use crate::delivery::summary::{Progress, Summary};

/// Where a run stands; see the module above.
#[derive(Debug)]
pub(super) enum Phase {
    Reading,
    /// Until then, where somebody asked to stop.
    Draining(Option<Instant>),
    Ending(Cause),
    /// What is under way is not awaited.
    Over(Option<Cause>),
}

/// A run. How answers are settled stands in the module of that name.
pub(super) struct Run<O> {
    pub(super) options: Options,
    pub(super) observer: O,
    pub(super) phase: Phase,
    pub(super) batcher: Batcher,
    /// When the batch that is being filled goes out, full or not.
    closes_at: Option<Instant>,
    pub(super) queue: Queue,
    pub(super) gate: Gate,
    pub(super) codec: Codec,
    pub(super) suspects: Vec<Suspect>,
    /// What becomes dead letters soon.
    pub(super) aside: Vec<Aside>,
    pub(super) dead_letters: Option<DeadLetters>,
    /// Why the gate is closed, for a run that ends while it is.
    pub(super) last_trouble: Option<Trouble>,
    pub(super) pause: Option<Pause>,
    /// How long the next pause is.
    pub(super) pause_wait: Duration,
    pub(super) remedy: Option<String>,
    /// What was said once is not said again.
    pub(super) warned: HashSet<String>,
    /// How far the destination's clock is ahead of ours, where that matters.
    clock_offset: Option<SignedDuration>,
    started: Instant,
    pub(super) summary: Summary,
}

impl<O: Observer> Run<O> {
    pub fn new(sink: &impl Sink, options: Options, observer: O) -> Self {
        let directory = options.dead_letters.as_deref();
        Self {
            observer,
            phase: Phase::Reading,
            batcher: Batcher::new(options.limits),
            closes_at: None,
            queue: Queue::default(),
            gate: Gate::new(Backoff::new(options.pace), options.max_in_flight),
            codec: options.codec,
            suspects: Vec::new(),
            aside: Vec::new(),
            dead_letters: directory.map(|path| DeadLetters::new(path, &sink.name())),
            last_trouble: None,
            pause: None,
            pause_wait: options.renewal.first,
            remedy: sink.remedy().map(str::to_owned),
            warned: HashSet::new(),
            clock_offset: None,
            started: Instant::now(),
            summary: Summary::default(),
            options,
        }
    }

    /// How a batch becomes a body.
    pub fn packing(&self) -> (Codec, Envelope) {
        (self.codec, self.options.envelope.clone())
    }
}

/// The source.
impl<O: Observer> Run<O> {
    /// No more than one full batch waits: what is not read costs no memory.
    pub fn wants_more(&self) -> bool {
        matches!(self.phase, Phase::Reading) && self.queue.is_empty()
    }

    pub fn read(&mut self, given: Given) {
        self.summary.read += 1;
        let limit = self.options.limits.entry_bytes;
        let encoded = match given {
            Given::Record(record) => Entry::encode(record, limit),
            Given::Line(line) => Entry::of_line(line, limit),
            Given::Broken(broken) => {
                let entry = Entry::of_broken(&broken, (self.options.now)());
                return self.set_aside(entry, None, broken.reason, 0);
            }
        };
        match encoded {
            Ok((entry, is_cut)) => self.gather(entry, is_cut),
            Err(TooLarge { entry, limit }) => {
                let reason = format!("larger than {limit} bytes however much of its texts is cut");
                self.set_aside(*entry, None, reason, 0);
            }
        }
    }

    fn gather(&mut self, entry: Entry, is_cut: bool) {
        self.summary.cut += u64::from(is_cut);
        if let Some(full) = self.batcher.push(entry) {
            self.queue.push_back(Unit::new(full, 0));
            self.closes_at = None;
        }
        let linger = self.options.linger;
        self.closes_at
            .get_or_insert_with(|| Instant::now() + linger);
    }

    pub fn source_ended(&mut self) {
        if matches!(self.phase, Phase::Reading) {
            self.close_batch();
            self.phase = Phase::Draining(None);
        }
    }

    pub fn stop(&mut self, wish: Stop) {
        let is_running = matches!(self.phase, Phase::Reading | Phase::Draining(_));
        match wish {
            Stop::Drain if is_running => {
                self.summary.is_interrupted = true;
                self.close_batch();
                // Where nothing is taken, nothing is waited for.
                let drain = match self.pause {
                    Some(_) => Duration::ZERO,
                    None => self.options.drain,
                };
                self.phase = Phase::Draining(Some(Instant::now() + drain));
                let left = self.left();
                self.observer.told(Progress::Draining { left });
            }
            Stop::Now => {
                self.summary.is_interrupted = true;
                self.end_now(None);
            }
            Stop::No | Stop::Drain => {}
        }
    }

    /// What was ending the run already says more than that its time is over.
    fn end_now(&mut self, cause: Option<Cause>) {
        self.phase = match std::mem::replace(&mut self.phase, Phase::Over(None)) {
            Phase::Ending(cause) => Phase::Over(Some(cause)),
            _ => Phase::Over(cause),
        };
    }

    fn close_batch(&mut self) {
        self.closes_at = None;
        if let Some(entries) = self.batcher.take() {
            self.queue.push_back(Unit::new(entries, 0));
        }
    }
}

/// Time.
impl<O: Observer> Run<O> {
    /// When something happens without anybody else's doing.
    pub fn wakes_at(&self) -> Option<Instant> {
        let gate_opens = match self.queue.is_empty() {
            true => None,
            false => self.gate.opens_at(Instant::now()),
        };
        let drained = match self.phase {
            Phase::Draining(until) => until,
            _ => None,
        };
        let deadline = self.options.deadline;
        [
            gate_opens,
            self.closes_at,
            drained,
            deadline,
            self.asks_at(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    pub fn wake(&mut self) {
        let now = Instant::now();
        let is_past = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        if is_past(self.closes_at) {
            self.close_batch();
        }
        if is_past(self.options.deadline) {
            let trouble = self.last_trouble.take().map(Cause::Unreachable);
            let paused = self.pause.take().map(|pause| pause.cause);
            self.end_now(paused.or(trouble).or(Some(Cause::OutOfTime)));
        } else if matches!(self.phase, Phase::Draining(until) if is_past(until)) {
            self.phase = Phase::Over(None);
        }
    }

    /// Keeps what the destination's clock says, and warns once where it matters.
    pub fn note_clock(&mut self, offset: Option<SignedDuration>) {
        let offset = offset.filter(|offset| offset.abs() > CLOCK_TOLERANCE);
        if let (Some(offset), None) = (offset, self.clock_offset) {
            self.observer.told(Progress::ClockOff { offset });
        }
        self.clock_offset = offset.or(self.clock_offset);
    }

    /// By the destination's clock, which decides what is too old for it.
    fn now_there(&self) -> Timestamp {
        let now = (self.options.now)();
        let there = now.checked_add(self.clock_offset.unwrap_or_default());
        there.unwrap_or(now)
    }
}

/// What goes out.
impl<O: Observer> Run<O> {
    /// The next request, where one may go out now.
    pub fn next_job(&mut self) -> Option<Job> {
        if let Some(job) = self.renewal() {
            self.queue.went_out(&job);
            return Some(job);
        }
        self.judge_suspects_at_the_end();
        while self.may_send() {
            let mut job = self.queue.take()?;
            if let Job::Batch(unit) = &mut job {
                self.judge_age(unit);
                if unit.entries.is_empty() {
                    continue;
                }
            }
            if !self.may_send() {
                self.queue.push_front(job);
                return None;
            }
            if let Job::Batch(unit) = &mut job {
                unit.sent_at = Some((self.options.now)());
            }
            self.queue.went_out(&job);
            self.summary.requests += 1;
            return Some(job);
        }
        None
    }

    fn may_send(&self) -> bool {
        let is_running = matches!(self.phase, Phase::Reading | Phase::Draining(_));
        let in_flight = self.queue.in_flight();
        is_running && self.pause.is_none() && self.gate.lets_through(in_flight, Instant::now())
    }

    /// Judged at every attempt: an event can grow old while it waits.
    fn judge_age(&mut self, unit: &mut Unit) {
        let Some(policy) = self.options.late else {
            return;
        };
        let now = self.now_there();
        let window = Window::of(self.options.ages, now);
        let is_fresh = |entry: &Entry| window.age(entry.timestamp) == Age::Fresh;
        if unit.entries.iter().all(is_fresh) {
            return;
        }
        unit.encoded = None;
        let is_skipped =
            |entry: &Entry| policy == LatePolicy::Skip && window.age(entry.timestamp) == Age::Late;
        let entries = std::mem::take(&mut unit.entries).into_iter();
        let (skipped, others): (Vec<Entry>, Vec<Entry>) = entries.partition(is_skipped);
        self.skip(&skipped);
        unit.entries = others
            .into_iter()
            .filter_map(|entry| self.fresh_or_restamped(entry, policy, now, unit.attempts))
            .collect();
    }

    fn skip(&mut self, entries: &[Entry]) {
        if entries.is_empty() {
            return;
        }
        self.summary.skipped += entries.len() as u64;
        self.record(&SentBatch {
            entries,
            fate: Fate::Skipped,
            attempts: 0,
            unanswered: 0,
            sent_at: None,
        });
        self.remember(entries.iter().filter_map(|entry| entry.number).collect());
    }

    /// `None` where the entry does not go out at all.
    fn fresh_or_restamped(
        &mut self,
        mut entry: Entry,
        policy: LatePolicy,
        now: Timestamp,
        attempts: u32,
    ) -> Option<Entry> {
        match (
            Window::of(self.options.ages, now).age(entry.timestamp),
            policy,
        ) {
            (Age::Fresh, _) => {}
            (Age::Late, LatePolicy::DeadLetter) => {
                let reason = format!("too old for the destination: {:.3}", entry.timestamp);
                self.set_aside(entry, None, reason, attempts);
                return None;
            }
            (Age::Late | Age::Ahead, _) => {
                if !entry.is_restamped {
                    self.summary.late += 1;
                    self.observer.told(Progress::Restamped);
                }
                entry.restamp(now);
            }
        }
        Some(entry)
    }

    /// Nothing is left to do, or nothing will be done.
    pub fn is_over(&self) -> bool {
        match self.phase {
            Phase::Reading => false,
            Phase::Draining(_) => self.left() == 0 && self.queue.in_flight() == 0,
            Phase::Ending(_) => self.queue.in_flight() == 0,
            Phase::Over(_) => true,
        }
    }

    /// What waits although a request of it may have been taken.
    fn record_uncertain(&mut self) {
        let is_open = |unit: &&Unit| unit.unanswered > 0;
        for unit in self.queue.waiting().filter(is_open) {
            // The run is over as it is; what it came to says more than that this is not kept.
            let _ = self.observer.batch(&unit.came_to(Fate::Uncertain));
        }
    }

    /// Events read that came to no end yet.
    pub(super) fn left(&self) -> u64 {
        let set_aside = self.suspects.len() + self.aside.len();
        (self.queue.events() + self.batcher.events() + set_aside) as u64
    }

    pub fn finish(
        mut self,
        clock_offset: Option<SignedDuration>,
    ) -> Result<Summary, DeliveryError> {
        self.record_uncertain();
        self.summary.undelivered = self.left();
        self.summary.elapsed = self.started.elapsed();
        self.summary.clock_offset = clock_offset;
        match self.phase {
            Phase::Ending(cause) | Phase::Over(Some(cause)) => Err(DeliveryError {
                cause,
                summary: Box::new(self.summary),
            }),
            Phase::Reading | Phase::Draining(_) | Phase::Over(None) => Ok(self.summary),
        }
    }
}
