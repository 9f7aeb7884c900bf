//! `ddctl audit export`: the gateway's security audit log to Datadog or to files.

mod ask;
mod destination;
mod mapping;
mod plan;
mod summary;

use std::cell::Cell;

use clap::Args;

use self::destination::RowFormat;
use self::mapping::Mapping;
use self::plan::Plan;
use self::summary::{AuditSummary, show};
use crate::commands::flags::{DatadogAccess, GatewayAccess};
use crate::commands::receipts;
use crate::commands::shipping::{
    Carried, DeliveryFlags, Destination, End, Follower, Intake, Lane, OFTEN_ENOUGH, Place, Shipped,
    conclude, ship, unread,
};
use crate::context::Context;
use crate::delivery::receipts::Run;
use crate::delivery::{Patience, map};
use crate::domain::site::Site;
use crate::error::Exit;
use crate::gateway::Gateway;
use crate::sources::{SourceError, audit};

/// Ship the gateway's audit log to Datadog or to files
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl audit export --since 12h --to logs
  ddctl audit export --since 12h --to logs --dry-run
  ddctl audit export --new --to logs
  ddctl audit export --since 12h --to logs --to events,best-effort
  ddctl audit export --since 2026-10-01 --until 2026-11-01 --to oct.csv

The log says which administrator changed what: users, groups, keys, connections, agents, guardrails, \
masking, settings. Each row is one event, `gateway.audit`. Reading it takes a key in the group auditor \
or admin. Reading sessions, webhooks, plugins and the licence leave no row.

It has a position of its own, whatever is exported of the sessions. Rows of the last minute are sent \
and looked at again by the next run, since the gateway writes some of them late.

Events older than Datadog takes (18 hours) go out under the time of sending, with their own time in \
evt.original_time and the tag late:true; --late chooses otherwise. That, and more than 100000 events, \
is asked first: --yes answers. What a position leaves to --new is never asked about.")]
pub struct Export {
    /// Changes made since then: 24h, 2026-11-20, RFC 3339
    #[arg(long, value_name = "TIME", required_unless_present = "new")]
    since: Option<String>,
    /// Changes made before then
    #[arg(long, value_name = "TIME", conflicts_with = "new")]
    until: Option<String>,
    /// From the stored position to now, for cron; --since says where to begin the first time
    #[arg(long)]
    new: bool,
    /// Send what was sent before once more, under the same ids
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    delivery: DeliveryFlags,
    /// Format of a file or of stdout
    #[arg(long, value_name = "FORMAT", help_heading = "Destination")]
    format: Option<RowFormat>,
    /// Leave secrets in requests and messages as they are
    #[arg(long)]
    no_redact: bool,
    #[command(flatten)]
    gateway: GatewayAccess,
    #[command(flatten)]
    datadog: DatadogAccess,
}

impl Export {
    /// Its name without values, for whoever waits for it and for its receipt.
    fn command(&self) -> &'static str {
        match self.new {
            true => "audit export --new",
            false => "audit export",
        }
    }
}

/// Ships to every place. Files are opened and the key is validated before the source is read.
pub async fn run(context: &Context, args: &Export) -> anyhow::Result<Exit> {
    let places = destination::of(args)?;
    let terms = plan::terms(context, args, &places)?;
    let files = places.iter().map(|place| place.file(&args.delivery));
    let files: Vec<_> = files.collect::<Result<_, _>>()?;
    let gateway = context.gateway(&args.gateway.flags())?;
    let intake = intake(context, args, &places).await?;
    let intake = intake.as_ref();
    let site = intake.map(Intake::site);
    let plan = Plan::of(context, &gateway, &terms, &places, site).await?;
    if intake.is_some() && !ask::goes_on(context, args, &gateway, &plan).await? {
        context.ui.status("nothing was sent");
        return Ok(Exit::Failed);
    }
    let mapping = Mapping::new(context, args, &gateway)?;
    let run = Prepared {
        context,
        args,
        gateway: &gateway,
        places: &places,
        plan: &plan,
        mapping: &mapping,
    };
    let lanes = run.lanes(files, intake).await?;
    let delivered = run.deliver(lanes).await?;
    run.tell(delivered)
}

