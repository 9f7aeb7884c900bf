//! `ddctl monitors apply`.

use clap::Args;

use super::definitions::Wanted;
use crate::commands::as_code::{self, Carefully, Ownership, Place};
use crate::commands::flags::DatadogAccess;
use crate::context::Context;
use crate::error::Exit;
use crate::monitors::as_code::Kind;

/// Make Datadog's monitors as the packs and files say
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl monitors apply --pack hoop --var notify='@slack-security'
  ddctl monitors apply monitors/ --prune
  ddctl monitors apply monitors/ --yes --expect-owned 12 -o json

Shows the plan and asks. Every definition is checked by Datadog before the first is changed. Running \
it twice changes nothing the second time, and running it again after a failure goes on where it \
stopped. What has no mark of this namespace is never touched, except a monitor that a file `adopts`.

It stops where a monitor would change its type, where two carry one mark, and where Datadog's list \
leaves out what was made here: that is a wrong key or organisation more often than it is not.

Exit 5 where it ended in the middle, with what is done and what is not.")]
pub struct Apply {
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    carefully: Carefully,
    #[command(flatten)]
    ownership: Ownership,
    #[command(flatten)]
    datadog: DatadogAccess,
}

pub async fn run(context: &Context, args: &Apply) -> anyhow::Result<Exit> {
    let namespace = args.ownership.namespace(context)?;
    let files = args.wanted.definitions(context, &namespace)?;
    let place = Place::open(context, &args.datadog, &args.ownership, Kind::Monitor)?;
    as_code::carry_out(&place, &files, &args.carefully).await
}
