//! One request: is it a webhook, is it signed, is it on the disk.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONNECTION, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, Response, StatusCode};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::body::Budget;
use crate::delivery::Backlog;
use crate::delivery::queue::QueueError;
use crate::delivery::spool::{Arrival, NotStored, Packed, Stored};
use crate::domain::digest::hex;
use crate::relay::counts::{Counts, Refusal};
use crate::relay::keys::Keys;
use crate::svix::signature::Stamp;

/// Seconds; Svix waits that long only where it is within its own schedule
/// (`server/svix-server/src/worker.rs`).
const COME_BACK: &str = "30";

/// Where requests are answered.
pub(super) struct Desk {
    keys: Option<Keys>,
    spool: Backlog,
    counts: Arc<Counts>,
    budget: Budget,
}

impl Desk {
    pub fn new(keys: Option<Keys>, spool: Backlog, counts: Arc<Counts>) -> Self {
        Self {
            keys,
            spool,
            counts,
            budget: Budget::default(),
        }
    }

    /// 202 once the webhook is on the disk. What is refused is told no more than that.
    pub async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        match self.take(request).await {
            Ok(stored) => {
                self.counts.accept(stored == Stored::Again);
                response(StatusCode::ACCEPTED, "")
            }
            Err(refusal) => {
                self.counts.refuse(refusal);
                refused(refusal)
            }
        }
    }

    async fn take(&self, request: Request<Incoming>) -> Result<Stored, Refusal> {
        if request.method() != Method::POST {
            return Err(Refusal::Method);
        }
        let (head, body) = request.into_parts();
        let now = Timestamp::now();
        let stamp = Stamp::read(|name| header(&head.headers, name));
        if self.keys.is_some() {
            let stamp = stamp.ok_or(Refusal::Unsigned)?;
            if !stamp.is_fresh(now) {
                return Err(Refusal::Stale);
            }
        }
        let held = self.budget.read(body).await?;
        if let (Some(keys), Some(stamp)) = (&self.keys, &stamp)
            && !stamp.is_signed(&held.bytes, &keys.now())
        {
            return Err(Refusal::Forged);
        }
        let arrival = Arrival {
            message: stamp.map_or_else(|| named(&held.bytes), |stamp| stamp.id.to_owned()),
            received: now,
            body: Packed::new(&held.bytes),
        };
        drop(held);
        self.spool
            .store(arrival)
            .await
            .map_err(|why| self.full(&why))
    }

    fn full(&self, why: &NotStored) -> Refusal {
        tracing::debug!(%why, "a webhook was not stored");
        // However often it comes.
        if let NotStored::Queue(QueueError::TooLarge { .. }) = why {
            return Refusal::TooLarge;
        }
        self.counts.close(why.to_string());
        Refusal::NoRoom
    }
}

/// Of one that has no id.
fn named(body: &[u8]) -> String {
    format!("unsigned-{}", hex(&Sha256::digest(body)))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn refused(why: Refusal) -> Response<Full<Bytes>> {
    let with = |status, name: HeaderName, value| {
        let mut response = response(status, "");
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
        response
    };
    match why {
        Refusal::Method => with(StatusCode::METHOD_NOT_ALLOWED, ALLOW, "POST"),
        Refusal::Unsigned | Refusal::Forged | Refusal::Stale => {
            with(StatusCode::UNAUTHORIZED, CONNECTION, "close")
        }
        Refusal::TooLarge => with(StatusCode::PAYLOAD_TOO_LARGE, CONNECTION, "close"),
        Refusal::Slow => with(StatusCode::REQUEST_TIMEOUT, CONNECTION, "close"),
        Refusal::Crowded | Refusal::NoRoom => {
            with(StatusCode::SERVICE_UNAVAILABLE, RETRY_AFTER, COME_BACK)
        }
    }
}

fn response(status: StatusCode, body: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
    *response.status_mut() = status;
    response
}
