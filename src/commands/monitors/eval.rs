//! `ddctl monitors eval`.

use std::fs::File;
use std::io::{BufRead, BufReader, Write as _, stdin};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::show::named;
use super::target::{Variables, shape};
use crate::context::Context;
use crate::domain::time::parse_time;
use crate::error::{Exit, UsageError};
use crate::monitors::{Monitor, Shape, all_attributes, in_words};
use crate::query::monitor::{State, Watch};
use crate::query::{Query, Reason, Record, Verdict, evaluate, lint, lint_alert, parse};
use crate::ui::{Ui, escape};

/// Hold events against a search or a monitor: what matches, and would it fire?
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl monitors eval --file events.ndjson --query '@evt.outcome:failure'
  ddctl monitors eval --file events.ndjson --query 'status:error' \\
      --matching > errors.ndjson
  ddctl sessions export --since 1h --to - \\
      | ddctl monitors eval --file - --monitor hoop/failed-sessions

An event is one JSON object a line, as it is sent to the logs intake; for monitors over spans, as \
Datadog's span search answers it. Nothing is sent, and no key is needed.

With --query: exit 0 where an event matches, 3 where none does. With --monitor: 0 where it would \
alert, 3 where it would not. 1 where nobody can tell, with the reasons.")]
pub struct Eval {
    /// One JSON object a line; `-` for standard input
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// A search, as in Datadog's Log Explorer
    #[arg(
        long,
        value_name = "SEARCH",
        conflicts_with = "monitor",
        required_unless_present = "monitor"
    )]
    query: Option<String>,
    /// PACK/NAME of a pack's monitor, or a file
    #[arg(long, value_name = "MONITOR")]
    monitor: Option<String>,
    /// Print the events that match, one a line, and nothing else
    #[arg(long, conflicts_with = "monitor")]
    matching: bool,
    /// The moment at which the monitor looks back; now unless said
    #[arg(long, value_name = "TIME", requires = "monitor")]
    at: Option<String>,
    /// How the events reach Datadog: ddctl, hoop-webhook, execlave, otlp
    #[arg(long, value_name = "SHAPE", value_parser = shape, requires = "monitor")]
    shape: Option<Shape>,
    #[command(flatten)]
    variables: Variables,
}

/// The shape that `-o json` promises.
#[derive(Debug, Default, Serialize)]
struct Answer {
    /// `matches`, `none` or `cannot_tell` of a search; `alert`, `warn`, `ok`, `no_data` or
    /// `cannot_tell` of a monitor.
    verdict: &'static str,
    events: u64,
    matching: u64,
    cannot_tell: u64,
    /// Of a monitor: events older than its window, or in the future.
    #[serde(skip_serializing_if = "Option::is_none")]
    outside_window: Option<usize>,
    /// Of a monitor: the number of each group, in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    explanation: Vec<String>,
    /// What keeps the answer from being known.
    reasons: Vec<String>,
    /// Parts of the query that can never match, or that are doubtful, each with what to write instead.
    findings: Vec<String>,
}

pub fn run(context: &Context, args: &Eval) -> anyhow::Result<Exit> {
    let answer = match (&args.query, &args.monitor) {
        (Some(query), _) => of_query(context, args, query)?,
        (None, Some(monitor)) => of_monitor(context, args, monitor)?,
        (None, None) => return Err(UsageError::new("give --query or --monitor").into()),
    };
    let report = || report(&context.ui, &answer);
    match args.matching {
        true => context.ui.status(report().trim_end()),
        false => context.ui.one(&answer, report)?,
    }
    Ok(match answer.verdict {
        "matches" | "alert" => Exit::Done,
        "cannot_tell" => Exit::Failed,
        _ => Exit::AnswerIsNo,
    })
}

fn of_query(context: &Context, args: &Eval, text: &str) -> anyhow::Result<Answer> {
    args.variables.check_used()?;
    let query: Query = parse(text).map_err(|error| {
        UsageError::new(format!("the query does not parse:\n{}", error.render(text)))
    })?;
    let findings = lint(&query, Record::Log, &all_attributes()).into_iter();
    let mut answer = Answer {
        findings: findings.map(|finding| finding.render(text)).collect(),
        ..Answer::default()
    };
    let mut reasons: Vec<Reason> = Vec::new();
    let mut stdout = context.ui.stdout();
    each_line(&args.file, |line, event| {
        answer.events += 1;
        match evaluate(&query, &Record::Log.indexed(event)) {
            Verdict::No => {}
            Verdict::Yes => {
                answer.matching += 1;
                if args.matching {
                    writeln!(stdout, "{line}")?;
                }
            }
            Verdict::CannotTell(open) => {
                answer.cannot_tell += 1;
                keep(&mut reasons, open);
            }
        }
        Ok(())
    })?;
    answer.verdict = match (answer.matching, answer.cannot_tell) {
        (1.., _) => "matches",
        (0, 1..) => "cannot_tell",
        (0, 0) => "none",
    };
    answer.reasons = said(&reasons);
    Ok(answer)
}

