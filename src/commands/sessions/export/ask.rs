//! What is asked before much is sent, or what Datadog takes under another time alone.

use jiff::Timestamp;

use super::Export;
use super::plan::{Plan, What};
use crate::commands::shipping::{MANY, are_late_wanted};
use crate::context::Context;
use crate::delivery::OLDEST;
use crate::domain::intervals::Intervals;
use crate::gateway::Gateway;
use crate::sources::{self, Estimate, SessionFilter, SourceError};
use crate::ui::counted;

/// A session opens and closes; few are reviewed or blocked.
const EVENTS_PER_SESSION: u64 = 2;

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
    let estimate = estimate(args, gateway, plan).await;
    // With conditions that the gateway does not know it counts too many.
    let is_exact = args.filter.filter() == SessionFilter::default();
    if let (Ok(estimate), true) = (&estimate, is_exact) {
        plan.course.expect(estimate.sessions);
    }
    if is_answered {
        return Ok(true);
    }
    let estimate = estimate?;
    let is_any_old = estimate.old > 0 && args.has_events();
    let old = is_any_old.then(|| format!("up to {} began", counted(estimate.old, "session")));
    Ok(is_wanted_all(context, estimate)? && are_late_wanted(context, &args.delivery, old)?)
}

async fn estimate(args: &Export, gateway: &Gateway, plan: &Plan) -> Result<Estimate, SourceError> {
    let old_before = Timestamp::now() - OLDEST;
    let whole: Intervals = plan.range.into_iter().collect();
    let ranges = match &plan.what {
        What::Sessions(references) => {
            return sources::estimate_sessions(gateway, references, old_before).await;
        }
        What::Ranges(unread) => &unread.ranges,
        What::Following(_) => &whole,
    };
    let filter = args.filter.filter();
    let mut estimate = sources::estimate(gateway, ranges, &filter, old_before).await?;
    if let Some(limit) = args.limit {
        estimate.sessions = estimate.sessions.min(limit as u64);
    }
    Ok(estimate)
}

fn is_wanted_all(context: &Context, estimate: Estimate) -> anyhow::Result<bool> {
    let events = estimate.sessions.saturating_mul(EVENTS_PER_SESSION);
    if events <= MANY {
        return Ok(true);
    }
    let sessions = counted(estimate.sessions, "session");
    let question = format!("Send about {events} events, of up to {sessions}?");
    context.ui.confirm(&question, "--yes")
}
