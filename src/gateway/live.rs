//! The bytes of a running session as they are recorded: `GET /sessions/{id}/stream`
//! (hoophq/hoop `gateway/api/session/stream.go`, `gateway/session/eventbroker/broker.go`).
//!
//! The stream has no past and no numbering: what happened before the subscription is not sent, and
//! what a subscriber is too slow for (32 events are held for it) is left out without a word.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, DATE};
use serde::Deserialize;
use tokio::time::{Instant, timeout, timeout_at};

use super::client::Gateway;
use super::error::GatewayError;
use super::sessions::{of_session, session_id};
use super::wire::sse::{Frame, Frames};
use crate::http::{self, REQUEST_TIMEOUT, Response, TransportError};

/// The gateway says something every 30 seconds; twice that and some is silence.
const SILENCE: Duration = Duration::from_secs(75);
/// A stream is begun anew after a day, if nothing ended it before.
const LONGEST: Duration = Duration::from_secs(86_400);
/// The largest event: a packet of 16 MiB as base64 in JSON. The agents' packets are far smaller.
const EVENT_LIMIT: usize = 24 << 20;

/// One recorded event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveEvent {
    /// When, by the gateway's clock: the same instant that the stored recording counts from its
    /// own beginning.
    pub at: Timestamp,
    /// `i` or `o`; the trailing `e` is only in the stored recording.
    pub code: String,
    /// Empty for a notice of the gateway's masking, which is not stored.
    pub payload: Vec<u8>,
}

/// What a stream says next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Live {
    /// Nothing new; the connection stands.
    Quiet,
    Event(LiveEvent),
    /// The session is over and stored whole.
    Ended,
}

/// A subscription to one session.
#[derive(Debug)]
pub struct LiveStream {
    response: Response,
    frames: Frames,
    url: String,
    began: Option<Timestamp>,
    deadline: Instant,
}

impl Gateway {
    /// Subscribes to a session. Returns once the gateway has begun to answer.
    ///
    /// # Errors
    ///
    /// As for [`Gateway::session`]; `NotAGateway` where the answer is no event stream.
    pub async fn live(&self, id: &str) -> Result<LiveStream, GatewayError> {
        let id = session_id(id)?;
        let call = self.get(&["sessions", &id, "stream"]).timeout(LONGEST);
        let begun = match timeout(REQUEST_TIMEOUT, self.incoming(call)).await {
            Ok(begun) => begun.map_err(|error| of_session(error, id))?,
            Err(_) => return Err(TransportError::Timeout { url: self.shown() }.into()),
        };
        let kind = begun.response.header(CONTENT_TYPE.as_str());
        if !kind.is_some_and(|kind| kind.starts_with("text/event-stream")) {
            return Err(GatewayError::NotAGateway {
                url: begun.base,
                request: begun.label,
                why: "with something else than a stream of events".to_owned(),
            });
        }
        Ok(LiveStream {
            began: begun
                .response
                .header(DATE.as_str())
                .and_then(http::http_date),
            response: begun.response,
            frames: Frames::new(EVENT_LIMIT),
            url: begun.base,
            deadline: Instant::now() + SILENCE,
        })
    }
}

impl LiveStream {
    /// The whole second at which the gateway began to answer, by its own clock.
    pub fn began(&self) -> Option<Timestamp> {
        self.began
    }

    /// What comes next. May be dropped and called again: nothing is lost.
    ///
    /// # Errors
    ///
    /// The stream broke, ended without saying that the session did, or is silent.
    pub async fn next(&mut self) -> Result<Live, GatewayError> {
        loop {
            match self.frames.next() {
                Ok(Some(frame)) => return Ok(said(&frame)),
                Ok(None) => {}
                Err(_) => return Err(self.broken("an event is larger than 24 MiB")),
            }
            let chunk = match timeout_at(self.deadline, self.response.chunk()).await {
                Ok(chunk) => chunk?,
                Err(_) => {
                    let url = self.url.clone();
                    return Err(TransportError::Timeout { url }.into());
                }
            };
            let Some(chunk) = chunk else {
                return Err(self.broken("the stream ended before the session did"));
            };
            self.deadline = Instant::now() + SILENCE;
            self.frames.push(&chunk);
        }
    }

