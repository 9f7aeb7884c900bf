//! `ddctl sessions export`: session events to Datadog or to files, recordings to files.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::pin::pin;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use tokio::sync::{mpsc, watch};

use super::filter::FilterArgs;
use super::recordings;
use super::scope;
use super::summary::{ExportSummary, show};
use crate::commands::flags::{DatadogAccess, GatewayAccess, at_least_one};
use crate::config::SecretKind;
use crate::context::Context;
use crate::datadog::Datadog;
use crate::delivery::map::log::{LogProfile, to_record};
use crate::delivery::{
    self, AtomicFile, Codec, DatadogLogs, DryRun, Format, LatePolicy, Options, Progress, Sink,
    Stop, Summary,
};
use crate::domain::event::SessionEvent;
use crate::domain::redaction::Redactor;
use crate::domain::secret::Secret;
use crate::domain::time::{TimeRange, parse_range};
use crate::error::{Exit, UsageError};
use crate::gateway::Gateway;
use crate::recording::first_statements;
use crate::sources::{
    self, ApprovalSources, EventContext, SessionRef, SourceError, SourceProgress, SourceSummary,
};
use crate::ui::{self, counted};

/// Events that wait between reading and delivering.
const QUEUE: usize = 256;

/// Ship session events to Datadog or to files, or recordings to files
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl sessions export --since 24h --to logs
  ddctl sessions export --since 24h --to logs --dry-run
  ddctl sessions export --since 2026-10-01 --until 2026-11-01 --to october.ndjson
  ddctl sessions export 7c1e --to session.cast
  ddctl sessions export --since 7d --agent '*' --to recordings/ --format txt

Events older than Datadog takes (18 hours) go out under the time of sending, with their own time in
evt.original_time and the tag late:true; --late chooses otherwise.")]
pub struct Export {
    /// Sessions by id, unique prefix or pasted URL, instead of a range
    #[arg(value_name = "SESSION")]
    sessions: Vec<String>,
    /// Sessions that started since then: 24h, 2026-11-20, RFC 3339
    #[arg(
        long,
        value_name = "TIME",
        required_unless_present = "sessions",
        conflicts_with = "sessions"
    )]
    since: Option<String>,
    /// Sessions that started before then
    #[arg(long, value_name = "TIME", conflicts_with = "sessions")]
    until: Option<String>,
    #[command(flatten)]
    filter: FilterArgs,
    /// Stop after this many sessions
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    limit: Option<usize>,
    /// Where it goes: `logs` (Datadog), `-`, or a path whose ending picks the format
    #[arg(long, value_name = "DEST", help_heading = "Destination")]
    to: String,
    /// Format of a file or of stdout
    #[arg(long, value_name = "FORMAT", help_heading = "Destination")]
    format: Option<ExportFormat>,
    /// Replace a file that exists
    #[arg(long, help_heading = "Destination")]
    overwrite: bool,
    /// Compression on the way to Datadog
    #[arg(
        long,
        value_name = "CODEC",
        default_value = "zstd",
        help_heading = "Destination"
    )]
    compression: Compression,
    /// What happens to events older than Datadog takes
    #[arg(
        long,
        value_name = "POLICY",
        default_value = "restamp",
        help_heading = "Destination"
    )]
    late: Late,
    /// Show the real payloads, the key masked; send nothing, write no file
    #[arg(long)]
    dry_run: bool,
    /// Leave secrets in commands and recordings as they are
    #[arg(long)]
    no_redact: bool,
    /// In recordings: what was typed as well, passwords included
    #[arg(long)]
    include_input: bool,
    /// Take recordings although the gateway has downloads switched off
    #[arg(long)]
    allow_download: bool,
    /// Sessions asked for at once
    #[arg(long, value_name = "N", default_value_t = sources::Export::CONCURRENCY, value_parser = at_least_one)]
    concurrency: usize,
    #[command(flatten)]
    gateway: GatewayAccess,
    #[command(flatten)]
    datadog: DatadogAccess,
}

