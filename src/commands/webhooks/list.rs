//! `ddctl webhooks list`.

use clap::Args;
use serde::Serialize;

use crate::commands::flags::GatewayAccess;
use crate::context::Context;
use crate::error::Exit;
use crate::gateway::{Endpoint, EndpointStats};
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
        // The gateway changes their order from answer to answer.
        let mut filter_types = endpoint.filter_types.clone();
        filter_types.sort_unstable();
        Self {
            id: endpoint.id.clone(),
            uid: endpoint.uid.clone(),
            url: printable(&endpoint.url),
            description: endpoint.description.clone(),
            disabled: endpoint.disabled,
            filter_types,
            stats: endpoint.stats.filter(is_known).map(|stats| StatsRow {
                success: stats.success,
                pending: stats.pending,
                sending: stats.sending,
                fail: stats.fail,
            }),
        }
    }
}

/// An address without the keys in it.
pub fn printable(url: &str) -> String {
    match url.parse() {
        Ok(url) => printable_url(&url),
        Err(_) => "(no valid address)".to_owned(),
    }
}

/// The gateway answers -1 for what it could not count.
fn is_known(stats: &EndpointStats) -> bool {
    stats.success >= 0 && stats.fail >= 0
}

pub async fn run(context: &Context, args: &List) -> anyhow::Result<Exit> {
    let gateway = context.gateway(&args.gateway.flags())?;
    if gateway.plugin("webhooks").await?.is_none() {
        // Before the plugin there is no application at Svix, and the gateway answers 400.
        let empty = "the gateway's webhooks plugin is not enabled; `ddctl webhooks register` \
                     enables it";
        context.ui.list::<EndpointRow>(&[], empty, Table::new)?;
        return Ok(Exit::Done);
    }
    let list = gateway.webhook_endpoints().await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_shows_no_key_and_keeps_one_order() {
        let endpoint: Endpoint = serde_json::from_str(
            r#"{"id":"ep_1","url":"https://intake.test/logs?dd-api-key=0123","description":"",
                "filterTypes":["session.open","session.close"],
                "stats":{"success":-1,"pending":-1,"sending":-1,"fail":-1}}"#,
        )
        .expect("an endpoint");
        let row = EndpointRow::of(&endpoint);
        assert_eq!(row.url, "https://intake.test/logs?dd-api-key=****");
        assert_eq!(row.filter_types, ["session.close", "session.open"]);
        assert!(row.stats.is_none(), "-1 is no count");
    }
}
