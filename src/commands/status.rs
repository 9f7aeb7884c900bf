//! `ddctl status`: what a running long-running mode is doing.

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use crate::context::Context;
use crate::domain::time::human_duration;
use crate::error::Exit;
use crate::health::{DestinationState, DoorState, Life, Report, SourceState, Stored, read_all};
use crate::ui::{Format, Table, Ui, counted, escape};

/// What a running `relay` or `--follow` is doing: per destination position, queue and what it waits for
///
/// Takes no lock and asks nobody. Ends with 3 when something waits on a person, with 1 when nothing
/// runs.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl status
  ddctl status -o json
  ddctl status --profile staging")]
pub struct Status {}

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
struct View<'a> {
    #[serde(flatten)]
    report: &'a Report,
    /// Written long ago, or by a process that is gone.
    stale: bool,
    /// Its process is known to be gone.
    gone: bool,
    waits_for_a_person: bool,
    oldest_undelivered_s: i64,
}

pub async fn run(context: &Context, _: &Status) -> anyhow::Result<Exit> {
    let found = read_all(&context.state_folder()?, context.now())?;
    let views = found.iter().map(|stored| View {
        report: &stored.report,
        stale: stored.life != Life::Runs,
        gone: stored.life == Life::Gone,
        waits_for_a_person: stored.report.waits_for_a_person(),
        oldest_undelivered_s: stored.report.oldest_undelivered().as_secs(),
    });
    let views: Vec<View<'_>> = views.collect();
    match context.ui.format() {
        Format::Table => context.ui.write(text(&context.ui, &found).as_bytes())?,
        _ => context.ui.list(&views, "", Table::default)?,
    }
    let running = found.iter().filter(|stored| stored.life == Life::Runs);
    let running: Vec<&Stored> = running.collect();
    if running.is_empty() {
        let are_gone = found.iter().all(|stored| stored.life == Life::Gone);
        context.ui.status(match (found.is_empty(), are_gone) {
            (true, _) => "nothing that stays is running under this profile",
            (false, true) => "what was running is gone: it did not end in order",
            (false, false) => "what was running is gone or stuck: nothing is known of it since",
        });
        return Ok(Exit::Failed);
    }
    let is_asked = running
        .iter()
        .any(|stored| stored.report.waits_for_a_person());
    Ok(match is_asked {
        true => Exit::AnswerIsNo,
        false => Exit::Done,
    })
}

fn text(ui: &Ui, found: &[Stored]) -> String {
    let reports = found.iter().map(|stored| one(ui, stored));
    reports.collect::<Vec<_>>().join("\n")
}

fn one(ui: &Ui, stored: &Stored) -> String {
    let report = &stored.report;
    let mut lines = vec![format!(
        "ddctl {} (process {} on {}, since {})",
        report.command,
        report.pid,
        report.host,
        ui.moment(report.started)
    )];
    let word = match stored.life {
        Life::Runs => None,
        Life::Silent => Some("stale"),
        Life::Gone => Some("gone"),
    };
    let at = ui.moment(report.at);
    lines.extend(word.map(|word| format!("  {word}: last heard of at {at}")));
    lines.extend(report.door.iter().flat_map(|one| door(one, report.at)));
    lines.extend(source(ui, report));
    for state in &report.destinations {
        lines.extend(destination(ui, state, stored));
    }
    lines.join("\n") + "\n"
}

fn source(ui: &Ui, report: &Report) -> Vec<String> {
    let SourceState {
        away,
        open_too_long,
        ..
    } = &report.source;
    let mut lines = Vec::new();
    if let Some(away) = away {
        let since = ui.moment(away.since);
        let told = format!("the source is away since {since}: {}", away.why);
        lines.push(format!("  {}", escape::line(&told)));
        let remedy = away.remedy.iter();
        lines.extend(remedy.map(|remedy| format!("    {}", escape::line(remedy))));
    }
    if let Some(first) = open_too_long.first() {
        let count = counted(open_too_long.len() as u64, "session");
        let told = format!("open for too long: {count}, {first} for the longest");
        lines.push(format!("  {}", escape::line(&told)));
    }
    lines
}

fn door(state: &DoorState, at: Timestamp) -> Vec<String> {
    let word = match state.closed {
        Some(_) => "refusing webhooks",
        None => "taking webhooks",
    };
    let mut lines = vec![format!("  {}: {word}", state.address)];
    let mut say = |text: String| lines.push(format!("    {}", escape::line(&text)));
    let refused: u64 = state.refused.values().sum();
    say(format!(
        "{} accepted, {} came again, {refused} refused",
        counted(state.accepted, "webhook"),
        state.duplicates
    ));
    let waiting = counted(state.webhooks, "webhook");
    say(format!(
        "in the {}: {waiting} and {}",
        state.kept_in.word(),
        counted(state.events, "event")
    ));
    if let Some(oldest) = state.oldest {
        say(format!("oldest webhook came {}", ago(at, oldest)));
    }
    if state.reconciled > 0 {
        let events = counted(state.reconciled, "event");
        say(format!("{events} that no webhook told"));
    }
    state.closed.iter().for_each(|why| say(why.clone()));
    lines
}

fn destination(ui: &Ui, state: &DestinationState, stored: &Stored) -> Vec<String> {
    let report = &stored.report;
    let at = report.at;
    let was = if stored.life == Life::Runs {
        ""
    } else {
        "was "
    };
    let effort = if state.best_effort {
        ", best effort"
    } else {
        ""
    };
    let mut lines = vec![format!(
        "  {}{effort}: {was}{}",
        state.destination,
        report.word(state)
    )];
    let mut say = |text: String| lines.push(format!("    {}", escape::line(&text)));
    let dead: u64 = state.dead_letters.values().sum();
    say(format!(
        "{} delivered, {} queued, {} set aside",
        counted(state.delivered, "event"),
        state.queue,
        dead
    ));
    if let Some(position) = state.position {
        let lag = ago(at, position);
        say(format!(
            "newest event delivered: {} ({lag})",
            ui.moment(position)
        ));
    }
    if let Some(oldest) = state.oldest_undelivered {
        say(format!("oldest undelivered event read {}", ago(at, oldest)));
    }
    if let Some(answer) = &state.last_answer {
        say(format!("last answer: {answer}"));
    }
    if let Some(why) = &state.failed {
        say(format!("nothing more goes there in this run: {why}"));
    }
    if let Some(waiting) = &state.waiting {
        say(format!(
            "waiting since {}: {}",
            ui.moment(waiting.since),
            waiting.why
        ));
        if let Some(remedy) = &waiting.remedy {
            say(remedy.clone());
        }
        say(format!("next try: {}", ui.moment(waiting.next_try)));
    }
    lines
}

fn ago(now: Timestamp, then: Timestamp) -> String {
    let passed = now.duration_since(then).unsigned_abs();
    format!("{} ago", human_duration(passed))
}
