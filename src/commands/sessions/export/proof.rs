//! Whether what an export sent is at Datadog.

use super::Export;
use super::plan::{Plan, What};
use crate::commands::receipts::{Selected, Subject, verified};
use crate::commands::shipping::Verification;
use crate::commands::shipping::positions::Unread;
use crate::context::Context;
use crate::gateway::Gateway;

/// Proves the sessions that the run read, as far as they had come when it began.
pub(super) async fn verification(
    context: &Context,
    args: &Export,
    gateway: &Gateway,
    plan: &Plan,
) -> anyhow::Result<Option<Verification>> {
    let (What::Ranges(Unread { ranges, .. }), Some(range), true) =
        (&plan.what, plan.range, args.proof.verify)
    else {
        return Ok(None);
    };
    let subject = Subject {
        range,
        ranges: ranges.clone(),
        as_of: Some(plan.now),
        selected: Selected::Sessions(args.filter.filter()),
        wait: args.proof.verify_wait,
    };
    let answer = verified(context, gateway, &args.datadog, &subject).await?;
    Ok(Some(answer.into()))
}
