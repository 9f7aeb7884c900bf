//! Sending again: one message, or all that failed (`v1/endpoints/endpoint/recovery.rs`,
//! `v1/endpoints/attempt.rs`). Neither is tried again when it fails.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

use super::attempts::{Attempt, Trigger};
use super::clock::stamp;
use super::delivery::Delivery;
use super::refusal::Refusal;
use super::{Answered, Visit, body};

/// 202 also where the endpoint is disabled and nothing is sent.
pub fn resend(
    visit: &mut Visit<'_>,
    app: &str,
    id: &str,
    endpoint: &str,
) -> Result<Answered, Refusal> {
    let application = visit.state.application(app)?;
    let message = application.messages.find(id);
    let message = message.ok_or_else(Refusal::not_found)?.id.clone();
    let endpoint = application.endpoint(endpoint)?.id.clone();
    let delivery = Delivery::new(application, &message, &endpoint);
    visit.svix.deliver(delivery, Trigger::Manual);
    Ok((202, Some(json!({}))))
}

#[derive(Deserialize)]
struct RecoverIn {
    since: Timestamp,
    until: Option<Timestamp>,
}

/// Sends what failed in the range and has not got through in it.
pub fn recover(visit: &mut Visit<'_>, app: &str, endpoint: &str) -> Result<Answered, Refusal> {
    let given: RecoverIn = body::read(visit.body)?;
    let until = given.until.unwrap_or(visit.now);
    let most = SignedDuration::from_hours(14 * 24) + SignedDuration::from_mins(5);
    if until.duration_since(given.since) > most {
        let complaint = "Cannot recover more than 14 days of messages";
        return Err(Refusal::invalid(&["body", "since"], complaint));
    }
    let id = visit.state.issue("qtask");
    let application = visit.state.application(app)?;
    let endpoint = application.endpoint(endpoint)?.id.clone();
    let within: Vec<&Attempt> = application
        .attempts
        .values()
        .filter(|it| it.endpoint == endpoint && (given.since..until).contains(&it.timestamp))
        .collect();
    let got_through = |message: &str| {
        within
            .iter()
            .any(|it| it.is_success && it.message == message)
    };
    let mut failed: Vec<&str> = within.iter().map(|it| it.message.as_str()).collect();
    failed.sort_unstable();
    failed.dedup();
    for message in failed.into_iter().filter(|it| !got_through(it)) {
        let delivery = Delivery::new(application, message, &endpoint);
        visit.svix.deliver(delivery, Trigger::Manual);
    }
    let shown = json!({
        "id": id,
        "status": "running",
        "task": "endpoint.recover",
        "updatedAt": stamp(visit.now),
    });
    Ok((202, Some(shown)))
}
