//! The session event: the structured summary of a session opening, being reviewed, blocked or
//! closing, and the only thing about a session that leaves the gateway unasked.
//!
//! An event is a value. Its content depends on the gateway's rows and on the profile's rules, never
//! on the clock, the host or the road it took, so that the relay and the export make the same event
//! under the same id.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::session::{Outcome, ReviewStatus, Session};
use super::step::Steps;

/// The scheme under which ids are made. A change of content or tuple takes a new one.
pub const EVENT_SCHEME: &str = "ddctl/event/1";

/// 128 bits of SHA-256 over a length-prefixed tuple, shown as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId([u8; 16]);

impl EventId {
    /// The id over [`EVENT_SCHEME`] and `parts`.
    ///
    /// Each part is preceded by its length as eight bytes, big-endian, so that no two different
    /// tuples give the same bytes.
    pub fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in std::iter::once(&EVENT_SCHEME).chain(parts) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let digest = hash.finalize();
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        Self(id)
    }

    /// The id of an event of `session`; a review's state tells its events apart.
    pub fn of_session(session_id: &str, kind: EventKind) -> Self {
        match kind {
            EventKind::Review(state) => Self::of(&[session_id, kind.name(), state.as_str()]),
            _ => Self::of(&[session_id, kind.name()]),
        }
    }
}

impl FromStr for EventId {
    type Err = NotAnEventId;

    fn from_str(text: &str) -> Result<Self, NotAnEventId> {
        let is_one = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let bits = u128::from_str_radix(text, 16).ok().filter(|_| is_one);
        bits.map(|bits| Self(bits.to_be_bytes()))
            .ok_or(NotAnEventId)
    }
}

/// A text that is not 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event's id has 32 hexadecimal digits")]
pub struct NotAnEventId;

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What happened to the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    Open,
    Review(ReviewState),
    Blocked,
    Close,
}

impl EventKind {
    /// The value of `evt.name`.
    pub fn name(self) -> &'static str {
        match self {
            EventKind::Open => "session.open",
            EventKind::Review(_) => "session.review",
            EventKind::Blocked => "session.blocked",
            EventKind::Close => "session.close",
        }
    }

    /// The place among the events of one session, the value of `session.seq`: the intake promises
    /// no order, and a fixed rank is the same by every road.
    pub fn seq(self) -> u32 {
        match self {
            EventKind::Open => 1,
            EventKind::Review(ReviewState::Pending) => 2,
            EventKind::Review(_) => 3,
            EventKind::Blocked => 4,
            EventKind::Close => 5,
        }
    }
}

/// The states of a review that are events of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReviewState {
    Pending,
    Approved,
    Rejected,
}

impl ReviewState {
    pub fn as_str(self) -> &'static str {
        match self {
            ReviewState::Pending => "pending",
            ReviewState::Approved => "approved",
            ReviewState::Rejected => "rejected",
        }
    }

    /// What a stored status says was decided; `None` where nothing was or it was taken back.
    pub fn decided(status: ReviewStatus) -> Option<Self> {
        match status {
            ReviewStatus::Approved | ReviewStatus::Processing | ReviewStatus::Executed => {
                Some(ReviewState::Approved)
            }
            ReviewStatus::Rejected => Some(ReviewState::Rejected),
            ReviewStatus::Pending | ReviewStatus::Revoked | ReviewStatus::Unknown => None,
        }
    }
}

/// A severity that Datadog understands. Never an outcome: Datadog remaps unknown words by their
/// first letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    Info,
    Notice,
    Warn,
    Error,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Notice => "notice",
            Severity::Warn => "warn",
            Severity::Error => "error",
        }
    }

    /// The severity of an outcome.
    pub fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Success | Outcome::Unknown => Severity::Info,
            Outcome::Failure => Severity::Error,
            Outcome::Blocked => Severity::Warn,
            Outcome::Rejected => Severity::Notice,
        }
    }
}

/// One event of one session.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionEvent {
    pub id: EventId,
    pub kind: EventKind,
    /// When it happened, by the gateway's row.
    pub timestamp: Timestamp,
    pub outcome: Outcome,
    /// One readable line: who, what, where, how it ended, and the link to the recording.
    pub message: String,
    pub session: Arc<Session>,
    /// The session's page on the gateway.
    pub url: String,
    /// The script, or the first statements of a native database session. Not yet redacted.
    pub command: Option<String>,
    pub rules: AppliedRules,
    /// Present for agents, where it is known whether a person stood behind them.
    pub actor: Option<Actor>,
    /// Set where the event had to go out without what the gateway would have added.
    pub is_incomplete: bool,
    /// What the session did, on a closing event alone and where its recording was read for it.
    pub steps: Option<Arc<Steps>>,
    /// Set on test events alone.
    pub test_run: Option<String>,
}

impl SessionEvent {
    pub fn severity(&self) -> Severity {
        match self.kind {
            EventKind::Open => Severity::Info,
            _ => Severity::of(self.outcome),
        }
    }

    /// How long the session ran; only a closing event knows.
    pub fn duration(&self) -> Option<Duration> {
        match self.kind {
            EventKind::Close => {
                let end = self.session.end_date?;
                Duration::try_from(end.duration_since(self.session.start_date)).ok()
            }
            _ => None,
        }
    }
}

/// What the profile's rules and the gateway's own rules say about a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppliedRules {
    /// From the first matching rule of the profile.
    pub environment: Option<String>,
    /// `None` when nobody could tell.
    pub approval_expected: Option<bool>,
    /// Which source expected the approval.
    pub approval_expected_by: Option<ExpectedBy>,
    /// `None` when the connection has no windows.
    pub in_maintenance_window: Option<bool>,
}

/// Who says that an approval was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectedBy {
    /// The connection lists groups of reviewers.
    Reviewers,
    /// An access-request rule names the connection or an attribute of it.
    AccessRequestRule,
    /// The profile's rule says so.
    Profile,
}

impl ExpectedBy {
    pub fn as_str(self) -> &'static str {
        match self {
            ExpectedBy::Reviewers => "reviewers",
            ExpectedBy::AccessRequestRule => "access_request_rule",
            ExpectedBy::Profile => "profile",
        }
    }
}

/// Whether a person stood behind an agent; words of Datadog's Audit Trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person was present or approved.
    Interactive {
        delegator: String,
    },
    Autonomous,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_same_on_every_machine() {
        let id = EventId::of_session("a0000000-0000-4000-8000-000000000001", EventKind::Close);
        assert_eq!(id.to_string().len(), 32);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("+1".parse::<EventId>(), Err(NotAnEventId));
        assert_eq!(
            id,
            EventId::of(&["a0000000-0000-4000-8000-000000000001", "session.close"])
        );
    }

    #[test]
    fn a_tuple_cut_elsewhere_has_another_id() {
        assert_ne!(EventId::of(&["ab", "c"]), EventId::of(&["a", "bc"]));
        assert_ne!(EventId::of(&["ab", ""]), EventId::of(&["ab"]));
    }

    #[test]
    fn the_states_of_a_review_have_ids_of_their_own() {
        let of = |state| EventId::of_session("s", EventKind::Review(state));
        assert_ne!(of(ReviewState::Pending), of(ReviewState::Approved));
    }
}
