//! `GET /sessions/{id}/stream`: the bytes of a running session as server-sent events, in real time
//! (hoophq/hoop `gateway/api/session/stream.go`).

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hyper::header::{CACHE_CONTROL, CONNECTION, HeaderName};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::{find_visible, in_other_words};
use crate::sandbox::gateway::answer::Answer;
use crate::sandbox::gateway::auth::Caller;
use crate::sandbox::gateway::{GatewayStandIn, Now};
use crate::sandbox::http::{Body, Reply};
use crate::sandbox::world::{Event, Live};

/// What the gateway holds for one subscriber; what does not fit is dropped without a word.
const BUFFER: usize = 32;
const KEEPALIVE_EVERY: Duration = Duration::from_secs(30);
/// Between a session's last event and the word that it is over: the row is done by then.
const LAST_FLUSH: Duration = Duration::from_millis(100);
const END: &str = "event: session_end\ndata: {}\n\n";

pub fn stream(gateway: &GatewayStandIn, caller: &Caller, id: &str, now: Now) -> Answer {
    let view = find_visible(gateway, caller, id, now).or_else(in_other_words)?;
    if view.status() == "done" {
        return Ok(event_stream(Body::Full(Bytes::from_static(END.as_bytes()))));
    }
    let (sender, receiver) = mpsc::channel(BUFFER);
    let feed = Feed {
        live: view.live(),
        start: view.session.start,
        age: view.age(),
        since: Instant::now(),
        sender,
    };
    let index = view.session.plan.index;
    let kills = gateway.kills();
    let is_killed = gateway.kill_check(index);
    tokio::spawn(feed.run(kills, is_killed));
    Ok(event_stream(Body::Stream(receiver)))
}

fn event_stream(body: Body) -> Reply {
    Reply::text(200, "text/event-stream", "")
        .header(CACHE_CONTROL, "no-cache")
        .header(CONNECTION, "keep-alive")
        .header(HeaderName::from_static("x-accel-buffering"), "no")
        .with_body(body)
}

/// What a feed does next.
enum Step {
    Event(Event),
    Keepalive,
    /// The session is over, and its recording stored.
    End,
}

/// One subscriber's events, from the moment of the subscription on.
struct Feed {
    /// `None` for an open session in which nothing moves.
    live: Option<Live>,
    start: Timestamp,
    /// How old the session was at the subscription.
    age: Duration,
    since: Instant,
    sender: mpsc::Sender<Bytes>,
}

impl Feed {
    /// Sends until the client leaves or the session is killed.
    async fn run(self, mut kills: watch::Receiver<()>, is_killed: impl Fn() -> bool) {
        let connected = Bytes::from_static(b": connected\n\n");
        if self.sender.send(connected).await.is_err() {
            return;
        }
        let mut next = self.live.map_or(0, |live| live.count_at(self.age));
        while !is_killed() {
            let (at, step) = self.step(next);
            tokio::select! {
                () = self.sender.closed() => return,
                changed = kills.changed() => if changed.is_err() { return },
                () = tokio::time::sleep_until(at) => match step {
                    Step::Event(event) => {
                        next += 1;
                        self.offer(self.encode(&event));
                    }
                    Step::Keepalive => self.offer(Bytes::from_static(b": keepalive\n\n")),
                    Step::End => break,
                },
            }
        }
        // The end of a recording is awaited; a client that has left does not matter.
        let _ = self.sender.send(Bytes::from_static(END.as_bytes())).await;
    }

    /// What comes behind the first `sent` events, and when.
    fn step(&self, sent: usize) -> (Instant, Step) {
        let quiet_until = Instant::now() + KEEPALIVE_EVERY;
        let due = match self.live.and_then(|live| live.event(sent)) {
            Some(event) => Some((self.instant_at(event.at), Step::Event(event))),
            None => {
                let end = self.live.and_then(|live| live.end());
                end.map(|end| (self.instant_at(end + LAST_FLUSH), Step::End))
            }
        };
        match due {
            Some((at, step)) if at <= quiet_until => (at, step),
            _ => (quiet_until, Step::Keepalive),
        }
    }

    fn instant_at(&self, age: Duration) -> Instant {
        self.since + age.saturating_sub(self.age)
    }

    /// Drops what the buffer has no room for, as the gateway does.
    fn offer(&self, piece: Bytes) {
        let _ = self.sender.try_send(piece);
    }

    /// Times are absolute here, unlike in the stored recording.
    fn encode(&self, event: &Event) -> Bytes {
        let offset = SignedDuration::try_from(event.at).unwrap_or(SignedDuration::MAX);
        let data = json!({
            "time": self.start.checked_add(offset).unwrap_or(self.start),
            "type": event.kind,
            "payload": STANDARD.encode(&event.payload),
        });
        Bytes::from(format!("event: event\ndata: {data}\n\n"))
    }
}
