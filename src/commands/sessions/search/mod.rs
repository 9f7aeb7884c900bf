//! `ddctl sessions search`.

mod report;

use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use clap::{Args, ValueEnum};
use futures_util::StreamExt;
use tokio::sync::mpsc;

use self::report::Report;
use super::inputs::{Inputs, Origin, Sessions, open_file};
use crate::commands::flags::at_least_one;
use crate::context::Context;
use crate::domain::redaction::Redactor;
use crate::error::{Exit, UsageError};
use crate::recording::{ReadError, Strictness, Warning, open};
use crate::search::{Hit, Opened, Part, Parts, Pattern, Wanted};
use crate::sources::{Recorded, Unread, recordings};

/// Hits of a file that may wait to be shown.
const WAITING: usize = 1_024;
/// How often the progress of a file is told.
const TICK: Duration = Duration::from_millis(100);

/// Find text in recordings: commands, statements and output
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl sessions search 'DROP TABLE' --since 30d --connection 'prod-*'
  ddctl sessions search --regex 'rm -rf /(etc|var)' --in commands
  ddctl sessions search -i error 7c1e --context 3
  ddctl sessions search customers --at 03:12 -o ndjson
  ddctl sessions search needle session.cast

Text is searched as it reads: without control sequences, with typing errors taken back, across the \
events that carried it. Commands are lines typed in a shell, scripts and requests; statements are \
what a database was sent. Secrets are replaced before anything is matched, so that none can be \
found or guessed. Each hit comes with the command that replays it.

Exit 0 with hits and without; 1 where a recording is there and cannot be read, 5 where the gateway \
kept failing. The others are searched all the same.")]
pub struct Search {
    /// Text, or with --regex a regular expression; ^ and $ are the ends of a line
    pattern: String,
    #[command(flatten)]
    inputs: Inputs,
    /// The pattern is a regular expression
    #[arg(long, help_heading = "Matching")]
    regex: bool,
    /// Upper and lower case are the same
    #[arg(short, long, help_heading = "Matching")]
    ignore_case: bool,
    /// Only there; may be given twice
    #[arg(long = "in", value_name = "PART", help_heading = "Matching")]
    parts: Vec<PartArg>,
    /// Show so many lines before and after each hit, at most 20
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        value_parser = clap::value_parser!(u8).range(0..=20),
        help_heading = "Matching"
    )]
    context: u8,
    /// Stop after so many hits
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = at_least_one)]
    limit: usize,
    /// Match and show secrets as they were recorded, except passwords in statements of database
    /// clients
    #[arg(long)]
    no_redact: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PartArg {
    Commands,
    Statements,
    Output,
}

impl PartArg {
    fn part(self) -> Part {
        match self {
            PartArg::Commands => Part::Command,
            PartArg::Statements => Part::Statement,
            PartArg::Output => Part::Output,
        }
    }
}

/// How every recording is searched.
#[derive(Clone)]
struct Plan {
    patterns: Arc<[Pattern]>,
    redactor: Redactor,
    context: usize,
    limit: usize,
}

impl Plan {
    fn wanted(&self) -> Wanted<'_> {
        Wanted {
            patterns: &self.patterns,
            redactor: self.redactor.clone(),
            context: self.context,
        }
    }
}

pub async fn run(context: &Context, args: &Search) -> anyhow::Result<Exit> {
    let plan = Plan {
        patterns: [args.pattern()?].into(),
        redactor: context.redactor(args.no_redact)?,
        context: args.context.into(),
        limit: args.limit,
    };
    let chosen = args.inputs.choose(context).await?;
    let mut report = Report::new(context, args.limit, chosen.extent());
    for file in &chosen.files {
        search_file(&plan, file, chosen.strictness, &mut report).await?;
    }
    if let Some(sessions) = &chosen.sessions {
        search_sessions(&plan, sessions, &mut report).await?;
    }
    report.conclude()?;
    if let Some(when) = chosen.sessions.as_ref().and_then(|sessions| sessions.when) {
        when.say_reach(context);
    }
    Ok(report.exit())
}

impl Search {
    fn pattern(&self) -> Result<Pattern, UsageError> {
        let parts = match self.parts.as_slice() {
            [] => Parts::ALL,
            parts => Parts::of(parts.iter().map(|part| part.part())),
        };
        let pattern = match self.regex {
            true => Pattern::regex(&self.pattern, self.ignore_case, parts),
            false => Pattern::literal(&self.pattern, self.ignore_case, parts),
        };
        pattern.map_err(|error| UsageError::new(error.to_string()))
    }
}

