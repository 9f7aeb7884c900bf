//! Session events on their way: read from the gateway and delivered, side by side.

use std::cell::Cell;
use std::path::PathBuf;
use std::pin::pin;

use anyhow::Context as _;
use tokio::sync::{mpsc, watch};

use super::destination::Target;
use super::follower::Follower;
use super::mapping::Mapping;
use super::plan::{Plan, Wanted, What};
use super::summary::{ExportSummary, show};
use super::{Export, Selection, scope};
use crate::config::SecretKind;
use crate::context::Context;
use crate::datadog::Datadog;
use crate::delivery::dead_letter::FOLDER;
use crate::delivery::{
    self, AtomicFile, DatadogLogs, DryRun, Format, Options, Progress, Sink, Stop, Summary,
};
use crate::domain::secret::Secret;
use crate::domain::session::Session;
use crate::error::Exit;
use crate::gateway::Gateway;
use crate::sources::{
    self, ApprovalSources, EventContext, Fed, SourceError, SourceProgress, SourceSummary,
};
use crate::ui::counted;

/// Events that wait between reading and delivering.
const QUEUE: usize = 256;

/// Sends to Datadog. The key is validated before the source is read.
pub(super) async fn to_logs(
    context: &Context,
    args: &Export,
    wanted: Wanted,
) -> anyhow::Result<Exit> {
    let gateway = context.gateway(&args.gateway.flags())?;
    let datadog = intake(context, args)?;
    if args.dry_run {
        let show = |text: &str| {
            let _ = context.ui.write(text.as_bytes());
        };
        let options = options(context, args, None);
        let sink = DryRun::new(&datadog, show);
        let plan = Plan::remembered(context, args, &gateway, wanted, &datadog).await?;
        let delivered = deliver(context, args, &gateway, &plan, &sink, options).await?;
        let exit = show_summary(context, &plan, &sink.name(), delivered, false)?;
        context.ui.status("dry run: nothing was sent");
        return Ok(exit);
    }
    context.require_write("sending events to Datadog")?;
    datadog
        .validate()
        .await
        .context("check the API key before anything is read")?;
    let folder = context.state_folder()?.join(FOLDER);
    let options = options(context, args, Some(folder));
    let sink = DatadogLogs(&datadog);
    let plan = Plan::remembered(context, args, &gateway, wanted, &datadog).await?;
    let delivered = deliver(context, args, &gateway, &plan, &sink, options).await?;
    show_summary(context, &plan, &sink.name(), delivered, true)
}

/// A dry run needs no key: the header then shows a placeholder.
pub(super) fn intake(context: &Context, args: &Export) -> anyhow::Result<Datadog> {
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
    context.datadog_with(context.secret(SecretKind::ApiKey, &flags)?)
}

pub(super) fn options(context: &Context, args: &Export, dead_letters: Option<PathBuf>) -> Options {
    Options {
        codec: args.compression.codec(),
        late: Some(args.late.policy()),
        deadline: context.deadline(),
        dead_letters,
        stop: Some(stop(context)),
        ..Options::default()
    }
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
    plan: &Plan,
    sink: &S,
    options: Options,
) -> anyhow::Result<Delivered> {
    let mapping = Mapping::new(context, args, gateway)?;
    scope::warn_where_partial(context, gateway).await;
    let events = event_context(context, gateway).await?;
    let progress = context.ui.progress("shipping");
    let (tx, rx) = mpsc::channel(QUEUE);
    let follower = Follower {
        mapping: &mapping,
        progress: &progress,
        ledger: plan.ledger.as_ref(),
    };
    let delivery = delivery::run(rx, |fed| follower.record(fed), sink, options, follower);
    let reached = Cell::default();
    let source = read(
        args,
        gateway,
        plan,
        &events,
        mapping.statements(),
        tx,
        &reached,
    );
    let (source, summary) = side_by_side(source, delivery, &reached).await;
    follower.finish()?;
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

/// Writes rows to a file or to stdout.
pub(super) async fn to_rows(
    context: &Context,
    args: &Export,
    selection: Selection,
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
    let plan = Plan::forgetful(selection, context.now());
    let report = |told: Progress| mapping.report(&progress, told);
    let record = |fed| match fed {
        Fed::Event(event) => Some(mapping.record(&event)),
        Fed::Read(_) => None,
    };
    let stop = Some(stop(context));
    let reached = Cell::default();
    let source = read(
        args,
        &gateway,
        &plan,
        &events,
        mapping.statements(),
        tx,
        &reached,
    );
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
    show_summary(context, &plan, &args.to, delivered, is_free)
}

/// `is_free` says that stdout holds no data, so that the summary may go there.
fn show_summary(
    context: &Context,
    plan: &Plan,
    destination: &str,
    delivered: Delivered,
    is_free: bool,
) -> anyhow::Result<Exit> {
    let known = plan.ledger.as_ref().map(|ledger| ledger.borrow().known());
    let summary = ExportSummary {
        already_sent: known.unwrap_or_default(),
        ..ExportSummary::of(
            destination,
            plan.range,
            &delivered.source,
            &delivered.summary,
        )
    };
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
    plan: &Plan,
    context: &EventContext,
    statements: impl Fn(&Session, &[u8]) -> Option<String>,
    tx: mpsc::Sender<Fed>,
    reached: &Cell<SourceProgress>,
) -> Result<SourceSummary, SourceError> {
    let (ranges, unfinished) = match &plan.what {
        What::Sessions(references) => {
            return sources::export_sessions(gateway, references, context, &statements, tx).await;
        }
        What::Ranges { ranges, unfinished } => (ranges, unfinished),
    };
    let export = sources::Export {
        gateway,
        ranges,
        now: plan.now,
        filter: &args.filter.filter(),
        context,
        limit: args.limit,
        concurrency: args.concurrency,
    };
    let earlier = sources::export_unfinished(export, unfinished, &statements, tx.clone()).await?;
    let new = sources::export(export, &statements, tx, |progress| reached.set(progress));
    Ok(earlier + new.await?)
}

async fn event_context(context: &Context, gateway: &Gateway) -> anyhow::Result<EventContext> {
    Ok(EventContext {
        rules: context.settings()?.connections.clone(),
        approval_sources: ApprovalSources::read(gateway).await?,
        page_base: gateway.page_base().to_owned(),
    })
}
