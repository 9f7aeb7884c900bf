//! Session events on their way: read from the gateway and delivered, side by side.

use std::cell::Cell;

use tokio::sync::mpsc;

use super::estimate;
use super::left_out::LeftOut;
use super::mapping::{Mapping, Reading};
use super::plan::{Plan, Wanted, What};
use super::proof::verification;
use super::summary::{ExportSummary, show};
use super::{Export, ask, scope};
use crate::commands::shipping::positions::Unread;
use crate::commands::shipping::{
    Carried, Intake, Lane, Lanes, OFTEN_ENOUGH, Place, Receipts, Shipped, Standing, Verification,
    conclude, proven, ship, ship_standing, shown, tell_news, unread,
};
use crate::context::Context;
use crate::delivery::receipts::Run;
use crate::error::Exit;
use crate::gateway::Gateway;
use crate::sources::{
    self, ApprovalSources, EventContext, Fed, News, SourceError, SourceProgress, SourceSummary,
};
use crate::ui::Ui;

/// Ships to every place. Files are opened and the key is validated before the source is read.
pub(super) async fn run(
    context: &Context,
    args: &Export,
    wanted: Wanted,
    places: Vec<Place>,
) -> anyhow::Result<Exit> {
    if args.proof.estimate {
        return estimate::run(context, args, wanted, &places).await;
    }
    args.proof.check(context, &args.delivery, &args.datadog)?;
    let files = places.iter().map(|place| place.file(&args.delivery));
    let files: Vec<_> = files.collect::<Result<_, _>>()?;
    let gateway = context.gateway(&args.gateway.flags())?;
    let (keys, stays) = (args.datadog.flags(), args.runs_until_stopped());
    let intake = Intake::open_where_sent(context, &args.delivery, keys, stays).await?;
    let site = intake.as_ref().map(Intake::site);
    let plan = Plan::of(context, args, &gateway, wanted, &places, site).await?;
    if intake.is_some() && !ask::goes_on(context, args, &gateway, &plan).await? {
        context.ui.status("nothing was sent");
        return Ok(Exit::Failed);
    }
    let mapping = Mapping::new(context, args, &gateway)?;
    let receipts = Receipts {
        context,
        gateway: Some(&gateway),
        intake: intake.as_ref(),
        delivery: &args.delivery,
        run: run_of(args, &gateway, &plan),
    };
    let lanes = Lanes {
        intake: intake.as_ref(),
        mapping: &mapping,
        receipts,
    };
    let lanes = lanes.open(&places, files, &plan.ledgers).await?;
    scope::warn_where_partial(context, &gateway).await;
    let delivered = deliver(context, args, &gateway, &plan, &mapping, lanes).await?;
    let is_late = delivered.is_late();
    let verification = match delivered.is_whole() {
        true => verification(context, args, &gateway, &plan).await,
        false => Ok(None),
    };
    let is_stdout_free = !args.delivery.dry_run && !places.iter().any(Place::is_stdout);
    let exit = tell(
        context,
        &plan,
        delivered,
        mapping.left_out(),
        verification,
        is_stdout_free,
    )?;
    if args.new && is_late {
        context.ui.status(OFTEN_ENOUGH);
    }
    if args.delivery.dry_run && intake.is_some() {
        context.ui.status("dry run: nothing was sent");
    }
    Ok(exit)
}

/// What the receipts say that the run set out to do.
fn run_of(args: &Export, gateway: &Gateway, plan: &Plan) -> Run {
    Run {
        command: args.command().to_owned(),
        since: plan.range.map(|range| range.since),
        until: plan.range.map(|range| range.until),
        sessions: args.sessions.clone(),
        filter: args.filter.filter().canonical(),
        gateway: Some(gateway.page_base().to_owned()),
        ..Run::default()
    }
}

/// What came of reading and delivering.
struct Delivered {
    source: SourceSummary,
    carried: Vec<Carried>,
}

impl Delivered {
    /// Whether every destination has what it was to get.
    fn is_whole(&self) -> bool {
        self.carried.iter().all(Carried::is_whole)
    }

    /// Whether an event was too old by the time it was sent.
    fn is_late(&self) -> bool {
        self.carried.iter().any(Carried::is_late)
    }
}

