//! Acknowledgements: sent until the server confirms them, and what no destination takes goes to the
//! stream of dead letters before.

use std::sync::Arc;
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::AckKind;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::sync::mpsc;

use super::error::QueueError;
use super::message;
use super::shared::{Ack, Shared};

/// Confirmations waited for at once.
const AT_ONCE: usize = 64;
const AGAIN: Duration = Duration::from_secs(1);

/// A message that is dealt with.
pub(super) struct End {
    pub sequence: u64,
    acker: Ack,
    letter: Option<Letter>,
}

/// What goes to the stream of dead letters.
struct Letter {
    headers: HeaderMap,
    payload: Bytes,
}

impl End {
    pub fn done(sequence: u64, acker: Ack) -> Self {
        Self {
            sequence,
            acker,
            letter: None,
        }
    }

    /// A message as it is, and why nobody takes it.
    pub fn dead(sequence: u64, acker: Ack, message: &async_nats::Message, why: &str) -> Self {
        let headers = message::dead(message.headers.as_ref(), why);
        let payload = message.payload.clone();
        Self::letter(sequence, acker, headers, payload)
    }

    pub fn letter(sequence: u64, acker: Ack, headers: HeaderMap, payload: Bytes) -> Self {
        Self {
            sequence,
            acker,
            letter: Some(Letter { headers, payload }),
        }
    }

    async fn tell(&self, shared: &Shared) -> Result<(), QueueError> {
        let unconfirmed = |error: async_nats::Error| QueueError::Unconfirmed {
            what: "an acknowledgement",
            why: error.to_string(),
        };
        let Some(letter) = &self.letter else {
            return self.acker.double_ack().await.map_err(unconfirmed);
        };
        let (headers, payload) = (letter.headers.clone(), letter.payload.clone());
        shared.publish(&shared.names.dead, headers, payload).await?;
        let term = self.acker.double_ack_with(AckKind::Term).await;
        term.map_err(unconfirmed)
    }
}

/// Sends acknowledgements until nobody gives any more.
pub(super) async fn send_ends(shared: Arc<Shared>, ends: mpsc::UnboundedReceiver<End>) {
    let ends = stream::unfold(ends, async |mut ends| Some((ends.recv().await?, ends)));
    ends.for_each_concurrent(AT_ONCE, async |end| {
        while let Err(error) = end.tell(&shared).await {
            tracing::warn!(%error, "telling the queue again");
            tokio::time::sleep(AGAIN).await;
        }
        shared.held().ended(end.sequence);
        shared.left.notify_waiters();
    })
    .await;
}
