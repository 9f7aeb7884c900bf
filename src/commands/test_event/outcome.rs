//! What is said of a rehearsal: the answer, in the words of whoever reads it.

use serde::Serialize;

use super::TestEvent;
use super::events::Events;
use super::verdict::{self, Verdict};
use crate::context::Context;
use crate::domain::site::Site;
use crate::error::{Exit, classify};
use crate::monitors::rehearsal::{Ending, Finished, Left, RehearsalError};
use crate::ui::{Tone, Ui, counted, escape};

/// A rehearsal that is over.
pub struct Held<'a> {
    pub events: &'a Events,
    pub site: Site,
    pub named: Named,
    /// Watched was a temporary copy.
    pub is_copy: bool,
    /// The monitor that was watched, once there was one.
    pub monitor: Option<u64>,
    pub steps: Vec<Finished>,
    pub left: Left,
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
pub fn conclude(
    context: &Context,
    args: &TestEvent,
    held: Held<'_>,
    ending: Result<Ending, RehearsalError>,
) -> anyhow::Result<Exit> {
    let ui = &context.ui;
    if let Some(warning) = held.left.warning() {
        ui.warning(&warning);
        ui.hint("`ddctl test-event --cleanup` deletes what is left");
    }
    let rows: Vec<Row> = held.steps.iter().map(Row::of).collect();
    let ending = match ending.map_err(anyhow::Error::new) {
        Ok(ending) => ending,
        Err(error) => {
            let exit = classify(&error).exit;
            let verdict = held.verdict("failed", exit, format!("{error:#}"), &rows);
            verdict::publish(context, args, &verdict)?;
            rows.iter().for_each(|row| ui.status(&row.in_words()));
            return Err(error);
        }
    };
    let exit = exit_of(&ending);
    let verdict = held.verdict(word_of(&ending), exit, said_of(&ending), &rows);
    verdict::publish(context, args, &verdict)?;
    let answer = held.answer(args, &ending, rows);
    ui.one(&answer, || report(ui, &answer, &verdict))?;
    say_more(ui, &answer, &ending);
    Ok(exit)
}

impl Held<'_> {
    fn verdict(&self, word: &'static str, exit: Exit, said: String, rows: &[Row]) -> Verdict {
        Verdict {
            word,
            run: self.events.run.id.clone(),
            name: self.named.name.clone(),
            title: self.named.title.clone(),
            exit,
            said,
            details: rows.iter().map(Row::in_words).collect(),
        }
    }

    fn answer(self, args: &TestEvent, ending: &Ending, steps: Vec<Row>) -> Answer {
        let (state, group) = state_of(ending);
        let monitor_id = self.monitor;
        let real = monitor_id.filter(|_| !self.is_copy);
        Answer {
            scenario: self.events.origin.name().to_owned(),
            about: self.events.origin.about().to_owned(),
            test_run: self.events.run.id.clone(),
            monitor: self.named.name,
            title: self.named.title,
            monitor_id,
            monitor_url: real.map(|id| format!("{}/monitors/{id}", self.site.app_url())),
            is_copy: self.is_copy,
            events: self.events.logs.len(),
            expected: args.expect.as_str(),
            verdict: word_of(ending),
            state,
            group,
            steps,
            left_behind: match self.left {
                Left::Copy(id, _) => Some(id),
                Left::Nothing | Left::Perhaps(_) => None,
            },
        }
    }
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
