//! What the tasks of a queue share.

use std::error::Error as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_nats::connection::State;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::message::Acker;
use async_nats::jetstream::{self, Context, ErrorCode, Message};
use tokio::sync::{Notify, mpsc, watch};

use super::ends::End;
use super::error::QueueError;
use super::held::Held;
use super::message::{self, Outgoing};
use super::names::Names;
use super::set_up::Parts;
use crate::delivery::spool::{Destination, Shortage, Stock};

/// The way to acknowledge one message.
pub(super) type Ack = Arc<Acker>;

/// Whose messages a consumer gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Webhook,
    Told,
    Event,
}

/// Webhooks are refused when the stream has this part of its size, so that there is room for the
/// events of those that are in it.
const FULL: (u64, u64) = (4, 5);

pub(super) struct Shared {
    pub context: Context,
    pub names: Names,
    pub parts: Parts,
    pub destinations: Vec<Destination>,
    pub stock: watch::Sender<Stock>,
    /// Told when something left, so that there is room.
    pub left: Notify,
    pub ends: mpsc::UnboundedSender<End>,
    /// The stream's size.
    pub limit: AtomicU64,
    held: Mutex<Held<Ack>>,
}

/// The server could not store it: the stream, or its disk, is full.
fn has_no_room(error: &PublishError) -> bool {
    let source = error.source();
    let told = source.and_then(|error| error.downcast_ref::<jetstream::Error>());
    told.is_some_and(|error| error.error_code() == ErrorCode::STREAM_STORE_FAILED)
}

impl Shared {
    pub fn new(
        context: Context,
        names: Names,
        parts: Parts,
        destinations: Vec<Destination>,
        ends: mpsc::UnboundedSender<End>,
    ) -> Self {
        Self {
            context,
            names,
            parts,
            destinations,
            stock: watch::Sender::new(Stock::default()),
            left: Notify::new(),
            ends,
            limit: AtomicU64::new(u64::MAX),
            held: Mutex::default(),
        }
    }

    pub fn held(&self) -> MutexGuard<'_, Held<Ack>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn room(&self, kind: Kind) -> usize {
        let held = self.held();
        match kind {
            Kind::Webhook => held.room_for_webhooks(false),
            Kind::Told => held.room_for_webhooks(true),
            Kind::Event => held.room_for_events(),
        }
    }

    /// The destinations that a message waits for.
    pub fn required(&self) -> Vec<usize> {
        let all = self.destinations.iter().enumerate();
        let required = all.filter(|(_, one)| one.is_required);
        required.map(|(at, _)| at).collect()
    }

    /// Publishes and waits until the servers have confirmed it. False where it was there before.
    pub async fn publish(&self, subject: &str, message: Outgoing) -> Result<bool, QueueError> {
        let Outgoing { headers, payload } = message;
        let bytes = payload.len();
        let published = self
            .context
            .publish_with_headers(subject.to_owned(), headers, payload)
            .await;
        let confirmed = match published {
            Ok(confirming) => confirming.await,
            Err(error) => Err(error),
        };
        match confirmed {
            Ok(confirmed) => Ok(!confirmed.duplicate),
            Err(error) if error.kind() == PublishErrorKind::MaxPayloadExceeded => {
                Err(QueueError::TooLarge { bytes })
            }
            Err(error) if has_no_room(&error) => Err(QueueError::Full {
                why: error.to_string(),
            }),
            Err(error) => Err(QueueError::Unconfirmed {
                what: "a message",
                why: error.to_string(),
            }),
        }
    }

    /// Why no more webhooks are taken: what is published here counts until the next look.
    pub fn shortage(&self) -> Option<Shortage> {
        if self.context.client().connection_state() != State::Connected {
            return Some(Shortage::QueueAway);
        }
        let limit = self.limit.load(Ordering::Relaxed);
        let is_full = self.stock.borrow().bytes >= limit / FULL.1 * FULL.0;
        is_full.then_some(Shortage::Queue { limit })
    }

    /// A webhook of so many bytes is in the stream.
    pub fn grew(&self, bytes: usize) {
        self.stock.send_if_modified(|stock| {
            stock.bytes += bytes as u64;
            false
        });
    }

    /// Holds a message that was pulled.
    pub fn take_in(&self, kind: Kind, message: Message) {
        let Some(sequence) = message.info().ok().map(|info| info.stream_sequence) else {
            tracing::warn!("a message of the queue does not say its place and is left to it");
            return;
        };
        let (message, ack) = message.split();
        let ack = Ack::new(ack);
        let headers = message.headers.as_ref();
        let payload = message.payload.clone();
        let mut held = self.held();
        let dealt_with = match kind {
            Kind::Event => {
                let number = held.next_number();
                message::event(headers, payload, number)
                    .map(|event| held.add_event(event, sequence, Ack::clone(&ack)))
            }
            Kind::Webhook | Kind::Told => {
                message::webhook(headers, payload, sequence, kind == Kind::Told)
                    .map(|waiting| held.add_webhook(waiting, Ack::clone(&ack)))
            }
        };
        drop(held);
        match dealt_with {
            Some(None) => self.stock.send_modify(|stock| match kind {
                Kind::Event => stock.queued += 1,
                Kind::Webhook | Kind::Told => stock.arrived += 1,
            }),
            Some(Some(ack)) => self.end(End::done(sequence, ack)),
            None => self.end(End::dead(
                sequence,
                ack,
                &message,
                "it is no message of ddctl's",
            )),
        }
    }

    /// The message is dealt with: the server is told until it confirms.
    pub fn end(&self, end: End) {
        self.held().end(end.sequence);
        self.left.notify_waiters();
        // Without a receiver everything ends, and the server gives the message to somebody else.
        let _ = self.ends.send(end);
    }
}
