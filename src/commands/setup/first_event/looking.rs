//! Whether the session's events have arrived: asked of the gateway that pushes them, and of Datadog
//! where a key may ask.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::{Instant, sleep};

use super::super::steps::endpoint_name;
use super::super::view::FirstEvent;
use super::super::walk::Walk;
use super::delivery;
use super::pushed::{self, Delivered};
use crate::commands::sessions::view::log_search_url_by;
use crate::datadog::{Datadog, FoundLog, LogSearch, Sort};
use crate::domain::delivery::Delivery;
use crate::domain::session::Session;
use crate::gateway::Gateway;
use crate::ui::{Table, Tone, escape};

/// Between two searches: the quota is two or three in ten seconds for a whole organisation.
const SEARCH: Duration = Duration::from_secs(5);
/// How long Datadog may take to make an event searchable.
const INDEXED_WITHIN: Duration = Duration::from_secs(300);

/// Looks for the session's events: at the gateway, where that pushes them, and then in Datadog, where
/// a key may look.
pub async fn look_for(
    walk: &Walk<'_>,
    gateway: &Gateway,
    session: &Session,
    is_pushed: bool,
) -> anyhow::Result<FirstEvent> {
    let context = walk.stage.context()?;
    let site = context.settings()?.site.value;
    let query = query(walk, session);
    let mut event = FirstEvent {
        session_id: session.id.clone(),
        state: "missing",
        events: Vec::new(),
        datadog_url: log_search_url_by(site, session, &query),
    };
    let ui = walk.ui();
    if is_pushed && !was_delivered(walk, gateway, session).await? {
        return Ok(event);
    }
    if !walk.has_web_access && !context.opens_web_api(&walk.mode.secrets)? {
        event.state = "accepted";
        ui.status(&format!("  {}", accepted(walk, is_pushed)));
        ui.status("  To look for them:");
        ui.status(&format!("  {}", event.datadog_url));
        return Ok(event);
    }
    let datadog = context.datadog(&walk.mode.secrets)?;
    let found = search(walk, &datadog, session, query).await?;
    let names = found.iter().map(|log| text(log, NAMES));
    event.events = names.collect();
    if found.is_empty() {
        ui.error("Datadog does not find its events yet");
    } else {
        event.state = "found";
        show(walk, &found);
        ui.status("  Datadog has them. To look at them:");
    }
    ui.status(&format!("  {}", event.datadog_url));
    Ok(event)
}

/// The search that finds them: raw webhooks have names of their own.
fn query(walk: &Walk<'_>, session: &Session) -> String {
    match delivery(walk) {
        Some(Delivery::Webhook) => format!("@event_type:session.* @id:{}", session.id),
        _ => format!("@session.id:{}", session.id),
    }
}

/// What is known of them without an application key, with which alone somebody can search.
fn accepted(walk: &Walk<'_>, is_pushed: bool) -> &'static str {
    match (delivery(walk), is_pushed) {
        (Some(Delivery::Relay | Delivery::Webhook), true) => {
            "delivered by the gateway, not looked for: that takes an application key"
        }
        (Some(Delivery::Relay | Delivery::Webhook), false) => {
            "left to the relay, not looked for: that takes an application key"
        }
        _ => "accepted, not looked for: that takes an application key",
    }
}

/// Whether the gateway got its webhooks about the session through; told of where it did not.
async fn was_delivered(
    walk: &Walk<'_>,
    gateway: &Gateway,
    session: &Session,
) -> anyhow::Result<bool> {
    let text = match pushed::wait(walk, gateway, session).await? {
        Delivered::Yes => return Ok(true),
        Delivered::No(why) => {
            let why = escape::line(why.trim()).into_owned();
            format!("the gateway does not get its webhooks about the session through: {why}")
        }
        Delivered::NotYet => "the gateway has sent no webhook about the session yet".to_owned(),
    };
    let ui = walk.ui();
    ui.error(&text);
    let name = endpoint_name(&walk.stage.profile);
    ui.hint(&match delivery(walk) {
        Some(Delivery::Relay) => format!(
            "start the relay, then `ddctl setup first-event`; `ddctl webhooks deliveries {name}` \
             shows each try"
        ),
        _ => format!("`ddctl webhooks deliveries {name}` shows each try"),
    });
    Ok(false)
}

async fn search(
    walk: &Walk<'_>,
    datadog: &Datadog,
    session: &Session,
    query: String,
) -> anyhow::Result<Vec<FoundLog>> {
    let day = SignedDuration::from_hours(24);
    let search = LogSearch {
        query,
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
            (text(log, NAMES), Tone::Strong),
            (text(log, &[&["evt", "outcome"]]), Tone::Plain),
            (text(log, PEOPLE), Tone::Plain),
            (text(log, CONNECTIONS), Tone::Plain),
            (at.unwrap_or_default(), Tone::Dim),
        ]);
    }
    let ui = walk.ui();
    let text = table.render(ui.table_width(), ui.options().stderr_palette);
    ui.status("");
    ui.status(text.trim_end());
}

/// Where it stands what happened, as ddctl sends it and as the gateway's own webhook says it.
const NAMES: &[&[&str]] = &[&["evt", "name"], &["event_type"]];
/// A machine has no address.
const PEOPLE: &[&[&str]] = &[
    &["usr", "name"],
    &["usr", "email"],
    &["usr", "id"],
    &["user_email"],
];
const CONNECTIONS: &[&[&str]] = &[&["connection", "name"], &["connection"]];

const NOTHING: &str = "-";

/// The text at the first of some paths that has any.
fn text(log: &FoundLog, paths: &[&[&str]]) -> String {
    let custom = log.attributes.custom.as_ref();
    let at = |path: &&[&str]| {
        let mut parts = path.iter();
        let first = custom?.get(*parts.next()?);
        let value = parts.fold(first, |value, part| value?.get(part));
        value.and_then(serde_json::Value::as_str)
    };
    let mut found = paths.iter().filter_map(at);
    let found = found.find(|text| !text.is_empty());
    found.unwrap_or(NOTHING).to_owned()
}
