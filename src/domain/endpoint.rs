//! Webhooks of the gateway: where they go and what became of them, whichever server was asked.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::secret::Secret;

/// A destination of webhooks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoint {
    pub id: String,
    /// The name under which it was registered.
    pub uid: Option<String>,
    /// As it was given: the query may hold a key.
    pub url: String,
    pub description: String,
    pub is_disabled: bool,
    /// What is sent to it, sorted; nothing is everything.
    pub event_types: Vec<String>,
    pub created_at: Option<Timestamp>,
    /// Tries by how they went.
    pub counts: Option<Counts>,
}

impl Endpoint {
    /// Its own name, else its id.
    pub fn name(&self) -> &str {
        self.uid.as_deref().unwrap_or(&self.id)
    }

    pub fn is_named(&self, name: &str) -> bool {
        self.id == name || self.uid.as_deref() == Some(name)
    }

    /// Whether an event of this type is sent to it.
    pub fn takes(&self, event_type: &str) -> bool {
        self.event_types.is_empty() || self.event_types.iter().any(|it| it == event_type)
    }
}

/// Tries of the last 28 days, one that is repeated counted each time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub success: i64,
    pub pending: i64,
    pub sending: i64,
    pub fail: i64,
}

/// A destination to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewEndpoint {
    pub url: String,
    pub description: String,
    /// Event types to send, which must exist; empty is all of them.
    pub event_types: Vec<String>,
    pub metadata: BTreeMap<String, String>,
    pub uid: Option<String>,
    /// Nothing is sent until it is enabled.
    pub is_disabled: bool,
    /// `whsec_` and the base64 of 24 to 64 bytes. Through the gateway it can be set here and never
    /// be read again.
    pub secret: Option<Secret>,
}

/// What is to be different; `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    pub url: Option<String>,
    pub description: Option<String>,
    pub event_types: Option<Vec<String>>,
    pub is_disabled: Option<bool>,
}

impl Change {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Leaves out what is so already.
    pub fn to(self, endpoint: &Endpoint) -> Self {
        let event_types = self.event_types.map(|mut types| {
            types.sort_unstable();
            types.dedup();
            types
        });
        Self {
            url: self.url.filter(|url| *url != endpoint.url),
            description: self
                .description
                .filter(|text| *text != endpoint.description),
            event_types: event_types.filter(|types| *types != endpoint.event_types),
            is_disabled: self.is_disabled.filter(|it| *it != endpoint.is_disabled),
        }
    }
}

/// A kind of event to be made known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewEventType {
    pub name: &'static str,
    pub description: &'static str,
}

/// The type of `webhooks test`. Nobody takes it for a session.
pub const TEST: NewEventType = NewEventType {
    name: "ddctl.test",
    description: "A test by ddctl; no session is behind it",
};

/// What an endpoint of ours gets: the events of a session that the gateway pushes, and tests.
pub const EVENT_TYPES: [NewEventType; 3] = [
    NewEventType {
        name: "session.open",
        description: "A session opened or waits for review",
    },
    NewEventType {
        name: "session.close",
        description: "A session ended",
    },
    TEST,
];

/// A message to be sent to every endpoint that takes its type.
#[derive(Clone, Debug, PartialEq)]
pub struct NewMessage {
    pub event_type: &'static str,
    pub payload: Value,
}

/// What was sent, as far as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: String,
    pub event_type: String,
    /// The session that it is about.
    pub session_id: Option<String>,
}

/// The session that a webhook of the gateway's own is about, by its payload.
pub fn session_of(event_type: &str, payload: &Value) -> Option<String> {
    let is_of_session = event_type.starts_with("session.");
    let id = payload.get("id")?.as_str()?;
    is_of_session.then(|| id.to_owned())
}

/// How it stands with a try, or with a message at an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Success,
    Pending,
    Fail,
    /// It failed and is going to be tried again.
    Sending,
    /// A later server's word.
    Unknown,
}

impl Standing {
    /// Svix's numbers (svix/svix-webhooks, `server/svix-server/src/core/types/mod.rs`).
    pub fn of_number(number: i64) -> Self {
        match number {
            0 => Standing::Success,
            1 => Standing::Pending,
            2 => Standing::Fail,
            3 => Standing::Sending,
            _ => Standing::Unknown,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Standing::Success => "success",
            Standing::Pending => "pending",
            Standing::Fail => "fail",
            Standing::Sending => "sending",
            Standing::Unknown => "unknown",
        }
    }
}

/// One try to deliver a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub id: String,
    pub message: String,
    pub standing: Standing,
    /// 0 where there was no answer.
    pub status_code: u16,
    /// The beginning of the answer's body, or why there was none.
    pub response: String,
    pub at: Timestamp,
    /// Somebody asked for it.
    pub is_manual: bool,
    /// Not told by the gateway.
    pub duration_ms: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_to_what_is_so_already_is_none() {
        let endpoint = Endpoint {
            url: "https://relay.test/".to_owned(),
            event_types: vec!["a".to_owned(), "b".to_owned()],
            ..Endpoint::default()
        };
        let same = Change {
            url: Some(endpoint.url.clone()),
            event_types: Some(vec!["b".to_owned(), "a".to_owned(), "b".to_owned()]),
            description: Some(String::new()),
            is_disabled: Some(false),
        };
        assert!(same.clone().to(&endpoint).is_empty());
        let other = Change {
            is_disabled: Some(true),
            ..same
        };
        let left = other.to(&endpoint);
        assert_eq!((left.url, left.is_disabled), (None, Some(true)));
    }
}
