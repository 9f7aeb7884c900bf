//! Webhooks and events as messages, and back.

use async_nats::HeaderMap;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::delivery::batch::Limits;
use crate::delivery::cut;
use crate::delivery::entry::Record;
use crate::delivery::positions::Number;
use crate::delivery::spool::{Arrival, Packed, Spooled, Waiting};

/// By which JetStream knows a message that comes again.
const MESSAGE_ID: &str = "Nats-Msg-Id";
/// Svix's id of a webhook, or the value of `evt.id`.
const ID: &str = "Ddctl-Id";
/// When the webhook came or the event happened, in microseconds.
const AT: &str = "Ddctl-At";
/// Of the body before it was packed.
const LENGTH: &str = "Ddctl-Length";
const ORDER_BY: &str = "Ddctl-Order-By";
/// Why it is no event.
const BROKEN: &str = "Ddctl-Broken";

/// An event is cut here where it would be cut on its way out; what is left fits into a message of
/// NATS, which has 1 MB by default.
const LONGEST: usize = Limits::DATADOG_LOGS.entry_bytes;

/// Which of the events under one id it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Not complete yet: a complete one follows.
    Partial,
    Whole,
    /// Complete, after a partial one.
    Revision,
}

/// What is published.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outgoing {
    pub headers: HeaderMap,
    pub payload: Bytes,
}

impl Outgoing {
    /// Svix's id is the same however often it sends the webhook.
    pub fn webhook(arrival: &Arrival) -> Self {
        Self::new(&arrival.message, arrival.received, &arrival.body)
    }

    /// A webhook that goes to those of which an incomplete event went out.
    pub fn told(waiting: &Waiting, body: &Bytes) -> Self {
        let told = Self::new(&waiting.message, waiting.received, &Packed::new(body));
        told.known_as(&format!("{}:told", waiting.message))
    }

    /// Each form is a message of its own: JetStream takes none of them for another.
    pub fn event(record: &Record, form: Form) -> Self {
        let mut json = encoded(&record.body);
        if json.len() > LONGEST {
            let mut body = record.body.clone();
            cut::fit(&mut body, json.len(), LONGEST);
            json = encoded(&body);
        }
        let event = Self::new(&record.id, record.timestamp, &Packed::new(&json.into()));
        let event = event.with(ORDER_BY, &record.order_by);
        match form {
            Form::Partial => event.known_as(&format!("{}:1", record.id)),
            Form::Whole => event,
            Form::Revision => event.known_as(&format!("{}:2", record.id)),
        }
    }

    pub fn broken(id: &str, bytes: &Bytes, why: &str, received: Timestamp) -> Self {
        Self::new(id, received, &Packed::new(bytes)).with(BROKEN, why)
    }

    /// A message as it was, and why nobody takes it.
    pub fn dead(message: &async_nats::Message, why: &str) -> Self {
        let dead = Self {
            headers: message.headers.clone().unwrap_or_default(),
            payload: message.payload.clone(),
        };
        dead.with(BROKEN, why)
    }

    fn new(id: &str, at: Timestamp, body: &Packed) -> Self {
        let outgoing = Self {
            headers: HeaderMap::new(),
            payload: Bytes::copy_from_slice(body.bytes()),
        };
        outgoing
            .known_as(id)
            .with(ID, id)
            .with(AT, &at.as_microsecond().to_string())
            .with(LENGTH, &body.length().to_string())
    }

    fn known_as(self, id: &str) -> Self {
        self.with(MESSAGE_ID, id)
    }

    /// A header is one line.
    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers
            .insert(name, value.replace(char::is_control, " "));
        self
    }
}

fn encoded(body: &Map<String, Value>) -> Vec<u8> {
    serde_json::to_vec(body).expect("an object with text keys serialises into memory")
}

/// The webhook of a message; `None` where the message is none of ours.
pub(super) fn webhook(
    headers: Option<&HeaderMap>,
    payload: Bytes,
    sequence: u64,
    is_told: bool,
) -> Option<Waiting> {
    let parts = Parts::of(headers?, payload)?;
    Some(Waiting {
        row: sequence.cast_signed(),
        message: parts.id,
        received: parts.at,
        is_told,
        body: parts.body,
    })
}

/// The event of a message; `None` where the message is none of ours.
pub(super) fn event(
    headers: Option<&HeaderMap>,
    payload: Bytes,
    number: Number,
) -> Option<Spooled> {
    let headers = headers?;
    let parts = Parts::of(headers, payload)?;
    let broken = text(headers, BROKEN);
    let (json, damaged) = match parts.body {
        Ok(json) => (json, None),
        Err(rest) => (rest, Some("its message in the queue cannot be unpacked")),
    };
    Some(Spooled {
        number,
        order_by: text(headers, ORDER_BY).unwrap_or_else(|| parts.id.clone()),
        id: parts.id,
        timestamp: parts.at,
        json,
        broken: damaged.map(str::to_owned).or(broken),
        passed: Vec::new(),
    })
}

