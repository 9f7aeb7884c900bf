//! A session as the gateway knows it.
//!
//! The shape follows `GET /sessions` and `GET /sessions/{id}` of hoophq/hoop
//! (`gateway/api/openapi/types.go`); the words are the gateway's. Fields the gateway leaves out or
//! answers as null are `None`.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::redaction::Redactor;

/// The exit code that the gateway stores where it learned of none: the session was killed, blocked
/// or broken, or its agent was lost (hoophq/hoop `gateway/api/session/ai_decision.go`).
pub const NO_EXIT_CODE: i64 = 254;

/// One connection of one identity to one resource through the gateway.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// The gateway's id, a UUID in lower case.
    pub id: String,
    pub org_id: String,
    pub identity: Identity,
    pub connection: ConnectionRef,
    pub verb: Verb,
    pub status: Status,
    /// 0 is success; 254 means that the gateway had no code; `None` while open.
    pub exit_code: Option<i64>,
    pub start_date: Timestamp,
    /// `None` until the session is done.
    pub end_date: Option<Timestamp>,
    /// The script of an `exec`, where the answer carried it.
    pub script: Option<String>,
    pub script_size: u64,
    /// Bytes recorded; 0 while the session is open.
    pub event_size: u64,
    pub review: Option<Review>,
    pub ai_analysis: Option<AiAnalysis>,
    /// Set where a guardrail matched.
    pub guardrails: Vec<GuardrailHit>,
    pub metrics: Metrics,
    pub metadata: Map<String, Value>,
    pub labels: Map<String, Value>,
    pub integrations_metadata: Map<String, Value>,
    pub correlation_id: Option<String>,
    pub session_batch_id: Option<String>,
}

/// Who authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The subject, `user_id` on the wire. Empty only where the gateway stored none.
    pub id: String,
    /// The e-mail, `user` on the wire; `API_KEY` for the server key.
    pub email: String,
    pub name: String,
    pub kind: IdentityKind,
    pub machine_identity_id: Option<String>,
}

impl Identity {
    /// What people call it: the agent's name for a machine, the e-mail for a person.
    pub fn label(&self) -> &str {
        let names = match self.kind {
            IdentityKind::Machine => [&self.name, &self.email, &self.id],
            IdentityKind::User => [&self.email, &self.name, &self.id],
        };
        names
            .into_iter()
            .find(|name| !name.is_empty())
            .map_or("", |name| name.as_str())
    }
}

/// A person or a machine, by the gateway's own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityKind {
    User,
    Machine,
}

impl IdentityKind {
    pub fn as_str(self) -> &'static str {
        match self {
            IdentityKind::User => "user",
            IdentityKind::Machine => "machine",
        }
    }
}

/// What a session reached.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectionRef {
    pub name: String,
    /// The parent type: `database`, `application`, `custom`, `httpproxy`, …
    pub kind: String,
    /// `postgres`, `mysql`, `ssh`, …; empty where there is none.
    pub subtype: String,
    /// Empty where there is none.
    pub resource_name: String,
    pub tags: Map<String, Value>,
}

impl ConnectionRef {
    /// `database/postgres`, or the parent type alone.
    pub fn full_type(&self) -> String {
        match self.subtype.as_str() {
            "" => self.kind.clone(),
            subtype => format!("{}/{subtype}", self.kind),
        }
    }

    /// `postgres`: what says most in little room.
    pub fn short_type(&self) -> &str {
        match self.subtype.as_str() {
            "" => &self.kind,
            subtype => subtype,
        }
    }
}

/// How the client used the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// A client attached.
    Connect,
    /// One script ran.
    Exec,
}

impl Verb {
    pub fn as_str(self) -> &'static str {
        match self {
            Verb::Connect => "connect",
            Verb::Exec => "exec",
        }
    }
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Open,
    /// Reviewed, waits to be run.
    Ready,
    Done,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Ready => "ready",
            Status::Done => "done",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A review, which exists only where a rule demanded one.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    pub id: String,
    /// `onetime` or `jit`.
    pub kind: String,
    pub status: ReviewStatus,
    pub created_at: Option<Timestamp>,
    pub groups: Vec<ReviewGroup>,
    /// Null in list rows; only a single GET has it.
    pub access_request_rule_name: Option<String>,
    pub rejection_reason: Option<String>,
}

impl Review {
    /// When the deciding group answered: the latest `review_date`.
    pub fn decided_at(&self) -> Option<Timestamp> {
        self.groups
            .iter()
            .filter_map(|group| group.review_date)
            .max()
    }
}

/// The state of a review, in the gateway's own upper-case words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewStatus {
    Pending,
    Approved,
    Rejected,
    Revoked,
    Processing,
    Executed,
    Unknown,
}

impl ReviewStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            ReviewStatus::Pending => "PENDING",
            ReviewStatus::Approved => "APPROVED",
            ReviewStatus::Rejected => "REJECTED",
            ReviewStatus::Revoked => "REVOKED",
            ReviewStatus::Processing => "PROCESSING",
            ReviewStatus::Executed => "EXECUTED",
            ReviewStatus::Unknown => "UNKNOWN",
        }
    }
}

