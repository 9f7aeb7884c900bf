//! `ddctl monitors remove`.

use clap::Args;

use crate::commands::as_code::{self, Ownership, Place, Removal};
use crate::commands::flags::DatadogAccess;
use crate::context::Context;
use crate::error::Exit;
use crate::monitors::as_code::Kind;

/// Remove monitors of ours from Datadog
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl monitors remove hoop/failed-sessions
  ddctl monitors remove --pack hoop
  ddctl monitors remove --all --namespace review-17 --yes

Lists what would go and asks. Only monitors with a mark of the namespace go; what a composite \
monitor or an SLO uses stays, and is named.")]
pub struct Remove {
    #[command(flatten)]
    removal: Removal,
    #[command(flatten)]
    ownership: Ownership,
    #[command(flatten)]
    datadog: DatadogAccess,
}

pub async fn run(context: &Context, args: &Remove) -> anyhow::Result<Exit> {
    let place = Place::open(context, &args.datadog, &args.ownership, Kind::Monitor)?;
    as_code::remove(&place, &args.removal).await
}
