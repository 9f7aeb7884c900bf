//! How much an export would be: the gateway's count, and the size of a sample.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::mpsc;

use super::Export;
use super::events::event_context;
use super::mapping::Mapping;
use super::plan::{Plan, Wanted, What};
use crate::commands::shipping::positions::Unread;
use crate::commands::shipping::{DeliveryFlags, Mapping as _, Place, requests, told_of_late};
use crate::context::Context;
use crate::delivery::late::{Age, Window};
use crate::domain::intervals::Intervals;
use crate::domain::size::human_size;
use crate::error::Exit;
use crate::gateway::Gateway;
use crate::sources::{self, Fed, SessionRef};
use crate::ui::{Ui, counted};

/// Sessions whose events are made, to be weighed.
const SAMPLE: usize = 40;

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
struct Estimate {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    filter: String,
    sessions: u64,
    events: u64,
    /// By `evt.name`.
    kinds: BTreeMap<&'static str, u64>,
    /// Older than Datadog takes.
    late: u64,
    /// Events of the range that earlier runs dealt with, and that are left out; absent where what they
    /// left is all that was asked for.
    sent_before: Option<u64>,
    sampled_sessions: u64,
    /// Before compression, by the sample.
    bytes: u64,
    requests: u64,
    price_per_million: Option<f64>,
    price_per_gb: Option<f64>,
    cost: Option<f64>,
}

pub(super) async fn run(
    context: &Context,
    args: &Export,
    wanted: Wanted,
    places: &[Place],
) -> anyhow::Result<Exit> {
    let gateway = context.gateway(&args.gateway.flags())?;
    let site = Some(context.settings()?.site.value);
    let plan = Plan::of(context, args, &gateway, wanted, places, site).await?;
    let count = count(context, args, &gateway, &plan).await?;
    let sizes = weigh(context, args, &gateway, count.sample.sessions()).await?;
    let estimate = estimate(args, &plan, count, &sizes);
    context
        .ui
        .one(&estimate, || text(&context.ui, &args.delivery, &estimate))?;
    Ok(Exit::Done)
}

/// What the gateway has.
#[derive(Default)]
struct Count {
    sessions: u64,
    kinds: BTreeMap<&'static str, u64>,
    late: u64,
    sent_before: Option<u64>,
    sample: Sample,
}

async fn count(
    context: &Context,
    args: &Export,
    gateway: &Gateway,
    plan: &Plan,
) -> anyhow::Result<Count> {
    let progress = context.ui.progress("counting sessions");
    let mut count = Count::default();
    let What::Ranges(Unread { ranges, .. }) = &plan.what else {
        return Ok(count);
    };
    for range in ranges.iter() {
        sources::census(gateway, range, &args.filter.filter(), |session, kinds| {
            count.sessions += 1;
            progress.count(count.sessions, None, "session");
            count.sample.offer(&session.id);
            for (kind, at) in kinds {
                *count.kinds.entry(kind.name()).or_default() += 1;
                count.late += u64::from(Window::at(plan.now).age(at) == Age::Late);
            }
        })
        .await?;
    }
    count.sent_before = match plan.range.filter(|_| !args.new) {
        Some(range) => Some(events_in(args, gateway, &ranges.missing_from(range)).await?),
        None => None,
    };
    Ok(count)
}

async fn events_in(args: &Export, gateway: &Gateway, ranges: &Intervals) -> anyhow::Result<u64> {
    let mut events = 0;
    for range in ranges.iter() {
        sources::census(gateway, range, &args.filter.filter(), |_, kinds| {
            events += kinds.len() as u64;
        })
        .await?;
    }
    Ok(events)
}

/// Sessions spread evenly over all that are offered.
struct Sample {
    ids: Vec<String>,
    /// Every so many is taken.
    stride: u64,
    offered: u64,
}

impl Default for Sample {
    fn default() -> Self {
        Self {
            ids: Vec::new(),
            stride: 1,
            offered: 0,
        }
    }
}

impl Sample {
    fn offer(&mut self, id: &str) {
        if self.offered.is_multiple_of(self.stride) {
            self.ids.push(id.to_owned());
        }
        self.offered += 1;
        if self.ids.len() > SAMPLE {
            let mut keeps = [true, false].into_iter().cycle();
            self.ids.retain(|_| keeps.next().unwrap_or(true));
            self.stride *= 2;
        }
    }

    fn sessions(&self) -> &[String] {
        &self.ids
    }
}

/// Events and bytes of a sample, by kind.
#[derive(Debug, Default)]
struct Sizes {
    sessions: u64,
    kinds: BTreeMap<&'static str, (u64, u64)>,
}

