//! Acknowledgements: sent until the server confirms them, and what no destination takes goes to the
//! stream of dead letters before.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::AckKind;
use futures_util::{StreamExt, stream};
use tokio::sync::mpsc;

use super::error::QueueError;
use super::message::Outgoing;
use super::shared::{Ack, Shared};

/// Confirmations waited for at once.
const AT_ONCE: usize = 64;
const AGAIN: Duration = Duration::from_secs(1);

/// A message that is dealt with.
pub(super) struct End {
    pub sequence: u64,
    ack: Ack,
    /// What goes to the stream of dead letters.
    letter: Option<Outgoing>,
}

impl End {
    pub fn done(sequence: u64, ack: Ack) -> Self {
        Self {
            sequence,
            ack,
            letter: None,
        }
    }

    /// A message as it is, and why nobody takes it.
    pub fn dead(sequence: u64, ack: Ack, message: &async_nats::Message, why: &str) -> Self {
        Self::letter(sequence, ack, Outgoing::dead(message, why))
    }

    pub fn letter(sequence: u64, ack: Ack, letter: Outgoing) -> Self {
        Self {
            sequence,
            ack,
            letter: Some(letter),
        }
    }

    async fn tell(&self, shared: &Shared) -> Result<(), QueueError> {
        let unconfirmed = |error: async_nats::Error| QueueError::Unconfirmed {
            what: "an acknowledgement",
            why: error.to_string(),
        };
        let Some(letter) = &self.letter else {
            return self.ack.double_ack().await.map_err(unconfirmed);
        };
        shared.publish(&shared.names.dead, letter.clone()).await?;
        let term = self.ack.double_ack_with(AckKind::Term).await;
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
