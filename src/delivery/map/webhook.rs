//! What became of a webhook, as a Datadog log: the session event where the gateway could be asked,
//! else what the webhook says by itself, marked; and webhooks of other types as they came.
//!
//! An event of which only the webhook is known has no attribute that the webhook does not give: no
//! kind of identity, no approval, no duration.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::log::{self, LONGEST_COMMAND, LogProfile, SOURCE};
use super::tree::{self, Tree};
use crate::delivery::cut::text_prefix;
use crate::delivery::entry::Record;
use crate::domain::event::{EventKind, ReviewState, Severity};
use crate::domain::redaction::Redactor;
use crate::domain::session::{NO_EXIT_CODE, Outcome, Verb};
use crate::domain::webhook::{Closing, Opening, PartialEvent, RawWebhook, Told, WebhookEvent};

/// The revision of an event that went out incomplete before.
const REVISION: u64 = 2;

/// The record of `event`. Free text passes the redactor, that of unknown payloads too.
pub fn to_record(event: &WebhookEvent, profile: &LogProfile, redactor: &Redactor) -> Record {
    let (order_by, timestamp, body) = match event {
        WebhookEvent::Session(event) => return log::to_record(event, profile, redactor),
        WebhookEvent::Partial(event) => (
            &event.session_id,
            event.received,
            partial_log(event, profile, redactor),
        ),
        WebhookEvent::Raw(raw) => (
            &raw.message_id,
            raw.received,
            raw_log(raw, profile, redactor),
        ),
    };
    Record {
        id: event.id().to_string(),
        order_by: order_by.clone(),
        timestamp,
        body,
        number: None,
    }
}

/// The complete record of an event that went out incomplete before, under the same id.
pub fn revised(mut record: Record) -> Record {
    tree::set(&mut record.body, "evt.revision", REVISION.into());
    record
}

fn partial_log(
    event: &PartialEvent,
    profile: &LogProfile,
    redactor: &Redactor,
) -> Map<String, Value> {
    let outcome = outcome(event);
    let mut log = incomplete(profile, event.received);
    log.set("status", Severity::of(outcome).as_str());
    log.set("message", &*redactor.redact(&message(event)));
    log.set("evt.name", event.kind.name());
    log.set("evt.outcome", outcome.as_str());
    log.set("evt.id", event.id.to_string());
    log.set("session.id", event.session_id.as_str());
    log.set_text("session.url", &event.url);
    log.set("session.seq", event.kind.seq());
    log.set_known("connection.environment", event.environment.as_deref());
    match &event.told {
        Told::Opened(opening) => set_opening(&mut log, opening, redactor),
        Told::ReviewAsked => {}
        Told::Closed(closing) => set_closing(&mut log, closing, outcome, redactor),
    }
    if event.kind == EventKind::Review(ReviewState::Pending) {
        log.set("approval.required", true);
        log.set("approval.status", ReviewState::Pending.as_str());
    }
    log.into_map()
}

fn incomplete(profile: &LogProfile, received: Timestamp) -> Tree {
    let mut log = Tree::default();
    log.set("ddsource", SOURCE);
    log.set_profile(profile);
    log.set("timestamp", received.as_millisecond());
    log.set("evt.incomplete", true);
    log
}

fn outcome(event: &PartialEvent) -> Outcome {
    match &event.told {
        Told::Closed(closing) => match closing.exit_code {
            Some(0) => Outcome::Success,
            // The gateway's own code: failed or blocked, and it does not say which.
            Some(NO_EXIT_CODE) | None => Outcome::Unknown,
            Some(_) => Outcome::Failure,
        },
        Told::Opened(_) | Told::ReviewAsked => Outcome::Unknown,
    }
}

fn set_opening(log: &mut Tree, opening: &Opening, redactor: &Redactor) {
    log.set_text("usr.id", &opening.user_id);
    log.set_text("usr.email", &opening.user_email);
    log.set_text("connection.name", &opening.connection);
    log.set_text("connection.type", &opening.connection_type);
    log.set_known("session.verb", opening.verb.map(Verb::as_str));
    if let Some(input) = &opening.input {
        // Of a text that the gateway cut nobody knows the hash.
        match opening.is_input_cut {
            true => set_beginning(log, input, redactor),
            false => log::set_command(log, input, redactor),
        }
    }
}

fn set_beginning(log: &mut Tree, input: &str, redactor: &Redactor) {
    let redacted = redactor.redact(input);
    log.set("session.command", text_prefix(&redacted, LONGEST_COMMAND));
    log.set("session.command_truncated", true);
}

fn set_closing(log: &mut Tree, closing: &Closing, outcome: Outcome, redactor: &Redactor) {
    log.set_known("session.exit_code", closing.exit_code);
    if let Some(error) = &closing.error {
        log.set("error.message", &*redactor.redact(error));
    }
    if outcome == Outcome::Failure {
        log.set("error.kind", "exit_code");
    }
}

/// One line: who, what and where, as far as it is known.
fn message(event: &PartialEvent) -> String {
    let what = match &event.told {
        Told::Opened(opening) => opened(opening, event.kind),
        Told::ReviewAsked => "a session waits for an approval".to_owned(),
        Told::Closed(closing) => match closing.exit_code {
            Some(code) => format!("a session ended with exit code {code}"),
            None => "a session ended, nobody knows how".to_owned(),
        },
    };
    let line = format!(
        "{what}; the gateway could not be asked for more — {}",
        event.url
    );
    line.replace(char::is_control, " ")
}

fn opened(opening: &Opening, kind: EventKind) -> String {
    let names = [&opening.user_email, &opening.user_id];
    let who = names.into_iter().find(|name| !name.is_empty());
    let who = who.map_or("somebody unknown", String::as_str);
    let what = match (kind, opening.verb) {
        (EventKind::Open, Some(Verb::Exec)) => "started a script",
        (EventKind::Open, _) => "opened a session",
        (_, Some(Verb::Exec)) => "asked to run a script",
        (_, _) => "asked for a session",
    };
    match opening.connection.as_str() {
        "" => format!("{who} {what}"),
        connection => format!("{who} {what} on {connection}"),
    }
}

fn raw_log(raw: &RawWebhook, profile: &LogProfile, redactor: &Redactor) -> Map<String, Value> {
    let mut log = incomplete(profile, raw.received);
    log.set("status", Severity::Info.as_str());
    let what = match raw.event_type.as_deref() {
        Some(event_type) => format!("the gateway sent a webhook of the type {event_type}"),
        None => "the gateway sent a webhook that names no type".to_owned(),
    };
    let line = what.replace(char::is_control, " ");
    log.set("message", &*redactor.redact(&line));
    log.set("evt.name", RawWebhook::NAME);
    log.set("evt.outcome", Outcome::Unknown.as_str());
    log.set("evt.id", raw.id().to_string());
    if raw.is_test() {
        log.set("evt.test", true);
    }
    log.set("webhook.id", raw.message_id.as_str());
    log.set_known("webhook.type", raw.event_type.as_deref());
    log.set("webhook.payload", redacted(&raw.payload, redactor));
    log.into_map()
}

/// As it is, but for secrets. The rules look at its whole text, since a name says what the value
/// beside it is.
fn redacted(payload: &Value, redactor: &Redactor) -> Value {
    if let Value::String(text) = payload {
        return redactor.redact(text).into();
    }
    let text = payload.to_string();
    match redactor.redact(&text) {
        Cow::Borrowed(_) => payload.clone(),
        Cow::Owned(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
    }
}

#[cfg(test)]
mod tests;
