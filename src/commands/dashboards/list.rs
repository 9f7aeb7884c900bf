//! `ddctl dashboards list`.

use clap::Args;
use serde::Serialize;

use super::target::{Targets, parse};
use crate::commands::as_code::{Ownership, Place};
use crate::commands::flags::DatadogAccess;
use crate::context::Context;
use crate::error::Exit;
use crate::monitors::as_code::{Kind, Mark};
use crate::ui::{Table, Tone, counted};

/// List the packs' dashboards, or with --live Datadog's
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl dashboards list
  ddctl dashboards list --live
  ddctl dashboards list --live -o json | jq -r '.[].url'

--live asks Datadog, with both keys: what is kept as code, of every namespace unless one is named.")]
pub struct List {
    #[command(flatten)]
    targets: Targets,
    /// Datadog's dashboards that are kept as code
    #[arg(long, conflicts_with_all = ["files", "pack"])]
    live: bool,
    #[command(flatten)]
    ownership: Ownership,
    #[command(flatten)]
    datadog: DatadogAccess,
}

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct Row {
    /// `pack/name`
    dashboard: String,
    title: String,
    widgets: usize,
    why: String,
}

/// The shape that `-o json` of `list --live` promises.
#[derive(Serialize)]
struct LiveRow {
    id: String,
    /// `namespace/pack/name`
    mark: String,
    title: String,
    url: String,
}

pub async fn run(context: &Context, args: &List) -> anyhow::Result<Exit> {
    match args.live {
        true => live(context, args).await?,
        false => of_files(context, args)?,
    }
    Ok(Exit::Done)
}

fn of_files(context: &Context, args: &List) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    for source in args.targets.sources()? {
        let file = parse(&source)?;
        let field = |name: &str| file.body.get(name);
        let title = field("title").and_then(|title| title.as_str());
        let widgets = field("widgets").and_then(|widgets| widgets.as_array());
        rows.push(Row {
            dashboard: source.identity.to_string(),
            title: title.unwrap_or_default().to_owned(),
            widgets: widgets.map_or(0, Vec::len),
            why: file.why,
        });
    }
    context.ui.list(&rows, "there are no dashboards", || {
        let mut table = Table::new()
            .column("DASHBOARD")
            .column("TITLE")
            .expendable("WIDGETS", 1)
            .right();
        for row in &rows {
            table.row([
                (row.dashboard.clone(), Tone::Strong),
                (row.title.clone(), Tone::Plain),
                (row.widgets.to_string(), Tone::Dim),
            ]);
        }
        table
    })
}

async fn live(context: &Context, args: &List) -> anyhow::Result<()> {
    let place = Place::open(context, &args.datadog, &args.ownership, Kind::Dashboard)?;
    let summaries = place.datadog().dashboards().await?;
    let total = summaries.len();
    let is_named = |mark: &Mark| {
        let named = args.ownership.named();
        named.is_none_or(|name| mark.namespace == name)
    };
    let row = |summary: crate::datadog::DashboardSummary| {
        let mark = Mark::of_description(summary.description.as_deref()).filter(is_named)?;
        Some(LiveRow {
            mark: format!("{}/{}", mark.namespace, mark.short()),
            url: place.page(&summary.id),
            id: summary.id,
            title: summary.title,
        })
    };
    let mut rows: Vec<LiveRow> = summaries.into_iter().filter_map(row).collect();
    rows.sort_by(|one, other| one.mark.cmp(&other.mark));
    context
        .ui
        .list(&rows, "no dashboard there is kept as code", || {
            let mut table = Table::new()
                .column("ID")
                .unbroken()
                .column("NAMESPACE/PACK/NAME")
                .column("TITLE");
            for row in &rows {
                table.row([
                    (row.id.clone(), Tone::Plain),
                    (row.mark.clone(), Tone::Strong),
                    (row.title.clone(), Tone::Plain),
                ]);
            }
            table
        })?;
    if total > rows.len() {
        let others = counted((total - rows.len()) as u64, "other dashboard");
        context.ui.status(&format!("{others} there"));
    }
    Ok(())
}
