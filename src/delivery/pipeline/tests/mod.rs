//! The pipeline against a scripted intake on a real socket, and against one in memory where the
//! clock is turned by hand.

mod answers;
mod flow;
mod leaving_out;
mod pausing;
mod waiting;

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;

use super::*;
use crate::datadog::testing::{Intake, Received, datadog_at};
use crate::datadog::{EncodedBatch, Meaning};
use crate::delivery::answer::{Reason, Taken, Trouble};
use crate::delivery::entry::{Entry, Record};
use crate::delivery::observer::{Fate, Observer, SentBatch};
use crate::delivery::positions::Number;
use crate::delivery::sinks::datadog_logs::DatadogLogs;
use crate::delivery::state::StateError;
use crate::delivery::summary::Progress;
use crate::delivery::testing;
use crate::domain::site::Site;

/// What a run came to.
struct Outcome {
    result: Result<Summary, DeliveryError>,
    progress: Vec<Progress>,
    ends: Vec<End>,
}

/// Whoever follows a run, with a memory.
#[derive(Default)]
struct Notes {
    progress: Vec<Progress>,
    settled: BTreeSet<Number>,
    ends: Vec<End>,
    /// So many can be remembered.
    room: Option<usize>,
}

/// The end that some events came to.
#[derive(Clone, Copy, Debug, PartialEq)]
struct End {
    fate: &'static str,
    events: u64,
    attempts: u32,
    unanswered: u32,
}

impl End {
    fn of(batch: &SentBatch<'_>) -> Self {
        let fate = match batch.fate {
            Fate::Taken { batch: encoded, .. } => {
                assert_eq!(encoded.events, batch.entries.len());
                "taken"
            }
            Fate::DeadLetter { .. } => "dead letter",
            Fate::Skipped => "skipped",
            Fate::Uncertain => "uncertain",
        };
        Self {
            fate,
            events: batch.entries.len() as u64,
            attempts: batch.attempts,
            unanswered: batch.unanswered,
        }
    }
}

fn came_to(ends: &[End], fate: &str) -> u64 {
    let such = ends.iter().filter(|end| end.fate == fate);
    such.map(|end| end.events).sum()
}

impl Observer for &mut Notes {
    fn told(&mut self, progress: Progress) {
        self.progress.push(progress);
    }

    fn batch(&mut self, batch: &SentBatch<'_>) -> Result<(), StateError> {
        self.ends.push(End::of(batch));
        Ok(())
    }

    fn settled(&mut self, numbers: &[Number]) -> Result<(), StateError> {
        if self
            .room
            .is_some_and(|room| self.settled.len() + numbers.len() > room)
        {
            let path = PathBuf::from("state.db");
            return Err(StateError::Full { path });
        }
        for number in numbers {
            assert!(self.settled.insert(*number), "{number} settled twice");
        }
        Ok(())
    }
}

impl Outcome {
    fn summary(&self) -> &Summary {
        match &self.result {
            Ok(summary) => summary,
            Err(error) => &error.summary,
        }
    }

    fn cause(&self) -> &Cause {
        match &self.result {
            Ok(summary) => panic!("the run did not end early: {summary:?}"),
            Err(error) => &error.cause,
        }
    }

    fn waits(&self) -> Vec<Duration> {
        let waits = self.progress.iter().filter_map(|progress| match progress {
            Progress::Waiting { wait, .. } => Some(*wait),
            _ => None,
        });
        waits.collect()
    }
}

/// Quick retries, gzip, a clock that stands.
fn options() -> Options {
    Options {
        codec: Codec::Gzip,
        pace: Pace {
            first: Duration::from_millis(2),
            cap: Duration::from_millis(8),
        },
        now: testing::now,
        ..Options::default()
    }
}

fn batches_of(entries: usize) -> Options {
    Options {
        limits: Limits {
            entries,
            ..Limits::DATADOG_LOGS
        },
        ..options()
    }
}

