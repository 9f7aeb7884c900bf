//! Rows on their way: read from the gateway and delivered, side by side.

use std::cell::Cell;

use tokio::sync::mpsc;

use super::mapping::Mapping;
use super::plan::{Plan, What};
use super::proof::verification;
use super::summary::{AuditSummary, show};
use super::{Export, ask};
use crate::commands::shipping::positions::Terms;
use crate::commands::shipping::{
    Carried, Destination, Intake, Lane, Lanes, OFTEN_ENOUGH, Place, Receipts, Shipped, Standing,
    Verification, conclude, proven, ship, ship_standing, shown, tell_news, unread,
};
use crate::context::Context;
use crate::delivery::receipts::Run;
use crate::error::Exit;
use crate::gateway::Gateway;
use crate::sources::SourceError;
use crate::sources::audit::{self, AuditFilter, Fed};

/// Ships to every place. Files are opened and the key is validated before the source is read.
pub(super) async fn run(
    context: &Context,
    args: &Export,
    terms: &Terms,
    places: &[Place],
) -> anyhow::Result<Exit> {
    args.proof.check(context, &args.delivery, &args.datadog)?;
    let files = places.iter().map(|place| place.file(&args.delivery));
    let files: Vec<_> = files.collect::<Result<_, _>>()?;
    let gateway = context.gateway(&args.gateway.flags())?;
    let keys = args.datadog.flags();
    let intake = Intake::open_where_sent(context, &args.delivery, keys, args.follow).await?;
    let intake = intake.as_ref();
    let site = intake.map(Intake::site);
    let plan = Plan::of(context, args, &gateway, terms, places, site).await?;
    if intake.is_some() && !ask::goes_on(context, args, &gateway, &plan).await? {
        context.ui.status("nothing was sent");
        return Ok(Exit::Failed);
    }
    let mapping = Mapping::new(context, args, &gateway)?;
    let receipts = Receipts {
        context,
        gateway: Some(&gateway),
        intake,
        delivery: &args.delivery,
        run: run_of(args, &gateway, &plan),
    };
    let lanes = Lanes {
        intake,
        mapping: &mapping,
        receipts,
    };
    let lanes = lanes.open(places, files, &plan.ledgers).await?;
    let shipping = Shipping {
        context,
        args,
        plan: &plan,
        gateway: &gateway,
        filter: args.filter.filter(),
    };
    let delivered = shipping.deliver(lanes, &mapping).await?;
    let verification = match delivered.is_whole() {
        true => verification(context, args, &gateway, &plan).await,
        false => Ok(None),
    };
    shipping.tell(delivered, verification, places)
}

/// What the receipts say that the run set out to do.
fn run_of(args: &Export, gateway: &Gateway, plan: &Plan) -> Run {
    Run {
        command: args.command().to_owned(),
        since: Some(plan.range.since),
        until: Some(plan.range.until),
        filter: args.selected(),
        gateway: Some(gateway.page_base().to_owned()),
        ..Run::default()
    }
}

/// A run of which all is settled but what it reads.
struct Shipping<'a> {
    context: &'a Context,
    args: &'a Export,
    plan: &'a Plan,
    gateway: &'a Gateway,
    filter: AuditFilter,
}

/// What came of reading and delivering.
struct Delivered {
    rows: u64,
    carried: Vec<Carried>,
}

impl Delivered {
    /// Whether no destination failed.
    fn is_whole(&self) -> bool {
        self.carried.iter().all(Carried::is_whole)
    }

    /// Whether a change was too old by the time it was sent.
    fn is_late(&self) -> bool {
        self.carried.iter().any(Carried::is_late)
    }
}

impl Shipping<'_> {
    /// Reads and delivers side by side.
    async fn deliver(
        &self,
        lanes: Vec<Lane<'_, Fed>>,
        mapping: &Mapping,
    ) -> anyhow::Result<Delivered> {
        let (context, args) = (self.context, self.args);
        let (reached, course) = (Cell::new(0), &self.plan.course);
        let standing = match args.follow {
            true => Some(self.standing(mapping, &lanes).await?),
            false => None,
        };
        let standing = standing.as_ref();
        let source = |tx| self.read(standing, tx, &reached);
        let is_whole = |read: &Result<_, _>| matches!(read, Ok(_) | Err(SourceError::Closed));
        let shipment = match standing {
            None => ship(context, course, lanes, source, is_whole).await,
            Some(standing) => {
                ship_standing(context, course, lanes, source, is_whole, standing).await
            }
        };
        self.plan.intact()?;
        let rows = match shipment.source {
            Some(Ok(rows)) => rows,
            // The deliveries ended first: what was read until then is what counts.
            None | Some(Err(SourceError::Closed)) => reached.get(),
            Some(Err(error)) => return Err(unread(context, error.into(), shipment.carried)),
        };
        Ok(Delivered {
            rows,
            carried: shipment.carried,
        })
    }

    async fn standing(
        &self,
        mapping: &Mapping,
        lanes: &[Lane<'_, Fed>],
    ) -> anyhow::Result<Standing> {
        let (flags, profile) = (self.args.standing.seen(), mapping.profile().clone());
        Standing::open(self.context, self.args.command(), flags, profile, lanes).await
    }

    async fn read(
        &self,
        standing: Option<&Standing>,
        tx: mpsc::Sender<Fed>,
        reached: &Cell<u64>,
    ) -> Result<u64, SourceError> {
        let (gateway, filter) = (self.gateway, &self.filter);
        match &self.plan.what {
            What::Ranges(ranges) => {
                let progress = |progress: audit::AuditProgress| {
                    reached.set(progress.rows);
                    let course = &self.plan.course;
                    course.reached(progress.rows, ranges, progress.reached);
                };
                let export = audit::Export {
                    gateway,
                    ranges,
                    filter,
                    now: self.plan.now,
                };
                audit::export(export, tx, progress).await
            }
            What::Following(following) => {
                let follow = audit::Follow {
                    gateway,
                    filter,
                    interval: self.args.standing.interval,
                };
                let progress = |progress: audit::AuditProgress| reached.set(progress.rows);
                let left = |now| following.left(now);
                let news = |news| tell_news(&self.context.ui, standing, news);
                audit::follow(follow, left, tx, progress, news).await
            }
        }
    }

    fn tell(
        &self,
        delivered: Delivered,
        verification: anyhow::Result<Option<Verification>>,
        places: &[Place],
    ) -> anyhow::Result<Exit> {
        let (verification, proof) = shown(verification);
        let (context, ui) = (self.context, &self.context.ui);
        let goes_to = |is: fn(&Destination) -> bool| {
            let mut destinations = places.iter().map(|place| &place.to.destination);
            destinations.any(is)
        };
        let is_dry = self.args.delivery.dry_run;
        let is_stdout_free = !is_dry && !goes_to(|one| *one == Destination::Stdout);
        let (is_late, is_whole) = (delivered.is_late(), delivered.is_whole());
        let Delivered { rows, carried } = delivered;
        if carried.len() > 1 || is_whole {
            let summary = AuditSummary {
                runs_until_stopped: self.args.follow,
                verification,
                ..AuditSummary::of(self.plan.range, rows, Shipped::of(&carried))
            };
            show(context, &summary, is_stdout_free)?;
        }
        let exit = conclude(context, carried)?;
        if self.args.new && is_late {
            ui.status(OFTEN_ENOUGH);
        }
        if is_dry && goes_to(Destination::is_intake) {
            ui.status("dry run: nothing was sent");
        }
        proven(exit, proof)
    }
}
