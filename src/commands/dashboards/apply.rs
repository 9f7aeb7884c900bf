//! `ddctl dashboards apply`.

use clap::Args;

use super::target::Targets;
use crate::commands::as_code::{self, Carefully, Ownership, Place};
use crate::commands::flags::DatadogAccess;
use crate::context::Context;
use crate::error::Exit;
use crate::monitors::as_code::Kind;

/// Make Datadog's dashboards as the packs and files say
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl dashboards apply
  ddctl dashboards apply --pack hoop
  ddctl dashboards apply dashboards/ --prune --yes

Shows the plan and asks. Running it twice changes nothing the second time, and running it again after \
a failure goes on where it stopped. What has no mark of this namespace is never touched.

Exit 5 where it ended in the middle, with what is done and what is not.")]
pub struct Apply {
    #[command(flatten)]
    targets: Targets,
    #[command(flatten)]
    carefully: Carefully,
    #[command(flatten)]
    ownership: Ownership,
    #[command(flatten)]
    datadog: DatadogAccess,
}

pub async fn run(context: &Context, args: &Apply) -> anyhow::Result<Exit> {
    let files = args
        .targets
        .definitions(&args.ownership.namespace(context)?)?;
    let place = Place::open(context, &args.datadog, &args.ownership, Kind::Dashboard)?;
    as_code::carry_out(&place, &files, &args.carefully).await
}
