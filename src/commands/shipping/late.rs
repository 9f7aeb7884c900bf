//! What is too old for Datadog: asked about before it is sent, and told of an estimate.

use super::{DeliveryFlags, To};
use crate::context::Context;
use crate::delivery::{LatePolicy, OLDEST};
use crate::domain::time::human_duration;
use crate::ui::counted;

/// Whether what is too old goes out under the time of sending; asks unless a flag has said it.
/// `old` names it: `up to 3 sessions began`.
///
/// # Errors
///
/// Nobody can be asked.
pub fn are_late_wanted(
    context: &Context,
    delivery: &DeliveryFlags,
    old: Option<String>,
) -> anyhow::Result<bool> {
    let Some(old) = old.filter(|_| !delivery.is_late_told()) else {
        return Ok(true);
    };
    let age = human_duration(OLDEST);
    context.ui.warning(&format!(
        "{old} more than {age} ago, and Datadog takes nothing that old"
    ));
    let question = "Send such events under the time of sending, tagged late:true?";
    context.ui.confirm(question, "--yes, or choose by --late")
}

/// What becomes of so many events that are too old; `None` where nothing minds their age.
pub fn told_of_late(delivery: &DeliveryFlags, events: u64) -> Option<String> {
    let minds = |to: &To| to.destination.is_intake();
    if events == 0 || !delivery.to.iter().any(minds) {
        return None;
    }
    let becomes = match delivery.late() {
        LatePolicy::Restamp => "under the time of sending",
        LatePolicy::Skip => "left out (--late skip)",
        LatePolicy::DeadLetter => "set aside (--late deadletter)",
    };
    let events = counted(events, "event");
    Some(format!("{events} older than Datadog takes: {becomes}"))
}
