//! `ddctl monitors validate`.

use clap::Args;
use serde::Serialize;

use super::target::{Source, Targets, Variables, shape};
use crate::commands::flags::DatadogAccess;
use crate::context::Context;
use crate::datadog::{Datadog, DatadogError, Meaning};
use crate::error::Exit;
use crate::monitors::{Monitor, MonitorFile, MonitorFileError, Shape};
use crate::query::{Level, lint_alert};
use crate::ui::{Format, Table, Tone, Ui, escape};

/// Check monitors: do they parse, can they match, and would Datadog take them?
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl monitors validate --offline
  ddctl monitors validate monitors/ --offline
  ddctl monitors validate my-monitor.yaml --shape execlave
  ddctl monitors validate --pack hoop -o json \\
      | jq '.[] | select(.findings != [])'

--offline asks nobody, so it works on forks. Without it Datadog's own validation is asked too, where \
an API key and an application key are there.

Exit 2 where a file or its query does not parse, 3 where a part of a query can never match or \
Datadog refuses the monitor. What is only doubtful is said and exits 0.")]
pub struct Validate {
    #[command(flatten)]
    targets: Targets,
    /// Only the query for events of this shape: ddctl, hoop-webhook, execlave, otlp
    #[arg(long, value_name = "SHAPE", value_parser = shape)]
    shape: Option<Shape>,
    /// Ask nobody: parse and lint
    #[arg(long)]
    offline: bool,
    /// Exit 0 although a part of a query can never match
    #[arg(long)]
    allow_lint: bool,
    #[command(flatten)]
    variables: Variables,
    #[command(flatten)]
    datadog: DatadogAccess,
}

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct Row {
    monitor: String,
    file: String,
    shape: Option<&'static str>,
    parses: bool,
    /// Why it does not parse, with the line and a caret.
    error: Option<String>,
    findings: Vec<FindingRow>,
    /// `accepted`, `refused`, or absent when Datadog was not asked.
    datadog: Option<&'static str>,
    /// Datadog's own words.
    datadog_said: Option<String>,
}

#[derive(Serialize)]
struct FindingRow {
    /// `never_matches` or `doubtful`
    level: &'static str,
    problem: String,
    suggestion: Option<String>,
    /// The line with a caret.
    shown: String,
}

pub async fn run(context: &Context, args: &Validate) -> anyhow::Result<Exit> {
    let datadog = asked(context, args)?;
    let mut rows = Vec::new();
    for source in args.targets.sources()? {
        for (mut row, monitor) in checked(&source, args) {
            if let (Some(datadog), Some(monitor)) = (&datadog, monitor) {
                ask(datadog, &monitor, &mut row).await?;
            }
            rows.push(row);
        }
    }
    args.variables.check_used()?;
    context
        .ui
        .list(&rows, "no monitor has a query for this shape", || {
            table(&rows)
        })?;
    if context.ui.format() == Format::Table {
        context.ui.write(details(&context.ui, &rows).as_bytes())?;
    }
    Ok(exit(&rows, args.allow_lint))
}

/// Datadog, where it is to be asked and both keys are there.
fn asked(context: &Context, args: &Validate) -> anyhow::Result<Option<Datadog>> {
    if args.offline {
        return Ok(None);
    }
    let flags = args.datadog.flags();
    match context.opens_web_api(&flags)? {
        true => Ok(Some(context.datadog(&flags)?)),
        false => {
            context
                .ui
                .status("Datadog was not asked: that takes an API key and an application key, or an access token");
            Ok(None)
        }
    }
}

