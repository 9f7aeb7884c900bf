//! `ddctl sessions export`: session events to Datadog or to files, recordings to files.

mod ask;
mod conversion;
mod custody;
mod destination;
mod digest;
mod estimate;
mod events;
mod found;
mod left_out;
mod lines;
mod mapping;
mod naming;
mod page;
mod plan;
mod proof;
mod recordings;
mod summary;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use self::custody::Custody;
use self::destination::{Destinations, ExportFormat, Target};
use self::lines::LinesArgs;
use self::plan::Wanted;
use super::filter::FilterArgs;
use super::inputs::{is_file, reference};
use super::{clip, scope};
use crate::commands::flags::{DatadogAccess, GatewayAccess, at_least_one};
use crate::commands::shipping::{
    DeliveryFlags, Place, ProofFlags, RotateFlags, StandingFlags, To, positions,
};
use crate::context::Context;
use crate::domain::time::{TimeError, TimeRange, parse_duration, parse_range};
use crate::error::{Exit, UsageError};
use crate::recording::Strictness;
use crate::replay::{Clip, Point};
use crate::sources::{self, SessionRef};

/// Ship session events to Datadog or to files, or recordings to files
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl sessions export --since 12h --to logs
  ddctl sessions export --since 12h --to logs --dry-run
  ddctl sessions export --since 90d --to logs --estimate --price-per-gb 0.10
  ddctl sessions export --since 12h --to logs --verify
  ddctl sessions export --new --to logs
  ddctl sessions export --follow --since 1h --to logs
  ddctl sessions export --since 12h --to logs --to events,best-effort
  ddctl sessions export --new --to otlp=http://localhost:4318
  ddctl sessions export --follow --since 1h --to logs --to llmobs
  ddctl sessions export --since 2026-10-01 --until 2026-11-01 --to oct.ndjson
  ddctl sessions export --follow --since 1h --to out.ndjson --rotate-age 15m
  ddctl sessions export 7c1e --to session.cast
  ddctl sessions export 7c1e --to session.html
  ddctl sessions export 7c1e --to moment.svg --at 03:12
  ddctl sessions export 7c1e --recording --to session.csv --clip 2m..5m
  ddctl sessions export old.ttyrec --to new.cast
  ddctl sessions export --since 7d --agent '*' --to recordings/ --format txt
  ddctl sessions export --file events.ndjson --to logs

Events older than Datadog takes (18 hours) go out under the time of sending, with their own time in \
evt.original_time and the tag late:true; --late chooses otherwise. That, and more than 100000 events, \
is asked first: --yes answers. What a position leaves to --new and --follow is never asked about.

--file takes lines of any program, one JSON object each. A line with `evt.id` and a `timestamp` goes \
out byte for byte, nothing in it is hidden; what is missing is added. A file has a position: what was \
delivered is not sent twice, and a file that grew goes on. It is looked through before anything is \
sent, so that old lines and more than 100000 are asked about; standard input and pipes cannot be, and \
are never asked about.

--to otlp and llmobs take each session as a trace, once it is over: a root, a child for each command \
or statement, and reviews and guardrails as events on the root. Ids are the same on every export. \
--to otlp is Datadog's own intake; with an address it is an Agent or any collector, which gets no key.

LLM Observability gets the sessions of agents, and takes nothing that began more than 23 hours ago.

Files that rotate are named by the time at which each was begun, so that their names sort by time: \
events.ndjson becomes events-20261121T181500.250Z.ndjson. Each appears under its name whole, and has \
a position that moves once it does: what is in a finished file is not written twice (--again does).

Recordings are read from asciicast 1 to 3, the gateway's own array, typescripts of script(1) and \
ttyrec. Each file says which session or file it is of, which part, how many secrets were hidden in \
it, and the SHA-256 of the recording as it was received: asciicast 3 in the key `ddctl` of its \
header and in comments at its end, asciicast 2 in that key alone, text in lines that begin with #, \
NDJSON in its first and last object, CSV in rows of the type `about`, pages and pictures as text.