    fn broken(&self, why: &str) -> GatewayError {
        let (url, why) = (self.url.clone(), why.to_owned());
        TransportError::Broken { url, why }.into()
    }
}

fn said(frame: &Frame) -> Live {
    let Frame::Message { name, data } = frame else {
        return Live::Quiet;
    };
    match name.as_str() {
        "session_end" => Live::Ended,
        "event" => match event(data) {
            Some(event) => Live::Event(event),
            None => {
                // It is found in the stored recording like any event that did not come.
                tracing::warn!("an event of the stream cannot be read and is left out");
                Live::Quiet
            }
        },
        _ => Live::Quiet,
    }
}

fn event(data: &[u8]) -> Option<LiveEvent> {
    #[derive(Deserialize)]
    struct Wire {
        time: Timestamp,
        r#type: String,
        payload: String,
    }
    let wire: Wire = serde_json::from_slice(data).ok()?;
    Some(LiveEvent {
        at: wire.time,
        code: wire.r#type,
        payload: STANDARD.decode(wire.payload).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::{Reply, Server};

    const ID: &str = "a0000000-0000-4000-8000-000000000001";

    fn stream(body: &str) -> Reply {
        Reply::text(200, "text/event-stream", body).header("Date", "Sat, 21 Nov 2026 09:34:34 GMT")
    }

    async fn begun(reply: Reply) -> Result<LiveStream, GatewayError> {
        let server = Server::answering([reply]).await;
        server.gateway().live(ID).await
    }

    #[tokio::test]
    async fn a_stream_is_read_as_a_gateway_sent_it() {
        let body = ": connected\n\nevent: event\ndata: {\"time\":\"2026-11-21T09:34:34.802287486Z\",\
                    \"type\":\"o\",\"payload\":\"bGluZSAzCg==\"}\n\nevent: session_end\ndata: {}\n\n";
        let mut live = begun(stream(body)).await.expect("a stream");
        assert_eq!(live.began(), "2026-11-21T09:34:34Z".parse().ok());
        assert_eq!(live.next().await, Ok(Live::Quiet));
        let event = LiveEvent {
            at: "2026-11-21T09:34:34.802287486Z"
                .parse()
                .expect("an instant"),
            code: "o".to_owned(),
            payload: b"line 3\n".to_vec(),
        };
        assert_eq!(live.next().await, Ok(Live::Event(event)));
        assert_eq!(live.next().await, Ok(Live::Ended));
    }

    #[tokio::test]
    async fn an_event_that_cannot_be_read_is_no_end() {
        let mut live = begun(stream("event: event\ndata: {}\n\nevent: new\ndata: x\n\n"))
            .await
            .expect("a stream");
        assert_eq!(live.next().await, Ok(Live::Quiet));
        assert_eq!(live.next().await, Ok(Live::Quiet));
    }

    #[tokio::test]
    async fn a_stream_that_breaks_off_is_no_end_of_the_session() {
        for reply in [
            stream(": connected\n\n"),
            stream(": connected\n\n").cut_short(),
        ] {
            let mut live = begun(reply).await.expect("a stream");
            assert_eq!(live.next().await, Ok(Live::Quiet));
            let error = live.next().await.expect_err("it broke");
            assert!(error.is_retriable(), "{error}");
        }
    }

    #[tokio::test]
    async fn what_is_no_stream_is_told_apart() {
        let page = begun(Reply::text(200, "text/html", "<html>")).await;
        assert!(matches!(page, Err(GatewayError::NotAGateway { .. })));
        let gone = begun(Reply::json(404, r#"{"message":"session not found"}"#)).await;
        assert!(matches!(gone, Err(GatewayError::NoSession { .. })));
        let refused = begun(Reply::json(401, r#"{"message":"access denied"}"#)).await;
        assert!(matches!(refused, Err(GatewayError::Unauthorized { .. })));
    }
}
