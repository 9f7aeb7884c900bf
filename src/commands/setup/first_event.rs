//! The last step: a session of now, from the gateway to Datadog.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep};

use super::steps::endpoint_name;
use super::view::FirstEvent;
use super::walk::Walk;
use crate::commands::sessions::view::log_search_url;
use crate::config::Delivery;
use crate::datadog::{Datadog, FoundLog, LogSearch, Sort};
use crate::domain::session::{Session, Status};
use crate::error::Exit;
use crate::gateway::{Gateway, SessionQuery};
use crate::ui::{Table, Tone};
use crate::wizard::{Field, StepId};

/// Between two looks at the gateway.
const LOOK: Duration = Duration::from_secs(1);
/// How long a session that began may take to end before its opening is sent alone.
const ENDS_WITHIN: Duration = Duration::from_secs(60);
/// Between two searches: the quota is two or three in ten seconds for a whole organisation.
const SEARCH: Duration = Duration::from_secs(5);
/// How long Datadog may take to make an event searchable.
const INDEXED_WITHIN: Duration = Duration::from_secs(300);

/// Whether the step takes place, and what came of it.
pub async fn run(
    walk: &mut Walk<'_>,
    wait: Option<Duration>,
) -> anyhow::Result<(Option<FirstEvent>, Exit)> {
    if !is_wanted(walk, wait) {
        return Ok((None, Exit::Done));
    }
    let context = walk.stage.context()?;
    let gateway = context.gateway(&walk.mode.secrets)?;
    // The gateway cuts fractions of a second.
    let since = gateway.by_its_clock(context.now());
    let since = since.round(jiff::Unit::Second).unwrap_or(since);
    invite(walk, &gateway, since);
    let Some(session) = wait_for_session(walk, &gateway, since, wait).await? else {
        return Ok((None, gave_up(walk, wait)));
    };
    if walk.stage.parent.cancel().borrow().to_owned() {
        return Ok((None, Exit::Interrupted));
    }
    let sent = send(walk, since).await?;
    if sent != Exit::Done {
        return Ok((None, sent));
    }
    let event = look_for(walk, &gateway, &session).await?;
    let exit = match event.state {
        "missing" => Exit::AnswerIsNo,
        _ => Exit::Done,
    };
    if exit == Exit::Done {
        walk.memory.record.done.insert(StepId::FirstEvent);
    }
    Ok((Some(event), exit))
}

/// It is once enough, unless it is asked for; without a terminal somebody has to say how long.
fn is_wanted(walk: &Walk<'_>, wait: Option<Duration>) -> bool {
    let is_chosen = walk.mode.chosen == Some(StepId::FirstEvent);
    let is_of_another = walk.mode.chosen.is_some() && !is_chosen;
    let was_there = walk.memory.record.done.contains(&StepId::FirstEvent);
    let can_wait = wait.is_some() || walk.can_ask();
    let is_skipped = walk.answers.skips(StepId::FirstEvent) && !is_chosen;
    can_wait && !is_of_another && !is_skipped && (is_chosen || wait.is_some() || !was_there)
}

fn delivery(walk: &Walk<'_>) -> Option<Delivery> {
    let word = walk.answers.get(Field::Delivery)?;
    <Delivery as clap::ValueEnum>::from_str(word, true).ok()
}

fn invite(walk: &Walk<'_>, gateway: &Gateway, since: Timestamp) {
    let ui = walk.ui();
    let palette = ui.options().stderr_palette;
    ui.status("");
    ui.status(&palette.paint(Tone::Strong, "The first event"));
    if delivery(walk) == Some(Delivery::Relay) {
        walk.explain("Start the relay in another shell, where the gateway reaches it:");
        ui.status(&format!("  ddctl {}", super::ending::relay(walk)));
    }
    let connections = walk.gateway.iter().flat_map(|gateway| &gateway.connections);
    let online = connections
        .filter(|one| one.status != "offline")
        .map(|one| one.name.as_str());
    let name = online.take(1).next().unwrap_or("NAME");
    walk.explain(&format!(
        "Open a session through the gateway now: `hoop connect {name}`, or {}. Ctrl-C leaves it; \
         everything else is set up.",
        gateway.page_base()
    ));
    let since = ui.moment(since);
    ui.status(&format!(
        "  waiting for a session that begins from {since} on"
    ));
}

