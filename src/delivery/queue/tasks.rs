//! What goes on by itself: pulling, keeping what is held, and looking how much there is.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::AckKind;
use async_nats::jetstream::consumer::PullConsumer;
use futures_util::{StreamExt, TryStreamExt};
use jiff::Timestamp;

use super::error::QueueError;
use super::settings::ACK_WAIT;
use super::shared::{Ack, Kind, Shared};
use crate::delivery::spool::{Shortage, Stock};

/// A request for messages that brings none ends after this time, and the next one follows.
const PULL: Duration = Duration::from_secs(2);
const PULLED: usize = 256;
const AGAIN: Duration = Duration::from_secs(1);
const LOOK: Duration = Duration::from_secs(2);
/// Webhooks are refused when the stream has this part of its size, so that there is room for the
/// events of those that are in it.
const FULL: (u64, u64) = (4, 5);

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
        tokio::time::sleep(ACK_WAIT / 3).await;
        let held: Vec<Ack> = shared.held().ackers().cloned().collect();
        for acker in held {
            if let Err(error) = acker.ack_with(AckKind::Progress).await {
                tracing::warn!(%error, "somebody else may get what is held here");
                break;
            }
        }
    }
}

/// Looks how much there is, of all relays together.
pub(super) async fn look(shared: Arc<Shared>, max_bytes: u64) {
    loop {
        match stock(&shared, max_bytes).await {
            Ok(stock) => {
                shared.stock.send_replace(stock);
            }
            Err(error) => tracing::warn!(%error, "the queue does not say how much it holds"),
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn stock(shared: &Shared, max_bytes: u64) -> Result<Stock, QueueError> {
    let unanswered = |error: &dyn std::fmt::Display| QueueError::unanswered("its size", error);
    let asked = shared.parts.stream.info_with_subjects(">").await;
    let mut subjects = asked.map_err(|error| unanswered(&error))?;
    let limit = u64::try_from(subjects.info.config.max_bytes).unwrap_or(max_bytes);
    let bytes = subjects.info.state.bytes;
    let mut stock = Stock {
        bytes,
        oldest: shared.held().oldest(),
        shortage: is_full(bytes, limit).then_some(Shortage::Spool { limit }),
        ..Stock::default()
    };
    while let Some((subject, count)) = subjects.try_next().await.map_err(|e| unanswered(&e))? {
        match subject == shared.names.event {
            true => stock.events += count as u64,
            false => stock.webhooks += count as u64,
        }
    }
    Ok(stock)
}

fn is_full(bytes: u64, limit: u64) -> bool {
    bytes >= limit / FULL.1 * FULL.0
}

/// Gives back what is held, so that another relay has it at once.
pub(super) async fn give_back(shared: &Shared) {
    let held: Vec<Ack> = shared.held().ackers().cloned().collect();
    for acker in held {
        if let Err(error) = acker.ack_with(AckKind::Nak(None)).await {
            tracing::debug!(%error, "the others get it after a while");
            return;
        }
    }
}

/// How long a webhook is left alone.
pub(super) fn until(due: Timestamp) -> Duration {
    let wait = due.duration_since(Timestamp::now());
    Duration::try_from(wait).unwrap_or_default().max(AGAIN)
}
