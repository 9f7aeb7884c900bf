//! `sessions export --file F|- --to logs`: lines of any program, read and delivered side by side.

mod ask;
mod follower;
mod summary;

use std::cell::RefCell;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::Context as _;
use clap::Args;
use tokio::sync::{mpsc, oneshot};

use self::follower::Follower;
use self::summary::{Lines, show};
use super::Export;
use crate::commands::shipping::{
    Carried, Chorus, Course, Destination, End, Extent, Intake, Memory, Receipts, To, Wish, carry,
    check, closed, conclude, stop, together,
};
use crate::context::Context;
use crate::delivery::receipts::{Receipt, Recorder, Run};
use crate::delivery::state::FileKey;
use crate::delivery::{LineLedger, Patience};
use crate::error::{Exit, UsageError};
use crate::sources::lines::{self, Chunk, Ended, Input, LinesError, Mark, Opened};

/// Chunks that wait between reading and delivering.
const QUEUE: usize = 2;

/// Its name without values.
const COMMAND: &str = "sessions export --file";

/// Name of the source that is no file.
const STDIN: &str = "standard input";

/// Lines instead of sessions.
#[derive(Debug, Args)]
pub struct LinesArgs {
    /// Lines of a file (`-` for standard input), a JSON object each, instead of sessions
    #[arg(
        long,
        value_name = "F",
        conflicts_with_all = [
            "sessions", "since", "until", "new", "FilterArgs", "limit", "no_redact", "recording",
            "overwrite", "rotate_size", "rotate_age", "follow", "verify", "estimate",
        ]
    )]
    pub(super) file: Option<PathBuf>,
}

pub(super) async fn run(context: &Context, args: &Export, path: &Path) -> anyhow::Result<Exit> {
    let destinations = destinations(args, path)?;
    let name = match path == Path::new("-") {
        true => STDIN.to_owned(),
        false => path.display().to_string(),
    };
    // Each reads on its own: what one has is not what another has, and none waits for another.
    let opened = destinations.iter().map(|_| Opened::open(path));
    let opened: Vec<Opened> = opened
        .collect::<Result<_, _>>()
        .with_context(|| format!("cannot read {name}"))?;
    let intake = Intake::open(
        context,
        &args.delivery,
        args.datadog.flags(),
        Patience::OneShot,
    )
    .await?;
    let sources = destinations.iter().zip(opened).map(|(to, opened)| {
        let destination = &to.destination;
        source(context, args, opened, &name, &intake, destination)
    });
    let sources: Vec<Source> = sources.collect::<Result<_, _>>()?;
    if let Some(exit) = ask::goes_on(context, args, path, &sources).await? {
        return Ok(exit);
    }
    let receipts = Receipts {
        context,
        gateway: None,
        intake: Some(&intake),
        delivery: &args.delivery,
        run: run_of(path)?,
    };
    let mut lanes = Vec::new();
    for (to, source) in destinations.iter().zip(sources) {
        let destination = &to.destination;
        lanes.push(Lane {
            name: intake.name(destination),
            is_best_effort: to.is_best_effort,
            source,
            end: intake.end(destination)?,
            receipt: receipts.begin(destination).await?,
        });
    }
    let exit = deliver(context, lanes, !args.delivery.dry_run).await?;
    if args.delivery.dry_run {
        context.ui.status("dry run: nothing was sent");
    }
    Ok(exit)
}

/// What the receipts say that the run set out to do.
fn run_of(path: &Path) -> anyhow::Result<Run> {
    let source = match path == Path::new("-") {
        true => STDIN.to_owned(),
        false => std::path::absolute(path)?.display().to_string(),
    };
    Ok(Run {
        command: COMMAND.to_owned(),
        source: Some(source),
        ..Run::default()
    })
}

fn destinations<'a>(args: &'a Export, path: &Path) -> Result<&'a [To], UsageError> {
    let is_stdin = path == Path::new("-");
    if is_stdin && args.datadog.flags().api_key_stdin {
        return Err(UsageError::with_hint(
            "standard input holds the lines or the API key, not both",
            "set DD_API_KEY, or give it by --api-key-file FILE",
        ));
    }
    let all = &args.delivery.to;
    let are_intakes = all.iter().all(|to| to.destination.is_intake());
    if !are_intakes || args.format.is_some() {
        return Err(UsageError::new(
            "--file reads lines for intakes: --to logs, --to events",
        ));
    }
    if is_stdin && all.len() > 1 {
        return Err(UsageError::with_hint(
            "standard input can be read once, so its lines go to one destination",
            "write them to a file, and name that by --file",
        ));
    }
    check(all)?;
    Ok(all)
}

/// Lines that are wanted, and who remembers what became of them.
struct Source {
    name: String,
    bytes: Box<dyn Read + Send>,
    /// Of a file; `None` for standard input.
    size: Option<u64>,
    ledger: LineLedger,
}

fn source(
    context: &Context,
    args: &Export,
    opened: Opened,
    name: &str,
    intake: &Intake<'_>,
    destination: &Destination,
) -> anyhow::Result<Source> {
    let (bytes, size, ledger): (Box<dyn Read + Send>, _, _) = match opened {
        Opened::Stream(bytes) => (bytes, None, LineLedger::of_stream()),
        Opened::File(file) => {
            let key = FileKey {
                destination: destination.to_string(),
                site: intake.site().to_string(),
                device: file.device,
                inode: file.inode,
            };
            let size = file.size;
            let memory = Memory {
                command: COMMAND,
                is_dry: args.delivery.dry_run,
                again: args.again,
            };
            let ledger = memory.ledger(context, name, &file, key)?;
            let file = file.from(ledger.position().offset);
            let file = file.with_context(|| format!("cannot read {name}"))?;
            (Box::new(file), Some(size), ledger)
        }
    };
    Ok(Source {
        name: name.to_owned(),
        bytes,
        size,
        ledger,
    })
}

