//! Connections of the plugin `webhooks`: whose sessions are pushed. A connection is attached under
//! a valid enterprise licence alone: under the open-source one the gateway refuses every session
//! on it from then on (hoophq/hoop `gateway/transport/plugins/webhooks/webhooks.go`).

use super::access::Ways;
use super::ready::{Licence, WITHOUT};
use crate::context::Context;
use crate::domain::connection::glob_matches;
use crate::error::UsageError;
use crate::gateway::ConnectionInfo;
use crate::ui::counted;

/// The connections that are wanted and not attached yet.
pub async fn plan(
    ways: &Ways,
    patterns: &[String],
    licence: Licence,
) -> anyhow::Result<Vec<ConnectionInfo>> {
    if patterns.is_empty() {
        return Ok(Vec::new());
    }
    if let Licence::Silent(name) = licence {
        let why = format!(
            "under the gateway's {name} licence an attached connection has every session refused, \
             so none is attached"
        );
        return Err(UsageError::with_hint(why, WITHOUT).into());
    }
    let connections = ways.gateway.connections().await?;
    for pattern in patterns {
        if !connections.iter().any(|it| glob_matches(pattern, &it.name)) {
            return Err(UsageError::with_hint(
                format!("no connection is named `{pattern}`"),
                "`ddctl config check` shows what the gateway has; * stands for anything in a name",
            )
            .into());
        }
    }
    let plugin = ways.gateway.plugin("webhooks").await?;
    let attached = plugin.map(|plugin| plugin.connections);
    let is_attached = |name: &String| attached.iter().flatten().any(|it| it.name == *name);
    let is_wanted = |name: &String| patterns.iter().any(|it| glob_matches(it, name));
    Ok(connections
        .into_iter()
        .filter(|it| is_wanted(&it.name) && !is_attached(&it.name))
        .collect())
}

/// Asks whether they are to be attached, before anything is changed.
pub fn is_agreed(context: &Context, wanted: &[ConnectionInfo]) -> anyhow::Result<bool> {
    if wanted.is_empty() {
        return Ok(true);
    }
    let names: Vec<&str> = wanted.iter().map(|it| it.name.as_str()).collect();
    let names = names.join(", ");
    let count = counted(wanted.len() as u64, "connection");
    context.ui.status(&format!("not attached yet: {names}"));
    let question = format!("Push the sessions of {count} from now on?");
    context.ui.confirm(&question, "--yes")
}

/// Attaches them. The others stay attached as they are.
pub async fn attach(
    context: &Context,
    ways: &Ways,
    wanted: &[ConnectionInfo],
) -> anyhow::Result<()> {
    for connection in wanted {
        ways.gateway.attach_to_webhooks(&connection.id).await?;
    }
    if !wanted.is_empty() {
        let count = counted(wanted.len() as u64, "connection");
        context.ui.status(&format!("attached {count}"));
    }
    Ok(())
}