A page is one file that works from disk and asks no network for anything. It holds 64 MB of pictures \
and text at most, packed to a few; --clip takes a part of what is larger. Where output went on for \
hours it shows 30000 pictures of it, says so, and has every line in its transcript.")]
pub struct Export {
    /// Sessions by id, unique prefix or pasted URL, recording files, or `-`, instead of a range
    #[arg(value_name = "SESSION", conflicts_with_all = ["verify", "estimate"])]
    sessions: Vec<String>,
    /// Sessions that started since then: 24h, 2026-11-20, RFC 3339
    #[arg(
        long,
        value_name = "TIME",
        required_unless_present_any = ["sessions", "new", "follow", "file"],
        conflicts_with = "sessions"
    )]
    since: Option<String>,
    /// Sessions that started before then
    #[arg(long, value_name = "TIME", conflicts_with = "sessions")]
    until: Option<String>,
    /// From the stored position to now, for cron; --since says where to begin the first time
    #[arg(long, conflicts_with_all = ["sessions", "until"])]
    new: bool,
    /// Send what was sent before once more, under the same ids
    #[arg(long)]
    again: bool,
    /// From the stored position on, and stay: new sessions, and what becomes of the open ones
    #[arg(
        long,
        conflicts_with_all = [
            "sessions", "until", "new", "again", "limit", "dry_run", "verify", "estimate",
        ]
    )]
    follow: bool,
    #[command(flatten)]
    standing: StandingFlags,
    /// With --follow: the heartbeat names sessions that are open for longer
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "8h",
        value_parser = parse_duration,
        requires = "follow"
    )]
    open_too_long: Duration,
    #[command(flatten)]
    lines: LinesArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// Stop after this many sessions; those that were open before come on top
    #[arg(
        long,
        value_name = "N",
        value_parser = at_least_one,
        conflicts_with_all = ["verify", "estimate"]
    )]
    limit: Option<usize>,
    #[command(flatten)]
    delivery: DeliveryFlags,
    #[command(flatten)]
    rotate: RotateFlags,
    /// Format of a file or of stdout
    #[arg(long, value_name = "FORMAT", help_heading = "Destination")]
    format: Option<ExportFormat>,
    /// Recordings, where the format fits session events as well (ndjson, csv)
    #[arg(long, help_heading = "Recordings")]
    recording: bool,
    /// Of recordings: the part from A to B only: 10s..1m30s, 03:12..03:20, #3..#5
    #[arg(long, value_name = "A..B", value_parser = clip::parse, help_heading = "Recordings")]
    clip: Option<Clip>,
    /// Of a picture: the moment, as 90s, 03:12 or #7; without it, the end
    #[arg(long, value_name = "TIME", help_heading = "Recordings")]
    at: Option<Point>,
    /// The timing file of a typescript of script(1)
    #[arg(long, value_name = "FILE", help_heading = "Recordings")]
    timing: Option<PathBuf>,
    /// Leave out the lines of a recording file that cannot be read
    #[arg(long, help_heading = "Recordings")]
    lenient: bool,
    /// With --to otlp or llmobs: what commands printed as well
    #[arg(long)]
    include_output: bool,
    /// With --to llmobs: people's sessions too, which are billed as a model's traffic
    #[arg(long)]
    include_people: bool,
    /// Leave secrets in commands and recordings as they are
    #[arg(long)]
    no_redact: bool,
    /// What was typed as well, passwords included
    #[arg(long, help_heading = "Recordings")]
    include_input: bool,
    /// Take recordings although the gateway has downloads switched off
    #[arg(long, help_heading = "Recordings")]
    allow_download: bool,
    /// Keep finished recordings on this machine, 1 GiB for a week, and read them from there
    #[arg(long, help_heading = "Recordings")]
    cache: bool,
    /// Write what was hidden to FILE: rules, counts and places, never a value
    #[arg(long, value_name = "FILE", help_heading = "Recordings")]
    redaction_report: Option<PathBuf>,
    /// Sessions asked for at once
    #[arg(long, value_name = "N", default_value_t = sources::Export::CONCURRENCY, value_parser = at_least_one)]
    concurrency: usize,
    #[command(flatten)]
    proof: ProofFlags,
    #[command(flatten)]
    gateway: GatewayAccess,
    #[command(flatten)]
    datadog: DatadogAccess,
}

impl Export {
    /// Its name without values, for whoever waits for it and for its receipt.
    fn command(&self) -> &'static str {
        match (self.new, self.runs_until_stopped()) {
            (true, _) => "sessions export --new",
            (_, true) => "sessions export --follow",
            _ => "sessions export",
        }
    }

    /// The flag that goes on from a position.
    fn mode(&self) -> &'static str {
        match self.runs_until_stopped() {
            true => "--follow",
            false => "--new",
        }
    }
}

pub async fn run(context: &Context, args: &Export) -> anyhow::Result<Exit> {
    if let Some(file) = &args.lines.file {
        return lines::run(context, args, file).await;
    }
    let (files, named): (Vec<&String>, Vec<&String>) =
        args.sessions.iter().partition(|given| is_file(given));
    match destination::of(args, args.recording || !files.is_empty())? {
        Destinations::Recordings { .. } if args.goes_on() => {
            Err(positions::files_have_none(args.mode()).into())
        }
        Destinations::Recordings { .. } if args.proof.verify || args.proof.estimate => {
            Err(UsageError::with_hint(
                "--verify and --estimate are about session events, and this exports recordings",
                "leave it out, or export events: --to logs",
            )
            .into())
        }
        Destinations::Recordings { target, format } => {
            to_recordings(context, args, files, &named, target, format).await
        }
        Destinations::Events(places) => {
            let wanted = match args.goes_on() {
                true => new(context, args, &places)?,
                false => Wanted::Selected(selection(context, args, &named)?),
            };
            events::run(context, args, wanted, places).await
        }
    }
}

