//! Whether the session's events have arrived, asked of Datadog where a key may ask.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::{Instant, sleep};

use super::super::steps::endpoint_name;
use super::super::view::FirstEvent;
use super::super::walk::Walk;
use super::delivery;
use crate::commands::sessions::view::log_search_url;
use crate::datadog::{Datadog, FoundLog, LogSearch, Sort};
use crate::domain::delivery::Delivery;
use crate::domain::session::Session;
use crate::gateway::Gateway;
use crate::ui::{Table, Tone};

/// Between two searches: the quota is two or three in ten seconds for a whole organisation.
const SEARCH: Duration = Duration::from_secs(5);
/// How long Datadog may take to make an event searchable.
const INDEXED_WITHIN: Duration = Duration::from_secs(300);

/// Looks for the session's events in Datadog, where a key may look.
pub async fn look_for(
    walk: &Walk<'_>,
    gateway: &Gateway,
    session: &Session,
) -> anyhow::Result<FirstEvent> {
    let context = walk.stage.context()?;
    let site = context.settings()?.site.value;
    let mut event = FirstEvent {
        session_id: session.id.clone(),
        state: "accepted",
        events: Vec::new(),
        datadog_url: log_search_url(site, session),
    };
    match walk.has_web_access || context.opens_web_api(&walk.mode.secrets)? {
        true => {
            let datadog = context.datadog(&walk.mode.secrets)?;
            let found = search(walk, &datadog, session).await?;
            event.state = if found.is_empty() { "missing" } else { "found" };
            event.events = found
                .iter()
                .map(|log| text(log, &["evt", "name"]))
                .collect();
            show(walk, &found);
        }
        false => accepted(walk, gateway).await?,
    }
    let ui = walk.ui();
    match event.state {
        "missing" => ui.error("Datadog does not find its events yet"),
        "found" => ui.status("  Datadog has them. To look at them:"),
        _ => ui.status("  To look for them:"),
    }
    ui.status(&format!("  {}", event.datadog_url));
    Ok(event)
}

/// Without an application key nobody can search.
async fn accepted(walk: &Walk<'_>, gateway: &Gateway) -> anyhow::Result<()> {
    let text = match delivery(walk) {
        Some(Delivery::Relay | Delivery::Webhook) => {
            let name = endpoint_name(&walk.stage.profile);
            let endpoints = gateway.webhook_endpoints().await?;
            let endpoint = endpoints.rows.into_iter().find(|one| one.is_named(&name));
            let attempts = match &endpoint {
                Some(endpoint) => gateway.webhook_attempts(&endpoint.id, 1).await?,
                None => Vec::new(),
            };
            match attempts.is_empty() {
                true => "nothing was delivered yet: `ddctl webhooks deliveries` shows it",
                false => "delivered by the gateway, not looked for: that takes an application key",
            }
        }
        _ => "accepted, not looked for: that takes an application key",
    };
    walk.ui().status(&format!("  {text}"));
    Ok(())
}

async fn search(
    walk: &Walk<'_>,
    datadog: &Datadog,
    session: &Session,
) -> anyhow::Result<Vec<FoundLog>> {
    let day = SignedDuration::from_hours(24);
    let search = LogSearch {
        query: format!("@session.id:{}", session.id),
        from: session.start_date - day,
        to: session.start_date + day,
        limit: 100,
        sort: Sort::OldestFirst,
        cursor: None,
    };
    let mut cancel = walk.stage.parent.cancel();
    let progress = walk.ui().progress("Datadog");
    let began = Instant::now();
    loop {
        let page = datadog.search_logs(&search).await?;
        if !page.logs.is_empty() || began.elapsed() >= INDEXED_WITHIN {
            return Ok(page.logs);
        }
        progress.set("accepted, not searchable yet");
        tokio::select! {
            _ = cancel.wait_for(|stopped| *stopped) => return Ok(Vec::new()),
            () = sleep(SEARCH) => {}
        }
    }
}

fn show(walk: &Walk<'_>, found: &[FoundLog]) {
    if found.is_empty() {
        return;
    }
    let mut table = Table::new()
        .column("EVENT")
        .column("OUTCOME")
        .column("WHO")
        .column("CONNECTION")
        .expendable("TIME", 1);
    for log in found {
        let at = log.attributes.timestamp.map(|at| walk.ui().moment(at));
        table.row([
            (text(log, &["evt", "name"]), Tone::Strong),
            (text(log, &["evt", "outcome"]), Tone::Plain),
            (who(log), Tone::Plain),
            (text(log, &["connection", "name"]), Tone::Plain),
            (at.unwrap_or_default(), Tone::Dim),
        ]);
    }
    let ui = walk.ui();
    let text = table.render(ui.table_width(), ui.options().stderr_palette);
    ui.status("");
    ui.status(text.trim_end());
}

/// A machine has no address.
fn who(log: &FoundLog) -> String {
    let names = ["name", "email", "id"].map(|name| text(log, &["usr", name]));
    let filled = names
        .into_iter()
        .find(|name| name != NOTHING && !name.is_empty());
    filled.unwrap_or_else(|| NOTHING.to_owned())
}

const NOTHING: &str = "-";

fn text(log: &FoundLog, path: &[&str]) -> String {
    let custom = log.attributes.custom.as_ref();
    let mut parts = path.iter();
    let first = parts.next().and_then(|first| custom?.get(*first));
    let value = parts.fold(first, |value, part| value?.get(part));
    let found = value.and_then(serde_json::Value::as_str);
    found.unwrap_or(NOTHING).to_owned()
}
