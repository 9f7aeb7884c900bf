//! A session event as a Datadog log: the attribute table of the session event.
//!
//! Names follow Datadog's standard attributes, so that its own facets and dashboards work.
//! Dotted names are nested objects. What is not known is absent: never null, never empty. The
//! same event gives the same log on every road and at every time, but for the restamping in
//! `delivery::late`, which happens when it is sent.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::tree::Tree;
use crate::delivery::cut::text_prefix;
use crate::delivery::entry::Record;
use crate::domain::digest::hex;
use crate::domain::event::{Actor, EventKind, ReviewState, SessionEvent};
use crate::domain::redaction::Redactor;
use crate::domain::session::{NO_EXIT_CODE, Outcome, Review, ReviewStatus};

/// The longest `session.command`, in bytes.
pub const LONGEST_COMMAND: usize = 8 << 10;

/// The value of `ddsource`.
pub const SOURCE: &str = "hoop";

/// What a profile says about every log it sends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogProfile {
    pub service: String,
    /// The gateway's host.
    pub hostname: String,
    /// `key:value`, or words.
    pub tags: Vec<String>,
    /// The value of the tag `env`.
    pub env: Option<String>,
}

impl LogProfile {
    /// One comma-separated text, `env:` first; `None` where there is no tag.
    pub(super) fn ddtags(&self) -> Option<String> {
        let env = self.env.as_ref().map(|env| format!("env:{env}"));
        // The profile's own setting wins over an `env:` among its tags.
        let is_shadowed = |tag: &str| env.is_some() && tag.starts_with("env:");
        let mut tags: Vec<&str> = self
            .tags
            .iter()
            .map(|tag| tag.trim())
            .filter(|tag| !tag.is_empty() && !is_shadowed(tag))
            .collect();
        tags.sort_by_key(|tag| !tag.starts_with("env:"));
        let all: Vec<&str> = env.as_deref().into_iter().chain(tags).collect();
        (!all.is_empty()).then(|| all.join(","))
    }
}

/// The log of `event`. Free text passes the redactor: the message, the command and what a failure
/// said.
pub fn to_log(
    event: &SessionEvent,
    profile: &LogProfile,
    redactor: &Redactor,
) -> Map<String, Value> {
    let mut log = Tree::default();
    log.set("ddsource", SOURCE);
    log.set_profile(profile);
    log.set("timestamp", event.timestamp.as_millisecond());
    log.set("status", event.severity().as_str());
    log.set("message", &*redactor.redact(&event.message));
    set_event(&mut log, event);
    set_identity(&mut log, event);
    set_connection(&mut log, event);
    set_session(&mut log, event);
    if let Some(command) = &event.command {
        set_command(&mut log, command, redactor);
    }
    set_approval(&mut log, event);
    set_checks(&mut log, event, redactor);
    set_end(&mut log, event, redactor);
    log.into_map()
}

/// The record of `event`: its log, and what the pipeline needs to know of it.
pub fn to_record(event: &SessionEvent, profile: &LogProfile, redactor: &Redactor) -> Record {
    Record {
        id: event.id.to_string(),
        order_by: event.session.id.clone(),
        timestamp: event.timestamp,
        body: to_log(event, profile, redactor),
        number: None,
    }
}

fn set_event(log: &mut Tree, event: &SessionEvent) {
    log.set("evt.name", event.kind.name());
    log.set("evt.outcome", event.outcome.as_str());
    log.set("evt.id", event.id.to_string());
    // Every delivered event names who it was, or says that it does not.
    if event.is_incomplete || event.session.identity.id.is_empty() {
        log.set("evt.incomplete", true);
    }
    log.set_test(event.test_run.as_deref());
}

/// Who authenticated. Of an agent also whether a person stood behind it, in the words of Datadog's
/// Audit Trail (DataDog/documentation, "Track Agentic Usage in Your Organization").
fn set_identity(log: &mut Tree, event: &SessionEvent) {
    let identity = &event.session.identity;
    log.set_text("usr.id", &identity.id);
    log.set_text("usr.email", &identity.email);
    log.set_text("usr.name", &identity.name);
    log.set("identity.type", identity.kind.as_str());
    log.set_known(
        "identity.machine_id",
        identity.machine_identity_id.as_deref(),
    );
    match &event.actor {
        Some(Actor::Interactive { delegator }) => {
            log.set("evt.actor.mode", "interactive");
            log.set_text("delegator.id", delegator);
            if delegator.contains('@') {
                log.set("delegator.email", delegator.as_str());
            }
        }
        Some(Actor::Autonomous) => log.set("evt.actor.mode", "autonomous"),
        None => {}
    }
}

fn set_connection(log: &mut Tree, event: &SessionEvent) {
    let connection = &event.session.connection;
    log.set_text("connection.name", &connection.name);
    log.set_text("connection.type", &connection.kind);
    log.set_text("connection.subtype", &connection.subtype);
    log.set_text("connection.resource", &connection.resource_name);
    if !connection.tags.is_empty() {
        log.set("connection.tags", connection.tags.clone());
    }
    log.set_known("connection.environment", event.rules.environment.as_deref());
}

fn set_session(log: &mut Tree, event: &SessionEvent) {
    let session = &event.session;
    log.set("session.id", session.id.as_str());
    log.set_text("session.url", &event.url);
    log.set("session.verb", session.verb.as_str());
    log.set_known("session.batch_id", session.session_batch_id.as_deref());
    log.set_known("session.correlation_id", session.correlation_id.as_deref());
    log.set("session.seq", event.kind.seq());
    if event.kind == EventKind::Open {
        log.set("session.status", "open");
    }
    if knows_the_end(event.kind) {
        log.set("session.status", session.status.as_str());
        log.set_known("session.exit_code", session.exit_code);
        let bytes = session.is_done().then_some(session.event_size);
        log.set_known("session.bytes", bytes);
    }
    log.set_known(
        "session.in_maintenance_window",
        event.rules.in_maintenance_window,
    );
}