/// From the stored position on, once or for as long as it runs.
fn new(context: &Context, args: &Export, places: &[Place]) -> anyhow::Result<Wanted> {
    if !places.iter().all(Place::has_position) {
        return Err(positions::files_have_none(args.mode()).into());
    }
    let since = args.since.as_deref();
    let since = since.map(|since| range(context, since, None)).transpose()?;
    Ok(Wanted::New {
        since: since.map(|range| range.since),
        until: context.now(),
    })
}

impl Export {
    /// True where it runs until somebody stops it.
    pub fn runs_until_stopped(&self) -> bool {
        self.follow
    }

    /// Refuses destinations and flags that have no meaning together.
    pub fn check(&self) -> Result<(), UsageError> {
        destination::of(self, self.recording).map(drop)
    }

    /// Where it goes.
    pub fn to(&self) -> &[To] {
        &self.delivery.to
    }

    /// True where it searches at Datadog for what it sent, by a key that nothing names yet.
    pub fn lacks_app_key(&self) -> bool {
        self.proof.verify && self.datadog.flags().app_key_file.is_none()
    }

    /// False where it only says what it would be.
    pub fn delivers(&self) -> bool {
        !self.proof.estimate
    }

    /// True where something takes what a session did, step by step.
    fn has_spans(&self) -> bool {
        let mut all = self.delivery.to.iter();
        all.any(|to| to.destination.takes_spans())
    }

    /// True where something takes session events, which may not be too old.
    fn has_events(&self) -> bool {
        self.delivery.to.iter().any(|to| to.destination.is_intake())
    }

    /// True where it goes on from a position.
    fn goes_on(&self) -> bool {
        self.new || self.follow
    }
}

fn range(context: &Context, since: &str, until: Option<&str>) -> Result<TimeRange, TimeError> {
    parse_range(since, until, context.now(), &context.ui.options().tz)
}

/// Which sessions: those of a range, or these.
pub enum Selection {
    Range(TimeRange),
    Sessions(Vec<SessionRef>),
}

async fn to_recordings(
    context: &Context,
    args: &Export,
    files: Vec<&String>,
    named: &[&String],
    target: Target,
    format: recordings::Format,
) -> anyhow::Result<Exit> {
    let filter = args.filter.filter();
    let sessions = match !named.is_empty() || args.since.is_some() {
        true => Some(recordings::Sessions {
            selection: selection(context, args, named)?,
            gateway: context.gateway(&args.gateway.flags())?,
            filter: &filter,
            limit: args.limit,
        }),
        false => None,
    };
    let options = recordings::Options {
        format,
        overwrite: args.delivery.overwrite,
        include_input: args.include_input,
        allow_download: args.allow_download,
        cache: args.cache,
        redaction_report: args.redaction_report.clone(),
        redactor: context.redactor(args.no_redact)?,
        clip: args.clip.clone(),
        at: args.at.clone(),
        timing: args.timing.clone(),
        strictness: match args.lenient {
            true => Strictness::Lenient,
            false => Strictness::Strict,
        },
    };
    let files = files.into_iter().cloned().collect();
    let inputs = recordings::Inputs { files, sessions };
    let target = if args.delivery.dry_run {
        Target::Stdout
    } else {
        target
    };
    let mut cancel = context.cancel();
    let custody = tokio::select! {
        custody = Custody::begin(context, args, inputs.sessions.as_ref()) => custody?,
        _ = cancel.wait_for(|stopped| *stopped) => return Ok(Exit::Interrupted),
    };
    let done = tokio::select! {
        done = recordings::run(context, inputs, target, options, &custody) => done,
        // A file that is not whole goes, and there is nothing else to bring to an end.
        _ = cancel.wait_for(|stopped| *stopped) => Ok(Exit::Interrupted),
    };
    custody.close(context, done)
}

fn selection(context: &Context, args: &Export, named: &[&String]) -> anyhow::Result<Selection> {
    let Some(since) = &args.since else {
        let references = named.iter().map(|given| reference(given));
        return Ok(Selection::Sessions(references.collect::<Result<_, _>>()?));
    };
    Ok(Selection::Range(range(
        context,
        since,
        args.until.as_deref(),
    )?))
}
