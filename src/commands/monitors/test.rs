//! `ddctl monitors test`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;

use super::target::{Source, Targets, Variables, shape};
use crate::context::Context;
use crate::error::{Exit, UsageError};
use crate::monitors::{
    CaseOutcome, Monitor, Shape, TestCase, TestSuite, in_words, junit, run_cases,
};
use crate::query::monitor::State;
use crate::ui::{Format, Table, Tone, Ui, counted, escape};

/// Run the cases that monitors bring along: events that trip them, and events that do not
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl monitors test
  ddctl monitors test monitors/ --junit junit.xml
  ddctl monitors test --pack hoop --var notify=@slack-agents
  ddctl monitors test my-monitor.yaml -o json | jq '.[] | select(.passed | not)'

Needs no key and no network: the events are indexed as Datadog would, and held against the query.

Exit 2 where a file does not parse, 3 where a case comes out otherwise, or there is none.")]
pub struct Test {
    #[command(flatten)]
    targets: Targets,
    /// Only the cases for events of this shape: ddctl, hoop-webhook, execlave, otlp
    #[arg(long, value_name = "SHAPE", value_parser = shape)]
    shape: Option<Shape>,
    /// Also write the result as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    #[command(flatten)]
    variables: Variables,
}

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct Row {
    monitor: String,
    shape: Option<&'static str>,
    case: String,
    passed: bool,
    /// `alert`, `warn`, `ok`, `no-data` or `cannot-tell`
    expected: &'static str,
    state: &'static str,
    /// The number of each group, in sentences.
    explanation: Vec<String>,
    /// What keeps the state from being known.
    reasons: Vec<String>,
}

pub fn run(context: &Context, args: &Test) -> anyhow::Result<Exit> {
    let mut rows = Vec::new();
    for source in args.targets.sources()? {
        rows.extend(of_source(context, &source, args)?);
    }
    args.variables.check_used()?;
    if let Some(path) = &args.junit {
        let suites = suites(&rows);
        std::fs::write(path, junit(&suites))
            .with_context(|| format!("write {}", path.display()))?;
    }
    context
        .ui
        .list(&rows, "no monitor here has a case", || table(&rows))?;
    if context.ui.format() == Format::Table {
        context.ui.write(failures(&context.ui, &rows).as_bytes())?;
    }
    let failed = rows.iter().filter(|row| !row.passed).count();
    let cases = counted(rows.len() as u64, "case");
    context.ui.status(&format!("{cases}, {failed} failed"));
    match failed == 0 && !rows.is_empty() {
        true => Ok(Exit::Done),
        false => Ok(Exit::AnswerIsNo),
    }
}

fn of_source(context: &Context, source: &Source, args: &Test) -> anyhow::Result<Vec<Row>> {
    let file = source.parse()?;
    let values = args.variables.of(&file);
    let wrong =
        |error: &dyn std::fmt::Display| UsageError::new(format!("{}: {error}", source.label));
    let mut rows = Vec::new();
    for (shape, form) in file.watched() {
        if args.shape.is_some() && shape.is_some() && shape != args.shape {
            continue;
        }
        let monitor = file
            .render(source.identity.clone(), shape, &values)
            .map_err(|error| wrong(&error))?;
        let outcomes = run_cases(form, &monitor, context.now()).map_err(|error| wrong(&error))?;
        rows.extend(outcomes.iter().map(|outcome| Row::of(&monitor, outcome)));
    }
    Ok(rows)
}

impl Row {
    fn of(monitor: &Monitor, outcome: &CaseOutcome) -> Self {
        let state = outcome.evaluation.state();
        let groups = outcome.evaluation.groups.iter();
        Self {
            monitor: monitor.identity.to_string(),
            shape: monitor.shape.map(Shape::as_str),
            case: outcome.case.clone(),
            passed: outcome.passed,
            expected: outcome.expected.as_str(),
            state: word(&state),
            explanation: groups.map(|group| in_words(group, monitor)).collect(),
            reasons: match state {
                State::CannotTell(reasons) => reasons.iter().map(ToString::to_string).collect(),
                _ => Vec::new(),
            },
        }
    }

    fn said(&self) -> String {
        let mut text = format!("expected {}, is {}", self.expected, self.state);
        for line in self.explanation.iter().chain(&self.reasons) {
            text.push_str("\n  ");
            text.push_str(line);
        }
        text
    }
}

fn word(state: &State) -> &'static str {
    match state {
        State::Alert => "alert",
        State::Warn => "warn",
        State::Ok => "ok",
        State::NoData => "no-data",
        State::CannotTell(_) => "cannot-tell",
    }
}

/// One suite for each monitor and shape.
fn suites(rows: &[Row]) -> Vec<TestSuite> {
    let mut suites: Vec<TestSuite> = Vec::new();
    for row in rows {
        let shape = row.shape.map(|shape| format!(" ({shape})"));
        let name = format!("{}{}", row.monitor, shape.unwrap_or_default());
        let case = TestCase {
            name: row.case.clone(),
            failure: (!row.passed).then(|| row.said()),
            error: None,
        };
        match suites.last_mut().filter(|suite| suite.name == name) {
            Some(suite) => suite.cases.push(case),
            None => suites.push(TestSuite {
                name,
                cases: vec![case],
            }),
        }
    }
    suites
}

fn table(rows: &[Row]) -> Table {
    let mut table = Table::new()
        .column("MONITOR")
        .expendable("SHAPE", 1)
        .column("CASE")
        .column("STATE")
        .column("RESULT");
    for row in rows {
        let (result, tone) = match row.passed {
            true => ("passed", Tone::Good),
            false => ("FAILED", Tone::Bad),
        };
        table.row([
            (row.monitor.clone(), Tone::Strong),
            (row.shape.unwrap_or("any").to_owned(), Tone::Dim),
            (row.case.clone(), Tone::Plain),
            (row.state.to_owned(), Tone::Plain),
            (result.to_owned(), tone),
        ]);
    }
    table
}

fn failures(ui: &Ui, rows: &[Row]) -> String {
    let palette = ui.palette();
    let mut text = String::new();
    for row in rows.iter().filter(|row| !row.passed) {
        let name = escape::line(&format!("{}: {}", row.monitor, row.case)).into_owned();
        text += &format!("\n{}\n", palette.paint(Tone::Strong, name));
        for line in row.said().lines() {
            text += &ui.wrap(line.trim_start(), "  ");
        }
    }
    text
}