/// An opening and a review say the same whether they are read while the session runs or a week
/// later, so how it ended is no part of them.
fn knows_the_end(kind: EventKind) -> bool {
    matches!(kind, EventKind::Blocked | EventKind::Close)
}

/// The command is redacted before it is cut, so that a cut cannot hide half a secret from the
/// rules; the hash is over the redacted, uncut text.
pub(super) fn set_command(log: &mut Tree, command: &str, redactor: &Redactor) {
    if command.is_empty() {
        return;
    }
    let redacted: Cow<'_, str> = redactor.redact(command);
    let cut = text_prefix(&redacted, LONGEST_COMMAND);
    log.set("session.command", cut);
    log.set("session.command_truncated", cut.len() < redacted.len());
    log.set(
        "session.command_sha256",
        hex(&Sha256::digest(redacted.as_bytes())),
    );
}

fn set_approval(log: &mut Tree, event: &SessionEvent) {
    log.set_known("approval.expected", event.rules.approval_expected);
    let by = event.rules.approval_expected_by;
    log.set_known("approval.expected_by", by.map(|by| by.as_str()));
    let review = event.session.review.as_ref();
    log.set("approval.required", review.is_some());
    let Some(review) = review else { return };
    log.set("approval.status", approval_status(event.kind, review));
    log.set_known("approval.rule", review.access_request_rule_name.as_deref());
    // A request that still waits says the same when it is read after its decision.
    if event.kind == EventKind::Review(ReviewState::Pending) {
        return;
    }
    let approvers = approvers(review);
    if !approvers.is_empty() {
        log.set("approval.approvers", approvers);
    }
    log.set_known("approval.wait", wait(review).and_then(nanoseconds));
}

/// In lower case, like every other word of the table.
fn approval_status(kind: EventKind, review: &Review) -> String {
    match kind {
        EventKind::Review(state) => state.as_str().to_owned(),
        _ => review.status.as_str().to_ascii_lowercase(),
    }
}

/// Who approved, each once, in the order of the groups.
pub(super) fn approvers(review: &Review) -> Vec<&str> {
    let mut approvers: Vec<&str> = Vec::new();
    for group in &review.groups {
        match (group.status, group.reviewed_by.as_deref()) {
            (ReviewStatus::Approved, Some(who)) if !approvers.contains(&who) => approvers.push(who),
            _ => {}
        }
    }
    approvers
}

fn wait(review: &Review) -> Option<SignedDuration> {
    let (asked, decided): (Timestamp, Timestamp) = (review.created_at?, review.decided_at()?);
    Some(decided.duration_since(asked))
}

/// Datadog's standard attribute `duration` counts nanoseconds; so do our others.
fn nanoseconds(duration: SignedDuration) -> Option<i64> {
    i64::try_from(duration.as_nanos()).ok()
}

/// What the gateway's own checks said.
fn set_checks(log: &mut Tree, event: &SessionEvent, redactor: &Redactor) {
    let session = &event.session;
    if knows_the_end(event.kind) && !session.guardrails.is_empty() {
        let hits = session.guardrails.iter();
        let rules: Vec<&str> = hits.map(|hit| hit.rule_name.as_str()).collect();
        log.set("guardrails.blocked", true);
        log.set("guardrails.rules", rules);
    }
    if let Some(analysis) = &session.ai_analysis {
        log.set_text("risk.level", &analysis.risk_level);
        log.set_text("risk.title", &redactor.redact(&analysis.title));
        log.set_text("risk.action", &analysis.action);
    }
}

fn set_end(log: &mut Tree, event: &SessionEvent, redactor: &Redactor) {
    let duration = event.duration().map(|ran| ran.as_nanos());
    log.set_known(
        "duration",
        duration.and_then(|nanos| u64::try_from(nanos).ok()),
    );
    if let Some((kind, message)) = failure(event) {
        log.set("error.kind", kind);
        log.set("error.message", &*redactor.redact(&message));
    }
}

/// How it failed, in a word and in a sentence.
pub(super) fn failure(event: &SessionEvent) -> Option<(&'static str, String)> {
    let is_rejection = event.kind == EventKind::Review(ReviewState::Rejected);
    if !knows_the_end(event.kind) && !is_rejection {
        return None;
    }
    let session = &event.session;
    match event.outcome {
        Outcome::Failure => Some(match session.exit_code {
            Some(NO_EXIT_CODE) | None => ("no_exit_code", "ended without an exit code".to_owned()),
            Some(code) => ("exit_code", format!("exited with code {code}")),
        }),
        Outcome::Blocked => Some(match session.guardrails.first() {
            Some(hit) => {
                let said = hit.message.as_deref().filter(|text| !text.is_empty());
                let rule = format!("matched the guardrail `{}`", hit.rule_name);
                ("guardrail", said.map_or(rule, str::to_owned))
            }
            None => {
                let analysis = session.ai_analysis.as_ref();
                let title = analysis.map_or("", |analysis| analysis.title.as_str());
                ("risk_analysis", format!("blocked by the analysis: {title}"))
            }
        }),
        Outcome::Rejected => {
            let review = session.review.as_ref();
            let reason = review.and_then(|review| review.rejection_reason.clone());
            Some((
                "rejected",
                reason.unwrap_or_else(|| "the review was rejected".to_owned()),
            ))
        }
        Outcome::Success | Outcome::Unknown => None,
    }
}

#[cfg(test)]
mod tests;