/// Searches a file in a thread of its own; hits are shown while it goes on.
async fn search_file(
    plan: &Plan,
    file: &str,
    strictness: Strictness,
    report: &mut Report<'_>,
) -> anyhow::Result<()> {
    if report.is_full() {
        return Ok(());
    }
    let (hits, mut found) = mpsc::channel(WAITING);
    let read = Arc::new(AtomicU64::new(0));
    let search = {
        let (plan, file, read) = (plan.clone(), file.to_owned(), Arc::clone(&read));
        move || -> Result<Vec<Warning>, ReadError> {
            let mut opened = open_file(&file, strictness, read)?;
            opened.search(plan.wanted(), &mut |hit| match hits.blocking_send(hit) {
                Ok(()) => ControlFlow::Continue(()),
                // Enough was found.
                Err(_) => ControlFlow::Break(()),
            })?;
            Ok(opened.warnings().iter().cloned().collect())
        }
    };
    let search = tokio::task::spawn_blocking(search);
    let origin = Origin::File(file.to_owned());
    let mut tick = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            hit = found.recv() => match hit {
                Some(hit) if !report.is_full() => report.hit(&origin, &hit)?,
                _ => break,
            },
            _ = tick.tick() => report.reading(read.load(Ordering::Relaxed)),
        }
    }
    drop(found);
    match search.await? {
        Ok(warnings) => report.searched(&origin, &warnings),
        Err(error) => report.unread(&origin, error.to_string(), Exit::Failed),
    }
    Ok(())
}

/// What became of one session.
struct Searched {
    origin: Origin,
    found: Found,
}

/// What was found in one recording.
struct Found {
    hits: Vec<Hit>,
    warnings: Vec<Warning>,
    /// Why not all of it was searched, and what that means for the exit code.
    unread: Option<(String, Exit)>,
}

impl Found {
    fn unread(why: impl ToString, exit: Exit) -> Self {
        Self {
            hits: Vec::new(),
            warnings: Vec::new(),
            unread: Some((why.to_string(), exit)),
        }
    }
}

async fn search_sessions(
    plan: &Plan,
    sessions: &Sessions,
    report: &mut Report<'_>,
) -> anyhow::Result<()> {
    let gateway = &sessions.gateway;
    let work = |recorded: Recorded| {
        let (plan, url) = (plan.clone(), gateway.page_of(&recorded.session.id));
        async move {
            let origin = Origin::Session(Arc::clone(&recorded.session), url);
            let search = tokio::task::spawn_blocking(move || search_session(&plan, &recorded));
            search.await.map(|found| Searched { origin, found })
        }
    };
    let found = recordings(
        gateway,
        sessions.which.clone(),
        sessions.reading.clone(),
        work,
    );
    let mut found = pin!(found);
    while !report.is_full() {
        let Some(searched) = found.next().await else {
            break;
        };
        let Searched { origin, found } = searched??;
        for hit in &found.hits {
            report.hit(&origin, hit)?;
        }
        match found.unread {
            Some((why, exit)) => report.unread(&origin, why, exit),
            None => report.searched(&origin, &found.warnings),
        }
    }
    Ok(())
}

fn search_session(plan: &Plan, recorded: &Recorded) -> Found {
    let stored = match &recorded.recording {
        Ok(stored) => stored.clone(),
        Err(unread) => return Found::unread(unread, exit_of(unread)),
    };
    let mut opened = match open(stored, Strictness::Lenient) {
        Ok(reader) => Opened::of_session(reader, &recorded.session),
        Err(error) => return Found::unread(error, Exit::Failed),
    };
    // One more than is shown, so that the end is known to be one.
    let mut hits = Vec::new();
    let result = opened.search(plan.wanted(), &mut |hit| {
        hits.push(hit);
        match hits.len() > plan.limit {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    let warnings: Vec<Warning> = opened.warnings().iter().cloned().collect();
    let lost = Warning::LogLost;
    let unread = match result {
        Err(error) => Some((error.to_string(), Exit::Failed)),
        Ok(()) if warnings.contains(&lost) => Some((lost.to_string(), Exit::Failed)),
        Ok(()) => opened.unreadable().map(|why| (why.to_owned(), Exit::Done)),
    };
    Found {
        hits,
        warnings,
        unread,
    }
}

/// A session without a recording is no failure.
fn exit_of(unread: &Unread) -> Exit {
    match unread {
        Unread::Nothing | Unread::Withheld => Exit::Done,
        Unread::Refused(_) => Exit::Failed,
        Unread::Failing(_) => Exit::Unreachable,
    }
}
