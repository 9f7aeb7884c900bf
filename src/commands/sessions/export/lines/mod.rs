//! `sessions export --file F|- --to logs`: lines of any program, read and delivered side by side.

mod follower;
mod summary;

use std::cell::RefCell;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::Context as _;
use clap::Args;
use tokio::sync::{mpsc, oneshot};

use self::follower::Follower;
use self::summary::{Lines, show};
use super::Export;
use crate::commands::receipts;
use crate::commands::shipping::{
    Carried, Chorus, Destination, End, Extent, Intake, To, carry, closed, conclude,
};
use crate::context::Context;
use crate::delivery::receipts::{Receipt, Recorder, Run};
use crate::delivery::state::{FileKey, FilePosition, Holder};
use crate::delivery::{LineLedger, Patience};
use crate::error::{Exit, UsageError};
use crate::sources::lines::{self, Chunk, Ended, Input, LinesError, Mark, Opened, OpenedFile};

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
            "overwrite",
        ]
    )]
    pub(super) file: Option<PathBuf>,
}

pub(super) async fn run(context: &Context, args: &Export, path: &Path) -> anyhow::Result<Exit> {
    let destination = destination(args, path)?;
    let name = match path == Path::new("-") {
        true => STDIN.to_owned(),
        false => path.display().to_string(),
    };
    let opened = Opened::open(path).with_context(|| format!("cannot read {name}"))?;
    let intake = Intake::open(
        context,
        &args.delivery,
        args.datadog.flags(),
        Patience::OneShot,
    )
    .await?;
    let source = source(context, args, opened, &name, &intake, destination)?;
    let receipt = match args.delivery.dry_run {
        true => None,
        false => Some(receipt(context, path, &intake, destination).await?),
    };
    let lane = Lane {
        name: intake.name(destination),
        end: intake.end(destination)?,
        receipt,
        is_stdout_free: !args.delivery.dry_run,
    };
    let exit = deliver(context, source, lane).await?;
    if args.delivery.dry_run {
        context.ui.status("dry run: nothing was sent");
    }
    Ok(exit)
}

async fn receipt(
    context: &Context,
    path: &Path,
    intake: &Intake<'_>,
    destination: &Destination,
) -> anyhow::Result<Receipt> {
    let source = match path == Path::new("-") {
        true => STDIN.to_owned(),
        false => std::path::absolute(path)?.display().to_string(),
    };
    let run = Run {
        command: COMMAND.to_owned(),
        source: Some(source),
        destination: destination.to_string(),
        site: Some(intake.site().to_string()),
        ..Run::default()
    };
    receipts::begin(context, None, run).await
}

fn destination<'a>(args: &'a Export, path: &Path) -> Result<&'a Destination, UsageError> {
    if path == Path::new("-") && args.datadog.flags().api_key_stdin {
        return Err(UsageError::with_hint(
            "standard input holds the lines or the API key, not both",
            "set DD_API_KEY, or give it by --api-key-file FILE",
        ));
    }
    match &args.delivery.to[..] {
        [
            To {
                destination,
                is_best_effort: false,
            },
        ] if destination.is_intake() && args.format.is_none() => Ok(destination),
        _ => Err(UsageError::new(
            "--file reads lines for one intake: --to logs or --to events",
        )),
    }
}

/// Lines that are wanted, and who remembers what became of them.
struct Source {
    name: String,
    bytes: Box<dyn Read + Send>,
    is_file: bool,
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
    let (bytes, is_file, ledger): (Box<dyn Read + Send>, _, _) = match opened {
        Opened::Stream(bytes) => (bytes, false, LineLedger::of_stream()),
        Opened::File(file) => {
            let key = FileKey {
                destination: destination.to_string(),
                site: intake.site().to_string(),
                device: file.device,
                inode: file.inode,
            };
            let (file, ledger) = remembered(context, args, file, name, key)?;
            (Box::new(file), true, ledger)
        }
    };
    Ok(Source {
        name: name.to_owned(),
        bytes,
        is_file,
        ledger,
    })
}

