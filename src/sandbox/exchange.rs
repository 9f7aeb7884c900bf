//! One request from its head to its answer: read, filed, struck by a fault or served.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_ENCODING, DATE, LOCATION, RETRY_AFTER};
use hyper::{StatusCode, http};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::json;

use super::coding::{Coding, DecodeError, Encoded};
use super::datadog::{self, DatadogStandIn, Visit};
use super::faults::{Decision, Kind, Plan};
use super::gateway::{self, GatewayStandIn};
use super::http::{Body, Reply, Request};
use super::product::Product;
use super::requests::{Entry, RequestLog, Stored};
use super::svix::{self, SvixStandIn};
use super::wire::WireControl;
use super::{control, head, masking};

/// Largest body taken off the wire, compressed or not.
const MAX_WIRE_BODY: usize = 16 << 20;
/// How much of a streamed answer the fault `cut` lets through behind the head.
const CUT_OF_STREAM: usize = 64;
/// Where the fault `redirect` sends a client.
const ELSEWHERE: &str = "/elsewhere";

/// Which listener a request came in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Datadog,
    Gateway,
    Svix,
}

/// The connection ends here without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut off by a fault or by its peer")]
pub struct Severed;

/// How the stand-ins are made, at the start and at every reset.
#[derive(Clone, Debug)]
pub struct Recipe {
    pub datadog: datadog::Options,
    pub gateway: gateway::Options,
    pub svix: svix::Options,
    pub plan: Plan,
}

/// The base addresses, `http://127.0.0.1:PORT` without a path.
#[derive(Clone, Debug)]
pub struct Addresses {
    pub datadog: String,
    pub gateway: String,
    pub svix: String,
}

/// Everything the connections share.
#[derive(Debug)]
pub struct Exchanges {
    recipe: Recipe,
    addresses: Addresses,
    number: AtomicU64,
    plan: Mutex<Plan>,
    standing: RwLock<StandIns>,
    pub(super) log: RequestLog,
}

#[derive(Clone, Debug)]
struct StandIns {
    datadog: Arc<DatadogStandIn>,
    gateway: Arc<GatewayStandIn>,
    svix: SvixStandIn,
}

impl StandIns {
    fn of(recipe: &Recipe) -> Self {
        let svix = SvixStandIn::new(recipe.svix.clone());
        let gateway = Arc::new(GatewayStandIn::before(recipe.gateway.clone(), svix.clone()));
        gateway::push_as_sessions_happen(&gateway);
        Self {
            datadog: Arc::new(DatadogStandIn::new(recipe.datadog.clone())),
            gateway,
            svix,
        }
    }
}

impl Exchanges {
    pub fn new(recipe: Recipe, addresses: Addresses) -> Self {
        Self {
            number: AtomicU64::new(0),
            plan: Mutex::new(recipe.plan.clone()),
            standing: RwLock::new(StandIns::of(&recipe)),
            log: RequestLog::default(),
            recipe,
            addresses,
        }
    }

    pub(super) fn datadog(&self) -> Arc<DatadogStandIn> {
        self.standing().datadog
    }

    pub(super) fn gateway(&self) -> Arc<GatewayStandIn> {
        self.standing().gateway
    }

