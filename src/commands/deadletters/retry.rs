//! `ddctl deadletters retry`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::thread;

use anyhow::Context as _;
use bytes::Bytes;
use clap::Args;
use serde::Serialize;
use tokio::sync::{mpsc, watch};

use super::rows::{Chosen, LetterRow, folder, lines_of};
use crate::commands::flags::DatadogAccess;
use crate::commands::sessions::export::report;
use crate::config::SecretKind;
use crate::context::Context;
use crate::datadog::Datadog;
use crate::delivery::dead_letter::{DeadLetters, Drawer, StoredLetter, files, read};
use crate::delivery::state::{Holder, StateError};
use crate::delivery::{
    self, DatadogLogs, Given, Line, Number, Observer, Options, Progress, Sink, Stop, Summary,
};
use crate::domain::line_set::LineSet;
use crate::error::{Exit, UsageError};
use crate::sources::lines::event_under;
use crate::ui::{self, Format, Ui, counted};

/// Letters that wait between reading and delivering.
const QUEUE: usize = 64;

/// Send dead letters again, under the same ids
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl deadletters retry 3f2a9c41
  ddctl deadletters retry --all
  ddctl deadletters retry --all --site us5.datadoghq.com

A letter goes from its file once Datadog has taken its event, or once the event is in a newer letter. \
Letters go where they were to go: those for another site wait until that site is named. What is too \
old for Datadog goes out under the time of sending, marked late:true.")]
pub struct Retry {
    #[command(flatten)]
    chosen: Chosen,
    /// Name what would be sent; send nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    datadog: DatadogAccess,
}

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
struct Retried {
    destination: String,
    file: PathBuf,
    /// Letters that were meant.
    letters: u64,
    accepted: u64,
    /// Refused once more: they are in newer letters.
    set_aside_again: u64,
    /// Letters that hold no event, or are damaged.
    not_events: u64,
    undelivered: u64,
    requests: u64,
    /// Requests made again, by reason.
    retries: BTreeMap<String, u64>,
    late: u64,
    cut: u64,
    elapsed_s: f64,
    interrupted: bool,
}

pub(super) async fn run(context: &Context, args: &Retry) -> anyhow::Result<Exit> {
    if args.dry_run {
        return preview(context, args);
    }
    context.require_write("sending events to Datadog")?;
    let key = context.secret(SecretKind::ApiKey, &args.datadog.flags())?;
    let datadog = context.datadog_with(key)?;
    let sink = DatadogLogs(&datadog);
    let file = file_of(context, &sink)?;
    let Some(rows) = meant(context, args, &file)? else {
        context.ui.status("there are no dead letters");
        return Ok(Exit::Done);
    };
    datadog
        .validate()
        .await
        .context("check the API key before anything is read")?;
    let drawer = Drawer::open(&file, &Holder::this("deadletters retry", context.now()))?;
    let progress = context.ui.progress("shipping");
    let follower = Follower {
        ui: &context.ui,
        progress: &progress,
        settled: RefCell::default(),
        not_events: Cell::default(),
    };
    let chosen = lines_of(&rows, &file);
    let summary = deliver(context, &datadog, &drawer, chosen, &follower).await;
    // Also of a run that failed.
    drawer.remove(&follower.settled.borrow())?;
    let summary = summary?;
    let retried = retried(&sink.name(), &drawer, rows.len(), &follower, &summary);
    show(context, &retried)
}

/// The letters for `sink`.
fn file_of(context: &Context, sink: &impl Sink) -> anyhow::Result<PathBuf> {
    let letters = DeadLetters::new(&folder(context)?, &sink.name());
    Ok(letters.path().to_owned())
}

/// The letters of `file` that are meant; `None` where there are none at all.
fn meant(
    context: &Context,
    args: &Retry,
    file: &PathBuf,
) -> anyhow::Result<Option<Vec<LetterRow>>> {
    let files = files(&folder(context)?)?;
    let (here, others): (Vec<_>, Vec<_>) = args
        .chosen
        .rows(&files)?
        .into_iter()
        .partition(|row| row.file == *file);
    if let Some(other) = others.first() {
        let destination = other
            .destination
            .as_deref()
            .unwrap_or("another destination");
        if !args.chosen.is_all() {
            return Err(UsageError::with_hint(
                format!("{} was to go to {destination}", other.name()),
                "letters go where they were to go: name that site with --site",
            )
            .into());
        }
        let count = counted(others.len() as u64, "letter");
        context.ui.status(&format!(
            "{count} for {destination} or others wait: name the site with --site"
        ));
    }
    Ok((!here.is_empty()).then_some(here))
}

fn preview(context: &Context, args: &Retry) -> anyhow::Result<Exit> {
    let rows = args.chosen.rows(&files(&folder(context)?)?)?;
    context.ui.list(&rows, "there are no dead letters", || {
        super::list::table(context, &rows)
    })?;
    context.ui.status("dry run: nothing was sent");
    Ok(Exit::Done)
}

