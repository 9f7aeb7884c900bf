//! Datadog's stand-in: keys, logs intake, log search, events, monitors, dashboards, OTLP intake, LLM
//! Observability.
//!
//! What it answers comes from Datadog's OpenAPI documents and from recorded interactions; where
//! both are silent the choice is named beside it. State lies in memory: 512 MiB of logs, compressed, and
//! 100,000 events and as many spans of each kind, the oldest going first; 10,000 monitors and as many
//! dashboards. One organisation and one valid API key, on one site; every other site knows no key.

mod arrivals;
mod body;
mod dashboards;
mod events;
mod guard;
mod indexes;
mod instant;
mod keys;
mod llmobs;
mod logs;
mod monitors;
mod otlp;
mod quota;
mod refusal;
mod route;
mod search;
mod shape;
mod span_search;

use std::sync::Mutex;
use std::time::Duration;

use hyper::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

pub use keys::{
    API_KEY, APP_KEY, FULLY_SCOPED_APP_KEY, PERSONAL_TOKEN, READ_ONLY_APP_KEY, SCOPED_APP_KEY,
    SERVICE_TOKEN,
};
pub use quota::{RateLimit, RateLimits};
pub use refusal::refusal;

use super::coding::Encoded;
use super::http::{Body, Reply, Request};
use super::product::Product;
use super::received::{Kind, Selection};
use crate::domain::site::Site;
use arrivals::ArrivalStore;
use dashboards::DashboardStore;
use events::EventStore;
use keys::Keys;
use logs::LogStore;
use monitors::MonitorStore;
use quota::Quotas;
use route::{Endpoint, NoRoute, Place};

/// How the stand-in is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The site the keys are valid on.
    pub site: Site,
    /// How long something taken stays invisible to reads.
    pub index_delay: Duration,
    pub limits: RateLimits,
    /// How often a monitor looks at the logs.
    pub evaluation_interval: Duration,
}

/// The circumstances of one request.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    /// The request's number in the sandbox.
    pub number: u64,
    /// The stand-in's clock, which a fault may have shifted.
    pub now: Timestamp,
    /// The true time, which indexing delays are counted by.
    pub arrived: Timestamp,
    /// What a fault puts in the place of every bucket's limit.
    pub quota: Option<RateLimit>,
    /// The request's body, kept compressed.
    pub body: &'a Encoded,
}

/// An answer, and whether it stands for something stored.
#[derive(Debug)]
pub struct Answer {
    pub reply: Reply,
    pub stored: bool,
}

impl Answer {
    fn stored(reply: Reply) -> Self {
        Self {
            reply,
            stored: true,
        }
    }
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self {
            reply,
            stored: false,
        }
    }
}

/// The stand-in for every site and product of Datadog's that the sandbox serves.
#[derive(Debug)]
pub struct DatadogStandIn {
    keys: Keys,
    index_delay: SignedDuration,
    limits: RateLimits,
    /// Milliseconds.
    evaluation_interval: i64,
    logs: LogStore,
    events: EventStore,
    spans: ArrivalStore,
    llmobs: ArrivalStore,
    monitors: MonitorStore,
    dashboards: DashboardStore,
    quotas: Quotas,
    /// What differs in the settings of the log index.
    index: Mutex<Map<String, Value>>,
}

/// Which product a request is for, decided by its path alone.
pub fn product_of(request: &Request) -> Product {
    Endpoint::of(&request.method, &request.path).map_or(Product::Api, |endpoint| endpoint.product())
}

impl DatadogStandIn {
    pub fn new(options: Options) -> Self {
        Self {
            keys: Keys::valid_on(options.site),
            index_delay: SignedDuration::try_from(options.index_delay)
                .unwrap_or(SignedDuration::MAX),
            limits: options.limits,
            evaluation_interval: i64::try_from(options.evaluation_interval.as_millis())
                .unwrap_or(i64::MAX),
            logs: LogStore::default(),
            events: EventStore::default(),
            spans: ArrivalStore::default(),
            llmobs: ArrivalStore::default(),
            monitors: MonitorStore::default(),
            dashboards: DashboardStore::default(),
            quotas: Quotas::default(),
            index: Mutex::default(),
        }
    }

    /// Answers one request.
    pub fn handle(&self, request: &Request, visit: &Visit<'_>) -> Answer {
        let place = Place::of(&request.host);
        let endpoint = match Endpoint::of(&request.method, &request.path) {
            Ok(endpoint) if place.serves(&endpoint) => endpoint,
            Err(NoRoute::WrongMethod) => {
                return refusal(Product::Api, StatusCode::METHOD_NOT_ALLOWED).into();
            }
            _ => return self.unknown(request, place.site).into(),
        };
        match endpoint {
            Endpoint::LogsV2 => self.take_logs(&logs::V2, request, visit, place.site),
            Endpoint::LogsV1 => self.take_logs(&logs::V1, request, visit, place.site),
            Endpoint::Validate => self.keys.validate(request, place.site).into(),
            Endpoint::ValidateV2 => self.keys.validate_v2(request, place.site).into(),
            Endpoint::ValidateKeys => self.keys.validate_both(request, place.site).into(),
            Endpoint::PostEvent => self.post_event(request, visit, place.site),
            Endpoint::Otlp(signal) => self.take_otlp(signal, request, visit, place.site),
            Endpoint::LlmObs => self.take_llmobs(request, visit, place.site),
            Endpoint::Guarded(operation) => {
                self.guarded(&operation, request, visit, place.site).into()
            }
        }
    }

    /// Everything that arrived of one kind, as `/sandbox/received` shows it.
    pub fn received(&self, kind: Kind, selection: Selection) -> Reply {
        let now = Timestamp::now();
        let body = match kind {
            Kind::Logs => Body::Stream(self.logs.received(selection, self.index_delay, now)),
            Kind::Events => self.events.received(&selection, self.index_delay, now),
            Kind::Spans => self.spans.received(&selection, self.index_delay, now),
            Kind::LlmObs => self.llmobs.received(&selection, self.index_delay, now),
        };
        Reply::json(200, &json!([])).with_body(body)
    }

    /// A path nobody serves: who has no key learns nothing about it.
    fn unknown(&self, request: &Request, site: Site) -> Reply {
        match self.keys.check_api_key(request, site) {
            Ok(()) => refusal(Product::Api, StatusCode::NOT_FOUND),
            Err(refused) => refused.into_reply(),
        }
    }
}