async fn intake<'a>(
    context: &'a Context,
    args: &'a Export,
    places: &[Place],
) -> anyhow::Result<Option<Intake<'a>>> {
    if !places.iter().any(|place| place.to.destination.is_intake()) {
        return Ok(None);
    }
    let keys = args.datadog.flags();
    let intake = Intake::open(context, &args.delivery, keys, Patience::OneShot);
    intake.await.map(Some)
}

/// A run of which all is settled but what it reads.
struct Prepared<'a> {
    context: &'a Context,
    args: &'a Export,
    gateway: &'a Gateway,
    places: &'a [Place],
    plan: &'a Plan,
    mapping: &'a Mapping,
}

/// What came of reading and delivering.
struct Delivered {
    rows: u64,
    carried: Vec<Carried>,
}

impl<'a> Prepared<'a> {
    async fn lanes(
        &self,
        files: Vec<Option<End<'a>>>,
        intake: Option<&'a Intake<'a>>,
    ) -> anyhow::Result<Vec<Lane<'a, audit::Fed>>> {
        let mut lanes = Vec::new();
        for ((place, file), ledger) in self.places.iter().zip(files).zip(&self.plan.ledgers) {
            let is_sent = place.to.destination.is_intake() && !self.args.delivery.dry_run;
            let receipt = match intake.filter(|_| is_sent) {
                Some(intake) => {
                    let run = self.receipt_of(place, intake.site());
                    Some(receipts::begin(self.context, Some(self.gateway), run).await?)
                }
                None => None,
            };
            lanes.push(Lane {
                receipt,
                name: place.name(intake),
                is_best_effort: place.to.is_best_effort,
                end: place.end(file, intake)?,
                keeper: Box::new(Follower {
                    mapping: self.mapping,
                    ledger: ledger.as_deref(),
                }),
            });
        }
        Ok(lanes)
    }

    /// What the receipt of a destination says that the run set out to do.
    fn receipt_of(&self, place: &Place, site: Site) -> Run {
        Run {
            command: self.args.command().to_owned(),
            since: Some(self.plan.range.since),
            until: Some(self.plan.range.until),
            filter: map::audit::NAME.to_owned(),
            gateway: Some(self.gateway.page_base().to_owned()),
            destination: place.to.destination.to_string(),
            site: Some(site.to_string()),
            ..Run::default()
        }
    }

    /// Reads and delivers side by side.
    async fn deliver(&self, lanes: Vec<Lane<'_, audit::Fed>>) -> anyhow::Result<Delivered> {
        let reached = Cell::new(0);
        let export = audit::Export {
            gateway: self.gateway,
            ranges: &self.plan.missing,
            now: self.plan.now,
        };
        let source = |tx| audit::export(export, tx, |rows| reached.set(rows));
        let is_whole = |read: &Result<_, _>| matches!(read, Ok(_) | Err(SourceError::Closed));
        let shipment = ship(self.context, "shipping", lanes, source, is_whole).await;
        let rows = match shipment.source {
            Some(Ok(rows)) => rows,
            // The deliveries ended first: what was read until then is what counts.
            None | Some(Err(SourceError::Closed)) => reached.get(),
            Some(Err(error)) => return Err(unread(self.context, error.into(), shipment.carried)),
        };
        Ok(Delivered {
            rows,
            carried: shipment.carried,
        })
    }

    fn tell(&self, delivered: Delivered) -> anyhow::Result<Exit> {
        let (Delivered { rows, carried }, ui) = (delivered, &self.context.ui);
        let has_stdout = self
            .places
            .iter()
            .any(|place| place.to.destination == Destination::Stdout);
        let is_dry = self.args.delivery.dry_run;
        let is_late = carried.iter().map(Carried::summary);
        let is_late = is_late.map(|one| one.late + one.skipped).sum::<u64>() > 0;
        if carried.len() > 1 || carried.iter().all(|one| one.result.is_ok()) {
            let summary = AuditSummary::of(self.plan.range, rows, Shipped::of(&carried));
            show(self.context, &summary, !is_dry && !has_stdout)?;
        }
        let exit = conclude(self.context, carried)?;
        if self.args.new && is_late {
            ui.status(OFTEN_ENOUGH);
        }
        if is_dry
            && self
                .places
                .iter()
                .any(|place| place.to.destination.is_intake())
        {
            ui.status("dry run: nothing was sent");
        }
        Ok(exit)
    }
}