async fn ask(datadog: &Datadog, monitor: &Monitor, row: &mut Row) -> Result<(), DatadogError> {
    match datadog.validate_monitor(&monitor.to_api()).await {
        Ok(()) => row.datadog = Some("accepted"),
        Err(error) if error.meaning() == Meaning::Poison => {
            row.datadog = Some("refused");
            row.datadog_said = Some(error.to_string());
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

/// One row for each query of a file, or one that says why there is none.
fn checked(source: &Source, args: &Validate) -> Vec<(Row, Option<Monitor>)> {
    let file = match MonitorFile::parse(&source.text) {
        Ok(file) => file,
        Err(error) => return vec![(Row::broken(source, args.shape, &error), None)],
    };
    let values = args.variables.of(&file);
    let is_meant =
        |shape: &Option<Shape>| args.shape.is_none() || shape.is_none() || *shape == args.shape;
    let shapes = file.watched().map(|(shape, _)| shape).filter(is_meant);
    let check = |shape| match file.render(source.identity.clone(), shape, &values) {
        Ok(monitor) => (Row::of(source, &monitor), Some(monitor)),
        Err(error) => (Row::broken(source, shape, &error), None),
    };
    shapes.map(check).collect()
}

impl Row {
    fn broken(source: &Source, shape: Option<Shape>, error: &MonitorFileError) -> Self {
        Self {
            monitor: source.identity.to_string(),
            file: source.label.clone(),
            shape: shape.map(Shape::as_str),
            parses: false,
            error: Some(error.to_string()),
            findings: Vec::new(),
            datadog: None,
            datadog_said: None,
        }
    }

    fn of(source: &Source, monitor: &Monitor) -> Self {
        let findings = lint_alert(&monitor.alert, &monitor.attributes()).into_iter();
        let row =
            |(query, finding): (&crate::query::monitor::EventQuery, crate::query::Finding)| {
                FindingRow {
                    level: match finding.level {
                        Level::NeverMatches => "never_matches",
                        Level::Doubtful => "doubtful",
                    },
                    shown: finding.render(query.written.as_str()),
                    problem: finding.problem,
                    suggestion: finding.suggestion,
                }
            };
        Self {
            monitor: source.identity.to_string(),
            file: source.label.clone(),
            shape: monitor.shape.map(Shape::as_str),
            parses: true,
            error: None,
            findings: findings.map(row).collect(),
            datadog: None,
            datadog_said: None,
        }
    }

    fn never_matches(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.level == "never_matches")
    }

    fn verdict(&self) -> (&'static str, Tone) {
        if !self.parses {
            return ("does not parse", Tone::Bad);
        }
        match (self.never_matches(), self.datadog, self.findings.is_empty()) {
            (true, _, _) => ("never matches", Tone::Bad),
            (_, Some("refused"), _) => ("refused by Datadog", Tone::Bad),
            (_, _, false) => ("doubtful", Tone::Warning),
            (_, Some(_), _) => ("good, and Datadog agrees", Tone::Good),
            _ => ("good", Tone::Good),
        }
    }
}

fn exit(rows: &[Row], allow_lint: bool) -> Exit {
    if rows.iter().any(|row| !row.parses) {
        return Exit::Usage;
    }
    let is_refused = |row: &Row| row.datadog == Some("refused");
    let cannot_match = |row: &Row| row.never_matches() && !allow_lint;
    match rows.iter().any(|row| is_refused(row) || cannot_match(row)) {
        true => Exit::AnswerIsNo,
        false => Exit::Done,
    }
}

fn table(rows: &[Row]) -> Table {
    let mut table = Table::new()
        .column("MONITOR")
        .column("SHAPE")
        .column("RESULT");
    for row in rows {
        let (verdict, tone) = row.verdict();
        table.row([
            (row.monitor.clone(), Tone::Strong),
            (row.shape.unwrap_or("any").to_owned(), Tone::Plain),
            (verdict.to_owned(), tone),
        ]);
    }
    table
}

/// What is wrong, below the table.
fn details(ui: &Ui, rows: &[Row]) -> String {
    let palette = ui.palette();
    let mut text = String::new();
    for row in rows {
        let findings = row.findings.iter().map(|finding| &finding.shown);
        let said = row.error.iter().chain(findings).chain(&row.datadog_said);
        for problem in said {
            text += &format!(
                "\n{}\n",
                palette.paint(Tone::Strong, escape::line(&row.file))
            );
            for line in problem.lines() {
                // An indented line is a picture of the query with its caret.
                text += &match line.starts_with(' ') {
                    true => format!("{}\n", escape::line(line)),
                    false => ui.wrap(line, ""),
                };
            }
        }
    }
    text
}