async fn deliver(
    context: &Context,
    datadog: &Datadog,
    drawer: &Drawer,
    chosen: LineSet,
    follower: &Follower<'_>,
) -> anyhow::Result<Summary> {
    let options = Options {
        deadline: context.deadline(),
        dead_letters: Some(folder(context)?),
        stop: Some(stop(context)),
        ..Options::default()
    };
    let (letters, unread) = reading(drawer, chosen);
    let given = |letter| follower.given(&letter);
    let sink = DatadogLogs(datadog);
    let summary = delivery::run(letters, given, &sink, options, follower).await?;
    match unread.try_iter().next() {
        Some(error) => Err(error.into()),
        None => Ok(summary),
    }
}

/// A thread that reads the chosen letters. What comes into the file meanwhile is not among them.
fn reading(
    drawer: &Drawer,
    chosen: LineSet,
) -> (
    mpsc::Receiver<StoredLetter>,
    std::sync::mpsc::Receiver<delivery::dead_letter::DeadLetterError>,
) {
    let (tx, letters) = mpsc::channel(QUEUE);
    let (failed, unread) = std::sync::mpsc::channel();
    let path = drawer.path().to_owned();
    let mut left = chosen.len();
    thread::spawn(move || {
        let read = read(&path, |letter| {
            if !chosen.contains(letter.line) {
                return true;
            }
            left -= 1;
            tx.blocking_send(letter).is_ok() && left > 0
        });
        if let Err(error) = read {
            let _ = failed.send(error);
        }
        drop(tx);
    });
    (letters, unread)
}

/// The person's wish to stop, in the pipeline's words.
fn stop(context: &Context) -> watch::Receiver<Stop> {
    let (wish, stop) = watch::channel(Stop::No);
    let mut cancel = context.cancel();
    tokio::spawn(async move {
        if cancel.wait_for(|stopped| *stopped).await.is_ok() {
            let _ = wish.send(Stop::Drain);
        }
        wish.closed().await;
    });
    stop
}

/// Makes events of letters, tells how it goes, and keeps which letters are dealt with.
struct Follower<'a> {
    ui: &'a Ui,
    progress: &'a ui::Progress,
    settled: RefCell<LineSet>,
    not_events: Cell<u64>,
}

impl Follower<'_> {
    fn given(&self, stored: &StoredLetter) -> Option<Given> {
        let event = match &stored.content {
            Ok(letter) => {
                let bytes = Bytes::copy_from_slice(letter.event.get().as_bytes());
                event_under(&letter.id, stored.line, &bytes, letter.time)
            }
            Err(error) => Err(format!("no letter: {error}")),
        };
        match event {
            Ok(event) => Some(Given::Line(Line {
                id: event.id,
                timestamp: event.timestamp,
                json: event.json,
                number: Some(event.number),
            })),
            Err(why) => {
                self.not_events.update(|count| count + 1);
                let place = stored.place();
                self.progress
                    .beside(|| self.ui.warning(&format!("{place} stays: {why}")));
                None
            }
        }
    }
}

impl Observer for &Follower<'_> {
    fn told(&mut self, progress: Progress) {
        report(self.ui, self.progress, progress);
    }

    fn settled(&mut self, numbers: &[Number]) -> Result<(), StateError> {
        self.settled.borrow_mut().insert_all(numbers);
        Ok(())
    }
}

fn retried(
    destination: &str,
    drawer: &Drawer,
    letters: usize,
    follower: &Follower<'_>,
    summary: &Summary,
) -> Retried {
    let retries = summary.retries.iter();
    Retried {
        destination: destination.to_owned(),
        file: drawer.path().to_owned(),
        letters: letters as u64,
        accepted: summary.accepted,
        set_aside_again: summary.dead_letters,
        not_events: follower.not_events.get(),
        undelivered: summary.undelivered,
        requests: summary.requests,
        retries: retries
            .map(|(reason, count)| (reason.to_string(), *count))
            .collect(),
        late: summary.late,
        cut: summary.cut,
        elapsed_s: summary.elapsed.as_secs_f64(),
        interrupted: summary.is_interrupted,
    }
}

fn show(context: &Context, retried: &Retried) -> anyhow::Result<Exit> {
    match context.ui.format() {
        Format::Table => say(context, retried),
        _ => context.ui.one(retried, String::new)?,
    }
    Ok(match retried {
        _ if retried.set_aside_again + retried.not_events > 0 => Exit::WorkKept,
        _ if retried.interrupted => Exit::Interrupted,
        _ => Exit::Done,
    })
}

fn say(context: &Context, retried: &Retried) {
    let accepted = counted(retried.accepted, "event");
    context.ui.status(&format!(
        "{accepted} of {} to {} in {:.1} s",
        counted(retried.letters, "dead letter"),
        retried.destination,
        retried.elapsed_s
    ));
    for (count, text) in [
        (retried.set_aside_again, "refused again, in newer letters"),
        (
            retried.not_events,
            "no events: mend them in the file, or drop them",
        ),
        (retried.undelivered, "not delivered: they stay"),
        (retried.late, "older than Datadog takes: tagged late:true"),
    ] {
        if count > 0 {
            let count = counted(count, "letter");
            context.ui.status(&format!("  {count} {text}"));
        }
    }
}
