//! `ddctl monitors plan`.

use clap::Args;

use super::definitions::Wanted;
use crate::commands::as_code::{self, Ownership, Place};
use crate::commands::flags::DatadogAccess;
use crate::context::Context;
use crate::error::Exit;
use crate::monitors::as_code::Kind;

/// Show what `apply` would do: made, changed field by field, left alone, no longer in a file
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl monitors plan --pack hoop
  ddctl monitors plan monitors/ --check
  ddctl monitors plan --pack hoop -o json \\
      | jq '.steps[] | select(.action != \"unchanged\")'

What the server adds by itself or writes otherwise is no difference; what somebody changed by hand \
is. Options that no file sets, such as a mute, are kept and named. Nothing is changed.

A monitor is known at Datadog by its tag `ddctl:NAMESPACE/PACK/NAME`; of a file of your own, PACK is \
the folder's name and NAME the file's. What is in no file any longer is told of packs and folders, \
not of single files.

Exit 0, with --check 3 where Datadog is not as the files say.")]
pub struct Plan {
    #[command(flatten)]
    wanted: Wanted,
    /// Exit 3 where there is a difference
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    ownership: Ownership,
    #[command(flatten)]
    datadog: DatadogAccess,
}

pub async fn run(context: &Context, args: &Plan) -> anyhow::Result<Exit> {
    let namespace = args.ownership.namespace(context)?;
    let files = args.wanted.definitions(context, &namespace)?;
    let place = Place::open(context, &args.datadog, &args.ownership, Kind::Monitor)?;
    as_code::plan_only(&place, &files, args.check).await
}
