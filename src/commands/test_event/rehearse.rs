//! The rehearsal: the events are sent, and the monitor has to come to what is expected.

use std::time::Duration;

use anyhow::bail;
use jiff::SignedDuration;
use tokio::time::Instant;

use super::events::{self, Events};
use super::outcome::{self, Held, Named};
use super::subject::{self, Chosen};
use super::{TestEvent, live};
use crate::context::Context;
use crate::datadog::Datadog;
use crate::delivery::{self, Codec, Record};
use crate::error::{Exit, UsageError};
use crate::monitors::Monitor;
use crate::monitors::rehearsal::{
    self, Finished, Rehearsal, Report, Subject, Told, temporary_copy,
};

/// How long a rehearsal takes at most where `--timeout` does not say.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// Of the time that is left, what deleting the copy may take.
const FOR_CLEANING: Duration = Duration::from_secs(5);

pub async fn run(context: &Context, args: &TestEvent) -> anyhow::Result<Exit> {
    context.require_write("sending test events to Datadog")?;
    let datadog = context.datadog(&args.datadog.flags())?;
    datadog.validate_keys().await?;
    // Its clock decides which events are in a monitor's window.
    let mut events = events::read(context, args, datadog.clock_now())?;
    let chosen = subject::choose(context, args, &events).await?;
    let Some(chosen) = chosen else {
        return Err(UsageError::with_hint(
            "no monitor is named, and events of one's own have none",
            "name one: --monitor PACK/NAME, FILE or ID",
        )
        .into());
    };
    let Some((subject, named)) = subject_of(context, args, &datadog, chosen, &mut events).await?
    else {
        context.ui.status("nothing was sent");
        return Ok(Exit::Failed);
    };
    let is_copy = matches!(subject, Subject::Copy(_));
    let rehearsal = Rehearsal {
        datadog: &datadog,
        run: &events.run.id,
        events: records(&events)?,
        subject,
        expected: args.expect,
        settle: SignedDuration::try_from(args.settle).unwrap_or(SignedDuration::MAX),
        delivery: delivery::Options {
            // They are stamped by Datadog's clock already; to move one would be another rehearsal.
            late: None,
            // The documented one: a few events gain nothing from a better.
            codec: Codec::Gzip,
            ..delivery::Options::default()
        },
        deadline: deadline(context),
        stop: context.cancel(),
    };
    let report = hold(context, rehearsal).await;
    let held = Held {
        events: &events,
        site: datadog.site(),
        named,
        is_copy,
        monitor: report.monitor,
        steps: report.steps,
        left: report.left,
    };
    outcome::conclude(context, args, held, report.ending)
}

async fn hold(context: &Context, rehearsal: Rehearsal<'_>) -> Report {
    let progress = context.ui.progress("rehearsing");
    let limit = rehearsal.deadline;
    progress.within(limit.saturating_duration_since(Instant::now()));
    let mut told = |told: Told| match told {
        Told::Working(step, how_far) => progress.set(&format!("{}: {how_far}", step.as_str())),
        Told::Done(Finished { step, detail, .. }) => {
            progress.set(&format!("{}: {detail}", step.as_str()));
        }
    };
    rehearsal.hold(&mut told).await
}

/// What is watched, and how people call it.
async fn subject_of(
    context: &Context,
    args: &TestEvent,
    datadog: &Datadog,
    chosen: Chosen,
    events: &mut Events,
) -> anyhow::Result<Option<(Subject, Named)>> {
    let name = |monitor: &Monitor| Named {
        name: monitor.identity.to_string(),
        title: monitor.title.clone(),
    };
    if args.live {
        let (real, monitor) = subject::at_datadog(context, datadog, chosen).await?;
        let subject = live::prepare(context, datadog, &real, &monitor, events).await?;
        return Ok(subject.map(|subject| (subject, name(&monitor))));
    }
    let copy = temporary_copy(&chosen.definition(), &events.run.id, events.run.now)?;
    Ok(Some((Subject::Copy(copy), name(chosen.monitor()))))
}

fn records(events: &Events) -> anyhow::Result<Vec<Record>> {
    let records = events.logs.iter().cloned().map(rehearsal::record);
    match records.collect::<Option<Vec<_>>>() {
        Some(records) => Ok(records),
        None => bail!("a test event has no `evt.id` or no `timestamp`"),
    }
}

/// Early enough that the copy can still be deleted.
fn deadline(context: &Context) -> Instant {
    let now = Instant::now();
    let Some(end) = context.deadline() else {
        return now + PATIENCE;
    };
    let left = end.saturating_duration_since(now);
    end - FOR_CLEANING.min(left / 4)
}
