//! The rehearsal: test events are sent, and a monitor has to come to the state that is expected.
//!
//! A temporary copy of the monitor is made first (`copy`), so that nothing it comes to can be
//! older than the events; then the events are delivered, Datadog has to find every one of them
//! (`arrival`), the copy is watched (`expectation`), and deleted whatever happened. Or the
//! real monitor is watched, and stays as it is.

mod arrival;
mod bystanders;
mod cleanup;
mod copy;
mod ending;
mod expectation;
mod live;
mod own_events;
mod steps;

use std::future::Future;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

pub use bystanders::{Bystander, Would, bystanders, groups_of, tells};
pub use cleanup::{Stray, strays};
pub(super) use copy::TEST_EXCLUSION;
pub use copy::{CopyError, REHEARSAL_TAG, temporary_copy};
pub use ending::{Ending, Left, RehearsalError, Report};
pub use expectation::{Expectation, Sighting, Verdict, Watched};
pub use live::Unreadable;
pub use own_events::{OwnEventError, own_events};
pub use steps::{Finished, Step, Told};

use arrival::Arrival;
use ending::Cut;
use steps::Steps;

use crate::datadog::{Datadog, LiveMonitor};
use crate::delivery::{self, DatadogLogs, Record, Stop};

/// The first wait between two looks at the monitor, and the longest.
const FIRST_LOOK: Duration = Duration::from_millis(500);
const LONGEST_LOOK: Duration = Duration::from_secs(10);
/// Datadog's clock is known by whole seconds alone.
const CLOCK_STEP: SignedDuration = SignedDuration::from_secs(1);

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

