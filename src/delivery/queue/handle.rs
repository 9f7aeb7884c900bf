//! The queue as a relay uses it: the shape of the [spool](crate::delivery::spool::Spool), and what
//! several relays need besides.
//!
//! The connection has a thread of its own, so that a webhook waits for the servers and for nothing
//! else; a handle works on any thread.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::jetstream::AckKind;
use jiff::Timestamp;
use tokio::sync::{oneshot, watch};

use super::error::QueueError;
use super::known::{self, Had};
use super::lease::Lease;
use super::message::{Form, Outgoing};
use super::notes::Notes;
use super::settings::QueueSettings;
use super::shared::{Ack, Shared};
use super::thread::{self, Stop};
use super::{ends::End, tasks};
use crate::delivery::entry::Record;
use crate::delivery::map::webhook::revised;
use crate::delivery::positions::Number;
use crate::delivery::spool::{
    Added, Again, Arrival, Destination, Note, Offer, Shortage, Spooled, Stock, Stored, Waiting,
    Wanted,
};

/// A webhook that could not be dealt with comes back after this time.
const AGAIN: Duration = Duration::from_secs(1);

/// A relay's part in the queue. It works until it is closed, or until the last handle is gone: then
/// what it holds comes to the others as if the relay had been killed.
#[derive(Clone, Debug)]
pub struct Queue(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    notes: Notes,
    stop: Mutex<Option<oneshot::Sender<Stop>>>,
}

impl Queue {
    /// Connects, makes what is missing on the server, and begins to pull.
    ///
    /// # Errors
    ///
    /// `Connect` and `Refused`; `SetUp` where the server makes no streams; `Unfit` where somebody
    /// made them so that messages would be lost.
    pub async fn open(
        settings: QueueSettings,
        destinations: Vec<Destination>,
    ) -> Result<Self, QueueError> {
        let (shared, stop) = thread::begin(settings, destinations).await?;
        Ok(Self(Arc::new(Inner {
            notes: Notes::new(shared.parts.position.clone()),
            shared,
            stop: Mutex::new(Some(stop)),
        })))
    }

    fn shared(&self) -> &Shared {
        &self.0.shared
    }

    /// The server's version, where it is one that forgets at a kill what was acknowledged.
    ///
    /// Such a server keeps messages that nobody is given again, and counts others as unacknowledged
    /// that it no longer has. None is lost, and they take room for ever: seen with 2.9.10, and not
    /// with 2.11.4.
    pub fn forgetful_server(&self) -> Option<String> {
        let client = self.shared().context.client();
        let is_sound = client.is_server_compatible(2, 11, 0);
        (!is_sound).then(|| client.server_info().version)
    }

    /// How much there is, of all relays together, as of two seconds ago.
    pub fn stock(&self) -> Stock {
        Stock {
            shortage: self.shared().shortage(),
            ..*self.shared().stock.borrow()
        }
    }

    /// Told when messages were pulled, and when there was a look at the stock.
    pub fn watch(&self) -> watch::Receiver<Stock> {
        self.shared().stock.subscribe()
    }

    /// Keeps a webhook; the servers have confirmed it once this returns `Ok`.
    ///
    /// # Errors
    ///
    /// `Full`, `TooLarge`, and `Unconfirmed` where nobody knows. It may be sent again.
    pub async fn store(&self, arrival: &Arrival) -> Result<Stored, QueueError> {
        if let Some(shortage) = self.shared().shortage() {
            return Err(refusal(shortage));
        }
        let subject = &self.shared().names.webhook;
        let sent = Outgoing::webhook(arrival);
        let bytes = sent.payload.len();
        match self.shared().publish(subject, sent).await? {
            true => {
                self.shared().grew(bytes);
                Ok(Stored::New)
            }
            false => Ok(Stored::Again),
        }
    }