    pub(super) fn plan(&self) -> Plan {
        self.plan
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn set_faults(&self, faults: Vec<super::faults::Fault>) {
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        *plan = plan.with_faults(faults);
    }

    /// As at the start: nothing received, no request seen, the faults of the start.
    pub(super) fn reset(&self) {
        *self
            .standing
            .write()
            .unwrap_or_else(PoisonError::into_inner) = StandIns::of(&self.recipe);
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = self.recipe.plan.clone();
        self.log.clear();
        self.number.store(0, Ordering::Relaxed);
    }

    fn standing(&self) -> StandIns {
        self.standing
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Answers one request, or severs its connection.
    pub async fn answer(
        &self,
        side: Side,
        wire: &WireControl,
        request: http::Request<Incoming>,
    ) -> Result<Reply, Severed> {
        let (parts, body) = request.into_parts();
        let mut request = head::request(&parts);
        if request.path.starts_with("/sandbox/") {
            request.body = read(body).await?.unwrap_or_default();
            return Ok(dated(control::answer(self, &request), Timestamp::now()));
        }
        self.strikable(side, wire, request, body).await
    }

    /// A request that is numbered, filed, and may be struck by a fault.
    async fn strikable(
        &self,
        side: Side,
        wire: &WireControl,
        mut request: Request,
        body: Incoming,
    ) -> Result<Reply, Severed> {
        let product = product_of(side, &request);
        let number = self.number.fetch_add(1, Ordering::Relaxed) + 1;
        let decision = self.plan().decide(product, number);
        self.log.open(entry(number, product, &request, &decision));
        if decision.is(&Kind::Reset) {
            wire.reset();
            return Err(Severed);
        }
        let Some(bytes) = read(body).await? else {
            return Ok(self.refuse(number, product, StatusCode::PAYLOAD_TOO_LARGE));
        };
        request.body = bytes;
        let encoded = encoded(&request);
        self.log.note_body(number, encoded.clone());
        let reply = match self.instead(side, &request, &decision, &encoded).await {
            Some(reply) => reply,
            None => {
                self.serve(product, number, &request, &encoded, &decision)
                    .await
            }
        };
        self.send_off(wire, number, reply, &decision)
    }

    /// The answer a fault gives in the stand-in's place.
    async fn instead(
        &self,
        side: Side,
        request: &Request,
        decision: &Decision,
        body: &Encoded,
    ) -> Option<Reply> {
        let product = product_of(side, request);
        let too_large = |limit| matches!(body.decode(limit), Err(DecodeError::TooLarge { .. }));
        if decision.limit.is_some_and(too_large) {
            return Some(refusal(product, StatusCode::PAYLOAD_TOO_LARGE));
        }
        if is_poisoned(body, &decision.poisons) {
            return Some(refusal(product, StatusCode::BAD_REQUEST));
        }
        match &decision.fault.as_ref()?.kind {
            // Ends when the client goes: the server drops the exchange with the connection.
            Kind::Stall => std::future::pending().await,
            Kind::Status { code, retry_after } => {
                let reply = struck(product, *code, retry_after);
                let announces = *code == 429 && retry_after.is_none() && side == Side::Datadog;
                Some(match announces {
                    true => self.standing().datadog.announce_spent(request, reply),
                    false => reply,
                })
            }
            Kind::Redirect => Some(self.redirect(side)),
            _ => None,
        }
    }

    fn redirect(&self, side: Side) -> Reply {
        let other = match side {
            Side::Datadog => &self.addresses.gateway,
            Side::Gateway | Side::Svix => &self.addresses.datadog,
        };
        Reply::empty(307).header(LOCATION, &format!("{other}{ELSEWHERE}"))
    }

    /// What the stand-in itself answers.
    async fn serve(
        &self,
        product: Product,
        number: u64,
        request: &Request,
        body: &Encoded,
        decision: &Decision,
    ) -> Reply {
        let standing = self.standing();
        match product {
            Product::Elsewhere => Reply::json(202, &json!({})),
            Product::Gateway => standing.gateway.handle(request).await,
            Product::Svix => standing.svix.handle(request),
            _ => {
                let visit = Visit {
                    number,
                    now: now_at(decision),
                    arrived: Timestamp::now(),
                    quota: decision.quota,
                    body,
                };
                let answer = standing.datadog.handle(request, &visit);
                if answer.stored {
                    self.log.note_stored(number);
                }
                answer.reply
            }
        }
    }

    /// Files the status and sets the socket up for the faults that harm the answer itself.
    fn send_off(
        &self,
        wire: &WireControl,
        number: u64,
        reply: Reply,
        decision: &Decision,
    ) -> Result<Reply, Severed> {
        let mut reply = dated(reply, now_at(decision));
        match decision.fault.as_ref().map(|fault| &fault.kind) {
            Some(Kind::ResetAfterStore) => {
                wire.reset();
                return Err(Severed);
            }
            Some(Kind::Slow { pause }) => {
                wire.slow(*pause);
                reply = reply.header(CONNECTION, "close");
            }
            Some(Kind::Cut) => wire.cut(half_of(&reply.body)),
            _ => {}
        }
        self.log.note_status(number, reply.status.as_u16());
        Ok(reply)
    }

    /// Refuses without having read the whole body, so the connection cannot be used again.
    fn refuse(&self, number: u64, product: Product, status: StatusCode) -> Reply {
        self.log.note_status(number, status.as_u16());
        dated(refusal(product, status), Timestamp::now()).header(CONNECTION, "close")
    }
}

/// The whole body; `None` where it is too large to be taken.
async fn read(body: Incoming) -> Result<Option<Bytes>, Severed> {
    match Limited::new(body, MAX_WIRE_BODY).collect().await {
        Ok(collected) => Ok(Some(collected.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Ok(None),
        Err(_) => Err(Severed),
    }
}

/// Whether one of the texts stands in the body. What cannot be decoded is refused by whom it is for.
fn is_poisoned(body: &Encoded, poisons: &[String]) -> bool {
    if poisons.is_empty() {
        return false;
    }
    let Ok(plain) = body.decode(MAX_WIRE_BODY) else {
        return false;
    };
    let holds = |text: &String| memchr::memmem::find(&plain, text.as_bytes()).is_some();
    poisons.iter().any(holds)
}

/// The body with its coding; one of an unknown coding is kept as it is, for the log.
fn encoded(request: &Request) -> Encoded {
    let coding = Coding::of_header(request.header(CONTENT_ENCODING.as_str()));
    Encoded::new(coding.unwrap_or(Coding::Identity), request.body.clone()).compact()
}

fn product_of(side: Side, request: &Request) -> Product {
    match side {
        _ if request.path == ELSEWHERE => Product::Elsewhere,
        Side::Gateway => Product::Gateway,
        Side::Svix => Product::Svix,
        Side::Datadog => datadog::product_of(request),
    }
}

fn entry(number: u64, product: Product, request: &Request, decision: &Decision) -> Entry {
    Entry {
        number,
        at: now_at(decision),
        product,
        method: request.method.to_string(),
        host: request.host.clone(),
        path: request.path.clone(),
        query: masking::query(&request.query),
        headers: masking::headers(&request.headers),
        fault: decision.describe(),
        status: None,
        stored: Stored::None,
        body: None,
    }
}

fn now_at(decision: &Decision) -> Timestamp {
    let now = Timestamp::now();
    now.checked_add(decision.clock).unwrap_or(now)
}

fn dated(reply: Reply, now: Timestamp) -> Reply {
    match DateTimePrinter::new().timestamp_to_rfc9110_string(&now) {
        Ok(date) => reply.header(DATE, &date),
        Err(_) => reply,
    }
}

fn half_of(body: &Body) -> usize {
    match body {
        Body::Full(bytes) => bytes.len() / 2,
        Body::Stream(_) => CUT_OF_STREAM,
    }
}

fn struck(product: Product, code: u16, retry_after: &Option<String>) -> Reply {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let reply = refusal(product, status);
    match retry_after {
        Some(text) => reply.header(RETRY_AFTER, text),
        None => reply,
    }
}

/// A refusal in the shape of the system that is asked.
fn refusal(product: Product, status: StatusCode) -> Reply {
    let reason = status.canonical_reason().unwrap_or("Unknown");
    match product {
        Product::Gateway => Reply::json(status.as_u16(), &json!({ "message": reason })),
        Product::Svix => {
            let body = json!({"code": "generic_error", "detail": reason});
            Reply::json(status.as_u16(), &body)
        }
        _ => datadog::refusal(product, status),
    }
}
