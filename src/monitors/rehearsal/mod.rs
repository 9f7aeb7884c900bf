//! The rehearsal: test events are sent, and a monitor has to come to the state that is expected.
//!
//! A temporary copy of the monitor is made first ([`copy`]), so that nothing it comes to can be
//! older than the events; then the events are delivered, Datadog has to find every one of them
//! ([`arrival`]), the copy is watched ([`expectation`]), and deleted whatever happened. Or the
//! real monitor is watched, and stays as it is.

mod arrival;
mod bystanders;
mod cleanup;
mod copy;
mod expectation;
mod live;
mod own_events;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

pub use bystanders::{Bystander, Would, bystanders, groups_of, handles};
pub use cleanup::{Stray, strays};
pub(super) use copy::TEST_EXCLUSION;
pub use copy::{CopyError, REHEARSAL_TAG, temporary_copy};
pub use expectation::{Expectation, Sighting, Verdict, Watched};
pub use live::Unreadable;
pub use own_events::{OwnEventError, own_events};

use crate::datadog::{Datadog, DatadogError, LiveMonitor};
use crate::delivery::{self, DatadogLogs, DeliveryError, Record, Stop};

/// The first wait between two looks at the monitor, and the longest.
const FIRST_LOOK: Duration = Duration::from_millis(500);
const LONGEST_LOOK: Duration = Duration::from_secs(10);

/// What is rehearsed.
pub struct Rehearsal<'a> {
    pub datadog: &'a Datadog,
    /// The value of `evt.test_run`.
    pub run: &'a str,
    pub events: Vec<Record>,
    pub subject: Subject,
    pub expected: Expectation,
    /// How long `ok` and `no-data` have to hold after the arrival.
    pub settle: SignedDuration,
    /// How events are delivered; its deadline is that of the rehearsal.
    pub delivery: delivery::Options,
    pub deadline: Instant,
    /// Turns true when the person wants to stop.
    pub stop: watch::Receiver<bool>,
}

/// Which monitor is watched.
pub enum Subject {
    /// A temporary copy of this definition, made by [`temporary_copy`].
    Copy(Value),
    /// The real one. Its groups of the run are told by these values.
    Live { id: u64, groups: Vec<Vec<String>> },
}

/// The parts of a rehearsal, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Copy,
    Send,
    Arrive,
    Watch,
    Delete,
}

impl Step {
    pub fn as_str(self) -> &'static str {
        match self {
            Step::Copy => "copy",
            Step::Send => "send",
            Step::Arrive => "arrive",
            Step::Watch => "watch",
            Step::Delete => "delete",
        }
    }
}

/// Told while it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// A step is at work, and this is how far.
    Working(Step, String),
    Done(Finished),
}

/// A step that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    pub step: Step,
    pub took: Duration,
    pub detail: String,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The monitor came to the expected state.
    Reached { group: Option<String> },
    /// It came to another state for good.
    Missed { state: String },
    /// The time was up; where the monitor was then.
    TimedOut { state: String },
    /// The time was up before Datadog had every event.
    NotArrived { found: usize, sent: usize },
    /// The person stopped it.
    Stopped,
}

/// What came of a rehearsal.
#[derive(Debug)]
pub struct Report {
    pub ending: Ending,
    /// The monitor that was watched.
    pub monitor: u64,
    pub steps: Vec<Finished>,
    /// The copy could not be deleted.
    pub left_behind: Option<(u64, DatadogError)>,
}

