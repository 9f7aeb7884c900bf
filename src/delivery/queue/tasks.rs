//! What goes on by itself: pulling, keeping what is held, and looking how much there is.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::jetstream::AckKind;
use async_nats::jetstream::consumer::PullConsumer;
use futures_util::StreamExt;
use jiff::Timestamp;

use super::error::QueueError;
use super::shared::{Ack, Kind, Shared};
use crate::delivery::spool::Stock;

/// A request for messages that brings none ends after this time, and the next one follows.
const PULL: Duration = Duration::from_secs(2);
const PULLED: usize = 256;
const AGAIN: Duration = Duration::from_secs(1);
const LOOK: Duration = Duration::from_secs(2);

/// Pulls for ever, as long as there is room.
pub(super) async fn pull(shared: Arc<Shared>, kind: Kind) {
    loop {
        let left = shared.left.notified();
        let room = shared.room(kind).min(PULLED);
        if room == 0 {
            // Room may have come between the two lines above.
            let _ = tokio::time::timeout(AGAIN, left).await;
            continue;
        }
        if let Err(error) = pull_once(&shared, kind, room).await {
            tracing::warn!(%error, ?kind, "pulling again");
            tokio::time::sleep(AGAIN).await;
        }
    }
}

async fn pull_once(shared: &Shared, kind: Kind, room: usize) -> Result<(), async_nats::Error> {
    let request = consumer(shared, kind)
        .batch()
        .max_messages(room)
        .expires(PULL);
    let mut messages = request.messages().await?;
    while let Some(message) = messages.next().await {
        shared.take_in(kind, message?);
    }
    Ok(())
}

fn consumer(shared: &Shared, kind: Kind) -> &PullConsumer {
    match kind {
        Kind::Webhook => &shared.parts.webhooks,
        Kind::Told => &shared.parts.told,
        Kind::Event => &shared.parts.events,
    }
}

/// Tells the server again and again that what is held is being worked on.
pub(super) async fn keep(shared: Arc<Shared>) {
    loop {
        tokio::time::sleep(shared.parts.ack_wait / 3).await;
        let held: Vec<Ack> = shared.held().acks().cloned().collect();
        for ack in held {
            if let Err(error) = ack.ack_with(AckKind::Progress).await {
                tracing::warn!(%error, "somebody else may get what is held here");
                break;
            }
        }
    }
}

/// Looks how much there is, of all relays together.
pub(super) async fn look(shared: Arc<Shared>) {
    loop {
        match stock(&shared).await {
            // What was counted here goes on meanwhile.
            Ok(seen) => shared.stock.send_modify(|stock| {
                let (arrived, queued) = (stock.arrived, stock.queued);
                *stock = Stock {
                    arrived,
                    queued,
                    ..seen
                };
            }),
            Err(error) => tracing::warn!(%error, "the queue does not say how much it holds"),
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// What the consumers have still to give or to see acknowledged. Not what the stream holds: a server
/// that was killed may hold messages that were acknowledged before, which nobody is given again.
async fn stock(shared: &Shared) -> Result<Stock, QueueError> {
    let asked = shared.parts.stream.get_info().await;
    let info = asked.map_err(|error| QueueError::unanswered("its size", error))?;
    // A negative size is none.
    let limit = u64::try_from(info.config.max_bytes).unwrap_or(u64::MAX);
    shared.limit.store(limit, Ordering::Relaxed);
    Ok(Stock {
        webhooks: waiting(shared, Kind::Webhook).await? + waiting(shared, Kind::Told).await?,
        events: waiting(shared, Kind::Event).await?,
        bytes: info.state.bytes,
        oldest: shared.held().oldest(),
        ..Stock::default()
    })
}

async fn waiting(shared: &Shared, kind: Kind) -> Result<u64, QueueError> {
    let asked = consumer(shared, kind).get_info().await;
    let info = asked.map_err(|error| QueueError::unanswered("what waits", error))?;
    Ok(info.num_pending + info.num_ack_pending as u64)
}

/// Gives back what is held, so that another relay has it at once.
pub(super) async fn give_back(shared: &Shared) {
    let held: Vec<Ack> = shared.held().acks().cloned().collect();
    for ack in held {
        if let Err(error) = ack.ack_with(AckKind::Nak(None)).await {
            tracing::debug!(%error, "the others get it after a while");
            return;
        }
    }
}

/// How long a webhook is left alone.
pub(super) fn until(due: Timestamp) -> Duration {
    let wait = due.duration_since(Timestamp::now());
    Duration::try_from(wait).unwrap_or_default()
}
