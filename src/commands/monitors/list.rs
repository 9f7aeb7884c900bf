//! `ddctl monitors list`.

use clap::Args;
use serde::Serialize;

use super::live;
use super::target::Targets;
use crate::commands::as_code::{Ownership, Place};
use crate::commands::flags::DatadogAccess;
use crate::context::Context;
use crate::error::Exit;
use crate::monitors::as_code::Kind;
use crate::monitors::{Content, MonitorFile, Values};
use crate::ui::{Table, Tone};

/// List the packs and their monitors, or with --live Datadog's
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl monitors list
  ddctl monitors list --pack hoop
  ddctl monitors list -o json | jq '.[] | select(.priority == 2).monitor'
  ddctl monitors list --live
  ddctl monitors list --live --tag team:payments

--live asks Datadog, with both keys: what is kept as code, of every namespace unless one is named, and \
the state that it is in.")]
pub struct List {
    #[command(flatten)]
    targets: Targets,
    /// Datadog's monitors and their states
    #[arg(long, conflicts_with_all = ["files", "pack"])]
    live: bool,
    /// Every monitor with this tag, kept as code or not
    #[arg(long, value_name = "TAG", requires = "live")]
    tag: Option<String>,
    #[command(flatten)]
    ownership: Ownership,
    #[command(flatten)]
    datadog: DatadogAccess,
}

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct Row {
    /// `pack/name`
    monitor: String,
    r#type: String,
    priority: Option<u8>,
    title: String,
    /// The shapes of events that it can watch; empty where its file tells none apart.
    shapes: Vec<&'static str>,
    /// The shapes that it refuses; `monitors show` says why.
    refused: Vec<&'static str>,
    cases: usize,
    why: String,
}

pub async fn run(context: &Context, args: &List) -> anyhow::Result<Exit> {
    match args.live {
        true => {
            let place = Place::open(context, &args.datadog, &args.ownership, Kind::Monitor)?;
            let named = args.ownership.named();
            live::list(&place, args.tag.as_deref(), named).await?;
        }
        false => of_files(context, args)?,
    }
    Ok(Exit::Done)
}

fn of_files(context: &Context, args: &List) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    for source in args.targets.sources()? {
        let file = source.parse()?;
        let monitor = file
            .render(source.identity, None, &Values::new())
            .map_err(|error| crate::error::UsageError::new(format!("{}: {error}", source.label)))?;
        rows.push(Row {
            monitor: monitor.identity.to_string(),
            r#type: monitor.alert.monitor_type().to_owned(),
            priority: monitor.priority,
            title: monitor.title,
            shapes: shapes(&file, true),
            refused: shapes(&file, false),
            cases: file.watched().map(|(_, form)| form.cases.len()).sum(),
            why: file.why,
        });
    }
    context
        .ui
        .list(&rows, "there are no monitors", || table(&rows))
}

fn shapes(file: &MonitorFile, is_watched: bool) -> Vec<&'static str> {
    let of_kind = file
        .shapes
        .iter()
        .filter(|(_, content)| matches!(content, Content::Watched(_)) == is_watched);
    of_kind
        .filter_map(|(shape, _)| shape.map(|shape| shape.as_str()))
        .collect()
}

fn table(rows: &[Row]) -> Table {
    let mut table = Table::new()
        .column("MONITOR")
        .column("P")
        .column("TITLE")
        .expendable("SHAPES", 1)
        .expendable("CASES", 2)
        .right();
    for row in rows {
        let priority = row
            .priority
            .map_or_else(|| "-".to_owned(), |priority| priority.to_string());
        let shapes = match row.shapes.is_empty() {
            true => "any".to_owned(),
            false => row.shapes.join(", "),
        };
        table.row([
            (row.monitor.clone(), Tone::Strong),
            (priority, Tone::Plain),
            (row.title.clone(), Tone::Plain),
            (shapes, Tone::Dim),
            (row.cases.to_string(), Tone::Dim),
        ]);
    }
    table
}
