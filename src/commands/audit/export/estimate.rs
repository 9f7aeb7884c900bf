//! How much an export would be: every row is read and weighed, and none is sent.

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::mpsc;

use super::Export;
use super::mapping::Mapping;
use super::plan::{Plan, What};
use crate::commands::shipping::positions::Terms;
use crate::commands::shipping::{DeliveryFlags, Mapping as _, Place, requests, told_of_late};
use crate::context::Context;
use crate::delivery::late::{Age, Window};
use crate::domain::size::human_size;
use crate::error::Exit;
use crate::gateway::{AuditLog, Gateway};
use crate::sources::Fed;
use crate::sources::audit;
use crate::ui::{Ui, counted};

/// Rows that wait to be weighed.
const QUEUE: usize = 256;

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
struct Estimate {
    since: Timestamp,
    until: Timestamp,
    filter: String,
    /// One for each row.
    events: u64,
    /// Older than Datadog takes.
    late: u64,
    /// Before compression.
    bytes: u64,
    requests: u64,
    price_per_million: Option<f64>,
    price_per_gb: Option<f64>,
    cost: Option<f64>,
}

pub(super) async fn run(
    context: &Context,
    args: &Export,
    terms: &Terms,
    places: &[Place],
) -> anyhow::Result<Exit> {
    let gateway = context.gateway(&args.gateway.flags())?;
    let site = Some(context.settings()?.site.value);
    let plan = Plan::of(context, args, &gateway, terms, places, site).await?;
    let weight = weigh(context, args, &gateway, &plan).await?;
    let estimate = Estimate {
        since: plan.range.since,
        until: plan.range.until,
        filter: args.filter.filter().canonical(),
        events: weight.events,
        late: weight.late,
        bytes: weight.bytes,
        requests: requests(&args.delivery.to, weight.events, weight.bytes),
        price_per_million: args.proof.price_per_million,
        price_per_gb: args.proof.price_per_gb,
        cost: args.proof.cost(weight.events, weight.bytes),
    };
    context
        .ui
        .one(&estimate, || text(&context.ui, &args.delivery, &estimate))?;
    Ok(Exit::Done)
}

#[derive(Default)]
struct Weight {
    events: u64,
    late: u64,
    bytes: u64,
}

impl Weight {
    fn add(&mut self, row: &AuditLog, mapping: &Mapping, window: Window) {
        let body = serde_json::to_vec(&mapping.record(row).body).unwrap_or_default();
        self.events += 1;
        self.late += u64::from(window.age(row.created_at) == Age::Late);
        // With the comma behind it.
        self.bytes += body.len() as u64 + 1;
    }
}

async fn weigh(
    context: &Context,
    args: &Export,
    gateway: &Gateway,
    plan: &Plan,
) -> anyhow::Result<Weight> {
    let mut weight = Weight::default();
    let What::Ranges(ranges) = &plan.what else {
        return Ok(weight);
    };
    let mapping = Mapping::new(context, args, gateway)?;
    let (progress, window) = (context.ui.progress("reading changes"), Window::at(plan.now));
    let filter = args.filter.filter();
    let export = audit::Export {
        gateway,
        ranges,
        filter: &filter,
        now: plan.now,
    };
    let (tx, mut rx) = mpsc::channel(QUEUE);
    let read = audit::export(export, tx, |so_far| {
        progress.count(so_far.rows, None, "change");
    });
    let weighed = async {
        while let Some(fed) = rx.recv().await {
            if let Fed::Event(row) = fed {
                weight.add(&row, &mapping, window);
            }
        }
    };
    let (read, ()) = tokio::join!(read, weighed);
    read?;
    Ok(weight)
}

fn text(ui: &Ui, delivery: &DeliveryFlags, estimate: &Estimate) -> String {
    let mut text = format!(
        "{}, {} before compression in {}\n",
        counted(estimate.events, "event"),
        human_size(estimate.bytes),
        counted(estimate.requests, "request"),
    );
    let mut say = |line: String| text.push_str(&ui.wrap(&line, "  "));
    if let Some(late) = told_of_late(delivery, estimate.late) {
        say(late);
    }
    if let Some(cost) = estimate.cost {
        say(format!("cost at the given rate: {cost:.2}"));
    }
    text
}