/// Reads and delivers side by side.
async fn deliver(
    context: &Context,
    args: &Export,
    gateway: &Gateway,
    plan: &Plan,
    mapping: &Mapping,
    lanes: Vec<Lane<'_, Fed>>,
) -> anyhow::Result<Delivered> {
    let events = event_context(context, gateway).await?;
    let (reached, course) = (Cell::default(), &plan.course);
    let has_steps = args.has_spans();
    let standing = match args.runs_until_stopped() {
        true => Some(standing(context, args, mapping, &lanes).await?),
        false => None,
    };
    let source = Source {
        ui: &context.ui,
        args,
        gateway,
        events: &events,
        standing: standing.as_ref(),
    };
    let source = |tx| source.read(plan, mapping.reading(has_steps), tx, &reached);
    let is_whole = |read: &Result<_, SourceError>| matches!(read, Ok(_) | Err(SourceError::Closed));
    let shipment = match &standing {
        None => ship(context, course, lanes, source, is_whole).await,
        Some(standing) => ship_standing(context, course, lanes, source, is_whole, standing).await,
    };
    plan.intact()?;
    let source = match shipment.source {
        Some(Ok(source)) => source,
        // The deliveries ended first: what was read until then is what counts.
        None | Some(Err(SourceError::Closed)) => reached.get().into(),
        Some(Err(error)) => return Err(unread(context, error.into(), shipment.carried)),
    };
    Ok(Delivered {
        source,
        carried: shipment.carried,
    })
}

async fn standing(
    context: &Context,
    args: &Export,
    mapping: &Mapping,
    lanes: &[Lane<'_, Fed>],
) -> anyhow::Result<Standing> {
    let profile = mapping.profile().clone();
    let standing = Standing::open(
        context,
        args.command(),
        args.standing.seen(),
        profile,
        lanes,
    );
    Ok(standing.await?.naming_open(args.open_too_long))
}

/// `is_free` says that stdout holds no data, so that the summary may go there.
fn tell(
    context: &Context,
    plan: &Plan,
    delivered: Delivered,
    left_out: LeftOut,
    verification: anyhow::Result<Option<Verification>>,
    is_free: bool,
) -> anyhow::Result<Exit> {
    let Delivered { source, carried } = delivered;
    let (verification, proof) = shown(verification);
    let is_told = carried.len() > 1 || carried.iter().all(|one| one.result.is_ok());
    if is_told {
        let summary = ExportSummary {
            left_out,
            runs_until_stopped: matches!(plan.what, What::Following(_)),
            verification,
            ..ExportSummary::of(plan.range, &source, Shipped::of(&carried))
        };
        show(context, &summary, is_free)?;
    }
    for hidden in &source.hidden {
        context.ui.warning(&format!("not read: {hidden}"));
    }
    let exit = proven(conclude(context, carried)?, proof)?;
    Ok(match exit {
        Exit::Done | Exit::Interrupted | Exit::Unreachable if !source.hidden.is_empty() => {
            Exit::WorkKept
        }
        exit => exit,
    })
}

/// Where events come from.
struct Source<'a> {
    ui: &'a Ui,
    args: &'a Export,
    gateway: &'a Gateway,
    events: &'a EventContext,
    /// Of a run that stays.
    standing: Option<&'a Standing>,
}

impl Source<'_> {
    async fn read(
        &self,
        plan: &Plan,
        reading: Reading,
        tx: mpsc::Sender<Fed>,
        reached: &Cell<SourceProgress>,
    ) -> Result<SourceSummary, SourceError> {
        let (gateway, events) = (self.gateway, self.events);
        let filter = self.args.filter.filter();
        let Unread { ranges, unfinished } = match &plan.what {
            What::Sessions(references) => {
                let named = sources::export_sessions(gateway, references, events, reading, tx);
                return named.await;
            }
            What::Following(following) => {
                let follow = sources::Follow {
                    gateway,
                    filter: &filter,
                    context: events,
                    concurrency: self.args.concurrency,
                    interval: self.args.standing.interval,
                };
                let left = |now| following.left(now);
                let news = |news| match news {
                    News::Read(read) => reached.set(read),
                    news => tell_news(self.ui, self.standing, news),
                };
                return sources::follow(follow, left, reading, tx, news).await;
            }
            What::Ranges(unread) => unread,
        };
        let export = sources::Export {
            gateway,
            ranges,
            now: plan.now,
            filter: &filter,
            context: events,
            limit: self.args.limit,
            concurrency: self.args.concurrency,
        };
        let earlier =
            sources::export_unfinished(export, unfinished, reading.clone(), tx.clone()).await?;
        let progress = |progress: SourceProgress| {
            reached.set(progress);
            if let Some(at) = progress.reached {
                plan.course.reached(progress.sessions, ranges, at);
            }
        };
        let new = sources::export(export, reading, tx, progress);
        Ok(earlier + new.await?)
    }
}

pub(super) async fn event_context(
    context: &Context,
    gateway: &Gateway,
) -> anyhow::Result<EventContext> {
    Ok(EventContext {
        rules: context.settings()?.connections.clone(),
        approval_sources: ApprovalSources::read(gateway).await?,
        page_base: gateway.page_base().to_owned(),
    })
}