/// One group's part in a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewGroup {
    pub group: String,
    pub status: ReviewStatus,
    /// E-mail of who answered.
    pub reviewed_by: Option<String>,
    pub review_date: Option<Timestamp>,
}

/// What the gateway's analysis said. Always absent from list rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AiAnalysis {
    /// `low`, `medium`, `high`.
    pub risk_level: String,
    pub title: String,
    pub explanation: String,
    /// `allow_execution`, `block_execution`, `require_access_request`.
    pub action: String,
}

impl AiAnalysis {
    pub fn is_block(&self) -> bool {
        self.action == "block_execution"
    }
}

/// One guardrail that matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardrailHit {
    pub rule_name: String,
    /// `input` or `output`.
    pub direction: String,
    pub matched_words: Vec<String>,
    pub message: Option<String>,
}

/// What the recorder counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// The recording passed 110 MiB and the rest is missing.
    pub is_truncated: bool,
    /// Values masked by the gateway's own data masking.
    pub total_redact_count: u64,
}

impl Session {
    /// Without the secrets in what people and checks wrote of it.
    pub fn redacted(mut self, redactor: &Redactor) -> Self {
        let hide = |text: &mut String| *text = redactor.redact(text).into_owned();
        self.script.iter_mut().for_each(hide);
        let review = self.review.as_mut();
        review
            .and_then(|review| review.rejection_reason.as_mut())
            .into_iter()
            .for_each(hide);
        for hit in &mut self.guardrails {
            hit.matched_words.iter_mut().for_each(hide);
            hit.message.iter_mut().for_each(hide);
        }
        self.ai_analysis
            .iter_mut()
            .for_each(|analysis| hide(&mut analysis.title));
        self
    }

    pub fn is_done(&self) -> bool {
        self.status == Status::Done
    }

    /// True when a guardrail matched or the analysis blocked the run.
    pub fn is_blocked(&self) -> bool {
        !self.guardrails.is_empty() || self.ai_analysis.as_ref().is_some_and(AiAnalysis::is_block)
    }

    /// True when the session's review ended in a refusal.
    pub fn is_rejected(&self) -> bool {
        self.review
            .as_ref()
            .is_some_and(|review| review.status == ReviewStatus::Rejected)
    }

    /// How long it ran; `None` while it runs.
    pub fn duration(&self) -> Option<Duration> {
        Duration::try_from(self.end_date?.duration_since(self.start_date)).ok()
    }

    /// How the session ended, in one word.
    pub fn outcome(&self) -> Outcome {
        if self.is_blocked() {
            return Outcome::Blocked;
        }
        if self.is_rejected() {
            return Outcome::Rejected;
        }
        match (self.status, self.exit_code) {
            (Status::Done, Some(0)) => Outcome::Success,
            (Status::Done, Some(_)) => Outcome::Failure,
            _ => Outcome::Unknown,
        }
    }
}

/// The beginning of each id, long enough to tell it from the others here.
pub fn short_ids<'a>(ids: &[&'a str]) -> Vec<&'a str> {
    /// Enough among the sessions of any but the largest gateways.
    const SHORTEST: usize = 8;
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let length = |id: &str| {
        let place = sorted.binary_search(&id).unwrap_or_default();
        let neighbours = [place.checked_sub(1), place.checked_add(1)];
        let neighbours = neighbours
            .into_iter()
            .flatten()
            .filter_map(|at| sorted.get(at));
        let shared = neighbours.map(|other| shared_length(id, other)).max();
        SHORTEST.max(shared.map_or(0, |shared| shared + 1))
    };
    ids.iter()
        .map(|id| id.get(..length(id)).unwrap_or(id))
        .collect()
}

fn shared_length(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

/// How a session or a trace ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    Success,
    Failure,
    Blocked,
    Rejected,
    Unknown,
}

impl Outcome {
    pub const ALL: [Outcome; 5] = [
        Outcome::Success,
        Outcome::Failure,
        Outcome::Blocked,
        Outcome::Rejected,
        Outcome::Unknown,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Success => "success",
            Outcome::Failure => "failure",
            Outcome::Blocked => "blocked",
            Outcome::Rejected => "rejected",
            Outcome::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_id_is_as_long_as_it_takes_to_tell_it_from_the_others() {
        let ids = [
            "7c1e7a52-0d0f-4d7a-9a51-3e7d1f6b2c11",
            "a0000000-0000-4000-8000-000000000001",
            "7c1e7a52-1d0f-4d7a-9a51-3e7d1f6b2c11",
            "a0000000-0000-4000-8000-000000000002",
            "b0",
            "b0",
        ];
        assert_eq!(
            short_ids(&ids),
            ["7c1e7a52-0", ids[1], "7c1e7a52-1", ids[3], "b0", "b0"]
        );
        assert_eq!(short_ids(&ids[..2]), ["7c1e7a52", "a0000000"]);
    }
}
