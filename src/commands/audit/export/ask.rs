//! What is asked before much is sent, or what Datadog takes under another time alone.

use jiff::Timestamp;

use super::Export;
use super::plan::{Plan, What};
use crate::commands::shipping::{MANY, are_late_wanted};
use crate::context::Context;
use crate::delivery::OLDEST;
use crate::domain::intervals::Intervals;
use crate::gateway::Gateway;
use crate::sources::audit::{AuditFilter, Estimate, estimate};
use crate::ui::counted;

/// Whether to go on; counts what there is to read for whoever watches. What a cursor leaves to
/// `--new` and `--follow` is what they were set up for.
///
/// # Errors
///
/// Nobody can be asked, and no flag has answered.
pub(super) async fn goes_on(
    context: &Context,
    args: &Export,
    gateway: &Gateway,
    plan: &Plan,
) -> anyhow::Result<bool> {
    let is_answered = context.ui.options().assume_yes || args.delivery.dry_run;
    let is_answered = is_answered || (args.goes_on() && plan.has_position());
    let is_counted = context.ui.draws_progress() && matches!(plan.what, What::Ranges(_));
    if is_answered && !is_counted {
        return Ok(true);
    }
    let old_before = Timestamp::now() - OLDEST;
    let whole: Intervals = [plan.range].into_iter().collect();
    let ranges = match &plan.what {
        What::Ranges(ranges) => ranges,
        What::Following(_) => &whole,
    };
    let filter = args.filter.filter();
    let estimate = estimate(gateway, ranges, &filter, old_before).await;
    // With conditions that the gateway does not know it counts too many.
    if let (Ok(estimate), true) = (&estimate, filter == AuditFilter::default()) {
        plan.course.expect(estimate.rows);
    }
    if is_answered {
        return Ok(true);
    }
    let estimate = estimate?;
    let old =
        (estimate.old > 0).then(|| format!("up to {} happened", counted(estimate.old, "change")));
    Ok(is_wanted_all(context, estimate)? && are_late_wanted(context, &args.delivery, old)?)
}

fn is_wanted_all(context: &Context, estimate: Estimate) -> anyhow::Result<bool> {
    if estimate.rows <= MANY {
        return Ok(true);
    }
    let question = format!("Send up to {}?", counted(estimate.rows, "event"));
    context.ui.confirm(&question, "--yes")
}
