//! What a webhook of the gateway says by itself, before the gateway's API is asked: far less than
//! the session event, and nothing that was not said is filled in.

use jiff::Timestamp;
use serde_json::Value;

use super::event::{EventId, EventKind, SessionEvent};
use super::session::{ReviewStatus, Verb};

/// The type of the message that `webhooks test` sends: no other subscriber sees a false session.
pub const TEST_EVENT_TYPE: &str = "ddctl.test";

/// What became of a webhook.
#[derive(Clone, Debug, PartialEq)]
pub enum WebhookEvent {
    /// The same that reading the gateway gives.
    Session(Box<SessionEvent>),
    /// What had to go out before the gateway could be asked.
    Partial(Box<PartialEvent>),
    /// Of a type that nothing is known about.
    Raw(Box<RawWebhook>),
}

impl WebhookEvent {
    /// The value of `evt.id`.
    pub fn id(&self) -> EventId {
        match self {
            WebhookEvent::Session(event) => event.id,
            WebhookEvent::Partial(event) => event.id,
            WebhookEvent::Raw(raw) => raw.id(),
        }
    }
}

/// A session event of which only the webhook is known. It has the id of the complete one, which
/// follows it as a revision.
#[derive(Clone, Debug, PartialEq)]
pub struct PartialEvent {
    pub id: EventId,
    pub kind: EventKind,
    /// The gateway's id, a UUID in lower case.
    pub session_id: String,
    /// When the webhook came: it carries no time of its own.
    pub received: Timestamp,
    /// The session's page on the gateway.
    pub url: String,
    /// From the profile's rule, where the webhook names the connection.
    pub environment: Option<String>,
    pub told: Told,
}

/// What the webhook says of the session.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    Opened(Opening),
    /// That somebody is asked for an approval, and no more.
    ReviewAsked,
    Closed(Closing),
}

/// The session that opens. Texts are empty where the webhook has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// The subject.
    pub user_id: String,
    pub user_email: String,
    pub connection: String,
    /// The parent type: `database`, not `postgres`.
    pub connection_type: String,
    pub verb: Option<Verb>,
    /// The script of an `exec`. Not yet redacted.
    pub input: Option<String>,
    /// The gateway sends the first 10,000 bytes alone.
    pub is_input_cut: bool,
    /// The state of the session's review, where it has one.
    pub review: Option<ReviewStatus>,
}

/// How the session closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closing {
    /// `None` where the gateway had no code.
    pub exit_code: Option<i64>,
    pub error: Option<String>,
}

/// A webhook that is passed on as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct RawWebhook {
    /// Svix's, the same on every retry and resend.
    pub message_id: String,
    /// As the body says it; `None` where it says nothing.
    pub event_type: Option<String>,
    /// The body; a text where it is no JSON.
    pub payload: Value,
    pub received: Timestamp,
}

impl RawWebhook {
    /// The value of `evt.name`.
    pub const NAME: &'static str = "gateway.webhook";

    /// The id over the message's.
    pub fn id(&self) -> EventId {
        EventId::of(&[Self::NAME, &self.message_id])
    }

    /// True for what `webhooks test` sent.
    pub fn is_test(&self) -> bool {
        self.event_type.as_deref() == Some(TEST_EVENT_TYPE)
    }
}