/// The first session that began since then, once it is over or has been open for a minute. `None`
/// where the time is up or somebody stopped it.
async fn wait_for_session(
    walk: &Walk<'_>,
    gateway: &Gateway,
    since: Timestamp,
    wait: Option<Duration>,
) -> anyhow::Result<Option<Session>> {
    let mut cancel = walk.stage.parent.cancel();
    let until = wait.map(|wait| Instant::now() + wait);
    let progress = walk.ui().progress("the gateway");
    let mut began: Option<Instant> = None;
    loop {
        let session = oldest_since(gateway, since).await?;
        match &session {
            Some(session) if session.status == Status::Done => return Ok(Some(session.clone())),
            Some(session) => {
                let began = began.get_or_insert_with(Instant::now);
                if began.elapsed() >= ENDS_WITHIN {
                    walk.ui()
                        .status("  it is still open: what is known of it is sent");
                    return Ok(Some(session.clone()));
                }
                progress.set(&format!(
                    "session {} is open, waiting for its end",
                    session.id
                ));
            }
            None => progress.set("no session yet"),
        }
        if began.is_none() && until.is_some_and(|until| Instant::now() >= until) {
            return Ok(None);
        }
        tokio::select! {
            _ = cancel.wait_for(|stopped| *stopped) => return Ok(None),
            () = sleep(LOOK) => {}
        }
    }
}

async fn oldest_since(gateway: &Gateway, since: Timestamp) -> anyhow::Result<Option<Session>> {
    let query = SessionQuery {
        start: Some(since),
        ..SessionQuery::default()
    };
    let page = gateway.sessions(&query).await?;
    let mut began = page.rows.into_iter().filter(|row| row.start_date >= since);
    // One that waits for its approval has not run.
    Ok(began.rfind(|row| row.status != Status::Ready))
}

fn gave_up(walk: &mut Walk<'_>, wait: Option<Duration>) -> Exit {
    if walk.stage.parent.cancel().borrow().to_owned() {
        walk.ui().status(
            "left; everything else is set up, and `ddctl setup first-event` does this step",
        );
        return Exit::Interrupted;
    }
    let within = crate::domain::time::human_duration(wait.unwrap_or_default());
    walk.find(
        format!("no session began within {within}"),
        "open one, then `ddctl setup first-event`",
    );
    Exit::Failed
}

/// By polling, the events are sent here; by webhooks they come by themselves.
async fn send(walk: &Walk<'_>, since: Timestamp) -> anyhow::Result<Exit> {
    match delivery(walk) {
        Some(Delivery::Relay | Delivery::Webhook) => Ok(Exit::Done),
        _ => {
            let since = since.to_string();
            let line = [
                "sessions", "export", "--new", "--since", &since, "--to", "logs", "--yes",
            ];
            walk.stage.run(&line).await
        }
    }
}

/// Looks for the session's events in Datadog, where a key may look.
async fn look_for(
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
            (text(log, &["usr", "email"]), Tone::Plain),
            (text(log, &["connection", "name"]), Tone::Plain),
            (at.unwrap_or_default(), Tone::Dim),
        ]);
    }
    let ui = walk.ui();
    let text = table.render(ui.table_width(), ui.options().stderr_palette);
    ui.status("");
    ui.status(text.trim_end());
}

fn text(log: &FoundLog, path: &[&str]) -> String {
    let custom = log.attributes.custom.as_ref();
    let mut parts = path.iter();
    let first = parts.next().and_then(|first| custom?.get(*first));
    let value = parts.fold(first, |value, part| value?.get(part));
    let found = value.and_then(serde_json::Value::as_str);
    found.unwrap_or("-").to_owned()
}
