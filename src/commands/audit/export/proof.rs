//! Whether what an export sent is at Datadog.

use super::Export;
use super::plan::{Plan, What};
use crate::commands::receipts::{Selected, Subject, verified};
use crate::commands::shipping::Verification;
use crate::context::Context;
use crate::gateway::Gateway;
use crate::sources::audit::WRITTEN_AFTER;

/// Proves the changes that the run read, but for those that may have been written down only after
/// it had.
pub(super) async fn verification(
    context: &Context,
    args: &Export,
    gateway: &Gateway,
    plan: &Plan,
) -> anyhow::Result<Option<Verification>> {
    let (What::Ranges(ranges), true) = (&plan.what, args.proof.verify) else {
        return Ok(None);
    };
    let subject = Subject {
        range: plan.range,
        ranges: ranges.clone(),
        as_of: Some(plan.now - WRITTEN_AFTER),
        selected: Selected::Changes(args.filter.filter()),
        wait: args.proof.verify_wait,
    };
    let answer = verified(context, gateway, &args.datadog, &subject).await?;
    Ok(Some(answer.into()))
}
