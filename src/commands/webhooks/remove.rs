//! `ddctl webhooks remove`.

use clap::Args;

use super::access::WebhookAccess;
use super::view::EndpointRow;
use crate::context::Context;
use crate::error::Exit;

/// Remove an endpoint: nothing is sent to it any more
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl webhooks remove ddctl
  ddctl webhooks remove ep_2xKq… --yes

Its secret, its headers and the list of its deliveries go with it. The plugin, the event types and \
the attached connections stay.")]
pub struct Remove {
    /// Its name, or its id
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    access: WebhookAccess,
}

pub async fn run(context: &Context, args: &Remove) -> anyhow::Result<Exit> {
    context.require_write_or(
        "removing a webhook endpoint",
        "`ddctl webhooks show` only looks at it",
    )?;
    let ways = args.access.open(context).await?;
    let endpoint = ways.endpoint(&args.name).await?;
    let row = EndpointRow::of(&endpoint);
    let question = format!("Remove {}, which points to {}?", row.name(), row.url);
    if !context.ui.confirm(&question, "--yes")? {
        context.ui.status("nothing was removed");
        return Ok(Exit::Failed);
    }
    ways.delete(&endpoint.id).await?;
    context.ui.status(&format!("removed {}", row.name()));
    context.ui.one(&row, String::new)?;
    Ok(Exit::Done)
}