/// Why a rehearsal could not be held.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    #[error("make a temporary copy of the monitor")]
    Copy(#[source] DatadogError),
    #[error("send the test events")]
    Send(#[from] DeliveryError),
    #[error("{dead} of {sent} test events were refused by Datadog")]
    Refused { dead: u64, sent: u64 },
    #[error("look for the test events")]
    Arrive(#[source] DatadogError),
    #[error("look at the monitor")]
    Watch(#[source] DatadogError),
    #[error("monitor {0} was deleted while it was watched")]
    Gone(u64),
}

/// Waiting was cut short.
enum Cut {
    Stopped,
    TimedOut,
}

impl Rehearsal<'_> {
    /// Holds it. `told` hears of each step.
    ///
    /// # Errors
    ///
    /// What keeps a rehearsal from being held. The copy is deleted then too; where that fails as
    /// well, a stray is left that carries [`REHEARSAL_TAG`].
    pub async fn hold(mut self, told: &mut dyn FnMut(Told)) -> Result<Report, RehearsalError> {
        let mut steps = Steps {
            told,
            finished: Vec::new(),
        };
        let (monitor, is_copy) = match &self.subject {
            Subject::Live { id, .. } => (*id, false),
            Subject::Copy(body) => {
                let body = body.clone();
                (self.make_copy(&body, &mut steps).await?, true)
            }
        };
        let ending = self.watch_from_send(monitor, &mut steps).await;
        let mut left_behind = None;
        if is_copy {
            let began = Instant::now();
            match self.datadog.delete_monitor(monitor).await {
                Ok(_) => steps.done(Step::Delete, began, format!("monitor {monitor}")),
                Err(error) => left_behind = Some((monitor, error)),
            }
        }
        Ok(Report {
            ending: ending?,
            monitor,
            steps: steps.finished,
            left_behind,
        })
    }

    async fn make_copy(&self, body: &Value, steps: &mut Steps<'_>) -> Result<u64, RehearsalError> {
        let began = Instant::now();
        steps.working(Step::Copy, "…".to_owned());
        match self.datadog.create_monitor(body).await {
            Ok(LiveMonitor { id, .. }) => {
                steps.done(Step::Copy, began, format!("monitor {id}"));
                Ok(id)
            }
            Err(error) => {
                if error.may_have_happened() {
                    cleanup::delete_of_run(self.datadog, self.run).await;
                }
                Err(RehearsalError::Copy(error))
            }
        }
    }

    async fn watch_from_send(
        &mut self,
        monitor: u64,
        steps: &mut Steps<'_>,
    ) -> Result<Ending, RehearsalError> {
        let ids: Vec<String> = self.events.iter().map(|event| event.id.clone()).collect();
        let since = self.datadogs_now();
        if !self.send(steps).await? {
            return Ok(Ending::Stopped);
        }
        let began = Instant::now();
        let mut seen = arrival::Arrival::new(self.run, &ids, since);
        while !seen.is_complete() {
            seen.look(self.datadog, self.datadogs_now())
                .await
                .map_err(RehearsalError::Arrive)?;
            steps.working(Step::Arrive, seen.to_string());
            if seen.is_complete() {
                break;
            }
            match self.pause(seen.next_wait()).await {
                Ok(()) => {}
                Err(Cut::Stopped) => return Ok(Ending::Stopped),
                Err(Cut::TimedOut) => {
                    return Ok(Ending::NotArrived {
                        found: seen.found(),
                        sent: ids.len(),
                    });
                }
            }
        }
        steps.done(Step::Arrive, began, seen.to_string());
        let watched = Watched {
            expected: self.expected,
            groups: match &self.subject {
                Subject::Copy(_) => Vec::new(),
                Subject::Live { groups, .. } => groups.clone(),
            },
            since,
            arrived: self.datadogs_now(),
            settle: self.settle,
        };
        self.watch(monitor, &watched, steps).await
    }

    /// Delivers the events; false where the person stopped it.
    async fn send(&mut self, steps: &mut Steps<'_>) -> Result<bool, RehearsalError> {
        let began = Instant::now();
        let events = std::mem::take(&mut self.events);
        let (tx, rx) = mpsc::channel(events.len().max(1));
        for event in events {
            // The channel has room for all of them.
            let _ = tx.try_send(event);
        }
        drop(tx);
        let options = delivery::Options {
            deadline: Some(self.deadline),
            linger: Duration::ZERO,
            stop: Some(stop_of(self.stop.clone())),
            ..self.delivery.clone()
        };
        let sink = DatadogLogs(self.datadog);
        let mut progress = |told| {
            if let delivery::Progress::Waiting { why, .. } = told {
                steps.working(Step::Send, why);
            }
        };
        let summary = delivery::run(rx, |event| event, &sink, options, &mut progress).await?;
        if summary.dead_letters > 0 {
            return Err(RehearsalError::Refused {
                dead: summary.dead_letters,
                sent: summary.read,
            });
        }
        steps.done(Step::Send, began, format!("{} accepted", summary.accepted));
        Ok(summary.undelivered == 0)
    }

    async fn watch(
        &mut self,
        monitor: u64,
        watched: &Watched,
        steps: &mut Steps<'_>,
    ) -> Result<Ending, RehearsalError> {
        let began = Instant::now();
        let mut wait = FIRST_LOOK;
        loop {
            let seen = self.datadog.monitor_groups(monitor).await;
            let seen = seen.map_err(RehearsalError::Watch)?;
            let (overall, groups) = seen.ok_or(RehearsalError::Gone(monitor))?;
            let sighting = Sighting {
                overall,
                groups,
                at: self.datadogs_now(),
            };
            let state = match watched.judge(&sighting) {
                Verdict::Reached { group } => {
                    let detail = match &group {
                        Some(group) => format!("{} ({group})", self.expected),
                        None => self.expected.to_string(),
                    };
                    steps.done(Step::Watch, began, detail);
                    return Ok(Ending::Reached { group });
                }
                Verdict::Missed { state } => {
                    steps.done(Step::Watch, began, state.clone());
                    return Ok(Ending::Missed { state });
                }
                Verdict::Waiting { state } => state,
            };
            steps.working(Step::Watch, state.clone());
            match self.pause(wait).await {
                Ok(()) => wait = (wait * 2).min(LONGEST_LOOK),
                Err(Cut::Stopped) => return Ok(Ending::Stopped),
                Err(Cut::TimedOut) => {
                    steps.done(Step::Watch, began, state.clone());
                    return Ok(Ending::TimedOut { state });
                }
            }
        }
    }

    /// Waits, unless the person stops it or the time is up first.
    async fn pause(&mut self, wait: Duration) -> Result<(), Cut> {
        tokio::select! {
            biased;
            stopped = self.stop.wait_for(|stopped| *stopped) => match stopped {
                Ok(_) => Err(Cut::Stopped),
                // Nobody is left who could stop it.
                Err(_) => { sleep(wait).await; Ok(()) }
            },
            () = sleep_until(self.deadline) => Err(Cut::TimedOut),
            () = sleep(wait) => Ok(()),
        }
    }

    /// By Datadog's clock, as far as its answers have told it.
    fn datadogs_now(&self) -> Timestamp {
        let offset = self.datadog.clock_offset().unwrap_or_default();
        let now = Timestamp::now();
        now.checked_add(offset).unwrap_or(now)
    }
}

/// The person's wish to stop, in the pipeline's words: what is not sent yet stays so.
fn stop_of(mut cancel: watch::Receiver<bool>) -> watch::Receiver<Stop> {
    let (wish, stop) = watch::channel(Stop::No);
    tokio::spawn(async move {
        tokio::select! {
            stopped = cancel.wait_for(|stopped| *stopped) => {
                if stopped.is_ok() {
                    let _ = wish.send(Stop::Now);
                }
            }
            () = wish.closed() => return,
        }
        wish.closed().await;
    });
    stop
}

/// Tells and remembers.
struct Steps<'a> {
    told: &'a mut dyn FnMut(Told),
    finished: Vec<Finished>,
}

impl Steps<'_> {
    fn working(&mut self, step: Step, how_far: String) {
        (self.told)(Told::Working(step, how_far));
    }

    fn done(&mut self, step: Step, began: Instant, detail: String) {
        let finished = Finished {
            step,
            took: began.elapsed(),
            detail,
        };
        (self.told)(Told::Done(finished.clone()));
        self.finished.push(finished);
    }
}

/// The record of a log as it is sent, for the delivery pipeline. `None` where it has no `evt.id`
/// or no `timestamp` in milliseconds, which every test event has.
pub fn record(log: Map<String, Value>) -> Option<Record> {
    let id = log.get("evt")?.get("id")?.as_str()?.to_owned();
    let timestamp = Timestamp::from_millisecond(log.get("timestamp")?.as_i64()?).ok()?;
    Some(Record {
        order_by: id.clone(),
        id,
        timestamp,
        body: log,
    })
}
