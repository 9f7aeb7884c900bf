//! `ddctl dashboards plan`.

use clap::Args;

use super::target::Targets;
use crate::commands::as_code::{self, Ownership, Place};
use crate::commands::flags::DatadogAccess;
use crate::context::Context;
use crate::error::Exit;
use crate::monitors::as_code::Kind;

/// Show what `apply` would do: made, changed field by field, left alone, no longer in a file
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl dashboards plan
  ddctl dashboards plan dashboards/ --check
  ddctl dashboards plan -o json | jq '.steps[].changes'

A dashboard is known at Datadog by the last line of its description, `ddctl:NAMESPACE/PACK/NAME`; of \
a file of your own, PACK is the folder's name and NAME the file's. What the server adds by itself, \
such as ids, is no difference. Whom it notifies and who may edit it is kept. Nothing is changed.

Exit 0, with --check 3 where Datadog is not as the files say.")]
pub struct Plan {
    #[command(flatten)]
    targets: Targets,
    /// Exit 3 where there is a difference
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    ownership: Ownership,
    #[command(flatten)]
    datadog: DatadogAccess,
}

pub async fn run(context: &Context, args: &Plan) -> anyhow::Result<Exit> {
    let files = args
        .targets
        .definitions(&args.ownership.namespace(context)?)?;
    let place = Place::open(context, &args.datadog, &args.ownership, Kind::Dashboard)?;
    as_code::plan_only(&place, &files, args.check).await
}
