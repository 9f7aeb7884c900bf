//! The bodies of webhooks: what the gateway gives to Svix, and Svix posts.
//!
//! Source: `gateway/transport/plugins/webhooks/webhooks.go`. Svix posts no header with the event
//! type, so it is read from the body. Lists of keys, the command and the owner of a review are not
//! read: they travel with secrets in them, and the session's row says better.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::null_as_default;
use super::review::review_status;
use crate::domain::session::{ReviewStatus, Verb};
use crate::domain::webhook::{Closing, Opening, Told};
use crate::gateway::sessions::session_id;

/// The exit code of a closing whose packet had none.
const NO_CODE: i64 = -100;
const OPEN: &str = "session.open";
const CLOSE: &str = "session.close";
const CARD: &str = "application/vnd.microsoft.card.adaptive";
/// The event type of the card, which its body does not say.
const CARD_TYPE: &str = "microsoftteams.review.create";

/// A webhook's body.
#[derive(Clone, Debug, PartialEq)]
pub enum WebhookBody {
    /// About a session:
    ///
    /// - `session.open`. A reviewed session sends two: when its review is asked for, then when it
    ///   runs;
    /// - `session.close`. None comes of sessions that were killed, or lost with their agent;
    /// - `microsoftteams.review.create`: a card for people, about a review that is pending.
    Session {
        /// A UUID in lower case.
        session_id: String,
        told: Told,
    },
    /// Anything else; also one of the above that names no session.
    Other {
        event_type: Option<String>,
        /// A text where it is no JSON.
        payload: Value,
    },
}

impl WebhookBody {
    /// Reads a body, whatever is missing in it.
    pub fn parse(body: &[u8]) -> Self {
        let Ok(payload) = serde_json::from_slice::<Value>(body) else {
            let text = String::from_utf8_lossy(body).into_owned();
            return WebhookBody::Other {
                event_type: None,
                payload: text.into(),
            };
        };
        let event_type = event_type(&payload);
        let known = match event_type {
            Some(OPEN) => opened(&payload),
            Some(CLOSE) => closed(&payload),
            Some(CARD_TYPE) => card(&payload),
            _ => None,
        };
        match known {
            Some((session_id, told)) => WebhookBody::Session { session_id, told },
            None => WebhookBody::Other {
                event_type: event_type.map(str::to_owned),
                payload,
            },
        }
    }

    /// The event type, by Svix's name for it.
    pub fn event_type(&self) -> Option<&str> {
        match self {
            WebhookBody::Session { told, .. } => Some(match told {
                Told::Opened(_) => OPEN,
                Told::Closed(_) => CLOSE,
                Told::ReviewAsked => CARD_TYPE,
            }),
            WebhookBody::Other { event_type, .. } => event_type.as_deref(),
        }
    }
}

fn event_type(payload: &Value) -> Option<&str> {
    let named = payload.get("event_type").and_then(Value::as_str);
    named.or_else(|| card_content(payload).map(|_| CARD_TYPE))
}

/// An opening on the wire. The gateway's own schema calls fields texts that it sends as lists; of
/// those that are read, each may be missing, null, or of another kind.
#[derive(Debug, Deserialize)]
struct WireOpening {
    #[serde(default, deserialize_with = "text")]
    user_id: String,
    #[serde(default, deserialize_with = "text")]
    user_email: String,
    #[serde(default, deserialize_with = "text")]
    connection: String,
    #[serde(default, deserialize_with = "text")]
    connection_type: String,
    #[serde(default, deserialize_with = "text")]
    verb: String,
    #[serde(default, deserialize_with = "text")]
    input: String,
    #[serde(default, deserialize_with = "null_as_default")]
    is_input_truncated: Value,
    #[serde(default)]
    review: Value,
}

fn opened(payload: &Value) -> Option<(String, Told)> {
    let session_id = named_session(payload.get("id")?)?;
    let wire = WireOpening::deserialize(payload).ok()?;
    let verb = verb(&wire.verb);
    // What a client sends that attached may be what was typed.
    let input = (verb == Some(Verb::Exec)).then(|| input(&wire.input));
    let opening = Opening {
        user_id: wire.user_id,
        user_email: wire.user_email,
        connection: wire.connection,
        connection_type: wire.connection_type,
        verb,
        input: input.flatten(),
        is_input_cut: wire.is_input_truncated == Value::Bool(true),
        review: review(&wire.review),
    };
    Some((session_id, Told::Opened(opening)))
}

