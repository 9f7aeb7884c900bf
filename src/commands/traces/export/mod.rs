//! `ddctl traces export`: traces that an agent platform logged, to Datadog or to files.

mod giving;
mod keeper;
mod known;
mod reading;
mod seen;
mod shelf;
mod spans;
mod summary;
mod tally;
mod whole;

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use clap::{Args, ValueEnum};

use self::keeper::{Item, Mapping, TraceKeeper};
use self::reading::Reading;
use self::shelf::Shelf;
use self::spans::Spans;
use self::summary::{TracesSummary, show};
use crate::commands::flags::DatadogAccess;
use crate::commands::shipping::Place as Target;
use crate::commands::shipping::{
    Carried, Course, DeliveryFlags, Destination, Intake, Lane, Memory, Places, Receipts,
    RotateFlags, RowFormat, SeenFlags, Standing, conclude, ship, ship_standing, unread,
};
use crate::context::Context;
use crate::delivery::map::execlave::{SpanForm, Stamp};
use crate::delivery::map::log::LogProfile;
use crate::delivery::map::trace::TraceProfile;
use crate::delivery::receipts::Run;
use crate::domain::time::parse_duration;
use crate::error::{Exit, UsageError};
use crate::sources::traces::Place;

/// Ship the traces of an agent platform, or spans of OTLP, to Datadog or to files
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl traces export --file traces.ndjson --to logs
  ddctl traces export --file traces.ndjson --to logs --dry-run
  ddctl traces export --file /var/log/execlave --follow --to logs
  execlave logs --json | ddctl traces export --file - --to logs
  ddctl traces export --file traces.ndjson --to otlp=http://localhost:4318
  ddctl traces export --file traces.ndjson --to logs --to llmobs,best-effort
  ddctl traces export --file collector.json --to logs
  ddctl traces export --file traces.ndjson --to traces.csv
  ddctl config set trace.url 'https://exec.example/traces/{trace_id}'

A line is one JSON object in the names of Execlave, with at least trace_id, agent_id, status and \
timestamp. Every field keeps its name but status: Datadog would read its first letters, and take \
flagged_for_review for an emergency, so it becomes outcome beside a true severity. Beside them stand \
the GenAI names of OpenTelemetry, by which the packs execlave and genai and the dashboard \
agent-traces look. A line of which a field is wrong is named with its number and kept in the dead \
letters; a time in seconds or nanoseconds is set right.

It is remembered by destination how far a file is delivered, also where it was renamed since, so that \
the same command goes on where it ended. Of a folder every file is read, but for hidden ones, \
archives (.gz and the like) and those under way (.tmp); of standard input nothing is remembered.

A trace is the same on every road, by its trace_id, span_id, span_name and start (evt.id). A line \
that comes twice in one run goes out once, and so does a span that comes both as a line and by OTLP.

For spans (--to otlp, --to llmobs) a span_id and a parent_span_id go out as they are; a line without \
a span_id has one that is made of what it says, in every run the same. The lines of a trace are held \
until the file ends, with --follow for 30 s, 10,000 of them at most. Those among them that name no \
parent are put under the only agent, else under a root that is made up; a line that comes later, or in \
another run, is not put under what went before. parent_trace_id is a link to another trace; one that \
nobody saw, or that goes round in a circle, is named at the end.

A line may also be a message of OTLP in JSON, as a collector writes them; a file that ends with .json or \
.pb may be one as a whole, and with --follow is waited for until it is all there. Its spans go to \
receivers as they came, and to logs under the platform's names as well as their own.")]
pub struct Export {
    /// Traces: a file, every file of a folder, or standard input (`-`)
    #[arg(long, value_name = "F")]
    file: PathBuf,
    /// Stay, and send what is written from now on as well
    #[arg(long, conflicts_with_all = ["again", "dry_run"])]
    follow: bool,
    /// With --follow: how often the files are looked at
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "1s",
        value_parser = parse_duration,
        requires = "follow"
    )]
    interval: Duration,
    #[command(flatten)]
    seen: SeenFlags,
    /// Send what was sent before once more, under the same ids
    #[arg(long)]
    again: bool,
    /// Send a line also where the same came before in this run
    #[arg(long)]
    keep_duplicates: bool,
    /// What a line's timestamp is the time of, for spans
    #[arg(long, value_name = "MOMENT", default_value = "start")]
    timestamp_is: Moment,
    /// Leave secrets in texts as they are
    #[arg(long)]
    no_redact: bool,
    #[command(flatten)]
    delivery: DeliveryFlags,
    #[command(flatten)]
    rotate: RotateFlags,
    /// Format of a file or of stdout
    #[arg(long, value_name = "FORMAT", help_heading = "Destination")]
    format: Option<RowFormat>,
    #[command(flatten)]
    datadog: DatadogAccess,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Moment {
    /// When it began
    Start,
    /// When it was over
    End,
}

