//! `ddctl deadletters retry`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;

use bytes::Bytes;
use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc;

use super::rows::{Chosen, LetterRow, folder, lines_of};
use crate::commands::flags::DatadogAccess;
use crate::commands::receipts;
use crate::commands::shipping::{
    Chorus, Course, DeliveryFlags, Destination, Extent, Intake, carry, closed, stop,
};
use crate::context::Context;
use crate::delivery::dead_letter::{
    DeadLetterError, DeadLetters, Drawer, FOLDER, Letter, StoredLetter, files, read,
};
use crate::delivery::receipts::{Recorder, Run};
use crate::delivery::state::{Holder, StateError};
use crate::delivery::{Given, Line, Number, Observer, Patience, Progress, Summary};
use crate::domain::line_set::LineSet;
use crate::domain::site::Site;
use crate::error::{Exit, UsageError};
use crate::sources::lines::event_under;
use crate::ui::{Format, Table, Ui, counted};

/// Letters that wait between reading and delivering.
const QUEUE: usize = 64;

/// Its name, for whoever waits for it and for its receipt.
const COMMAND: &str = "deadletters retry";

/// Send dead letters again, under the same ids
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl deadletters retry 3f2a9c41
  ddctl deadletters retry --all
  ddctl deadletters retry --all --site us5.datadoghq.com

A letter goes from its file once its destination has taken the event, or once the event is in a newer letter. \
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
    /// Id of the receipt.
    receipt: String,
}

pub(super) async fn run(context: &Context, args: &Retry) -> anyhow::Result<Exit> {
    if args.dry_run {
        return preview(context, args);
    }
    let drawers = meant(context, args)?;
    let mut retried = Vec::new();
    if !drawers.is_empty() {
        let destinations = drawers.iter().map(|(destination, _)| destination.clone());
        let flags = DeliveryFlags::to(destinations);
        let keys = args.datadog.flags();
        let intake = Intake::open(context, &flags, keys, Patience::OneShot).await?;
        for (destination, rows) in &drawers {
            retried.push(retry(context, &intake, destination, rows).await?);
        }
    }
    show(context, &retried)
}

fn preview(context: &Context, args: &Retry) -> anyhow::Result<Exit> {
    let rows = args.chosen.rows(&files(&folder(context)?)?)?;
    context.ui.list(&rows, "there are no dead letters", || {
        super::list::table(context, &rows)
    })?;
    context.ui.status("dry run: nothing was sent");
    Ok(Exit::Done)
}

/// The letters that are meant, by the destination that they are for: those of this site, and
/// receivers of OTLP wherever they are.
fn meant(context: &Context, args: &Retry) -> anyhow::Result<Vec<(Destination, Vec<LetterRow>)>> {
    let (folder, site) = (folder(context)?, context.settings()?.site.value);
    let mut drawers: Vec<(Destination, Vec<LetterRow>)> = Vec::new();
    let mut others = Vec::new();
    for row in args.chosen.rows(&files(&folder)?)? {
        let Some(known) = of_file(&row, &folder, site) else {
            others.push(row);
            continue;
        };
        match drawers.iter_mut().find(|(other, _)| *other == known) {
            Some((_, rows)) => rows.push(row),
            None => drawers.push((known, vec![row])),
        }
    }
    match others.first() {
        None => {}
        Some(other) if !args.chosen.is_all() => return Err(elsewhere(other).into()),
        Some(other) => context.ui.status(&format!(
            "{} for {} or others wait: name the site with --site",
            counted(others.len() as u64, "letter"),
            destination(other)
        )),
    }
    Ok(drawers)
}

/// The destination whose file a letter is in; a damaged letter does not say it.
fn of_file(row: &LetterRow, folder: &Path, site: Site) -> Option<Destination> {
    let of_site = ["logs", "events", "llmobs", "otlp"].map(|word| format!("{word} {site}"));
    let mut names = row.destination.iter().chain(&of_site);
    let name = names.find(|name| DeadLetters::new(folder, name).path() == row.file)?;
    Destination::of_name(name, site)
}

fn destination(row: &LetterRow) -> &str {
    row.destination.as_deref().unwrap_or("another destination")
}

fn elsewhere(row: &LetterRow) -> UsageError {
    UsageError::with_hint(
        format!("{} was to go to {}", row.name(), destination(row)),
        "letters go where they were to go: name that site with --site",
    )
}

