//! What is said of a rehearsal: the answer, in the words of whoever reads it.

use serde::Serialize;

use super::TestEvent;
use super::events::Events;
use super::verdict::{self, Verdict};
use crate::context::Context;
use crate::domain::site::Site;
use crate::error::{Exit, classify};
use crate::monitors::rehearsal::{Ending, Finished, Left, Report};
use crate::ui::{Tone, Ui, counted, escape};

/// A rehearsal that is over.
pub struct Held<'a> {
    pub events: &'a Events,
    pub site: Site,
    pub named: Named,
    /// Watched was a temporary copy.
    pub is_copy: bool,
    pub report: Report,
}

/// How people call the monitor.
pub struct Named {
    /// `pack/name`
    pub name: String,
    pub title: String,
}

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct Answer {
    /// The scenario's name, or the file of one's own events.
    scenario: String,
    about: String,
    test_run: String,
    monitor: String,
    title: String,
    /// Null where it was stopped before there was one.
    monitor_id: Option<u64>,
    /// Null for a copy, which is gone.
    monitor_url: Option<String>,
    is_copy: bool,
    events: usize,
    expected: &'static str,
    /// `reached`, `missed`, `timed_out`, `not_arrived` or `stopped`
    verdict: &'static str,
    /// What the monitor came to, or where it was when the time was up; null where nobody can tell.
    state: Option<String>,
    /// The group of the run that came to it; null where that is no one group's doing.
    group: Option<String>,
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

/// Says what is left behind, publishes, and shows the answer.
pub fn conclude(context: &Context, args: &TestEvent, held: Held<'_>) -> anyhow::Result<Exit> {
    if let Some(warning) = held.report.left.warning() {
        context.ui.warning(&warning);
        context
            .ui
            .hint("`ddctl test-event --cleanup` deletes what is left");
    }
    let rows: Vec<Row> = held.report.steps.iter().map(Row::of).collect();
    let ending = match held.report.ending {
        Ok(ending) => ending,
        Err(error) => {
            let error = anyhow::Error::new(error);
            let verdict = Verdict {
                word: "failed",
                run: held.events.run.id.clone(),
                name: held.named.name,
                title: held.named.title,
                exit: classify(&error).exit,
                said: format!("{error:#}"),
                details: rows.iter().map(Row::in_words).collect(),
            };
            verdict::publish(context, args, &verdict)?;
            rows.iter()
                .for_each(|row| context.ui.status(&row.in_words()));
            return Err(error);
        }
    };
    let exit = exit_of(&ending);
    let verdict = Verdict {
        word: word_of(&ending),
        run: held.events.run.id.clone(),
        name: held.named.name.clone(),
        title: held.named.title.clone(),
        exit,
        said: said_of(&ending),
        details: rows.iter().map(Row::in_words).collect(),
    };
    verdict::publish(context, args, &verdict)?;
    let (state, group) = state_of(&ending);
    let answer = Answer {
        scenario: held.events.origin.name().to_owned(),
        about: held.events.origin.about().to_owned(),
        test_run: held.events.run.id.clone(),
        monitor: held.named.name,
        title: held.named.title,
        monitor_id: held.report.monitor,
        monitor_url: held
            .report
            .monitor
            .filter(|_| !held.is_copy)
            .map(|id| format!("{}/monitors/{id}", held.site.app_url())),
        is_copy: held.is_copy,
        events: held.events.logs.len(),
        expected: args.expect.as_str(),
        verdict: verdict.word,
        state,
        group,
        steps: rows,
        left_behind: match held.report.left {
            Left::Copy(id, _) => Some(id),
            Left::Nothing | Left::Perhaps(_) => None,
        },
    };
    context
        .ui
        .one(&answer, || report(&context.ui, &answer, &verdict))?;
    say_more(&context.ui, &answer, &ending);
    Ok(exit)
}

fn say_more(ui: &Ui, answer: &Answer, ending: &Ending) {
    match ending {
        Ending::NotArrived { .. } => ui.hint(
            "an exclusion filter, a daily quota or a restricted index keeps logs from being found; \
             or --timeout was shorter than the intake took",
        ),
        Ending::Stopped if answer.is_copy && answer.left_behind.is_none() => {
            ui.status("stopped; the temporary monitor is deleted");
        }
        _ => {}
    }
}

fn exit_of(ending: &Ending) -> Exit {
    match ending {
        Ending::Reached { .. } => Exit::Done,
        Ending::Missed { .. } | Ending::TimedOut { .. } => Exit::AnswerIsNo,
        Ending::NotArrived { .. } => Exit::Failed,
        Ending::Stopped => Exit::Interrupted,
    }
}

fn word_of(ending: &Ending) -> &'static str {
    match ending {
        Ending::Reached { .. } => "reached",
        Ending::Missed { .. } => "missed",
        Ending::TimedOut { .. } => "timed_out",
        Ending::NotArrived { .. } => "not_arrived",
        Ending::Stopped => "stopped",
    }
}

/// The state, and the group that is in it.
fn state_of(ending: &Ending) -> (Option<String>, Option<String>) {
    match ending {
        Ending::Reached { state, group } => (Some(state.to_string()), group.clone()),
        Ending::Missed { state, group } => (Some(state.clone()), group.clone()),
        Ending::TimedOut { state } => (Some(state.clone()), None),
        Ending::NotArrived { .. } | Ending::Stopped => (None, None),
    }
}

/// What follows `expected …,`.
fn said_of(ending: &Ending) -> String {
    match ending {
        Ending::Reached { state, .. } => format!("came to {state}"),
        Ending::Missed { state, .. } => format!("came to {state}"),
        Ending::TimedOut { state } => format!("was {state} when the time was up"),
        Ending::NotArrived { found, sent } => {
            format!("but Datadog had {found} of {sent} events when the time was up")
        }
        Ending::Stopped => "but was stopped before there was an answer".to_owned(),
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

    fn in_words(&self) -> String {
        format!(
            "{}: {} after {}",
            self.step,
            self.detail,
            took(self.took_ms)
        )
    }
}

fn report(ui: &Ui, answer: &Answer, verdict: &Verdict) -> String {
    let palette = ui.palette();
    let mut text = ui.wrap(&format!("{}: {}.", answer.scenario, answer.about), "");
    text += &format!(
        "{}, run {}.\n",
        counted(answer.events as u64, "test event"),
        answer.test_run
    );
    if !answer.steps.is_empty() {
        text.push('\n');
    }
    for row in &answer.steps {
        let head = format!("  {:<7}{:>8}  ", row.step, took(row.took_ms));
        // A group of several facets can be broken between them.
        let detail = row.detail.replace(",@", ", @");
        let detail = ui.wrap(&detail, &" ".repeat(head.len()));
        text += &format!("{head}{}", detail.trim_start());
    }
    let (word, tone) = match verdict.exit {
        Exit::Done => ("AS EXPECTED", Tone::Good),
        Exit::AnswerIsNo => ("NOT AS EXPECTED", Tone::Bad),
        Exit::Interrupted => ("STOPPED", Tone::Warning),
        _ => ("CANNOT TELL", Tone::Warning),
    };
    let title = escape::line(&answer.title);
    text += &format!("\n{}  {title}\n", palette.paint(tone, word));
    text += &ui.wrap(
        &format!("expected {}, {}", answer.expected, verdict.said),
        "  ",
    );
    if let Some(url) = &answer.monitor_url {
        text += &format!("  {url}\n");
    }
    text
}

fn took(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        _ => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
    }
}