/// A word that is not known is none: nothing is guessed here.
fn verb(word: &str) -> Option<Verb> {
    match word {
        "exec" => Some(Verb::Exec),
        "connect" => Some(Verb::Connect),
        _ => None,
    }
}

fn input(base64: &str) -> Option<String> {
    let bytes = BASE64_STANDARD.decode(base64).ok()?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    (!text.is_empty()).then_some(text)
}

/// Of a review the state; one without a known state is a review all the same.
fn review(review: &Value) -> Option<ReviewStatus> {
    let review = review.as_object()?;
    let status = review.get("status").and_then(Value::as_str);
    Some(review_status(status.unwrap_or_default()))
}

fn closed(payload: &Value) -> Option<(String, Told)> {
    let session_id = named_session(payload.get("id")?)?;
    let exit_code = payload.get("exit_code").and_then(Value::as_i64);
    let error = payload.get("exit_err").and_then(Value::as_str);
    let closing = Closing {
        exit_code: exit_code.filter(|code| *code != NO_CODE),
        error: error.filter(|text| !text.is_empty()).map(str::to_owned),
    };
    Some((session_id, Told::Closed(closing)))
}

fn card_content(payload: &Value) -> Option<&Value> {
    let attachment = payload.get("attachments")?.get(0)?;
    match attachment.get("contentType")?.as_str()? {
        CARD => attachment.get("content"),
        _ => None,
    }
}

/// The card names its session as the text of a link: `[<id>](<address>/sessions/<id>)`.
fn card(payload: &Value) -> Option<(String, Told)> {
    let blocks = card_content(payload)?.get("body")?.as_array()?;
    let texts = blocks
        .iter()
        .filter_map(|block| block.get("text")?.as_str());
    let session_id = texts
        .filter_map(linked)
        .find_map(|id| session_id(id).ok())?;
    Some((session_id, Told::ReviewAsked))
}

fn linked(text: &str) -> Option<&str> {
    let (id, _) = text.strip_prefix('[')?.split_once("](")?;
    Some(id)
}

/// A session of which the gateway can be asked.
fn named_session(id: &Value) -> Option<String> {
    session_id(id.as_str()?).ok()
}