impl Sizes {
    /// An event on average; `None` where the sample has none such.
    fn mean(&self, kind: Option<&str>) -> Option<f64> {
        let such = self
            .kinds
            .iter()
            .filter(|(name, _)| kind.is_none_or(|kind| kind == **name));
        let (events, bytes) = such.fold((0, 0), |sum, (_, one)| (sum.0 + one.0, sum.1 + one.1));
        (events > 0).then(|| bytes as f64 / events as f64)
    }
}

/// Makes the events of `sessions` as they would go out.
async fn weigh(
    context: &Context,
    args: &Export,
    gateway: &Gateway,
    sessions: &[String],
) -> anyhow::Result<Sizes> {
    let mapping = Mapping::new(context, args, gateway)?;
    let events = event_context(context, gateway).await?;
    let references: Result<Vec<SessionRef>, _> =
        sessions.iter().map(|id| SessionRef::parse(id)).collect();
    let references = references?;
    let mut sizes = Sizes {
        sessions: references.len() as u64,
        ..Sizes::default()
    };
    let (tx, mut rx) = mpsc::channel(SAMPLE);
    let statements = mapping.reading(false);
    let read = sources::export_sessions(gateway, &references, &events, statements, tx);
    let weigh = async {
        while let Some(fed) = rx.recv().await {
            if let Fed::Event(event) = fed {
                let body = serde_json::to_vec(&mapping.record(&event).body).unwrap_or_default();
                let size = sizes.kinds.entry(event.kind.name()).or_default();
                // With the comma behind it.
                *size = (size.0 + 1, size.1 + body.len() as u64 + 1);
            }
        }
    };
    let (read, ()) = tokio::join!(read, weigh);
    read?;
    Ok(sizes)
}

fn estimate(args: &Export, plan: &Plan, count: Count, sizes: &Sizes) -> Estimate {
    let events = count.kinds.values().sum();
    let average = sizes.mean(None).unwrap_or_default();
    let weights = count.kinds.iter();
    let bytes: f64 = weights
        .map(|(kind, count)| *count as f64 * sizes.mean(Some(kind)).unwrap_or(average))
        .sum();
    let bytes = bytes as u64;
    Estimate {
        since: plan.range.map(|range| range.since),
        until: plan.range.map(|range| range.until),
        filter: args.filter.filter().canonical(),
        sessions: count.sessions,
        events,
        kinds: count.kinds,
        late: count.late,
        sent_before: count.sent_before,
        sampled_sessions: sizes.sessions,
        bytes,
        requests: requests(&args.delivery.to, events, bytes),
        price_per_million: args.proof.price_per_million,
        price_per_gb: args.proof.price_per_gb,
        cost: args.proof.cost(events, bytes),
    }
}

fn text(ui: &Ui, delivery: &DeliveryFlags, estimate: &Estimate) -> String {
    let mut text = format!(
        "{} of {}, about {} in {}\n",
        counted(estimate.events, "event"),
        counted(estimate.sessions, "session"),
        human_size(estimate.bytes),
        counted(estimate.requests, "request"),
    );
    let mut say = |line: String| text.push_str(&ui.wrap(&line, "  "));
    let kinds = estimate.kinds.iter();
    let kinds: Vec<String> = kinds
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    if !kinds.is_empty() {
        say(kinds.join(", "));
    }
    if let Some(late) = told_of_late(delivery, estimate.late) {
        say(late);
    }
    if let Some(events @ 1..) = estimate.sent_before {
        let events = counted(events, "event");
        say(format!(
            "{events} more left out: sent by an earlier run (--again counts them as well)"
        ));
    }
    if let sessions @ 1.. = estimate.sampled_sessions {
        let sampled = counted(sessions, "session");
        say(format!(
            "bytes by a sample of {sampled}, before compression"
        ));
    }
    if let Some(cost) = estimate.cost {
        say(format!("cost at the given rate: {cost:.2}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_small_and_spread_over_everything() {
        let mut sample = Sample::default();
        (0..10_000).for_each(|number| sample.offer(&number.to_string()));
        let ids = sample.sessions().iter();
        let ids: Vec<u64> = ids.map(|id| id.parse().expect("a number")).collect();
        assert!(
            ids.len() > SAMPLE / 3 && ids.len() <= SAMPLE,
            "{}",
            ids.len()
        );
        let gaps: Vec<u64> = ids.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(gaps.iter().all(|gap| *gap == gaps[0]));
        assert!(ids.last() > Some(&9_000));
    }
}