impl Export {
    /// Its name without values, for whoever waits for it and for its receipt.
    fn command(&self) -> &'static str {
        match self.follow {
            true => "traces export --follow",
            false => "traces export",
        }
    }

    /// True where it runs until somebody stops it.
    pub fn runs_until_stopped(&self) -> bool {
        self.follow
    }

    fn memory(&self) -> Memory {
        Memory {
            command: self.command(),
            is_dry: self.delivery.dry_run,
            again: self.again,
        }
    }

    /// For people, and for `-o json`.
    fn source(&self) -> String {
        match self.file == Path::new("-") {
            true => "standard input".to_owned(),
            false => self.file.display().to_string(),
        }
    }
}

/// Ships to every place. Files are opened and the key is validated before the source is read.
pub async fn run(context: &Context, args: &Export) -> anyhow::Result<Exit> {
    let targets = Places {
        delivery: &args.delivery,
        format: args.format,
        rotate: &args.rotate,
        runs_until_stopped: args.follow,
        no_spans: None,
    };
    let targets = targets.read()?;
    let place = place(args)?;
    let ends = targets.iter().map(|target| target.file(&args.delivery));
    let ends: Vec<_> = ends.collect::<Result<_, _>>()?;
    let keys = args.datadog.flags();
    let intake = Intake::open_where_sent(context, &args.delivery, keys, args.follow).await?;
    let mapping = mapping(context, args)?;
    let receipts = Receipts {
        context,
        gateway: None,
        intake: intake.as_ref(),
        delivery: &args.delivery,
        run: run_of(args)?,
    };
    let mut lanes = Vec::new();
    let mut shelves = Vec::new();
    for (target, end) in targets.iter().zip(ends) {
        let shelf = Rc::new(shelf(context, args, target, intake.as_ref()));
        shelves.push(Rc::clone(&shelf));
        lanes.push(Lane {
            name: target.name(intake.as_ref()),
            is_best_effort: target.to.is_best_effort,
            end: target.end(end, intake.as_ref())?,
            keeper: Box::new(TraceKeeper {
                ui: &context.ui,
                mapping: &mapping,
                shelf,
                spans: spans(&target.to.destination),
            }),
            receipt: receipts.begin(&target.to.destination).await?,
        });
    }
    let reading = Reading::new(
        context,
        place,
        args.source(),
        shelves,
        args.keep_duplicates,
        args.follow,
    );
    let carried = shipped(context, args, &reading, &mapping, lanes).await?;
    tell(context, args, &reading, carried, &targets)
}

fn place(args: &Export) -> anyhow::Result<Place> {
    let place = Place::of(&args.file)?;
    let is_key_there = args.datadog.flags().api_key_stdin;
    if args.file == Path::new("-") && is_key_there {
        return Err(UsageError::with_hint(
            "standard input holds the traces or the API key, not both",
            "set DD_API_KEY, or give it by --api-key-file FILE",
        )
        .into());
    }
    if place == Place::Stream && args.follow {
        return Err(UsageError::new(
            "--follow is for a file or a folder: standard input is read to its end anyway",
        )
        .into());
    }
    Ok(place)
}

