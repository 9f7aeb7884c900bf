//! The loop that reads records, keeps requests under way and waits where it has to.
//!
//! One task owns everything. A request is a future that comes back with its unit and the answer;
//! what an answer leads to is decided in `settle`; who may go out next in `queue` and in the
//! gate. The states:
//!
//! - *reading*: records come in, batches go out, unless the destination waits for a person (`pause`);
//! - *draining*: the source has ended, or somebody asked to stop, and what was read goes out;
//! - *ending*: something ended the run, and what is under way is awaited, since it may be taken;
//! - *over*: what is still under way is left behind, and named.

mod aside;
mod error;
mod pause;
mod queue;
mod settle;
mod state;

use std::path::PathBuf;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

pub use error::{Cause, DeliveryError};

use self::queue::{Job, Unit};
use self::state::Run;
use super::answer::{Answer, Trouble};
use super::batch::Limits;
use super::compression::Codec;
use super::entry::Given;
use super::envelope::{Envelope, pack};
use super::late::{Ages, LatePolicy};
use super::observer::Observer;
use super::retry::Pace;
use super::sinks::Sink;
use super::summary::Summary;

/// Records taken from the source at one go.
const READ_AT_ONCE: usize = 64;

/// How to deliver. [`Options::default`] is what Datadog's logs intake wants.
#[derive(Clone, Debug)]
pub struct Options {
    pub limits: Limits,
    pub codec: Codec,
    /// What happens to events too old for the destination; `None` where it takes any age.
    pub late: Option<LatePolicy>,
    /// Which events those are.
    pub ages: Ages,
    /// How several entries become the body of one request.
    pub envelope: Envelope,
    /// Requests under way at once, at most.
    pub max_in_flight: usize,
    /// A batch that is not full goes out after this time.
    pub linger: Duration,
    pub pace: Pace,
    pub patience: Patience,
    /// How often a long-running mode asks a destination that waits for a person.
    pub renewal: Pace,
    /// When a run that is not done ends all the same.
    pub deadline: Option<Instant>,
    /// How long what was read may still go out after [`Stop::Drain`].
    pub drain: Duration,
    /// The folder of the dead letters. `None` only counts them: for a dry run.
    pub dead_letters: Option<PathBuf>,
    /// Somebody's wish to stop.
    pub stop: Option<watch::Receiver<Stop>>,
    /// The wall clock, by which an event's age is judged.
    pub now: fn() -> Timestamp,
}

/// How long what was read may still go out once somebody wants it to stop.
pub const DRAIN: Duration = Duration::from_secs(30);

impl Default for Options {
    fn default() -> Self {
        Self {
            limits: Limits::DATADOG_LOGS,
            codec: Codec::default(),
            late: Some(LatePolicy::default()),
            ages: Ages::DATADOG_LOGS,
            envelope: Envelope::default(),
            max_in_flight: 4,
            linger: Duration::from_secs(5),
            pace: Pace::default(),
            patience: Patience::default(),
            renewal: Pace {
                first: Duration::from_secs(30),
                cap: Duration::from_secs(5 * 60),
            },
            deadline: None,
            drain: DRAIN,
            dead_letters: None,
            stop: None,
            now: Timestamp::now,
        }
    }
}

/// What a run does where only a person can help: a key is refused, or what answers is no intake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// Ends, and says so.
    #[default]
    OneShot,
    /// Pauses, keeps everything, and asks again now and then. No name or certificate is hopeless.
    LongRunning,
}

/// Whether a run should go on. It only ever grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    #[default]
    No,
    /// Read no more, deliver what was read.
    Drain,
    /// End at once.
    Now,
}

/// Delivers `events` to `sink` until the channel closes. `to_records` makes any number of records of
/// each; what it makes none of is for its own eyes.
///
/// # Errors
///
/// [`DeliveryError`] where the run ended before that for a reason nobody asked for. What had been
/// done until then is in its summary. A run that was asked to stop is no error:
/// [`Summary::is_interrupted`] and [`Summary::undelivered`] tell.
pub async fn run<E, R, S: Sink>(
    mut events: mpsc::Receiver<E>,
    mut to_records: impl FnMut(E) -> R,
    sink: &S,
    mut options: Options,
    observer: impl Observer,
) -> Result<Summary, DeliveryError>
where
    R: IntoIterator<Item: Into<Given>>,
{
    let mut stop = options.stop.take();
    if let Some(wishes) = &mut stop {
        // A wish from before the start counts as well.
        wishes.mark_changed();
    }
    let mut run = Run::new(sink, options, observer);
    // The key was checked before, so the clock is known.
    run.note_clock(sink.clock_offset());
    let mut requests = FuturesUnordered::new();
    let (give_up, given_up) = watch::channel(false);
    let mut arrived = Vec::with_capacity(READ_AT_ONCE);
    loop {
        while let Some(job) = run.next_job() {
            requests.push(attempt(sink, job, run.packing(), given_up.clone()));
        }
        run.keep_letters();
        if run.is_over() {
            give_up.send_replace(true);
            while let Some((job, answer)) = requests.next().await {
                run.left_behind(job, answer);
            }
            run.keep_letters();
            return run.finish(sink.clock_offset());
        }
        let wakes_at = run.wakes_at();
        tokio::select! {
            biased;
            Some((job, answer)) = requests.next() => {
                run.settle(job, answer);
                run.note_clock(sink.clock_offset());
            }
            wish = asked_to(&mut stop) => run.stop(wish),
            () = sleep_until(wakes_at.unwrap_or_else(Instant::now)), if wakes_at.is_some() => {
                run.wake();
            }
            count = events.recv_many(&mut arrived, READ_AT_ONCE), if run.wants_more() => {
                for event in arrived.drain(..) {
                    to_records(event).into_iter().for_each(|given| run.read(given.into()));
                }
                if count == 0 {
                    run.source_ended();
                }
            }
        }
    }
}

/// Makes one request, unless nobody waits for its answer any more. Compressing goes to another
/// thread, so that it can overlap with the rest.
async fn attempt<S: Sink>(
    sink: &S,
    job: Job,
    (codec, envelope): (Codec, Envelope),
    mut given_up: watch::Receiver<bool>,
) -> (Job, Answer) {
    let mut unit = match job {
        Job::Batch(unit) => unit,
        Job::Check => return (Job::Check, sink.check().await),
        Job::Renew => return (Job::Renew, sink.renew().await),
    };
    unit.attempts += 1;
    let batch = match unit.encoded.take() {
        Some(batch) => batch,
        None => {
            let entries = std::mem::take(&mut unit.entries);
            let work = move || {
                let batch = pack(&entries, codec, &envelope);
                (entries, batch)
            };
            let (entries, packed) = tokio::task::spawn_blocking(work)
                .await
                .expect("compressing does not panic and is not cancelled");
            unit.entries = entries;
            match packed {
                Ok(batch) => batch,
                Err(trouble) => return (Job::Batch(unit), Err(trouble)),
            }
        }
    };
    let answer = tokio::select! {
        biased;
        answer = sink.send(&unit.entries, &batch) => answer,
        _ = given_up.wait_for(|given_up| *given_up) => Err(Trouble::left_behind()),
    };
    let unit = Unit {
        encoded: Some(batch),
        ..unit
    };
    (Job::Batch(unit), answer)
}

/// The next wish to stop. Never returns where nobody can have one.
async fn asked_to(stop: &mut Option<watch::Receiver<Stop>>) -> Stop {
    if let Some(wishes) = stop
        && wishes.changed().await.is_ok()
    {
        return *wishes.borrow_and_update();
    }
    std::future::pending().await
}

#[cfg(test)]
mod tests;