impl Rehearsal<'_> {
    /// Holds it. `told` hears of each step.
    ///
    /// The copy is deleted however it ends. Where that fails, a stray is left that carries
    /// [`REHEARSAL_TAG`], and the report says so.
    pub async fn hold(mut self, told: &mut dyn FnMut(Told)) -> Report {
        let mut steps = Steps::new(told);
        let (ending, monitor, left) = match &self.subject {
            Subject::Live { id, .. } => {
                let id = *id;
                (
                    self.send_and_watch(id, &mut steps).await,
                    Some(id),
                    Left::Nothing,
                )
            }
            Subject::Copy(body) => {
                let body = body.clone();
                self.with_copy(&body, &mut steps).await
            }
        };
        Report {
            ending,
            monitor,
            steps: steps.into_finished(),
            left,
        }
    }

    async fn with_copy(
        &mut self,
        body: &Value,
        steps: &mut Steps<'_>,
    ) -> (Result<Ending, RehearsalError>, Option<u64>, Left) {
        let began = Instant::now();
        steps.working(Step::Copy, "…");
        let datadog = self.datadog;
        let made = match self.unless_cut(datadog.create_monitor(body)).await {
            Ok(Ok(LiveMonitor { id, .. })) => Ok(id),
            Ok(Err(error)) => Err((error.may_have_happened(), Err(RehearsalError::Copy(error)))),
            Err(cut) => Err((true, Ok(self.cut_short(cut, 0)))),
        };
        match made {
            Ok(id) => {
                steps.done(Step::Copy, began, format!("monitor {id}"));
                let ending = self.send_and_watch(id, steps).await;
                (ending, Some(id), self.delete(id, steps).await)
            }
            Err((may_be_there, ending)) => {
                let left = match may_be_there {
                    true => cleanup::delete_of_run(datadog, self.run).await,
                    false => Left::Nothing,
                };
                (ending, None, left)
            }
        }
    }

    async fn delete(&self, monitor: u64, steps: &mut Steps<'_>) -> Left {
        let began = Instant::now();
        steps.working(Step::Delete, format!("monitor {monitor}"));
        match self.datadog.delete_monitor(monitor).await {
            Ok(was_there) => {
                let gone = if was_there { "" } else { ", which was gone" };
                steps.done(Step::Delete, began, format!("monitor {monitor}{gone}"));
                Left::Nothing
            }
            Err(error) => Left::Copy(monitor, error),
        }
    }

    /// Sends, waits for the arrival, and watches.
    async fn send_and_watch(
        &mut self,
        monitor: u64,
        steps: &mut Steps<'_>,
    ) -> Result<Ending, RehearsalError> {
        let since = self.datadogs_now();
        let mut seen = Arrival::new(self.run, &self.events, since);
        if !self.send(steps).await? {
            return Ok(Ending::Stopped);
        }
        if let Some(cut) = self.arrive(&mut seen, steps).await? {
            return Ok(self.cut_short(cut, seen.found()));
        }
        let watched = Watched {
            expected: self.expected,
            groups: match &self.subject {
                Subject::Copy(_) => Vec::new(),
                Subject::Live { groups, .. } => groups.clone(),
            },
            since: since.checked_sub(CLOCK_STEP).unwrap_or(since),
            arrived: self.datadogs_now(),
            settle: self.settle,
        };
        self.watch(monitor, &watched, steps).await
    }

    /// Delivers the events; false where the person stopped it.
    async fn send(&mut self, steps: &mut Steps<'_>) -> Result<bool, RehearsalError> {
        let began = Instant::now();
        let events = self.events.clone();
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
        let summary = delivery::run(rx, Some, &sink, options, &mut progress).await?;
        if summary.dead_letters > 0 {
            return Err(RehearsalError::Refused {
                dead: summary.dead_letters,
                sent: summary.read,
            });
        }
        steps.done(Step::Send, began, format!("{} accepted", summary.accepted));
        Ok(summary.undelivered == 0)
    }

    /// Waits until Datadog finds every event, or is cut short.
    async fn arrive(
        &mut self,
        seen: &mut Arrival,
        steps: &mut Steps<'_>,
    ) -> Result<Option<Cut>, RehearsalError> {
        let began = Instant::now();
        let datadog = self.datadog;
        let mut cut = None;
        while !seen.is_complete() && cut.is_none() {
            steps.working(Step::Arrive, &*seen);
            let now = self.datadogs_now();
            cut = match self.pause(seen.next_wait()).await {
                Ok(()) => match self.unless_cut(seen.look(datadog, now)).await {
                    Ok(looked) => looked.map(|()| None).map_err(RehearsalError::Arrive)?,
                    Err(cut) => Some(cut),
                },
                Err(cut) => Some(cut),
            };
        }
        steps.done(Step::Arrive, began, &*seen);
        Ok(cut)
    }

    async fn watch(
        &mut self,
        monitor: u64,
        watched: &Watched,
        steps: &mut Steps<'_>,
    ) -> Result<Ending, RehearsalError> {
        let began = Instant::now();
        let datadog = self.datadog;
        let mut wait = FIRST_LOOK;
        let mut state = "not looked at yet".to_owned();
        let ending = loop {
            let seen = match self.unless_cut(datadog.monitor_groups(monitor)).await {
                Ok(seen) => seen.map_err(RehearsalError::Watch)?,
                Err(cut) => break self.cut_while_watching(cut, state),
            };
            let (overall, groups) = seen.ok_or(RehearsalError::Gone(monitor))?;
            let sighting = Sighting {
                overall,
                groups,
                at: self.datadogs_now(),
            };
            match watched.judge(&sighting) {
                Verdict::Reached { group } => {
                    let state = self.expected;
                    break Ending::Reached { state, group };
                }
                Verdict::Missed { state, group } => break Ending::Missed { state, group },
                Verdict::Waiting { state: so_far } => state = so_far,
            }
            steps.working(Step::Watch, &state);
            match self.pause(wait).await {
                Ok(()) => wait = (wait * 2).min(LONGEST_LOOK),
                Err(cut) => break self.cut_while_watching(cut, state),
            }
        };
        steps.done(Step::Watch, began, &ending);
        Ok(ending)
    }

    fn cut_while_watching(&self, cut: Cut, state: String) -> Ending {
        match cut {
            Cut::Stopped => Ending::Stopped,
            Cut::TimedOut => Ending::TimedOut { state },
        }
    }

    fn cut_short(&self, cut: Cut, found: usize) -> Ending {
        match cut {
            Cut::Stopped => Ending::Stopped,
            Cut::TimedOut => Ending::NotArrived {
                found,
                sent: self.events.len(),
            },
        }
    }

    /// Waits, unless the person stops it or the time is up first.
    async fn pause(&mut self, wait: Duration) -> Result<(), Cut> {
        self.unless_cut(sleep(wait)).await
    }

    /// What `work` comes to, unless the person stops it or the time is up first: a call that waits
    /// for its quota must not hold the end back.
    async fn unless_cut<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Cut> {
        let stopped = async {
            if self.stop.wait_for(|stopped| *stopped).await.is_err() {
                // Nobody is left who could stop it.
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            () = stopped => Err(Cut::Stopped),
            done = work => Ok(done),
            () = sleep_until(self.deadline) => Err(Cut::TimedOut),
        }
    }

    /// By Datadog's clock, as far as its answers have told it.
    fn datadogs_now(&self) -> Timestamp {
        self.datadog.clock_now()
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
        number: None,
    })
}
