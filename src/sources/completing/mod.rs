//! From a webhook to session events: the gateway is asked for the session, so that the events are
//! the same, under the same ids, as those of an export.
//!
//! Nothing is retried here and nothing is kept: whoever holds the webhook asks again when he is
//! told to ([`Again`]), and may let [`Completer::partial`] say what the webhook alone tells
//! ([`partial`]).

mod cache;
mod outage;
mod partial;

use std::cell::RefCell;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use self::cache::Cache;
use self::outage::Outage;
use super::complete::{Asker, Completed, concerns_one_session, single};
use super::error::SourceError;
use super::events::{EventContext, is_settled, kinds_of};
use super::retry::Backoff;
use super::throttle::Throttle;
use crate::domain::session::Session;
use crate::domain::webhook::{RawWebhook, Told, WebhookEvent};
use crate::gateway::{Gateway, WebhookBody};

/// A session that is not as far as its webhook says is asked for again after half the webhook's
/// age: soon at first, and about ten times in ten minutes.
const AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// A webhook as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Svix's, the same on every retry and resend.
    pub message_id: String,
    pub body: Bytes,
    pub received: Timestamp,
}

/// What a webhook came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// What the session's row proves by now, in the order of `session.seq`; also where `again` is
    /// set.
    pub events: Vec<WebhookEvent>,
    /// Set where the webhook says more than the gateway did.
    pub again: Option<Again>,
}

impl Done {
    pub fn is_complete(&self) -> bool {
        self.again.is_none()
    }

    fn complete(events: Vec<WebhookEvent>) -> Self {
        Self {
            events,
            again: None,
        }
    }

    fn later(after: Duration, why: Why) -> Self {
        Self {
            events: Vec::new(),
            again: Some(Again { after, why }),
        }
    }
}

/// When to ask again, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    pub after: Duration,
    pub why: Why,
}

/// Why a webhook is not complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The session's row does not say yet what the webhook says.
    NotYet,
    /// The gateway answered about this one session, and not with it: it has none, or the token may
    /// not see it.
    Withheld(SourceError),
    /// The gateway does not answer, or not to anything.
    Away(SourceError),
}

impl Why {
    /// What the gateway said, where it is the gateway.
    pub fn error(&self) -> Option<&SourceError> {
        match self {
            Why::NotYet => None,
            Why::Withheld(error) | Why::Away(error) => Some(error),
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::NotYet => f.write_str("the gateway has the session as it was before"),
            Why::Withheld(error) | Why::Away(error) => match error.gateway() {
                Some(error) => error.fmt(f),
                None => error.fmt(f),
            },
        }
    }
}

/// What a completer asks, and with what it makes events.
#[derive(Clone, Copy, Debug)]
pub struct Completing<'a> {
    pub gateway: &'a Gateway,
    pub context: &'a EventContext,
    /// Single sessions asked for at once.
    pub concurrency: usize,
}

/// Reads the statements in a recording's raw `event_stream` array.
type Statements<'a> = dyn Fn(&Session, &[u8]) -> Option<String> + 'a;

/// Asks the gateway for the sessions of webhooks. Of one thread, and for many webhooks at once.
pub struct Completer<'a> {
    settings: Completing<'a>,
    throttle: Throttle,
    statements: Box<Statements<'a>>,
    cache: RefCell<Cache>,
    outage: RefCell<Outage>,
}

impl<'a> Completer<'a> {
    /// `statements` reads a recording's raw `event_stream` array.
    pub fn new(
        settings: Completing<'a>,
        statements: impl Fn(&Session, &[u8]) -> Option<String> + 'a,
    ) -> Self {
        Self {
            throttle: Throttle::new(settings.concurrency),
            settings,
            statements: Box::new(statements),
            cache: RefCell::default(),
            outage: RefCell::default(),
        }
    }

    /// The events that the gateway's row of the webhook's session proves.
    ///
    /// While the gateway is away most webhooks are put off without a request. `now` is what the
    /// webhook's age is taken from.
    pub async fn complete(&self, webhook: &Webhook, now: Timestamp) -> Done {
        let (session_id, told) = match WebhookBody::parse(&webhook.body) {
            WebhookBody::Session { session_id, told } => (session_id, told),
            WebhookBody::Other {
                event_type,
                payload,
            } => return Done::complete(vec![raw(webhook, event_type, payload)]),
        };
        let known = self.cache.borrow_mut().get(&session_id).cloned();
        if let Some(known) = known.filter(|known| is_met(&told, &known.session)) {
            return Done::complete(self.events(&known));
        }
        if let Some((after, error)) = self.outage.borrow().now() {
            return Done::later(after, Why::Away(error));
        }
        match self.asked(&session_id).await {
            Ok(completed) => self.answered(&told, completed, again_after(webhook, now)),
            Err(error) if concerns_one_session(&error) => {
                Done::later(again_after(webhook, now), Why::Withheld(error))
            }
            Err(error) => {
                let after = self.outage.borrow_mut().begin(error.clone());
                Done::later(after, Why::Away(error))
            }
        }
    }

    /// What the webhook alone tells: marked, under the ids of the complete events, and without a
    /// guess at what it does not say.
    pub fn partial(&self, webhook: &Webhook) -> WebhookEvent {
        match WebhookBody::parse(&webhook.body) {
            WebhookBody::Session { session_id, told } => {
                let context = self.settings.context;
                let event = partial::of(session_id, told, webhook.received, context);
                WebhookEvent::Partial(Box::new(event))
            }
            WebhookBody::Other {
                event_type,
                payload,
            } => raw(webhook, event_type, payload),
        }
    }

    async fn asked(&self, session_id: &str) -> Result<Completed, SourceError> {
        let asker = Asker {
            gateway: self.settings.gateway,
            throttle: &self.throttle,
            patience: Backoff::once,
        };
        single(&asker, session_id, &self.statements).await
    }

    fn answered(&self, told: &Told, completed: Completed, after: Duration) -> Done {
        self.outage.borrow_mut().end();
        let events = self.events(&completed);
        let is_met = is_met(told, &completed.session);
        self.cache.borrow_mut().put(completed);
        Done {
            events,
            again: (!is_met).then_some(Again {
                after,
                why: Why::NotYet,
            }),
        }
    }

    fn events(&self, completed: &Completed) -> Vec<WebhookEvent> {
        let events = completed.events(self.settings.context);
        let settled = events.into_iter().filter(is_settled);
        settled
            .map(|event| WebhookEvent::Session(Box::new(event)))
            .collect()
    }
}

/// True where the session's row says what the webhook says.
fn is_met(told: &Told, session: &Session) -> bool {
    let expected = partial::kind_of(told);
    // One that is done and did not open was refused before it came to that.
    session.is_done() || kinds_of(session).iter().any(|(kind, _)| *kind == expected)
}

fn again_after(webhook: &Webhook, now: Timestamp) -> Duration {
    let age = Duration::try_from(now.duration_since(webhook.received)).unwrap_or_default();
    (age / 2).clamp(AGAIN.0, AGAIN.1)
}

/// Passes on what nothing is known about.
fn raw(webhook: &Webhook, event_type: Option<String>, payload: Value) -> WebhookEvent {
    WebhookEvent::Raw(Box::new(RawWebhook {
        message_id: webhook.message_id.clone(),
        event_type,
        payload,
        received: webhook.received,
    }))
}

#[cfg(test)]
mod tests;
