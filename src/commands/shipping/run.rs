//! Reading and delivering, side by side.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::{Notify, mpsc, watch};

use super::course::Course;
use super::lane::{End, Ended, Keeper, Lacked, Lane, Runner, placed};
use super::outcome::Carried;
use super::standing::Standing;
use super::voice::Chorus;
use crate::context::Context;
use crate::delivery::receipts::{Ending, Receipt};
use crate::delivery::{Outlet, Progress, Stop, Summary, fan_out};

/// Items that wait between reading and delivering.
const QUEUE: usize = 256;

/// Items that wait for a destination that holds nothing back: as much as a batch of a slow
/// one, so that it need not miss what it would have caught up with.
const BEST_EFFORT_QUEUE: usize = 1_024;

/// How long best effort may go on once everything required is done.
const GRACE: Duration = Duration::from_secs(30);

/// The person's wish to stop, in the pipeline's words.
pub fn stop(context: &Context) -> Wish {
    let (wish, _) = watch::channel(Stop::No);
    let (sender, stopping) = (wish.clone(), context.stopping());
    let (mut asked, mut urged) = (stopping.asked(), stopping.urged());
    tokio::spawn(async move {
        if asked.wait_for(|asked| *asked).await.is_ok() {
            sender.send_replace(Stop::Drain);
        }
        if urged.wait_for(|urged| *urged).await.is_ok() {
            sender.send_replace(Stop::Now);
        }
    });
    wish
}

/// Whether a lane should go on.
pub type Wish = watch::Sender<Stop>;

/// What came of a run.
pub struct Shipment<S> {
    /// `None` where the deliveries ended first: what was read until then is what counts.
    pub source: Option<S>,
    /// In the order of the lanes.
    pub carried: Vec<Carried>,
}

/// Hands what `source` sends to every lane, until the source is done or no delivery goes on: a
/// delivery that ends first was told to, or failed, and reading on is of no use.
///
/// `course` is told by the source how far it is, and shown.
///
/// `is_good` says of the source's result whether everything was read: only then files appear under
/// their names.
pub async fn ship<E: Clone, S, F: Future<Output = S>>(
    context: &Context,
    course: &Course,
    lanes: Vec<Lane<'_, E>>,
    source: impl FnOnce(mpsc::Sender<E>) -> F,
    is_good: impl FnOnce(&S) -> bool,
) -> Shipment<S> {
    let whole = Extent::Everything;
    shipped(context, course, lanes, source, is_good, None, whole).await
}

/// As [`ship`], for a source that has no end.
pub async fn ship_until_stopped<E: Clone, S, F: Future<Output = S>>(
    context: &Context,
    course: &Course,
    lanes: Vec<Lane<'_, E>>,
    source: impl FnOnce(mpsc::Sender<E>) -> F,
    is_good: impl FnOnce(&S) -> bool,
) -> Shipment<S> {
    let whole = Extent::UntilStopped;
    shipped(context, course, lanes, source, is_good, None, whole).await
}

/// As [`ship`], for a long-running mode, which is seen from outside meanwhile.
pub async fn ship_standing<E: Clone, S, F: Future<Output = S>>(
    context: &Context,
    course: &Course,
    lanes: Vec<Lane<'_, E>>,
    source: impl FnOnce(mpsc::Sender<E>) -> F,
    is_good: impl FnOnce(&S) -> bool,
    standing: &Standing,
) -> Shipment<S> {
    let (seen, whole) = (Some(standing), Extent::UntilStopped);
    tokio::select! {
        shipment = shipped(context, course, lanes, source, is_good, seen, whole) => shipment,
        never = standing.serve(&context.ui) => match never {},
    }
}

