//! The first words and the last ones: where this run begins, what it leaves, what to run next.

use super::steps::endpoint_name;
use super::walk::Walk;
use crate::config::DEFAULT_PROFILE;
use crate::domain::delivery::Delivery;
use crate::error::Exit;
use crate::ui::Tone;
use crate::wizard::{Field, StepId};

pub fn greet(walk: &Walk<'_>) {
    let ui = walk.ui();
    let (profile, path) = (&walk.stage.profile, walk.stage.path.display());
    let state = match (
        &walk.memory.record.completed,
        walk.memory.record.is_half_way(),
    ) {
        (Some(at), _) => format!(", set up {}", ui.time(*at)),
        (None, true) => ", going on where you left".to_owned(),
        (None, false) => String::new(),
    };
    ui.status(&format!("Profile {profile} in {path}{state}"));
    if walk.can_ask() && walk.memory.record.completed.is_none() {
        walk.explain(
            "Enter takes what stands in brackets. `back`, `skip`, `-` for nothing; Ctrl-C leaves, \
             and `ddctl setup` goes on. Nothing is changed before you have seen it and said yes.",
        );
    }
}

/// Somebody left.
pub fn left(walk: &Walk<'_>) -> Exit {
    let at = crate::wizard::STEPS
        .iter()
        .map(|step| step.id)
        .filter(|id| !walk.memory.record.done.contains(id) && !walk.answers.skips(*id))
        .find(|id| *id != StepId::FirstEvent);
    let ui = walk.ui();
    ui.status("");
    ui.status(match at {
        Some(_) => "left; your answers are kept, keys and tokens are not",
        None => "left; your answers are kept",
    });
    ui.status(&format!("`ddctl setup{}` goes on", named(walk)));
    Exit::Interrupted
}

fn named(walk: &Walk<'_>) -> String {
    match walk.stage.profile.as_str() {
        DEFAULT_PROFILE => String::new(),
        name => format!(" --profile {name}"),
    }
}

/// Remembers that it came to its end.
pub fn complete(walk: &mut Walk<'_>) -> anyhow::Result<()> {
    if walk.mode.chosen.is_none() {
        walk.memory.record.completed = Some(walk.stage.parent.now());
    }
    walk.memory.record.answers = walk.answers.clone();
    walk.memory.keep()
}

/// What runs it from here on: by hand, and what prints the file that runs it for good.
pub fn next(walk: &Walk<'_>) -> Vec<String> {
    let way = walk.answers.get(Field::Delivery).unwrap_or_default();
    let lines = match way.parse() {
        Ok(Delivery::Export) => vec![
            "sessions export --new --to logs".to_owned(),
            manifest("cronjob"),
        ],
        Ok(Delivery::Follow) => {
            vec![
                "sessions export --follow --to logs".to_owned(),
                manifest("deployment"),
            ]
        }
        Ok(Delivery::Relay) => vec![relay(walk), manifest("relay")],
        Ok(Delivery::Webhook) => {
            vec![format!(
                "webhooks deliveries {}",
                endpoint_name(&walk.stage.profile)
            )]
        }
        Err(_) => Vec::new(),
    };
    let profile = named(walk);
    lines
        .into_iter()
        .map(|line| format!("ddctl {line}{profile}"))
        .collect()
}

fn manifest(kind: &str) -> String {
    format!("manifest {kind}")
}

/// The relay by hand.
pub fn relay(walk: &Walk<'_>) -> String {
    let file = walk
        .answers
        .get(Field::SigningSecretFile)
        .unwrap_or_default();
    format!("relay --listen 0.0.0.0:8080 --signing-secret-file {file} --to logs")
}

pub fn say_next(walk: &Walk<'_>, next: &[String]) {
    let ui = walk.ui();
    if next.is_empty() {
        return;
    }
    let palette = ui.options().stderr_palette;
    ui.status("");
    ui.status(&palette.paint(Tone::Strong, "What runs it from here on"));
    for line in next {
        ui.status(&format!("  {line}"));
    }
    if next.iter().any(|line| line.contains(" manifest ")) {
        walk.explain("`manifest systemd` and `manifest compose` do it without Kubernetes.");
    }
}
