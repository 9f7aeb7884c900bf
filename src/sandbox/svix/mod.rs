//! The Svix stand-in behind the gateway's: svix/svix-webhooks `4fc0cfb8`, the open-source server,
//! as its API answers, and its deliveries.
//!
//! Messages are really sent: signed, over a socket, tried again on Svix's schedule. They go to
//! this machine alone, and to the Datadog stand-in where an endpoint names a host of Datadog's.
//! All of Svix's waits run [`Options::speed`] times as fast as its own.
//!
//! Where no other source is named, paths are below `server/svix-server/src/` of that repository.
//! Not there: expunging content, examples of event types, application tokens, idempotency keys.

mod applications;
mod attempts;
mod body;
mod clock;
mod delivery;
mod endpoints;
mod event_types;
mod exchange;
mod headers;
mod messages;
mod paging;
mod recovery;
mod refusal;
mod routes;
mod schedule;
mod secrets;
mod signing;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::Method;
use hyper::header::{ACCESS_CONTROL_ALLOW_ORIGIN, AUTHORIZATION, VARY};
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::http::{Reply, Request};
use clock::Clock;
pub use refusal::Refusal;
use state::State;

/// The organisation's token. It opens nothing but a sandbox.
pub const SVIX_TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3NjcyMjU2MDAsImV4cCI6MjA4Mjc1ODQwMCwibmJmIjoxNzY3MjI1NjAwLCJpc3MiOiJzdml4LXNlcnZlciIsInN1YiI6Im9yZ18yM3JiOFlkR3FNVDBxSXpwZ0d3ZFhmSGlyTXUifQ.g8-gSBBAzpinFSTjaJTyCz02i9sNCMBu4gzD19LkMrI";

/// Deliveries under way at once; the real worker takes 500 (`cfg.rs`, `worker_max_tasks`).
const MOST_DELIVERIES: usize = 64;

/// How the stand-in is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// When it begins; its clock runs on from there.
    pub now: Timestamp,
    /// How many times as fast as Svix's own its waits pass: retries, the cache that holds new
    /// headers back, the validity of a rotated secret.
    pub speed: u32,
    /// The Datadog stand-in, `http://127.0.0.1:PORT`; without it Datadog is not reached.
    pub datadog: Option<String>,
}

impl Options {
    pub fn new(now: Timestamp) -> Self {
        Self {
            now,
            speed: 1,
            datadog: None,
        }
    }
}

/// A Svix server. Clones are the same one.
#[derive(Clone, Debug)]
pub struct SvixStandIn(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: Options,
    clock: Clock,
    state: Mutex<State>,
    deliveries: Arc<Semaphore>,
}

/// An answer that is a success: its status, and its body where it has one.
pub type Answered = (u16, Option<Value>);

impl SvixStandIn {
    pub fn new(options: Options) -> Self {
        Self(Arc::new(Inner {
            clock: Clock::new(options.now, options.speed),
            state: Mutex::default(),
            deliveries: Arc::new(Semaphore::new(MOST_DELIVERIES)),
            options,
        }))
    }

    /// Answers a request as the server would.
    pub fn handle(&self, request: &Request) -> Reply {
        let reply = match self.answer(request) {
            Ok((status, Some(body))) => Reply::json(status, &body),
            Ok((status, None)) => Reply::empty(status),
            Err(refusal) => refusal.into_reply(),
        };
        let vary = "origin, access-control-request-method, access-control-request-headers";
        reply
            .header(VARY, vary)
            .header(ACCESS_CONTROL_ALLOW_ORIGIN, "*")
    }

    fn answer(&self, request: &Request) -> Result<Answered, Refusal> {
        if !routes::is_known(&request.path) {
            return Err(Refusal::no_such_path());
        }
        let expected = format!("Bearer {SVIX_TOKEN}");
        if request.header(AUTHORIZATION.as_str()) != Some(&expected) {
            return Err(Refusal::unauthorized());
        }
        self.call(
            &request.method,
            &request.path,
            &request.query,
            &request.body,
        )
    }

    /// One operation, for who has signed in.
    pub fn call(
        &self,
        method: &Method,
        path: &str,
        query: &[(String, String)],
        body: &[u8],
    ) -> Result<Answered, Refusal> {
        let now = self.0.clock.now();
        let mut visit = Visit {
            svix: self,
            state: &mut self.state(),
            query,
            body,
            now,
        };
        routes::answer(&mut visit, method, path)
    }

    /// Nothing below panics half-way through a change, so a poisoned state is still whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request, as its handler sees it.
struct Visit<'a> {
    svix: &'a SvixStandIn,
    state: &'a mut State,
    query: &'a [(String, String)],
    body: &'a [u8],
    now: Timestamp,
}

impl Visit<'_> {
    /// The first value of a query parameter.
    fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A query parameter that is a moment.
    fn moment(&self, name: &str) -> Result<Option<Timestamp>, Refusal> {
        let Some(text) = self.parameter(name) else {
            return Ok(None);
        };
        let unreadable = || {
            let detail = "Failed to deserialize query string: premature end of input";
            Refusal::bad_request("generic_error", detail)
        };
        text.parse().map(Some).map_err(|_| unreadable())
    }
}
