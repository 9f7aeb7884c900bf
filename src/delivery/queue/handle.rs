//! The queue as a relay uses it: the shape of the [spool](crate::delivery::spool::Spool), and what
//! several relays need besides.

use std::sync::Arc;
use std::time::Duration;

use async_nats::Client;
use async_nats::HeaderMap;
use async_nats::jetstream::AckKind;
use async_nats::jetstream::context::PublishErrorKind;
use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::ends::{End, send_ends};
use super::error::QueueError;
use super::known::{self, Had};
use super::lease::{Kept, Lease};
use super::link::connect;
use super::message::Outgoing;
use super::names::Names;
use super::set_up::set_up;
use super::settings::QueueSettings;
use super::shared::{Ack, Kind, Shared};
use super::tasks;
use crate::delivery::entry::Record;
use crate::delivery::map::webhook::revised;
use crate::delivery::positions::Number;
use crate::delivery::spool::{Again, Arrival, Destination, Offer, Spooled, Stock, Stored, Waiting};

/// Acknowledgements are waited for so long when a relay stops.
const CLOSING: Duration = Duration::from_secs(10);

/// What became of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// Nothing of its id was known.
    New,
    /// It completes what went out incomplete.
    Revision,
    /// The same was there before.
    No,
}

/// A relay's part in the queue. It works while this lives, within the runtime that opened it.
pub struct Queue {
    client: Client,
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
    ack_wait: Duration,
}