async fn shipped<E: Clone, S, F: Future<Output = S>>(
    context: &Context,
    course: &Course,
    lanes: Vec<Lane<'_, E>>,
    source: impl FnOnce(mpsc::Sender<E>) -> F,
    is_good: impl FnOnce(&S) -> bool,
    standing: Option<&Standing>,
    whole: Extent,
) -> Shipment<S> {
    let names = lanes.iter().map(|lane| lane.name.clone());
    let chorus = Chorus::new(&context.ui, "shipping", course, names).of(standing);
    let (mut tracks, mut ends) = (Vec::new(), Vec::new());
    for lane in lanes {
        tracks.push(Track {
            noun: lane.end.noun(),
            name: lane.name,
            is_best_effort: lane.is_best_effort,
            keeper: lane.keeper,
            receipt: lane.receipt.map(RefCell::new),
        });
        ends.push(lane.end);
    }
    let lacked: Lacked = tracks.iter().map(|_| Cell::new(0)).collect();
    let (tx, rx) = mpsc::channel(QUEUE);
    let deliveries = deliver(context, &chorus, standing, &tracks, ends, &lacked, rx);
    let shipping = side_by_side(source(tx), deliveries);
    let (source, ended) = chorus.during(shipping).await;
    let is_whole = source.as_ref().is_none_or(is_good);
    let carried = tracks.into_iter().zip(ended).zip(&lacked);
    let carried = carried.map(|((track, ended), lacked)| {
        let receipt = track.receipt.as_ref();
        let settled = settled(&*track.keeper, ended, is_whole, receipt);
        let extent = if is_whole { whole } else { Extent::Part };
        Carried {
            name: track.name,
            noun: track.noun,
            is_best_effort: track.is_best_effort,
            lacked: lacked.get(),
            known: track.keeper.known(),
            receipt: receipt.map(|one| one.borrow().id().to_owned()),
            result: closed(context, track.receipt, settled, extent),
        }
    });
    Shipment {
        carried: carried.collect(),
        source,
    }
}

/// A lane without its end.
struct Track<'a, E> {
    name: String,
    noun: &'static str,
    is_best_effort: bool,
    keeper: Box<dyn Keeper<E> + 'a>,
    receipt: Option<RefCell<Receipt>>,
}

/// Takes everything that comes to every end.
async fn deliver<E: Clone>(
    context: &Context,
    chorus: &Chorus<'_>,
    standing: Option<&Standing>,
    tracks: &[Track<'_, E>],
    ends: Vec<End<'_>>,
    lacked: &Lacked,
    items: mpsc::Receiver<E>,
) -> Vec<anyhow::Result<Ended>> {
    let wishes: Vec<Wish> = tracks.iter().map(|_| stop(context)).collect();
    let runner = |at: usize| Runner {
        ui: &context.ui,
        chorus,
        standing,
        at,
        keeper: &*tracks[at].keeper,
        receipt: tracks[at].receipt.as_ref(),
        stop: wishes[at].subscribe(),
    };
    // One destination is handed what is read as it comes, without a copy.
    let mut ends = ends;
    if ends.len() == 1
        && let Some(end) = ends.pop()
    {
        return vec![runner(0).run(items, end).await];
    }
    let (mut outlets, mut running) = (Vec::new(), Vec::new());
    for (at, end) in ends.into_iter().enumerate() {
        let track = &tracks[at];
        let (tx, rx) = mpsc::channel(match track.is_best_effort {
            true => BEST_EFFORT_QUEUE,
            false => QUEUE,
        });
        outlets.push(match track.is_best_effort {
            true => Outlet::best_effort(tx, |item: &E| track.keeper.worth(item), &lacked[at]),
            false => Outlet::required(tx),
        });
        let run = runner(at).run(rx, end);
        let run = async move {
            let ended = run.await;
            track.keeper.ended();
            // One run among others that go on; that of a standing command may go on for weeks.
            let is_told = track.is_best_effort || standing.is_some();
            if let (true, Err(error)) = (is_told, &ended) {
                failed(chorus, standing, at, error);
            }
            ended
        };
        running.push((track.is_best_effort, run));
    }
    let mut running = pin!(together(running, &wishes));
    // Where every delivery has ended, nothing of the source is waited for.
    tokio::select! {
        biased;
        ended = &mut running => return ended,
        () = fan_out(items, outlets) => {}
    }
    running.await
}

/// Deliveries side by side, each with whether it is best effort, and the wishes that stop them.
/// What is best effort gets some time more once all the others are done.
pub async fn together<T>(runs: Vec<(bool, impl Future<Output = T>)>, wishes: &[Wish]) -> Vec<T> {
    let required = runs.iter().filter(|(is_best_effort, _)| !is_best_effort);
    let (left, is_required_done) = (&Cell::new(required.count()), &Notify::new());
    let behind = runs.iter().zip(wishes);
    let behind = behind.filter_map(|((is_best_effort, _), wish)| is_best_effort.then_some(wish));
    let behind: Vec<&Wish> = behind.collect();
    let runs = runs.into_iter().map(|(is_best_effort, run)| async move {
        let ended = run.await;
        if !is_best_effort {
            left.set(left.get() - 1);
        }
        if left.get() == 0 {
            is_required_done.notify_one();
        }
        ended
    });
    tokio::select! {
        biased;
        ended = join_all(runs) => ended,
        never = hurry(is_required_done, behind) => match never {},
    }
}

/// What others go on without is told at once, and not at the end alone.
fn failed(chorus: &Chorus<'_>, standing: Option<&Standing>, at: usize, error: &anyhow::Error) {
    let told = Progress::Failed {
        why: format!("{error:#}"),
    };
    if let Some(standing) = standing {
        standing.board.told(at, &told);
    }
    chorus.tell(at, told);
}

/// Ends what is behind some time after the others are done.
async fn hurry(is_required_done: &Notify, behind: Vec<&Wish>) -> Infallible {
    is_required_done.notified().await;
    tokio::time::sleep(GRACE).await;
    for wish in behind {
        wish.send_replace(Stop::Now);
    }
    std::future::pending().await
}

async fn side_by_side<S, D>(
    source: impl Future<Output = S>,
    deliveries: impl Future<Output = D>,
) -> (Option<S>, D) {
    let (mut source, mut deliveries) = (pin!(source), pin!(deliveries));
    tokio::select! {
        biased;
        read = &mut source => (Some(read), deliveries.await),
        delivered = &mut deliveries => (None, delivered),
    }
}

/// Why a run ended early whose output nobody reads any more, for its receipt.
pub const READER_LEFT: &str = "whoever read standard output went away";

/// How much of its source a run read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Everything,
    /// There is more, which could not be read.
    Part,
    /// The source has no end: being stopped is how the run ends.
    UntilStopped,
}