/// The formats of files: events as rows, or whole recordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Events, one object a line
    Ndjson,
    /// Events, one array
    Json,
    /// Events, a row each
    Csv,
    /// Recordings as asciicast v3
    Cast,
    /// Recordings as readable text
    Txt,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Compression {
    Zstd,
    Gzip,
    None,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Late {
    Restamp,
    Skip,
    Deadletter,
}

/// `--to` and `--format`, read together.
enum Destination {
    Logs,
    Rows {
        target: Target,
        format: Format,
    },
    Recordings {
        target: Target,
        format: recordings::Format,
    },
}

/// Where bytes end that are not sent to an intake.
pub enum Target {
    Stdout,
    Path(PathBuf),
}

pub async fn run(context: &Context, args: &Export) -> anyhow::Result<Exit> {
    let destination = destination(args)?;
    let selection = selection(context, args)?;
    match destination {
        Destination::Recordings { target, format } => {
            let options = recordings::Options {
                target: if args.dry_run { Target::Stdout } else { target },
                format,
                overwrite: args.overwrite,
                include_input: args.include_input,
                allow_download: args.allow_download,
                redactor: context.redactor(args.no_redact),
            };
            let gateway = context.gateway(&args.gateway.flags())?;
            recordings::run(
                context,
                &gateway,
                &selection,
                &args.filter.filter(),
                args.limit,
                options,
            )
            .await
        }
        Destination::Logs => to_logs(context, args, &selection).await,
        Destination::Rows { target, format } => {
            to_rows(context, args, &selection, target, format).await
        }
    }
}

/// Which sessions: those of a range, or these.
pub enum Selection {
    Range(TimeRange),
    Sessions(Vec<SessionRef>),
}

fn selection(context: &Context, args: &Export) -> anyhow::Result<Selection> {
    let Some(since) = &args.since else {
        let references = args.sessions.iter().map(|given| SessionRef::parse(given));
        return Ok(Selection::Sessions(references.collect::<Result<_, _>>()?));
    };
    let tz = &context.ui.options().tz;
    Ok(Selection::Range(parse_range(
        since,
        args.until.as_deref(),
        context.now(),
        tz,
    )?))
}

fn destination(args: &Export) -> Result<Destination, UsageError> {
    if args.to == "logs" {
        return match args.format {
            None => Ok(Destination::Logs),
            Some(_) => Err(UsageError::new(
                "--format is for files and stdout, not for `logs`",
            )),
        };
    }
    let target = match args.to.as_str() {
        "-" => Target::Stdout,
        path => Target::Path(path.into()),
    };
    let format = args
        .format
        .or_else(|| format_of(Path::new(&args.to)))
        .ok_or_else(|| {
            UsageError::with_hint(
                format!("the ending of `{}` picks no format", args.to),
                "name one: --format ndjson|json|csv for events, cast|txt for recordings",
            )
        })?;
    Ok(match format {
        ExportFormat::Ndjson => Destination::Rows {
            target,
            format: Format::Ndjson,
        },
        ExportFormat::Json => Destination::Rows {
            target,
            format: Format::Json,
        },
        ExportFormat::Csv => Destination::Rows {
            target,
            format: Format::Csv,
        },
        ExportFormat::Cast => Destination::Recordings {
            target,
            format: recordings::Format::Cast,
        },
        ExportFormat::Txt => Destination::Recordings {
            target,
            format: recordings::Format::Txt,
        },
    })
}

/// Stdout without a format gets lines.
fn format_of(path: &Path) -> Option<ExportFormat> {
    if path == Path::new("-") {
        return Some(ExportFormat::Ndjson);
    }
    let ending = path.extension()?.to_str()?;
    ExportFormat::from_str(if ending == "jsonl" { "ndjson" } else { ending }, true).ok()
}

/// Sends to Datadog. The key is validated before the source is read.
async fn to_logs(context: &Context, args: &Export, selection: &Selection) -> anyhow::Result<Exit> {
    let gateway = context.gateway(&args.gateway.flags())?;
    let datadog = intake(context, args)?;
    if args.dry_run {
        let show = |text: &str| {
            let _ = context.ui.write(text.as_bytes());
        };
        let options = options(context, args, None);
        let sink = DryRun::new(&datadog, show);
        let delivered = deliver(context, args, &gateway, selection, &sink, options).await?;
        let exit = show_summary(context, selection, &sink.name(), delivered, false)?;
        context.ui.status("dry run: nothing was sent");
        return Ok(exit);
    }
    context.require_write("sending events to Datadog")?;
    datadog
        .validate()
        .await
        .context("check the API key before anything is read")?;
    let folder = dead_letter_folder(context)?;
    let options = options(context, args, Some(folder));
    let sink = DatadogLogs(&datadog);
    let delivered = deliver(context, args, &gateway, selection, &sink, options).await?;
    show_summary(context, selection, &sink.name(), delivered, true)
}

/// A dry run needs no key: the header then shows a placeholder.
fn intake(context: &Context, args: &Export) -> anyhow::Result<Datadog> {
    let flags = args.datadog.flags();
    if args.dry_run
        && context
            .optional_secret(SecretKind::ApiKey, &flags)?
            .is_none()
    {
        context
            .ui
            .status("no API key was given; the header shows a placeholder");
        return context.datadog_with(Secret::new("0".repeat(32)));
    }
    context.datadog(&flags)
}

fn options(context: &Context, args: &Export, dead_letters: Option<PathBuf>) -> Options {
    Options {
        codec: match args.compression {
            Compression::Zstd => Codec::Zstd,
            Compression::Gzip => Codec::Gzip,
            Compression::None => Codec::Identity,
        },
        late: Some(match args.late {
            Late::Restamp => LatePolicy::Restamp,
            Late::Skip => LatePolicy::Skip,
            Late::Deadletter => LatePolicy::DeadLetter,
        }),
        deadline: context.deadline(),
        dead_letters,
        stop: Some(stop(context)),
        ..Options::default()
    }
}

fn dead_letter_folder(context: &Context) -> anyhow::Result<PathBuf> {
    let profile = &context.settings()?.profile.value;
    let state = context.environment.state_folder().ok_or_else(|| {
        UsageError::with_hint(
            "there is no folder to keep undeliverable events in",
            "set HOME or XDG_STATE_HOME",
        )
    })?;
    Ok(state.join(profile).join("deadletters"))
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

/// What came of reading and delivering.
struct Delivered {
    source: SourceSummary,
    summary: Summary,
}

/// Reads and delivers side by side.
async fn deliver<S: Sink>(
    context: &Context,
    args: &Export,
    gateway: &Gateway,
    selection: &Selection,
    sink: &S,
    options: Options,
) -> anyhow::Result<Delivered> {
    let mapping = Mapping::new(context, args, gateway)?;
    scope::warn_where_partial(context, gateway).await;
    let events = event_context(context, gateway).await?;
    let progress = context.ui.progress("shipping");
    let (tx, rx) = mpsc::channel(QUEUE);
    let report = |told: Progress| mapping.report(&progress, told);
    let delivery = delivery::run(rx, |event| mapping.record(&event), sink, options, report);
    let reached = Cell::default();
    let source = read(args, gateway, selection, &events, tx, &reached);
    let (source, summary) = side_by_side(source, delivery, &reached).await;
    // Where the delivery failed, that is the cause.
    let summary = summary?;
    if source.is_err() && summary.accepted > 0 {
        let accepted = counted(summary.accepted, "event");
        context
            .ui
            .status(&format!("{accepted} had been read by then, and delivered"));
    }
    Ok(Delivered {
        summary,
        source: source?,
    })
}

/// Rows that were written, a file's not yet under its name.
enum Written {
    File(delivery::Unplaced),
    Stream(Summary),
}

async fn to_rows(
    context: &Context,
    args: &Export,
    selection: &Selection,
    target: Target,
    format: Format,
) -> anyhow::Result<Exit> {
    // A target that cannot be written is found before the gateway is asked anything.
    let file = match &target {
        Target::Path(path) if !args.dry_run => Some(AtomicFile::create(path, args.overwrite)?),
        _ => None,
    };
    let gateway = context.gateway(&args.gateway.flags())?;
    let mapping = Mapping::new(context, args, &gateway)?;
    scope::warn_where_partial(context, &gateway).await;
    let events = event_context(context, &gateway).await?;
    let progress = context.ui.progress("exporting");
    let (tx, rx) = mpsc::channel(QUEUE);
    let report = |told: Progress| mapping.report(&progress, told);
    let record = |event| mapping.record(&event);
    let stop = Some(stop(context));
    let reached = Cell::default();
    let source = read(args, &gateway, selection, &events, tx, &reached);
    let delivery = async {
        let out = context.ui.stdout();
        anyhow::Ok(match file {
            Some(file) => {
                Written::File(delivery::to_file(rx, record, file, format, stop, report).await?)
            }
            None => {
                Written::Stream(delivery::to_writer(rx, record, out, format, stop, report).await?)
            }
        })
    };
    let (source, written) = side_by_side(source, delivery, &reached).await;
    let (written, source) = (written?, source?);
    let delivered = Delivered {
        // Only now is it known that every row is there.
        summary: match written {
            Written::File(file) => file.place()?,
            Written::Stream(summary) => summary,
        },
        source,
    };
    let is_free = matches!(target, Target::Path(_)) && !args.dry_run;
    show_summary(context, selection, &args.to, delivered, is_free)
}

/// `is_free` says that stdout holds no data, so that the summary may go there.
fn show_summary(
    context: &Context,
    selection: &Selection,
    destination: &str,
    delivered: Delivered,
    is_free: bool,
) -> anyhow::Result<Exit> {
    let range = match selection {
        Selection::Range(range) => Some(*range),
        Selection::Sessions(_) => None,
    };
    let summary = ExportSummary::of(destination, range, &delivered.source, &delivered.summary);
    show(context, &summary, is_free)?;
    Ok(summary.exit())
}

/// Waits for both. A delivery that ends first was told to, or failed: reading on is of no use,
/// and what was read until then is what counts.
async fn side_by_side<D>(
    source: impl Future<Output = Result<SourceSummary, SourceError>>,
    delivery: impl Future<Output = D>,
    reached: &Cell<SourceProgress>,
) -> (Result<SourceSummary, SourceError>, D) {
    let (mut source, mut delivery) = (pin!(source), pin!(delivery));
    tokio::select! {
        biased;
        read = &mut source => match read {
            Err(SourceError::Closed) => (Ok(reached.get().into()), delivery.await),
            read => (read, delivery.await),
        },
        delivered = &mut delivery => (Ok(reached.get().into()), delivered),
    }
}

async fn read(
    args: &Export,
    gateway: &Gateway,
    selection: &Selection,
    context: &EventContext,
    tx: mpsc::Sender<SessionEvent>,
    reached: &Cell<SourceProgress>,
) -> Result<SourceSummary, SourceError> {
    let range = match selection {
        Selection::Range(range) => *range,
        Selection::Sessions(references) => {
            return sources::export_sessions(gateway, references, context, first_statements, tx)
                .await;
        }
    };
    let export = sources::Export {
        gateway,
        range,
        filter: &args.filter.filter(),
        context,
        limit: args.limit,
        concurrency: args.concurrency,
    };
    sources::export(export, first_statements, tx, |progress| {
        reached.set(progress)
    })
    .await
}

async fn event_context(context: &Context, gateway: &Gateway) -> anyhow::Result<EventContext> {
    Ok(EventContext {
        rules: context.settings()?.connections.clone(),
        approval_sources: ApprovalSources::read(gateway).await?,
        page_base: gateway.page_base().to_owned(),
    })
}

/// From events to records, and from progress to words.
struct Mapping<'a> {
    ui: &'a ui::Ui,
    profile: LogProfile,
    redactor: Redactor,
}

impl<'a> Mapping<'a> {
    fn new(context: &'a Context, args: &Export, gateway: &Gateway) -> anyhow::Result<Self> {
        let settings = context.settings()?;
        Ok(Self {
            ui: &context.ui,
            profile: LogProfile {
                service: settings.service.value.clone(),
                hostname: gateway.host().to_owned(),
                tags: settings.tags.value.clone(),
                env: settings.env.as_ref().map(|env| env.value.clone()),
            },
            redactor: context.redactor(args.no_redact),
        })
    }

    fn record(&self, event: &SessionEvent) -> delivery::Record {
        to_record(event, &self.profile, &self.redactor)
    }

    fn report(&self, progress: &ui::Progress, told: Progress) {
        match told {
            Progress::Delivered { accepted, .. } => progress.set(&format!("{accepted} events")),
            Progress::Waiting { wait, why } => {
                let wait = crate::domain::time::human_duration(wait);
                self.ui.status(&format!("waiting {wait}: {why}"));
            }
            Progress::Split { events, why } => {
                self.ui.status(&format!("halving a batch of {events}: {why}"));
            }
            Progress::DeadLetter { id, why } => {
                self.ui.warning(&format!("event {id} is set aside: {why}"));
            }
            Progress::FellBackToGzip { why } => {
                self.ui.status(&format!("the intake does not take zstd, gzip from here on: {why}"));
            }
            Progress::ClockOff { offset } => self.ui.warning(&format!(
                "this machine's clock is {} s off the intake's; events may be filed at a wrong time",
                offset.as_secs()
            )),
            Progress::Draining { left } => {
                self.ui.status(&format!("stopping: {left} events that were read still go out"));
            }
        }
    }
}