impl Queue {
    /// Connects, makes what is missing on the server, and begins to pull.
    ///
    /// # Errors
    ///
    /// `Connect` and `Refused`; `SetUp` where the server makes no streams; `Unfit` where somebody
    /// made them so that messages would be lost.
    pub async fn open(
        settings: &QueueSettings,
        destinations: Vec<Destination>,
    ) -> Result<Self, QueueError> {
        let (client, context) = connect(settings).await?;
        let names = Names::of(&settings.profile);
        let parts = set_up(&context, &names, settings).await?;
        let (ends, ending) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared::new(context, names, parts, destinations, ends));
        let mut tasks = JoinSet::new();
        for kind in [Kind::Webhook, Kind::Told, Kind::Event] {
            tasks.spawn(tasks::pull(Arc::clone(&shared), kind));
        }
        tasks.spawn(tasks::keep(Arc::clone(&shared), settings.ack_wait));
        tasks.spawn(tasks::look(Arc::clone(&shared), settings.max_bytes));
        tasks.spawn(send_ends(Arc::clone(&shared), ending));
        Ok(Self {
            client,
            shared,
            tasks,
            ack_wait: settings.ack_wait,
        })
    }

    /// How much there is, of all relays together, as of two seconds ago.
    pub fn stock(&self) -> Stock {
        *self.shared.stock.borrow()
    }

    /// Told when messages were pulled, and when there was a look at the stock.
    pub fn watch(&self) -> watch::Receiver<Stock> {
        self.shared.stock.subscribe()
    }

    /// Keeps a webhook; the servers have confirmed it once this returns `Ok`.
    ///
    /// # Errors
    ///
    /// `Full`, `TooLarge`, and `Unconfirmed` where nobody knows. It may be sent again.
    pub async fn store(&self, arrival: &Arrival) -> Result<Stored, QueueError> {
        if let Some(shortage) = self.stock().shortage {
            let why = shortage.to_string();
            return Err(QueueError::Full { why });
        }
        let Outgoing { headers, payload } = Outgoing::webhook(arrival);
        let subject = &self.shared.names.webhook;
        match self.shared.publish(subject, headers, payload).await? {
            true => Ok(Stored::New),
            false => Ok(Stored::Again),
        }
    }

    /// Webhooks that this relay holds and that `is_wanted`.
    pub fn webhooks(&self, most: usize, is_wanted: impl Fn(&Waiting) -> bool) -> Vec<Waiting> {
        self.shared.held().webhooks(most, is_wanted)
    }

    /// Puts events in the place of a webhook. One that is to be looked at `again` goes back to the
    /// queue until then, and whichever relay pulls it goes on.
    ///
    /// # Errors
    ///
    /// As for [`Queue::store`]: the webhook is then back in the queue.
    pub async fn take(
        &self,
        row: i64,
        offers: Vec<Offer>,
        again: Option<Again>,
    ) -> Result<Vec<Added>, QueueError> {
        let Some((waiting, acker)) = self.shared.held().take_webhook(row) else {
            return Ok(Vec::new());
        };
        self.shared.left.notify_waiters();
        let taken = self.taken(&waiting, &acker, offers, again).await;
        if taken.is_err() {
            put_back(&acker, Duration::from_secs(1)).await;
        }
        taken
    }

    async fn taken(
        &self,
        waiting: &Waiting,
        acker: &Ack,
        offers: Vec<Offer>,
        again: Option<Again>,
    ) -> Result<Vec<Added>, QueueError> {
        let added = self.offer(offers).await?;
        let done = || End::done(waiting.row.cast_unsigned(), Ack::clone(acker));
        match (again, &waiting.body) {
            (None, _) => self.shared.end(done()),
            // From here on it waits among its like, and keeps no younger one from its turn.
            (Some(again), Ok(body)) if again.is_told && !waiting.is_told => {
                let Outgoing { headers, payload } = Outgoing::told(waiting, body);
                let subject = &self.shared.names.told;
                self.shared.publish(subject, headers, payload).await?;
                self.shared.end(done());
            }
            (Some(again), _) => put_back(acker, tasks::until(again.due)).await,
        }
        Ok(added)
    }

    /// Adds events; what became of each.
    ///
    /// # Errors
    ///
    /// As for [`Queue::store`]; those before the one that failed are there.
    pub async fn offer(&self, offers: Vec<Offer>) -> Result<Vec<Added>, QueueError> {
        let mut added = Vec::with_capacity(offers.len());
        for offer in offers {
            added.push(self.offer_one(offer).await?);
        }
        Ok(added)
    }

    async fn offer_one(&self, offer: Offer) -> Result<Added, QueueError> {
        let (record, is_partial) = match offer {
            Offer::Whole(record) => (record, false),
            Offer::Partial(record) => (record, true),
            Offer::Broken {
                id,
                bytes,
                why,
                received,
            } => {
                return self
                    .publish(Outgoing::broken(&id, &bytes, &why, received))
                    .await;
            }
        };
        let known = &self.shared.parts.known;
        let id = record.id.clone();
        let (record, is_revision) = match (known::had(known, &id).await?, is_partial) {
            (Had::Nothing, _) => (record, false),
            (Had::Partial, false) => (revised(record), true),
            (Had::Partial, true) | (Had::Whole, _) => return Ok(Added::No),
        };
        let added = self.publish_event(&record, is_revision).await?;
        // What is published and not yet known is published again, and known by its message's id.
        known::remember(known, &id, is_partial).await?;
        Ok(added)
    }

    async fn publish_event(&self, record: &Record, is_revision: bool) -> Result<Added, QueueError> {
        let added = self.publish(Outgoing::event(record, is_revision)).await?;
        Ok(match (added, is_revision) {
            (Added::New, true) => Added::Revision,
            (added, _) => added,
        })
    }

    async fn publish(&self, outgoing: Outgoing) -> Result<Added, QueueError> {
        let Outgoing { headers, payload } = outgoing;
        let subject = &self.shared.names.event;
        match self.shared.publish(subject, headers, payload).await? {
            true => Ok(Added::New),
            false => Ok(Added::No),
        }
    }

    /// Events after number `after` that this relay holds, in the order in which they were pulled.
    pub fn events(&self, after: Number, most: usize) -> Vec<Spooled> {
        self.shared.held().events(after, most)
    }

    /// Destination number `destination` is done with these events. `refusal` says why one is in the
    /// dead letters instead.
    ///
    /// The server is told as soon as it listens: a relay that is killed before leaves the event to
    /// another one, which sends it once more.
    pub fn passed(
        &self,
        destination: usize,
        numbers: &[Number],
        refusal: impl Fn(&Spooled) -> Option<String>,
    ) {
        let required = self.shared.required();
        for number in numbers {
            let settled = self.shared.held().pass(*number, destination, &required);
            let Some(settled) = settled else { continue };
            let (sequence, acker) = (settled.sequence, settled.acker);
            self.shared.end(match refusal(&settled.event) {
                None => End::done(sequence, acker),
                Some(why) => {
                    let event = &settled.event;
                    let (id, at) = (&event.id, event.timestamp);
                    let Outgoing { headers, payload } = Outgoing::broken(id, &event.json, &why, at);
                    End::letter(sequence, acker, headers, payload)
                }
            });
        }
    }

    /// Stands for the lease of whoever reconciles. `holder` tells people who has it.
    pub fn lease(&self, holder: &str) -> Lease {
        Lease::stand(self.shared.parts.lease.clone(), holder, self.ack_wait)
    }

    /// How far the last one that reconciled got, and the means to say how far this one does.
    ///
    /// # Errors
    ///
    /// `Unanswered`.
    pub async fn position(&self) -> Result<(Kept, Option<String>), QueueError> {
        Kept::read(self.shared.parts.position.clone()).await
    }

    /// Stops pulling, waits for the acknowledgements on their way, and leaves the rest to others.
    pub async fn close(self) {
        let Self {
            client,
            shared,
            mut tasks,
            ..
        } = self;
        let all_told = async {
            while shared.held().ending() > 0 {
                let left = shared.left.notified();
                let _ = tokio::time::timeout(Duration::from_millis(100), left).await;
            }
        };
        if tokio::time::timeout(CLOSING, all_told).await.is_err() {
            tracing::warn!("the queue did not confirm everything: some events may be sent again");
        }
        tasks.abort_all();
        while tasks.join_next().await.is_some() {}
        tasks::give_back(&shared).await;
        if let Err(error) = client.flush().await {
            tracing::debug!(%error, "the others get the rest after a while");
        }
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = &self.shared.names;
        f.debug_struct("Queue")
            .field("stream", &names.stream)
            .finish_non_exhaustive()
    }
}

/// Back into the queue, for whoever pulls it after `wait`.
async fn put_back(acker: &Ack, wait: Duration) {
    if let Err(error) = acker.ack_with(AckKind::Nak(Some(wait))).await {
        tracing::debug!(%error, "it comes back when its time is over");
    }
}

impl Shared {
    /// Publishes and waits until the servers have confirmed it. False where it was there before.
    pub(super) async fn publish(
        &self,
        subject: &str,
        headers: HeaderMap,
        payload: Bytes,
    ) -> Result<bool, QueueError> {
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
            Err(error) if is_full(&error.to_string()) => Err(QueueError::Full {
                why: error.to_string(),
            }),
            Err(error) => Err(QueueError::Unconfirmed {
                what: "a message",
                why: error.to_string(),
            }),
        }
    }
}

/// The server's own words, for which it has one code with other failures of its store.
fn is_full(text: &str) -> bool {
    text.contains("maximum bytes exceeded") || text.contains("insufficient resources")
}