    /// Looks whether a webhook would be kept now. `by_writing` something is written, as a webhook
    /// would be.
    ///
    /// # Errors
    ///
    /// As for [`Queue::store`].
    pub async fn look(&self, by_writing: bool) -> Result<(), QueueError> {
        if let Some(shortage) = self.shared().shortage() {
            return Err(refusal(shortage));
        }
        match by_writing {
            true => self.0.notes.try_out().await,
            false => Ok(()),
        }
    }

    /// The webhooks that are wanted of those that this relay holds. Where only those are that came
    /// before an instant, also when the first of the others came.
    pub fn due(&self, wanted: &Wanted) -> (Vec<Waiting>, Option<Timestamp>) {
        let is_late = |one: &Waiting, before| !one.is_told && one.received <= before;
        let held = self.shared().held();
        let due = held.webhooks(wanted.most, |one| {
            let is_free = !wanted.except.contains(&one.row);
            let before = wanted.untold_before;
            is_free && before.is_none_or(|before| is_late(one, before))
        });
        let next = wanted.untold_before;
        (due, next.and_then(|before| held.next_untold(before)))
    }

    /// Puts events in the place of a webhook. One that is to be looked at `again` goes back to the
    /// queue until then, and whichever relay pulls it goes on. What became of each event is the
    /// answer; nothing where the webhook is somebody else's by now.
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
        let taken = self.shared().held().take_webhook(row);
        let Some((waiting, ack)) = taken else {
            return Ok(Vec::new());
        };
        self.shared().left.notify_waiters();
        match self.taken(&waiting, &ack, offers, again).await {
            // It would come again for ever.
            Err(error @ QueueError::TooLarge { .. }) => {
                self.shared().end(too_large(&waiting, ack, &error));
                Ok(Vec::new())
            }
            Err(error) => {
                put_back(&ack, AGAIN).await;
                Err(error)
            }
            taken => taken,
        }
    }

    async fn taken(
        &self,
        waiting: &Waiting,
        ack: &Ack,
        offers: Vec<Offer>,
        again: Option<Again>,
    ) -> Result<Vec<Added>, QueueError> {
        let added = self.offer(offers).await?;
        let done = || End::done(waiting.row.cast_unsigned(), Ack::clone(ack));
        match (again, &waiting.body) {
            (None, _) => self.shared().end(done()),
            // From here on it waits among its like, and keeps no younger one from its turn.
            (Some(again), Ok(body)) if again.is_told && !waiting.is_told => {
                let subject = &self.shared().names.told;
                let sent = Outgoing::told(waiting, body);
                self.shared().publish(subject, sent).await?;
                self.shared().end(done());
            }
            (Some(again), _) => put_back(ack, tasks::until(again.due).max(AGAIN)).await,
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
                let sent = Outgoing::broken(&id, &bytes, &why, received);
                return self.publish(sent).await;
            }
        };
        let known = &self.shared().parts.known;
        let id = record.id.clone();
        let (record, form) = match (known::had(known, &id).await?, is_partial) {
            (Had::Whole, _) | (Had::Partial, true) => return Ok(Added::No),
            (Had::Nothing | Had::Begun, true) => (record, Form::Partial),
            (Had::Nothing, false) => (record, Form::Whole),
            (Had::Begun | Had::Partial, false) => (revised(record), Form::Revision),
        };
        // Noted beforehand as well, so that the whole one is a revision whenever this relay dies.
        if form == Form::Partial {
            known::remember(known, &id, Had::Begun).await?;
        }
        let added = self.publish_event(&record, form).await?;
        // What is published and not yet known is published again, and known by its message's id.
        let had = match form {
            Form::Partial => Had::Partial,
            Form::Whole | Form::Revision => Had::Whole,
        };
        known::remember(known, &id, had).await?;
        Ok(added)
    }

    async fn publish_event(&self, record: &Record, form: Form) -> Result<Added, QueueError> {
        let added = self.publish(Outgoing::event(record, form)).await?;
        Ok(match (added, form) {
            (Added::New, Form::Revision) => Added::Revision,
            (added, _) => added,
        })
    }

    async fn publish(&self, event: Outgoing) -> Result<Added, QueueError> {
        let subject = &self.shared().names.event;
        match self.shared().publish(subject, event).await? {
            true => Ok(Added::New),
            false => Ok(Added::No),
        }
    }

    /// Events after number `after` that this relay holds, in the order in which they were pulled.
    pub fn events(&self, after: Number, most: usize) -> Vec<Spooled> {
        self.shared().held().events(after, most)
    }

    /// The event of this id is in the dead letters: it goes to their stream as well, once it has
    /// passed.
    pub fn refused(&self, id: &str, why: &str) {
        self.shared().held().refuse(id, why);
    }

    /// Destination number `destination` is done with these events.
    ///
    /// The server is told as soon as it listens: a relay that is killed before leaves the event to
    /// another one, which sends it once more.
    pub fn passed(&self, destination: usize, numbers: &[Number]) {
        let required = self.shared().required();
        for number in numbers {
            let settled = self.shared().held().pass(*number, destination, &required);
            let Some(settled) = settled else { continue };
            let (sequence, ack) = (settled.sequence, settled.ack);
            self.shared().end(match settled.refused {
                None => End::done(sequence, ack),
                Some(why) => {
                    let event = &settled.event;
                    let (id, at) = (&event.id, event.timestamp);
                    End::letter(sequence, ack, Outgoing::broken(id, &event.json, &why, at))
                }
            });
        }
    }

    /// Stands for the lease of whoever reconciles. `holder` tells people who has it.
    pub fn lease(&self, holder: &str) -> Lease {
        let parts = &self.shared().parts;
        Lease::stand(parts.lease.clone(), holder, parts.lease_lasts)
    }

    /// The note of that name, whoever wrote it.
    ///
    /// # Errors
    ///
    /// `Unanswered`.
    pub async fn note(&self, name: &str) -> Result<Option<String>, QueueError> {
        self.0.notes.read(name).await
    }

    /// Writes a note over the one that was read or written here last.
    ///
    /// # Errors
    ///
    /// `Overtaken` where another relay wrote it since; `Unconfirmed` where nobody knows.
    pub async fn keep(&self, note: &Note) -> Result<(), QueueError> {
        self.0.notes.write(&note.name, &note.value).await
    }

    /// Stops pulling, waits for the acknowledgements on their way, and leaves the rest to others.
    pub async fn close(self) {
        let stop = self.0.stop.lock();
        let stop = stop.unwrap_or_else(PoisonError::into_inner).take();
        if let Some(stop) = stop {
            let (closed, done) = oneshot::channel();
            // Where the thread has ended there is nothing to wait for.
            if stop.send(closed).is_ok() {
                let _ = done.await;
            }
        }
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let stream = &self.shared.names.stream;
        f.debug_struct("Queue")
            .field("stream", stream)
            .finish_non_exhaustive()
    }
}

fn refusal(shortage: Shortage) -> QueueError {
    let why = shortage.to_string();
    match shortage {
        Shortage::QueueAway => QueueError::Unconfirmed {
            what: "a message",
            why,
        },
        _ => QueueError::Full { why },
    }
}

/// A webhook whose event no message can carry goes to the dead letters.
fn too_large(waiting: &Waiting, ack: Ack, error: &QueueError) -> End {
    let (Ok(body) | Err(body)) = &waiting.body;
    let why = format!("its event cannot be queued: {error}");
    tracing::warn!(webhook = %waiting.message, %error, "it goes to the stream of dead letters");
    let letter = Outgoing::broken(&waiting.message, body, &why, waiting.received);
    End::letter(waiting.row.cast_unsigned(), ack, letter)
}

/// Back into the queue, for whoever pulls it after `wait`.
async fn put_back(ack: &Ack, wait: Duration) {
    if let Err(error) = ack.ack_with(AckKind::Nak(Some(wait))).await {
        tracing::debug!(%error, "it comes back when its time is over");
    }
}
