//! `ddctl webhooks list`.

use clap::Args;

use super::access::{Ways, WebhookAccess};
use super::view::{EndpointRow, StatsRow};
use crate::context::Context;
use crate::domain::endpoint::Endpoint;
use crate::error::Exit;
use crate::ui::{Table, Tone};

/// List the gateway's webhook endpoints, with how their deliveries went
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl webhooks list
  ddctl webhooks list -o json | jq '.[] | select(.disabled)'

The state is that of the newest try; the numbers are tries of the last 28 days, one that is \
repeated counted each time.")]
pub struct List {
    #[command(flatten)]
    access: WebhookAccess,
}

pub async fn run(context: &Context, args: &List) -> anyhow::Result<Exit> {
    let ways = args.access.open(context).await?;
    if ways.gateway.plugin("webhooks").await?.is_none() {
        // Before the plugin there is no application at Svix, and the gateway answers 400.
        let empty = "the gateway's webhooks plugin is not enabled; `ddctl webhooks register` \
                     enables it";
        context.ui.list::<EndpointRow>(&[], empty, Table::new)?;
        return Ok(Exit::Done);
    }
    if !ways.has_application().await? {
        let empty = "Svix has no application for the gateway; `ddctl webhooks register` makes it";
        context.ui.list::<EndpointRow>(&[], empty, Table::new)?;
        return Ok(Exit::Done);
    }
    let list = ways.endpoints().await?;
    let mut rows = Vec::with_capacity(list.rows.len());
    for endpoint in &list.rows {
        rows.push(row(&ways, endpoint).await?);
    }
    let empty = "the gateway has no webhook endpoints; `ddctl webhooks register` makes one";
    context.ui.list(&rows, empty, || table(&rows))?;
    if list.are_cut {
        context.ui.warning(
            "the gateway shows its first 50 endpoints alone; there are more, and --svix-url URL \
             shows them",
        );
    }
    Ok(Exit::Done)
}

/// An endpoint with its numbers and its newest try.
pub async fn row(ways: &Ways, endpoint: &Endpoint) -> anyhow::Result<EndpointRow> {
    let counts = ways.counts(endpoint).await?;
    let newest = ways.attempts(&endpoint.id, 1).await?;
    Ok(EndpointRow::of(endpoint).with(counts.as_ref(), newest.first()))
}

fn table(rows: &[EndpointRow]) -> Table {
    let mut table = Table::new()
        .column("NAME")
        .column("URL")
        .column("STATE")
        .expendable("DELIVERED", 1)
        .right()
        .expendable("FAILED", 1)
        .right()
        .expendable("EVENTS", 2)
        .expendable("ID", 3);
    for row in rows {
        let (state, tone) = row.state();
        let count = |of: fn(&StatsRow) -> i64| {
            row.stats
                .as_ref()
                .map_or_else(|| "?".to_owned(), |stats| of(stats).to_string())
        };
        table.row([
            (
                row.uid.clone().unwrap_or_else(|| "-".to_owned()),
                Tone::Strong,
            ),
            (row.url.clone(), Tone::Plain),
            (state.to_owned(), tone),
            (count(|stats| stats.success), Tone::Plain),
            (count(|stats| stats.fail), Tone::Plain),
            (row.events(), Tone::Plain),
            (row.id.clone(), Tone::Dim),
        ]);
    }
    table
}
