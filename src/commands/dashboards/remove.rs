//! `ddctl dashboards remove`.

use clap::Args;

use crate::commands::as_code::{self, Ownership, Place, Removal};
use crate::commands::flags::DatadogAccess;
use crate::context::Context;
use crate::error::Exit;
use crate::monitors::as_code::Kind;

/// Remove dashboards of ours from Datadog
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl dashboards remove hoop/sessions
  ddctl dashboards remove --all --namespace review-17 --yes

Lists what would go and asks. Only dashboards with a mark of the namespace go.")]
pub struct Remove {
    #[command(flatten)]
    removal: Removal,
    #[command(flatten)]
    ownership: Ownership,
    #[command(flatten)]
    datadog: DatadogAccess,
}

pub async fn run(context: &Context, args: &Remove) -> anyhow::Result<Exit> {
    let place = Place::open(context, &args.datadog, &args.ownership, Kind::Dashboard)?;
    as_code::remove(&place, &args.removal).await
}
