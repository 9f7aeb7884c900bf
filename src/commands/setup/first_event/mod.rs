//! The last step: a session of now, from the gateway to Datadog.

mod looking;
mod pushed;
mod script;
mod waiting;

use std::time::Duration;

use jiff::Timestamp;

use self::script::Opened;
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
    let Some(pushed) = pushed_from(walk, &gateway).await? else {
        return Ok((None, Exit::Failed));
    };
    let is_pushed = pushed != Pushed::Any;
    invite(walk, &gateway, &pushed);
    let awaited = match script::open(walk, &gateway, script, &pushed).await? {
        Opened::Session(id) => Awaited::Session(id),
        Opened::Left => return Ok((None, Exit::Done)),
        Opened::Not if !walk.can_ask() && wait.is_none() => return Ok((None, Exit::Failed)),
        Opened::Not => {
            let at = walk.ui().moment(since);
            walk.explain(&format!("Waiting for a session that begins from {at} on."));
            Awaited::AnySince(since, pushed)
        }
    };
    let Some(session) = waiting::wait(walk, &gateway, &awaited, wait).await? else {
        return Ok((None, gave_up(walk, wait)));
    };
    let sent = send(walk, since).await?;
    if sent != Exit::Done {
        return Ok((None, sent));
    }
    let event = looking::look_for(walk, &gateway, &session, is_pushed).await?;
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

/// Which sessions reach Datadog by the way that was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// All of them: somebody polls the gateway.
    Any,
    /// Those on these connections: the gateway pushes no others.
    From(Vec<String>),
}

impl Pushed {
    fn has(&self, connection: &str) -> bool {
        match self {
            Pushed::Any => true,
            Pushed::From(names) => names.iter().any(|name| name == connection),
        }
    }
}

/// `None` where no session can arrive.
async fn pushed_from(walk: &mut Walk<'_>, gateway: &Gateway) -> anyhow::Result<Option<Pushed>> {
    let way = delivery(walk);
    if !matches!(way, Some(Delivery::Relay | Delivery::Webhook)) {
        return Ok(Some(Pushed::Any));
    }
    let plugin = gateway.plugin("webhooks").await?;
    let attached = plugin.map(|plugin| plugin.connections).unwrap_or_default();
    let names: Vec<String> = attached.into_iter().map(|one| one.name).collect();
    match (names.is_empty(), way) {
        (false, _) => Ok(Some(Pushed::From(names))),
        // It reads the gateway's list of sessions as well.
        (true, Some(Delivery::Relay)) => Ok(Some(Pushed::Any)),
        (true, _) => {
            walk.find(
                "no connection is attached to the gateway's webhooks: it pushes nothing",
                "`ddctl setup webhooks` attaches some",
            );
            Ok(None)
        }
    }
}

fn invite(walk: &Walk<'_>, gateway: &Gateway, pushed: &Pushed) {
    let ui = walk.ui();
    let palette = ui.options().stderr_palette;
    ui.status("");
    ui.status(&palette.paint(Tone::Strong, "The first event"));
    if delivery(walk) == Some(Delivery::Relay) {
        walk.explain("Start the relay in another shell, where the gateway reaches it:");
        super::ending::say_relay(walk);
        if *pushed == Pushed::Any {
            walk.explain(
                "No connection is attached: the relay finds the session in the gateway's list, \
                 within five minutes.",
            );
        }
    }
    let connections = walk.gateway.iter().flat_map(|gateway| &gateway.connections);
    let mut fit = connections.filter(|one| one.status != "offline" && pushed.has(&one.name));
    let name = fit.next().map_or("NAME", |one| one.name.as_str());
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