struct Parts {
    id: String,
    at: Timestamp,
    /// The bytes as they are where they cannot be unpacked.
    body: Result<Bytes, Bytes>,
}

impl Parts {
    fn of(headers: &HeaderMap, payload: Bytes) -> Option<Self> {
        let at = text(headers, AT)?.parse().ok()?;
        let length = text(headers, LENGTH)?.parse().ok()?;
        let body = Packed::of(length, payload.to_vec()).open();
        Some(Self {
            id: text(headers, ID)?,
            at: Timestamp::from_microsecond(at).ok()?,
            body: body.ok_or(payload),
        })
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| value.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at() -> Timestamp {
        "2026-08-01T12:00:00.25Z".parse().expect("an instant")
    }

    fn record() -> Record {
        let body = json!({"message": "x".repeat(10_000), "evt": {"id": "e1"}});
        Record {
            id: "e1".to_owned(),
            order_by: "session-1".to_owned(),
            timestamp: at(),
            body: body.as_object().expect("an object").clone(),
            number: None,
        }
    }

    #[test]
    fn a_webhook_comes_back_as_it_was() {
        let body = Bytes::from("{\"a\":1}".repeat(2_000));
        let arrival = Arrival {
            message: "msg_1".to_owned(),
            received: at(),
            body: Packed::new(&body),
        };
        let sent = Outgoing::webhook(&arrival);
        assert!(sent.payload.len() < body.len());
        let back = webhook(Some(&sent.headers), sent.payload, 7, false).expect("a webhook");
        assert_eq!(
            (back.row, back.message.as_str(), back.received),
            (7, "msg_1", at())
        );
        assert_eq!(back.body, Ok(body.clone()));
        let told = Outgoing::told(&back, &body);
        assert_ne!(told.headers.get(MESSAGE_ID), sent.headers.get(MESSAGE_ID));
        let again = webhook(Some(&told.headers), told.payload, 8, true).expect("a webhook");
        assert_eq!((again.message, again.body), (back.message, back.body));
    }

    #[test]
    fn an_event_comes_back_as_it_was_and_a_revision_is_another_message() {
        let sent = Outgoing::event(&record(), Form::Whole);
        let back = event(Some(&sent.headers), sent.payload.clone(), 3).expect("an event");
        assert_eq!(
            (back.number, back.id.as_str(), back.timestamp),
            (3, "e1", at())
        );
        assert_eq!((back.order_by.as_str(), &back.broken), ("session-1", &None));
        let json: serde_json::Value = serde_json::from_slice(&back.json).expect("JSON");
        assert_eq!(json, serde_json::Value::Object(record().body));
        let revision = Outgoing::event(&record(), Form::Revision);
        assert_eq!(revision.payload, sent.payload);
        let id = |outgoing: &Outgoing| text(&outgoing.headers, MESSAGE_ID);
        assert_eq!(id(&sent).as_deref(), Some("e1"));
        assert_eq!(id(&revision).as_deref(), Some("e1:2"));
    }

    #[test]
    fn an_event_is_no_larger_than_a_message_may_be() {
        let mut noise = 1_u64;
        let mut letter = || {
            noise = noise
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            char::from(b'a' + u8::try_from(noise >> 59).expect("five bits") % 26)
        };
        let mut large = record();
        let text: String = (0..1_500_000).map(|_| letter()).collect();
        large.body.insert("message".to_owned(), text.into());
        let sent = Outgoing::event(&large, Form::Whole);
        assert!(sent.payload.len() <= LONGEST);
        let back = event(Some(&sent.headers), sent.payload, 1).expect("an event");
        let json: Value = serde_json::from_slice(&back.json).expect("JSON");
        assert_eq!(json["evt"]["id"], "e1", "the rest of it stays");
    }

    #[test]
    fn what_is_broken_says_why_on_one_line() {
        let sent = Outgoing::broken("e2", &Bytes::from("no json"), "first\r\nsecond", at());
        let back = event(Some(&sent.headers), sent.payload, 1).expect("a message of ours");
        assert_eq!(back.broken.as_deref(), Some("first  second"));
        assert_eq!(&*back.json, b"no json");
    }

    #[test]
    fn bytes_that_cannot_be_unpacked_are_kept_for_the_dead_letters() {
        let sent = Outgoing::event(&record(), Form::Whole);
        let cut = sent.payload.slice(..20);
        let back = event(Some(&sent.headers), cut.clone(), 1).expect("a message of ours");
        assert!(back.broken.is_some());
        assert_eq!(back.json, cut);
        assert_eq!(event(None, cut.clone(), 1), None);
        assert_eq!(event(Some(&HeaderMap::new()), cut, 1), None);
    }
}