/// A text; anything else is an empty one.
fn text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(text),
        _ => Ok(String::new()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "d0000000-0000-4000-8000-000000000001";

    fn parsed(body: Value) -> WebhookBody {
        WebhookBody::parse(body.to_string().as_bytes())
    }

    fn opening(body: &WebhookBody) -> &Opening {
        match body {
            WebhookBody::Session {
                session_id,
                told: Told::Opened(opening),
            } if session_id == ID => opening,
            other => panic!("an opening: {other:?}"),
        }
    }

    fn closing(body: &WebhookBody) -> (Option<i64>, Option<&str>) {
        match body {
            WebhookBody::Session {
                session_id,
                told: Told::Closed(closing),
            } if session_id == ID => (closing.exit_code, closing.error.as_deref()),
            other => panic!("a closing: {other:?}"),
        }
    }

    /// As Svix posts what the gateway made: captured from a gateway of the release, keys sorted.
    const OPENED: &str = r#"{"command":["psql"],"connection":"pg-orders","connection_envs":null,"connection_type":"postgres","event_type":"session.open","has_input_args":false,"id":"d0000000-0000-4000-8000-000000000001","input":"U0VMRUNUIDE=","input_envs":null,"input_size":8,"is_input_truncated":false,"review":null,"user_email":"ana.souza@lab.test","user_id":"b1a7e9f0-0000-4000-8000-000000000001","verb":"exec"}"#;
    const CLOSED: &str = r#"{"event_type":"session.close","exit_code":0,"exit_err":null,"id":"d0000000-0000-4000-8000-000000000001"}"#;

    #[test]
    fn an_opening_says_who_where_and_what() {
        let body = WebhookBody::parse(OPENED.as_bytes());
        assert_eq!(body.event_type(), Some("session.open"));
        assert_eq!(
            *opening(&body),
            Opening {
                user_id: "b1a7e9f0-0000-4000-8000-000000000001".to_owned(),
                user_email: "ana.souza@lab.test".to_owned(),
                connection: "pg-orders".to_owned(),
                connection_type: "postgres".to_owned(),
                verb: Some(Verb::Exec),
                input: Some("SELECT 1".to_owned()),
                is_input_cut: false,
                review: None,
            }
        );
    }

    #[test]
    fn a_reviewed_opening_has_the_state_of_its_review() {
        let state = |review: Value| {
            let body = json!({"event_type": "session.open", "id": ID, "review": review});
            opening(&parsed(body)).review
        };
        let review = |status| json!({"type": "onetime", "status": status, "owner_email": "a@b"});
        assert_eq!(state(review("PENDING")), Some(ReviewStatus::Pending));
        assert_eq!(state(review("PROCESSING")), Some(ReviewStatus::Processing));
        assert_eq!(state(review("new")), Some(ReviewStatus::Unknown));
        assert_eq!(state(json!({})), Some(ReviewStatus::Unknown));
        assert_eq!(state(Value::Null), None);
    }

    #[test]
    fn what_is_missing_or_of_another_kind_is_left_empty() {
        let bare = parsed(json!({"event_type": "session.open", "id": ID}));
        let odd = parsed(json!({
            "event_type": "session.open", "id": ID.to_uppercase(), "user_id": 7, "verb": ["exec"],
            "input": "not base64!", "is_input_truncated": "yes", "review": [], "command": "psql",
            "connection": null, "more": {"to": "come"},
        }));
        assert_eq!(*opening(&bare), Opening::default());
        assert_eq!(odd, bare);
    }

    #[test]
    fn what_was_typed_into_a_terminal_is_not_read() {
        let typed = json!({"event_type": "session.open", "id": ID, "verb": "connect", "input": "aHVudGVyMg=="});
        assert_eq!(opening(&parsed(typed)).input, None);
    }

    #[test]
    fn a_closing_without_a_code_has_none() {
        let of = |code: Value, error: Value| {
            let mut body = json!({"event_type": "session.close", "id": ID});
            body["exit_code"] = code;
            body["exit_err"] = error;
            parsed(body)
        };
        assert_eq!(closing(&of((-100).into(), Value::Null)), (None, None));
        assert_eq!(closing(&of(Value::Null, "".into())), (None, None));
        let failed = of(2.into(), "exit status 2".into());
        assert_eq!(closing(&failed), (Some(2), Some("exit status 2")));
        let captured = WebhookBody::parse(CLOSED.as_bytes());
        assert_eq!(closing(&captured), (Some(0), None));
    }

    #[test]
    fn the_card_of_a_review_names_its_session() {
        let card = |link: String| {
            json!({"type": "message", "attachments": [{
                "contentType": CARD,
                "content": {"type": "AdaptiveCard", "body": [
                    {"type": "TextBlock", "text": "Session Created"},
                    {"type": "TextBlock", "text": link},
                    {"type": "Container", "items": [{"type": "CodeBlock", "codeSnippet": "drop"}]},
                ]},
            }]})
        };
        let body = parsed(card(format!("[{ID}](https://gw.test/sessions/{ID})")));
        assert_eq!(
            body,
            WebhookBody::Session {
                session_id: ID.to_owned(),
                told: Told::ReviewAsked,
            }
        );
        assert_eq!(body.event_type(), Some(CARD_TYPE));
        let nameless = parsed(card("no link".to_owned()));
        assert_eq!(nameless.event_type(), Some(CARD_TYPE));
        assert!(matches!(nameless, WebhookBody::Other { .. }));
    }

    #[test]
    fn everything_else_is_kept_as_it_is() {
        let job = json!({"event_type": "dbroles.job.finished", "event_payload": {"items": [1]}});
        assert_eq!(
            parsed(job.clone()),
            WebhookBody::Other {
                event_type: Some("dbroles.job.finished".to_owned()),
                payload: job,
            }
        );
        let nameless = json!({"event_type": "session.close", "id": "42"});
        assert!(matches!(parsed(nameless), WebhookBody::Other { .. }));
        assert!(matches!(
            parsed(json!([1])),
            WebhookBody::Other {
                event_type: None,
                ..
            }
        ));
        let text = WebhookBody::parse(b"\xff no json");
        assert!(matches!(
            text,
            WebhookBody::Other {
                payload: Value::String(_),
                ..
            }
        ));
    }

    proptest::proptest! {
        #[test]
        fn no_body_is_too_odd(body: Vec<u8>) {
            WebhookBody::parse(&body);
        }
    }
}