fn mapping(context: &Context, args: &Export) -> anyhow::Result<Mapping> {
    let settings = context.settings()?;
    let profile = TraceProfile {
        log: LogProfile {
            service: settings.service.value.clone(),
            tags: settings.tags.value.clone(),
            env: settings.env.as_ref().map(|env| env.value.clone()),
            ..LogProfile::default()
        },
        url: settings.trace_url.as_ref().map(|url| url.value.clone()),
    };
    Ok(Mapping {
        profile,
        redactor: context.redactor(args.no_redact)?,
        stamp: match args.timestamp_is {
            Moment::Start => Stamp::Start,
            Moment::End => Stamp::End,
        },
    })
}

/// Those that wait, where the destination takes spans.
fn spans(destination: &Destination) -> Option<Spans> {
    match destination {
        Destination::Otlp(_) => Some(Spans::new(SpanForm::Otlp)),
        Destination::LlmObs => Some(Spans::new(SpanForm::LlmObs)),
        Destination::Logs | Destination::Events | Destination::Stdout | Destination::Path(_) => {
            None
        }
    }
}

/// What an intake has is remembered; a file is written anew.
fn shelf<'a>(
    context: &'a Context,
    args: &Export,
    target: &Target,
    intake: Option<&Intake<'_>>,
) -> Shelf<'a> {
    let site = match intake.filter(|_| target.to.destination.is_sent()) {
        Some(intake) => site_of(intake, &target.to.destination).unwrap_or_default(),
        None => String::new(),
    };
    match target.has_position() {
        true => Shelf::new(
            context,
            args.memory(),
            target.to.destination.to_string(),
            site,
        ),
        false => Shelf::of_nothing(context, args.memory()),
    }
}

/// `None` for a receiver that is not at Datadog.
fn site_of(intake: &Intake<'_>, destination: &Destination) -> Option<String> {
    intake.site_of(destination).map(|site| site.to_string())
}

/// What the receipts say that the run set out to do.
fn run_of(args: &Export) -> anyhow::Result<Run> {
    let source = match args.file == Path::new("-") {
        true => args.source(),
        false => std::path::absolute(&args.file)?.display().to_string(),
    };
    Ok(Run {
        command: args.command().to_owned(),
        source: Some(source),
        ..Run::default()
    })
}

/// Reads and delivers side by side.
async fn shipped(
    context: &Context,
    args: &Export,
    reading: &Reading<'_>,
    mapping: &Mapping,
    lanes: Vec<Lane<'_, Item>>,
) -> anyhow::Result<Vec<Carried>> {
    let course = Course::default();
    let shipment = if args.follow {
        let (seen, profile) = (args.seen.seen(), mapping.profile.log.clone());
        let standing = Standing::open(context, args.command(), seen, profile, &lanes).await?;
        let source = |tx| reading.follow(tx, args.interval, &standing);
        ship_standing(context, &course, lanes, source, Result::is_ok, &standing).await
    } else {
        let source = |tx| reading.once(tx, &course);
        ship(context, &course, lanes, source, Result::is_ok).await
    };
    match shipment.source {
        Some(Err(error)) => Err(unread(context, error, shipment.carried)),
        // The deliveries ended first: what was read until then is what counts.
        None | Some(Ok(())) => Ok(shipment.carried),
    }
}

fn tell(
    context: &Context,
    args: &Export,
    reading: &Reading<'_>,
    carried: Vec<Carried>,
    targets: &[Target],
) -> anyhow::Result<Exit> {
    let is_dry = args.delivery.dry_run;
    let is_stdout_free = !is_dry && !targets.iter().any(Target::is_stdout);
    if carried.len() > 1 || carried.iter().all(Carried::is_whole) {
        let found = reading.found();
        let summary = TracesSummary::new(args.source(), found, &carried, args.follow);
        show(context, &summary, is_stdout_free)?;
    }
    let exit = conclude(context, carried)?;
    let is_sent = |target: &Target| target.to.destination.is_sent();
    if is_dry && targets.iter().any(is_sent) {
        context.ui.status("dry run: nothing was sent");
    }
    // A broken line has no place in a file of rows, and no dead letters beside it.
    let is_kept = targets.iter().any(is_sent);
    Ok(match exit {
        Exit::Done if reading.has_broken() && !is_kept => Exit::Failed,
        exit => exit,
    })
}
