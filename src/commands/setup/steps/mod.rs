//! Each step: what is asked, held against the real service at once.

mod api_key;
mod app_key;
mod connections;
mod delivery;
mod facets;
mod gateway;
mod packs;
mod secret;
mod spread;
mod webhooks;

pub use packs::apply as apply_packs;
pub use webhooks::{Registered, endpoint_name, register_line};

use super::walk::{Turn, Walk};
use crate::config::SecretKind;
use crate::wizard::{Step, StepId};

/// Walks one step.
pub async fn walk(
    walk: &mut Walk<'_>,
    step: &'static Step,
    is_asked: bool,
) -> anyhow::Result<Turn> {
    match step.id {
        StepId::Site => fields(walk, step, is_asked),
        StepId::ApiKey => api_key::walk(walk, step, is_asked).await,
        StepId::AppKey => app_key::walk(walk, step, is_asked).await,
        StepId::Gateway => gateway::walk(walk, step, is_asked).await,
        StepId::Delivery => delivery::walk(walk, step, is_asked),
        StepId::Labels => fields(walk, step, is_asked),
        StepId::Connections => connections::walk(walk, step, is_asked),
        StepId::Webhooks => webhooks::walk(walk, step, is_asked).await,
        StepId::Packs => packs::walk(walk, step, is_asked).await,
        StepId::Facets => facets::walk(walk, step, is_asked),
        // It is the last one, after everything was saved.
        StepId::FirstEvent => Ok(Turn::Next),
    }
}

/// The key or token that a step is about.
pub fn secret_of(step: StepId) -> Option<SecretKind> {
    match step {
        StepId::ApiKey => Some(SecretKind::ApiKey),
        StepId::AppKey => Some(SecretKind::AppKey),
        StepId::Gateway => Some(SecretKind::GatewayToken),
        _ => None,
    }
}

/// Whether a secret of that kind can be had without asking anybody.
pub fn is_lying_around(walk: &Walk<'_>, kind: SecretKind) -> anyhow::Result<bool> {
    Ok(secret::lying_around(walk, kind)?.is_some())
}

/// A step that has questions and nothing to check them by but themselves.
fn fields(walk: &mut Walk<'_>, step: &'static Step, is_asked: bool) -> anyhow::Result<Turn> {
    if is_asked {
        for field in step.asks {
            if let Some(found) = walk
                .found
                .get(field)
                .filter(|found| !found.is_default && walk.answers.get(*field).is_none())
            {
                let text = format!("found {} in {}", found.value, found.place);
                walk.explain(&text);
            }
        }
    }
    for field in step.asks {
        match walk.ask(*field, is_asked)? {
            Turn::Next => {}
            turn => return Ok(turn),
        }
    }
    let said = step
        .asks
        .iter()
        .filter_map(|field| walk.answers.filled(*field));
    let said = said.collect::<Vec<_>>().join("  ");
    walk.note(step, "done", Some(said));
    Ok(Turn::Next)
}