async fn deliver_to(sink: &impl Sink, records: Vec<Record>, options: Options) -> Outcome {
    deliver_from(testing::send_all(records), sink, options).await
}

async fn deliver_from(
    events: mpsc::Receiver<Record>,
    sink: &impl Sink,
    options: Options,
) -> Outcome {
    let mut notes = Notes::default();
    let result = run(events, Some, sink, options, &mut notes).await;
    let (progress, ends) = (notes.progress, notes.ends);
    let outcome = Outcome {
        result,
        progress,
        ends,
    };
    let Summary {
        read,
        accepted,
        dead_letters,
        skipped,
        undelivered,
        ..
    } = *outcome.summary();
    assert_eq!(
        read,
        accepted + dead_letters + skipped + undelivered,
        "every event came to exactly one end"
    );
    assert_eq!(
        notes.settled.len() as u64,
        accepted + dead_letters + skipped,
        "every end but being undelivered was told"
    );
    let of = |fate| came_to(&outcome.ends, fate);
    assert_eq!(
        (of("taken"), of("dead letter"), of("skipped")),
        (accepted, dead_letters, skipped),
        "every end was told with its batch"
    );
    outcome
}

async fn deliver(intake: &Intake, records: Vec<Record>, options: Options) -> Outcome {
    let datadog = datadog_at(intake, Site::Us1);
    deliver_to(&DatadogLogs(&datadog), records, options).await
}

/// The logs of a request.
fn logs(request: &Received) -> Vec<Value> {
    let plain = testing::unpack(request.header("content-encoding"), &request.body);
    match serde_json::from_slice(&plain).expect("JSON") {
        Value::Array(logs) => logs,
        one => vec![one],
    }
}

/// The ids that the intake kept, in the order in which it got them.
fn stored(intake: &Intake) -> Vec<String> {
    let requests = intake.requests();
    let kept = requests.iter().filter(|request| request.stored);
    kept.flat_map(logs)
        .filter_map(|log| Some(log["evt"]["id"].as_str()?.to_owned()))
        .collect()
}

fn ids(numbers: impl IntoIterator<Item = u32>) -> Vec<String> {
    let numbers = numbers.into_iter();
    numbers.map(|number| format!("id-{number}")).collect()
}

/// An intake in memory: answers by the list, then takes everything.
#[derive(Default)]
struct Scripted {
    answers: RefCell<VecDeque<Answer>>,
    sent: RefCell<Vec<Vec<Entry>>>,
    offset: Option<SignedDuration>,
}

impl Scripted {
    fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            answers: RefCell::new(answers.into_iter().collect()),
            ..Self::default()
        }
    }

    fn sent_ids(&self) -> Vec<Vec<String>> {
        let sent = self.sent.borrow();
        let ids = |batch: &Vec<Entry>| batch.iter().map(|entry| entry.id.clone()).collect();
        sent.iter().map(ids).collect()
    }
}

impl Sink for Scripted {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    async fn send(&self, entries: &[Entry], _: &EncodedBatch) -> Answer {
        self.sent.borrow_mut().push(entries.to_vec());
        self.answers
            .borrow_mut()
            .pop_front()
            .unwrap_or(Ok(Taken::with_status(202)))
    }

    async fn check(&self) -> Answer {
        self.answers
            .borrow_mut()
            .pop_front()
            .unwrap_or(Ok(Taken::with_status(202)))
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        self.offset
    }
}

fn trouble(meaning: Meaning, reason: Reason) -> Trouble {
    Trouble {
        is_foreign: false,
        meaning,
        reason,
        text: format!("scripted {reason}"),
    }
}

/// A 503 that asks to wait.
fn busy(after_s: Option<u64>) -> Answer {
    let after = after_s.map(Duration::from_secs);
    Err(trouble(Meaning::Retry { after }, Reason::Status(503)))
}

fn dead_letters(path: &Option<PathBuf>) -> Vec<Value> {
    let Some(path) = path else { return Vec::new() };
    let text = std::fs::read_to_string(path).expect("the file that was named");
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}
