//! What must be there before an endpoint can be: the plugin, the application, the event types. And
//! what the licence means, read before anything is touched.

use super::access::Ways;
use crate::context::Context;
use crate::domain::endpoint::NewEventType;
pub use crate::domain::endpoint::{EVENT_TYPES, TEST};
use crate::error::UsageError;
use crate::gateway::LicenceKind;

/// The paths that work without webhooks of sessions.
pub const WITHOUT: &str = "what works without: `ddctl sessions export --follow --to logs` ships the \
    same events and more by polling; event routing of the gateway runs a runbook for each closed \
    session; `ddctl webhooks register --print-hook-script` prints a script for the runbook hooks";

/// Whether the gateway pushes events of sessions at all.
pub async fn licence(context: &Context, ways: &Ways) -> anyhow::Result<Licence> {
    let info = ways.gateway.server_info().await?;
    if !info.has_webhook_app_key {
        let why = "the gateway has no webhooks: WEBHOOK_APPKEY is not set on it";
        return Err(UsageError::with_hint(why, WITHOUT).into());
    }
    let licence = match info.licence.kind {
        LicenceKind::Enterprise if info.licence.is_valid => Licence::Pushes,
        LicenceKind::Oss => Licence::Silent("open-source"),
        _ => Licence::Silent("present"),
    };
    if let Licence::Silent(name) = licence {
        context.ui.warning(&format!(
            "under its {name} licence the gateway pushes no session events, and refuses every \
             session on a connection that is attached to its webhooks plugin; ddctl attaches none. \
             {WITHOUT}"
        ));
    }
    Ok(licence)
}

/// What the gateway's licence means for webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Licence {
    Pushes,
    /// No event of a session is pushed; the licence by its name.
    Silent(&'static str),
}

/// Enables the plugin and has the application made, after asking. `false` where nobody wanted it.
pub async fn prepare(context: &Context, ways: &Ways) -> anyhow::Result<bool> {
    if ways.gateway.plugin("webhooks").await?.is_none() {
        let question = "Enable the gateway's webhooks plugin, with no connection attached?";
        if !context.ui.confirm(question, "--yes")? {
            return Ok(false);
        }
        ways.gateway.enable_webhooks_plugin().await?;
        context
            .ui
            .status("enabled the webhooks plugin, with no connection attached");
        return Ok(true);
    }
    if !ways.has_application().await? {
        let question = "Svix has no application for the gateway. Have the gateway make it?";
        if !context.ui.confirm(question, "--yes")? {
            return Ok(false);
        }
        ways.gateway.recreate_webhooks_application().await?;
        context
            .ui
            .status("had the gateway make its application at Svix");
    }
    Ok(true)
}

/// Makes those of the event types that are missing, after asking: open-source Svix refuses an
/// endpoint that filters by a type it does not know. `false` where nobody wanted it.
pub async fn make_event_types(
    context: &Context,
    ways: &Ways,
    wanted: &[NewEventType],
) -> anyhow::Result<bool> {
    let known = ways.event_types().await?;
    let missing: Vec<&NewEventType> = wanted
        .iter()
        .filter(|it| !known.iter().any(|name| name == it.name))
        .collect();
    if missing.is_empty() {
        return Ok(true);
    }
    let names: Vec<&str> = missing.iter().map(|it| it.name).collect();
    let question = format!("Make known to Svix: {}?", names.join(", "));
    if !context.ui.confirm(&question, "--yes")? {
        return Ok(false);
    }
    for event_type in missing {
        ways.create_event_type(event_type).await?;
        let name = event_type.name;
        context.ui.status(&format!("made the event type {name}"));
    }
    Ok(true)
}