impl Extent {
    /// Of a run that ends with its source.
    pub fn of(is_whole: bool) -> Self {
        match is_whole {
            true => Extent::Everything,
            false => Extent::Part,
        }
    }
}

/// Closes a receipt with what came of the delivery.
///
/// # Errors
///
/// Those of `result`, and a receipt that cannot be closed.
pub fn closed(
    context: &Context,
    receipt: Option<RefCell<Receipt>>,
    result: anyhow::Result<Summary>,
    extent: Extent,
) -> anyhow::Result<Summary> {
    let Some(receipt) = receipt else {
        return result;
    };
    let (ending, why) = match &result {
        Err(error) => (Ending::Failed, Some(format!("{error:#}"))),
        Ok(summary) => ending(summary, extent),
    };
    let closed = receipt.into_inner().end(ending, why, context.now());
    let summary = result?;
    closed?;
    Ok(summary)
}

fn ending(summary: &Summary, extent: Extent) -> (Ending, Option<String>) {
    match (extent, summary.is_interrupted) {
        (Extent::UntilStopped, true) if summary.undelivered == 0 => (Ending::Stopped, None),
        (_, true) => (Ending::Interrupted, None),
        (_, false) if summary.reader_left => (Ending::Interrupted, Some(READER_LEFT.to_owned())),
        (Extent::Part, false) => {
            let why = "not everything could be read".to_owned();
            (Ending::Failed, Some(why))
        }
        (Extent::Everything | Extent::UntilStopped, false) => (Ending::Done, None),
    }
}

/// The end of a lane: what needed no event is remembered, and a whole file gets its name.
fn settled<E>(
    keeper: &dyn Keeper<E>,
    ended: anyhow::Result<Ended>,
    is_whole: bool,
    receipt: Option<&RefCell<Receipt>>,
) -> anyhow::Result<Summary> {
    let finished = keeper.finish();
    let ended = ended?;
    finished?;
    Ok(match ended {
        Ended::Done(summary) => summary,
        Ended::Written(file) if is_whole => placed(*file, receipt)?,
        Ended::Written(file) => file.give_up(),
    })
}