/// Lines, and where they go.
struct Lane<'a> {
    name: String,
    is_best_effort: bool,
    source: Source,
    end: End<'a>,
    /// `None` where nothing is sent.
    receipt: Option<Receipt>,
}

/// What came of a lane.
struct Ran {
    carried: Carried,
    /// `None` where the delivery failed.
    lines: Option<Lines>,
}

/// Reads and delivers side by side.
async fn deliver(
    context: &Context,
    lanes: Vec<Lane<'_>>,
    is_stdout_free: bool,
) -> anyhow::Result<Exit> {
    let names = lanes.iter().map(|lane| lane.name.clone());
    let course = Course::default();
    let chorus = &Chorus::new(&context.ui, "shipping", &course, names);
    let wishes: Vec<Wish> = lanes.iter().map(|_| stop(context)).collect();
    let runs = lanes.into_iter().zip(&wishes).enumerate();
    let runs = runs.map(|(at, (lane, wish))| {
        let is_best_effort = lane.is_best_effort;
        (is_best_effort, ran(context, chorus, at, lane, wish))
    });
    let (mut all_carried, mut all_lines) = (Vec::new(), Vec::new());
    let running = together(runs.collect(), &wishes);
    for ran in chorus.during(running).await {
        let Ran { carried, lines } = ran?;
        all_carried.push(carried);
        all_lines.extend(lines);
    }
    if let Some(lines) = all_lines.into_iter().reduce(Lines::and) {
        show(context, lines, &all_carried, is_stdout_free)?;
    }
    conclude(context, all_carried)
}

/// Takes the lines of one lane, which is number `at`, to its end.
async fn ran(
    context: &Context,
    chorus: &Chorus<'_>,
    at: usize,
    lane: Lane<'_>,
    wish: &Wish,
) -> anyhow::Result<Ran> {
    let source = lane.source;
    let position = source.ledger.position();
    let (before, unsent) = (position.line - 1, position.unsent);
    let input = Input {
        name: source.name.clone(),
        what: "JSON objects",
        bytes: source.bytes,
        start: Mark {
            line: position.line,
            offset: position.offset,
        },
        known: position.beyond.clone(),
        is_file: source.size.is_some(),
    };
    let ledger = RefCell::new(source.ledger);
    let follower = Follower::new(&context.ui, chorus, at, &ledger);
    let (chunks, mut ended) = reading(input);
    let given = |chunk: Chunk| {
        if let (0, Some(size)) = (at, source.size) {
            chorus.passed(chunk.end.offset, size);
        }
        follower.given(chunk)
    };
    let receipt = lane.receipt.map(RefCell::new);
    let recorder = Recorder::of_lines(receipt.as_ref(), &follower);
    let result = carry(context, wish, lane.end, chunks, given, recorder).await;
    let kept = ledger.borrow_mut().finish();
    let reached = ledger.borrow().reached();
    let is_cut = result
        .as_ref()
        .map_or(true, |summary| summary.is_interrupted);
    if is_cut && source.size.is_none() {
        context.ui.status(&format!(
            "of {} every line before {reached} is delivered; it cannot be read again",
            source.name
        ));
    }
    let ended = ended.try_recv().ok().transpose();
    let carried = Carried {
        noun: "event",
        name: lane.name,
        is_best_effort: lane.is_best_effort,
        lacked: 0,
        receipt: receipt.as_ref().map(|one| one.borrow().id().to_owned()),
        known: (before + ledger.borrow().known()).saturating_sub(unsent),
        result: closed(context, receipt, result, Extent::of(ended.is_ok())),
    };
    if carried.result.is_err() {
        return Ok(Ran {
            carried,
            lines: None,
        });
    }
    kept?;
    let ended = ended.map_err(explained)?.unwrap_or_default();
    let lines = Some(Lines {
        file: source.name,
        lines: follower.lines(),
        times_set_right: follower.set_right(),
        delivered_before_line: reached,
        unfinished_line: ended.unfinished,
    });
    Ok(Ran { carried, lines })
}

/// A thread that reads. Where nobody takes its lines any more it is left alone: it may be waiting
/// for somebody to type.
fn reading(
    input: Input<Box<dyn Read + Send>>,
) -> (
    mpsc::Receiver<Chunk>,
    oneshot::Receiver<Result<Ended, LinesError>>,
) {
    let (tx, chunks) = mpsc::channel(QUEUE);
    let (done, ended) = oneshot::channel();
    thread::spawn(move || {
        let result = lines::read(input, &tx, lines::event_of_line);
        // Before the last chunk can be taken for the end of everything.
        let _ = done.send(result);
        drop(tx);
    });
    (chunks, ended)
}

fn explained(error: LinesError) -> anyhow::Error {
    match error {
        LinesError::NoObjects { .. } => UsageError::with_hint(
            error.to_string(),
            "name a file of JSON objects, each on one line (`jq -c .` makes one)",
        )
        .into(),
        error => error.into(),
    }
}
