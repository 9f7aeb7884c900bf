//! `ddctl webhooks list`.

use clap::Args;
use serde::Serialize;

use crate::commands::flags::GatewayAccess;
use crate::context::Context;
use crate::error::Exit;
use crate::gateway::{Endpoint, EndpointList, EndpointStats, GatewayError};
use crate::http::printable_url;
use crate::ui::{Table, Tone};

/// List the gateway's webhook endpoints, with how their deliveries went
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl webhooks list
  ddctl webhooks list -o json | jq '.[] | select(.disabled)'")]
pub struct List {
    #[command(flatten)]
    gateway: GatewayAccess,
}

/// The shape that `-o json` promises. `url` never shows a key.
#[derive(Debug, Serialize)]
pub struct EndpointRow {
    pub id: String,
    pub uid: Option<String>,
    pub url: String,
    pub description: String,
    pub disabled: bool,
    pub filter_types: Vec<String>,
    pub stats: Option<StatsRow>,
}

/// Deliveries by state, over the time that Svix keeps them.
#[derive(Debug, Serialize)]
pub struct StatsRow {
    pub success: i64,
    pub pending: i64,
    pub sending: i64,
    pub fail: i64,
}

impl EndpointRow {
    pub fn of(endpoint: &Endpoint) -> Self {
        let url = endpoint.url.parse().map(|url| printable_url(&url));
        Self {
            id: endpoint.id.clone(),
            uid: endpoint.uid.clone(),
            url: url.unwrap_or_else(|_| "(no valid address)".to_owned()),
            description: endpoint.description.clone(),
            disabled: endpoint.disabled,
            filter_types: endpoint.filter_types.clone(),
            stats: endpoint.stats.filter(is_known).map(|stats| StatsRow {
                success: stats.success,
                pending: stats.pending,
                sending: stats.sending,
                fail: stats.fail,
            }),
        }
    }
}

/// The gateway answers -1 for what it could not count.
fn is_known(stats: &EndpointStats) -> bool {
    stats.success >= 0 && stats.fail >= 0
}

pub async fn run(context: &Context, args: &List) -> anyhow::Result<Exit> {
    let gateway = context.gateway(&args.gateway.flags())?;
    let list = match gateway.webhook_endpoints().await {
        // Without its plugin the gateway has nothing to ask Svix for, and passes Svix's error on.
        Err(GatewayError::Refused { .. }) if gateway.plugin("webhooks").await?.is_none() => {
            EndpointList {
                data: Vec::new(),
                done: true,
            }
        }
        list => list?,
    };
    let rows: Vec<EndpointRow> = list.data.iter().map(EndpointRow::of).collect();
    let empty = "the gateway has no webhook endpoints; `ddctl webhooks register --help` makes one";
    context.ui.list(&rows, empty, || table(&rows))?;
    if !list.done {
        context
            .ui
            .warning("the gateway shows its first 50 endpoints alone; there are more");
    }
    Ok(Exit::Done)
}

fn table(rows: &[EndpointRow]) -> Table {
    let mut table = Table::new()
        .column("NAME")
        .column("URL")
        .column("STATE")
        .expendable("SENT", 1)
        .right()
        .expendable("FAILED", 1)
        .right()
        .expendable("EVENTS", 2)
        .expendable("ID", 3);
    for row in rows {
        let (state, tone) = match (row.disabled, &row.stats) {
            (true, _) => ("disabled", Tone::Bad),
            (false, Some(stats)) if stats.fail > 0 => ("failing", Tone::Warning),
            (false, _) => ("enabled", Tone::Good),
        };
        let count = |of: fn(&StatsRow) -> i64| {
            row.stats
                .as_ref()
                .map_or_else(|| "?".to_owned(), |stats| of(stats).to_string())
        };
        let events = match row.filter_types.as_slice() {
            [] => "all".to_owned(),
            types => types.join(","),
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
            (events, Tone::Plain),
            (row.id.clone(), Tone::Dim),
        ]);
    }
    table
}