/// Sends letters of one file, and takes out those that are dealt with: also of a run that failed.
async fn retry(
    context: &Context,
    intake: &Intake<'_>,
    destination: &Destination,
    rows: &[LetterRow],
) -> anyhow::Result<Retried> {
    let name = intake.name(destination);
    let folder = context.state_folder()?.join(FOLDER);
    let path = DeadLetters::new(&folder, &name).path().to_owned();
    let drawer = Drawer::open(&path, &Holder::this(COMMAND, context.now()))?;
    let run = sending(&path, intake, destination);
    let receipt = RefCell::new(receipts::begin(context, None, run).await?);
    let sent_under = receipt.borrow().id().to_owned();
    let (course, names) = (Course::default(), std::iter::once(name.clone()));
    let chorus = Chorus::new(&context.ui, "shipping", &course, names);
    let follower = Follower {
        ui: &context.ui,
        are_spans: destination.takes_spans(),
        chorus: &chorus,
        settled: RefCell::default(),
        not_events: Cell::default(),
    };
    let (letters, unread) = reading(&drawer, lines_of(rows, &path));
    let given = |letter| follower.given(&letter);
    let end = intake.end(destination)?;
    let recorder = Recorder::of_lines(Some(&receipt), &follower);
    let wish = stop(context);
    let carried = carry(context, &wish, end, letters, given, recorder);
    let summary = chorus.during(carried).await;
    let unread = unread.try_iter().next();
    let summary = closed(
        context,
        Some(receipt),
        summary,
        Extent::of(unread.is_none()),
    );
    drawer.remove(&follower.settled.borrow())?;
    let summary = summary?;
    match unread {
        Some(error) => Err(error.into()),
        None => Ok(retried(
            name,
            &path,
            rows.len(),
            sent_under,
            &follower,
            &summary,
        )),
    }
}

/// What the receipt says that it set out to do.
fn sending(letters: &Path, intake: &Intake<'_>, destination: &Destination) -> Run {
    Run {
        command: COMMAND.to_owned(),
        source: Some(letters.display().to_string()),
        destination: destination.to_string(),
        site: intake.site_of(destination).map(|site| site.to_string()),
        ..Run::default()
    }
}

/// A thread that reads the chosen letters. What comes into the file meanwhile is not among them.
fn reading(
    drawer: &Drawer,
    chosen: LineSet,
) -> (
    mpsc::Receiver<StoredLetter>,
    std::sync::mpsc::Receiver<DeadLetterError>,
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

/// Makes events of letters, tells how it goes, and keeps which letters are dealt with.
struct Follower<'a> {
    ui: &'a Ui,
    /// Spans have no id and no time of an event's.
    are_spans: bool,
    chorus: &'a Chorus<'a>,
    settled: RefCell<LineSet>,
    not_events: Cell<u64>,
}

impl Follower<'_> {
    fn given(&self, stored: &StoredLetter) -> Option<Given> {
        let event = match &stored.content {
            Ok(letter) if self.are_spans => return Some(span(stored.line, letter)),
            Ok(letter) => {
                let bytes = Bytes::copy_from_slice(letter.event.get().as_bytes());
                event_under(&letter.id, stored.line, &bytes, letter.time)
            }
            Err(error) => Err(format!("no letter: {error}")),
        };
        match event {
            Ok(event) => Some(Given::Line(Line {
                id: event.id,
                kind: event.kind,
                timestamp: event.timestamp,
                json: event.json,
                number: Some(event.number),
            })),
            Err(why) => {
                self.not_events.update(|count| count + 1);
                self.ui.warning(&format!("{} stays: {why}", stored.place()));
                None
            }
        }
    }
}

/// A letter whose event is a span: as it is, under its own id.
fn span(number: Number, letter: &Letter) -> Given {
    let json = Bytes::copy_from_slice(letter.event.get().as_bytes());
    let start = serde_json::from_slice(&json).ok().and_then(start_of);
    Given::Line(Line {
        id: letter.id.clone(),
        kind: Some("span".into()),
        timestamp: start.unwrap_or(letter.time),
        json,
        number: Some(number),
    })
}

/// Where the destination judges a span by its age, that is the age of its start.
fn start_of(span: Value) -> Option<Timestamp> {
    let start = span.get("start_ns")?.as_i64()?;
    Timestamp::from_nanosecond(start.into()).ok()
}

impl Observer for &Follower<'_> {
    fn told(&mut self, progress: Progress) {
        self.chorus.tell(0, progress);
    }

    fn settled(&mut self, numbers: &[Number]) -> Result<(), StateError> {
        self.settled.borrow_mut().insert_all(numbers);
        Ok(())
    }
}

fn retried(
    destination: String,
    file: &Path,
    letters: usize,
    receipt: String,
    follower: &Follower<'_>,
    summary: &Summary,
) -> Retried {
    let retries = summary.retries.iter();
    Retried {
        destination,
        file: file.to_owned(),
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
        receipt,
    }
}

fn show(context: &Context, retried: &[Retried]) -> anyhow::Result<Exit> {
    match context.ui.format() {
        Format::Table if !retried.is_empty() => {
            retried.iter().for_each(|one| say(context, one));
        }
        _ => context
            .ui
            .list(retried, "there is nothing to send again", Table::new)?,
    }
    let any = |is: fn(&Retried) -> bool| retried.iter().any(is);
    Ok(match () {
        () if any(|one| one.set_aside_again + one.not_events > 0) => Exit::WorkKept,
        () if any(|one| one.interrupted) => Exit::Interrupted,
        () => Exit::Done,
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
            "that are no events: mend them in the file, or drop them",
        ),
        (retried.undelivered, "not delivered: they stay"),
        (retried.late, "older than Datadog takes: tagged late:true"),
    ] {
        if count > 0 {
            let count = counted(count, "letter");
            context.ui.status(&format!("  {count} {text}"));
        }
    }
    context.ui.status(&format!("  receipt {}", retried.receipt));
}
