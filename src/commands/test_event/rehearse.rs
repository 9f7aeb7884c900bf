//! The rehearsal: the events are sent, and the monitor has to come to what is expected.

use std::time::Duration;

use anyhow::bail;
use jiff::SignedDuration;
use serde::Serialize;
use tokio::time::Instant;

use super::events::Events;
use super::subject::{self, Chosen};
use super::verdict::{self, Verdict};
use super::{TestEvent, live};
use crate::context::Context;
use crate::datadog::Datadog;
use crate::delivery::{self, Record};
use crate::error::{Exit, UsageError};
use crate::monitors::rehearsal::{
    self, Ending, Finished, Rehearsal, Report, Subject, Told, temporary_copy,
};
use crate::ui::{Tone, Ui, escape};

/// How long a rehearsal takes at most where `--timeout` does not say.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// Of the time that is left, what deleting the copy may take.
const FOR_CLEANING: Duration = Duration::from_secs(5);

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct Answer {
    /// The scenario's name, or the file of one's own events.
    scenario: String,
    about: String,
    test_run: String,
    monitor: String,
    title: String,
    monitor_id: u64,
    monitor_url: String,
    /// Watched was a temporary copy, which is gone.
    is_copy: bool,
    events: usize,
    expected: &'static str,
    /// `reached`, `missed`, `timed_out`, `not_arrived` or `stopped`
    verdict: &'static str,
    /// What the monitor came to, in words.
    state: String,
    steps: Vec<Row>,
    /// The id of a copy that could not be deleted.
    left_behind: Option<u64>,
}

#[derive(Serialize)]
struct Row {
    /// `copy`, `send`, `arrive`, `watch` or `delete`
    step: &'static str,
    took_ms: u64,
    detail: String,
}

pub async fn run(context: &Context, args: &TestEvent, mut events: Events) -> anyhow::Result<Exit> {
    context.require_write("sending test events to Datadog")?;
    let datadog = context.datadog(&args.datadog.flags())?;
    datadog.validate_keys().await?;
    let chosen = subject::choose(context, args, &events).await?;
    let Some(chosen) = chosen else {
        return Err(UsageError::with_hint(
            "no monitor is named, and events of one's own have none",
            "name one: --monitor PACK/NAME, FILE or ID",
        )
        .into());
    };
    let Some((subject, monitor)) = subject_of(context, args, &datadog, chosen, &mut events).await?
    else {
        return Ok(Exit::AnswerIsNo);
    };
    let is_copy = matches!(subject, Subject::Copy(_));
    let progress = context.ui.progress("rehearsing");
    let mut told = |told: Told| match told {
        Told::Working(step, how_far) => progress.set(&format!("{}: {how_far}", step.as_str())),
        Told::Done(Finished { step, detail, .. }) => {
            progress.set(&format!("{}: {detail}", step.as_str()));
        }
    };
    let rehearsal = Rehearsal {
        datadog: &datadog,
        run: &events.run.id,
        events: records(&events)?,
        subject,
        expected: args.expect,
        settle: SignedDuration::try_from(args.settle).unwrap_or(SignedDuration::MAX),
        delivery: delivery::Options::default(),
        deadline: deadline(context),
        stop: context.cancel(),
    };
    let held = rehearsal.hold(&mut told).await;
    drop(progress);
    let answer = Answer::new(args, &events, &datadog, &monitor, is_copy, held?);
    conclude(context, args, &answer)
}