/// The file from where the last run left it.
fn remembered(
    context: &Context,
    args: &Export,
    file: OpenedFile,
    name: &str,
    key: FileKey,
) -> anyhow::Result<(File, LineLedger)> {
    let (head_len, head) = file.head().with_context(|| format!("cannot read {name}"))?;
    let beginning = FilePosition {
        path: std::path::absolute(name)?.display().to_string(),
        head_len,
        head,
        line: 1,
        ..FilePosition::default()
    };
    let begin = |found: Option<FilePosition>| match found {
        Some(found) if is_same(&file, &found) => FilePosition {
            offset: found.offset,
            line: found.line,
            beyond: found.beyond,
            ..beginning
        },
        Some(_) => {
            context.ui.status(&format!(
                "{name} holds other lines than at the last run: it is read from its beginning"
            ));
            beginning
        }
        None => beginning,
    };
    let folder = context.state_folder()?;
    let mut ledger = match args.delivery.dry_run {
        true => LineLedger::look(&folder, &key, begin)?,
        false => {
            let holder = Holder::this(COMMAND, context.now());
            LineLedger::open(&folder, key, &holder, begin)?
        }
    };
    if args.again {
        ledger.send_again();
    }
    let file = file.from(ledger.position().offset);
    Ok((file.with_context(|| format!("cannot read {name}"))?, ledger))
}

fn is_same(file: &OpenedFile, found: &FilePosition) -> bool {
    found.offset <= file.size && file.begins_with(found.head_len, &found.head)
}

/// Where the lines go.
struct Lane<'a> {
    name: String,
    end: End<'a>,
    /// `None` where nothing is sent.
    receipt: Option<Receipt>,
    is_stdout_free: bool,
}

/// Reads and delivers side by side.
async fn deliver(context: &Context, source: Source, lane: Lane<'_>) -> anyhow::Result<Exit> {
    let chorus = Chorus::new(&context.ui, "shipping", std::iter::once(lane.name.clone()));
    let position = source.ledger.position();
    let before = position.line - 1;
    let input = Input {
        name: source.name.clone(),
        bytes: source.bytes,
        start: Mark {
            line: position.line,
            offset: position.offset,
        },
        known: position.beyond.clone(),
        is_file: source.is_file,
    };
    let ledger = RefCell::new(source.ledger);
    let follower = Follower::new(&context.ui, &chorus, &ledger);
    let (chunks, mut ended) = reading(input);
    let given = |chunk| follower.given(chunk);
    let receipt = lane.receipt.map(RefCell::new);
    let recorder = Recorder::of_lines(receipt.as_ref(), &follower);
    let result = carry(context, lane.end, chunks, given, recorder).await;
    let kept = ledger.borrow_mut().finish();
    let reached = ledger.borrow().reached();
    let is_cut = result
        .as_ref()
        .map_or(true, |summary| summary.is_interrupted);
    if is_cut && !source.is_file {
        context.ui.status(&format!(
            "of {} every line before {reached} is delivered; it cannot be read again",
            source.name
        ));
    }
    let ended = ended.try_recv().ok().transpose();
    let carried = Carried {
        name: lane.name,
        is_best_effort: false,
        lacked: 0,
        receipt: receipt.as_ref().map(|one| one.borrow().id().to_owned()),
        known: before + ledger.borrow().known(),
        result: closed(context, receipt, result, Extent::of(ended.is_ok())),
    };
    if carried.result.is_err() {
        return conclude(context, vec![carried]);
    }
    kept?;
    let ended = ended.map_err(explained)?.unwrap_or_default();
    let lines = Lines {
        file: source.name,
        lines: follower.lines(),
        times_set_right: follower.set_right(),
        delivered_before_line: reached,
        unfinished_line: ended.unfinished,
    };
    show(context, lines, &carried, lane.is_stdout_free)?;
    conclude(context, vec![carried])
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
        let result = lines::read(input, &tx);
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
