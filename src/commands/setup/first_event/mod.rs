//! The last step: a session of now, from the gateway to Datadog.

mod looking;
mod script;
mod waiting;

use std::time::Duration;

use jiff::Timestamp;

pub use self::script::ScriptFlags;
use self::waiting::Awaited;
use super::view::FirstEvent;
use super::walk::Walk;
use crate::domain::delivery::Delivery;
use crate::error::Exit;
use crate::gateway::Gateway;
use crate::ui::Tone;
use crate::wizard::{Field, StepId};

/// Whether the step takes place, and what came of it.
pub async fn run(
    walk: &mut Walk<'_>,
    wait: Option<Duration>,
    script: &ScriptFlags,
) -> anyhow::Result<(Option<FirstEvent>, Exit)> {
    if !is_wanted(walk, wait, script) {
        return Ok((None, Exit::Done));
    }
    let context = walk.stage.context()?;
    let gateway = context.gateway(&walk.mode.secrets)?;
    // The gateway cuts fractions of a second.
    let since = gateway.by_its_clock(context.now());
    let since = Timestamp::from_second(since.as_second()).unwrap_or(since);
    invite(walk, &gateway);
    let awaited = match script::open(walk, &gateway, script).await? {
        Some(id) => Awaited::Session(id),
        None => {
            let at = walk.ui().moment(since);
            walk.explain(&format!("Waiting for a session that begins from {at} on."));
            Awaited::AnySince(since)
        }
    };
    let Some(session) = waiting::wait(walk, &gateway, &awaited, wait).await? else {
        return Ok((None, gave_up(walk, wait)));
    };
    let sent = send(walk, since).await?;
    if sent != Exit::Done {
        return Ok((None, sent));
    }
    let event = looking::look_for(walk, &gateway, &session).await?;
    let is_stopped = *walk.stage.parent.cancel().borrow();
    let exit = match event.state {
        "missing" if is_stopped => Exit::Interrupted,
        "missing" => Exit::AnswerIsNo,
        _ => Exit::Done,
    };
    if exit == Exit::Done {
        walk.memory.record.done.insert(StepId::FirstEvent);
    }
    Ok((Some(event), exit))
}

/// It is once enough, unless it is asked for; without a terminal somebody has to say how long.
fn is_wanted(walk: &Walk<'_>, wait: Option<Duration>, script: &ScriptFlags) -> bool {
    let is_chosen = walk.mode.chosen == Some(StepId::FirstEvent);
    let is_of_another = walk.mode.chosen.is_some() && !is_chosen;
    let was_there = walk.memory.record.done.contains(&StepId::FirstEvent);
    let is_told = wait.is_some() || script.is_given();
    let can_wait = is_told || walk.can_ask();
    let is_skipped = walk.answers.skips(StepId::FirstEvent) && !is_chosen;
    can_wait && !is_of_another && !is_skipped && (is_chosen || is_told || !was_there)
}

fn delivery(walk: &Walk<'_>) -> Option<Delivery> {
    let word = walk.answers.get(Field::Delivery)?;
    word.parse().ok()
}

fn invite(walk: &Walk<'_>, gateway: &Gateway) {
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
}

fn gave_up(walk: &mut Walk<'_>, wait: Option<Duration>) -> Exit {
    if *walk.stage.parent.cancel().borrow() {
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
