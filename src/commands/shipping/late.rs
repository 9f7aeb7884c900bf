//! What is asked before Datadog gets what it takes under another time alone.

use super::DeliveryFlags;
use crate::context::Context;
use crate::delivery::OLDEST;
use crate::domain::time::human_duration;

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