fn of_monitor(context: &Context, args: &Eval, name: &str) -> anyhow::Result<Answer> {
    let monitor = rendered(args, name)?;
    let tz = &context.ui.options().tz;
    let at: Timestamp = match &args.at {
        Some(text) => parse_time(text, context.now(), tz)?,
        None => context.now(),
    };
    let record = monitor.alert.record();
    let mut watch = Watch::new(&monitor.alert, at);
    let mut events = 0;
    each_line(&args.file, |_, event| {
        events += 1;
        watch.see(&record.indexed(event));
        Ok(())
    })?;
    let evaluation = watch.evaluation(&monitor.rules(None));
    let state = evaluation.state();
    if evaluation.outside_window > 0 && evaluation.found + evaluation.open == 0 {
        context
            .ui
            .status("no event lies in the window; --at says at which moment the monitor looks");
    }
    let groups = evaluation.groups.iter();
    let reasons = match &state {
        State::CannotTell(reasons) => said(reasons),
        _ => Vec::new(),
    };
    Ok(Answer {
        verdict: word(&state),
        events,
        matching: evaluation.found as u64,
        cannot_tell: evaluation.open as u64,
        outside_window: Some(evaluation.outside_window),
        explanation: groups.map(|group| in_words(group, &monitor)).collect(),
        reasons,
        findings: doubts(&monitor),
    })
}

fn doubts(monitor: &Monitor) -> Vec<String> {
    let findings = lint_alert(&monitor.alert, &monitor.attributes()).into_iter();
    findings
        .map(|(query, finding)| finding.render(query.written.as_str()))
        .collect()
}

fn rendered(args: &Eval, name: &str) -> anyhow::Result<Monitor> {
    let source = named(name)?;
    let file = source.parse()?;
    let values = args.variables.of(&file);
    args.variables.check_used()?;
    let monitor = file.render(source.identity.clone(), args.shape, &values);
    Ok(monitor.map_err(|error| UsageError::new(format!("{}: {error}", source.label)))?)
}

fn word(state: &State) -> &'static str {
    match state {
        State::Alert => "alert",
        State::Warn => "warn",
        State::Ok => "ok",
        State::NoData => "no_data",
        State::CannotTell(_) => "cannot_tell",
    }
}

/// Reasons that are told at most; some name a word of the event, and there is no end of those.
const MOST_REASONS: usize = 20;

fn keep(reasons: &mut Vec<Reason>, more: Vec<Reason>) {
    for reason in more {
        if reasons.len() < MOST_REASONS && !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
}

/// Each reason once, in words.
fn said(reasons: &[Reason]) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for reason in reasons.iter().map(ToString::to_string) {
        if !said.contains(&reason) {
            said.push(reason);
        }
    }
    said
}

/// Reads one JSON object a line, one at a time; blank lines are skipped.
fn each_line(
    path: &Path,
    mut each: impl FnMut(&str, &Map<String, Value>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let name = path.display();
    let mut reader: Box<dyn BufRead> = match path == Path::new("-") {
        true => Box::new(BufReader::with_capacity(1 << 16, stdin())),
        false => {
            let file = File::open(path).with_context(|| format!("open {name}"))?;
            Box::new(BufReader::with_capacity(1 << 16, file))
        }
    };
    let mut line = String::new();
    for number in 1_u64.. {
        line.clear();
        let length = reader
            .read_line(&mut line)
            .with_context(|| format!("read line {number} of {name}"))?;
        if length == 0 {
            break;
        }
        let text = line.trim();
        if text.is_empty() {
            continue;
        }
        let event = serde_json::from_str(text).map_err(|error| {
            UsageError::new(format!(
                "line {number} of {name} is no JSON object: {error}"
            ))
        })?;
        each(text, &event)?;
    }
    Ok(())
}

fn report(ui: &Ui, answer: &Answer) -> String {
    let mut text = format!(
        "{}: {} of {} events match",
        answer.verdict.replace('_', " "),
        answer.matching,
        answer.events
    );
    if answer.cannot_tell > 0 {
        text += &format!(", perhaps {} more", answer.cannot_tell);
    }
    if let Some(outside) = answer.outside_window.filter(|outside| *outside > 0) {
        text += &format!("; {outside} outside the window");
    }
    text.push('\n');
    for line in &answer.explanation {
        text += &format!("  {}\n", escape::line(line));
    }
    for reason in &answer.reasons {
        text += &ui.wrap(&format!("cannot tell: {reason}"), "  ");
    }
    for line in answer.findings.iter().flat_map(|finding| finding.lines()) {
        text += &format!("{}\n", escape::line(line));
    }
    text
}