/// What is watched, and how people call it: `pack/name` and title.
async fn subject_of(
    context: &Context,
    args: &TestEvent,
    datadog: &Datadog,
    chosen: Chosen,
    events: &mut Events,
) -> anyhow::Result<Option<(Subject, (String, String))>> {
    let name =
        |monitor: &crate::monitors::Monitor| (monitor.identity.to_string(), monitor.title.clone());
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

impl Answer {
    fn new(
        args: &TestEvent,
        events: &Events,
        datadog: &Datadog,
        (name, title): &(String, String),
        is_copy: bool,
        report: Report,
    ) -> Self {
        let (verdict, state) = came_out(args, &report.ending);
        Self {
            scenario: events.origin.name().to_owned(),
            about: events.origin.about().to_owned(),
            test_run: events.run.id.clone(),
            monitor: name.clone(),
            title: title.clone(),
            monitor_id: report.monitor,
            monitor_url: format!("{}/monitors/{}", datadog.site().app_url(), report.monitor),
            is_copy,
            events: events.logs.len(),
            expected: args.expect.as_str(),
            verdict,
            state,
            steps: report.steps.iter().map(Row::of).collect(),
            left_behind: report.left_behind.map(|(id, _)| id),
        }
    }

    fn exit(&self) -> Exit {
        match self.verdict {
            "reached" => Exit::Done,
            "not_arrived" => Exit::Failed,
            "stopped" => Exit::Interrupted,
            _ => Exit::AnswerIsNo,
        }
    }
}

/// The word of the JSON, and what people read.
fn came_out(args: &TestEvent, ending: &Ending) -> (&'static str, String) {
    match ending {
        Ending::Reached { group: Some(group) } => ("reached", format!("{} ({group})", args.expect)),
        Ending::Reached { group: None } => ("reached", args.expect.to_string()),
        Ending::Missed { state } => ("missed", state.clone()),
        Ending::TimedOut { state } => ("timed_out", format!("{state} when the time was up")),
        Ending::NotArrived { found, sent } => (
            "not_arrived",
            format!("Datadog had {found} of {sent} events when the time was up"),
        ),
        Ending::Stopped => ("stopped", "stopped before an answer".to_owned()),
    }
}

impl Row {
    fn of(finished: &Finished) -> Self {
        Self {
            step: finished.step.as_str(),
            took_ms: u64::try_from(finished.took.as_millis()).unwrap_or(u64::MAX),
            detail: finished.detail.clone(),
        }
    }
}

fn conclude(context: &Context, args: &TestEvent, answer: &Answer) -> anyhow::Result<Exit> {
    if let Some(id) = answer.left_behind {
        context
            .ui
            .warning(&format!("the temporary monitor {id} could not be deleted"));
        context.ui.hint("`ddctl test-event --cleanup` deletes it");
    }
    let exit = answer.exit();
    let steps = answer.steps.iter().map(|row| {
        format!(
            "{}: {} after {}",
            row.step,
            row.detail,
            seconds(row.took_ms)
        )
    });
    let verdict = Verdict {
        name: answer.monitor.clone(),
        title: answer.title.clone(),
        exit,
        said: answer.state.clone(),
        details: steps.collect(),
    };
    verdict::publish(context, args, &verdict)?;
    context.ui.one(answer, || report(&context.ui, answer))?;
    if answer.verdict == "not_arrived" {
        context.ui.hint(
            "an exclusion filter, a daily quota or a restricted index keeps logs from being \
             found; or --timeout was shorter than the intake took",
        );
    }
    Ok(exit)
}

fn report(ui: &Ui, answer: &Answer) -> String {
    let palette = ui.palette();
    let mut text = ui.wrap(&format!("{}: {}.", answer.scenario, answer.about), "");
    text += &format!(
        "{} test events, run {}.\n\n",
        answer.events, answer.test_run
    );
    for row in &answer.steps {
        text += &format!(
            "  {:<7}{:>9}  {}\n",
            row.step,
            seconds(row.took_ms),
            escape::line(&row.detail)
        );
    }
    let (word, tone) = match answer.exit() {
        Exit::Done => ("AS EXPECTED", Tone::Good),
        Exit::AnswerIsNo => ("NOT AS EXPECTED", Tone::Bad),
        _ => ("CANNOT TELL", Tone::Warning),
    };
    let title = escape::line(&answer.title).into_owned();
    text += &format!("\n{}  {title}\n", palette.paint(tone, word));
    text += &ui.wrap(
        &format!("expected {}, came to {}", answer.expected, answer.state),
        "  ",
    );
    if !answer.is_copy {
        text += &format!("  {}\n", answer.monitor_url);
    }
    text
}

fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1_000, ms % 1_000 / 100)
}
