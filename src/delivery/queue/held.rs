//! What this relay has pulled and not acknowledged: nobody else gets it meanwhile.
//!
//! A message that comes again, since the time for its acknowledgement was over, is the same one: it
//! keeps its number, and one that was dealt with is not handed out a second time.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

use crate::delivery::positions::Number;
use crate::delivery::spool::{Spooled, Waiting};

/// Webhooks pulled at once, of each kind.
const WEBHOOKS: usize = 512;
/// Events pulled at once: two batches for Datadog.
const EVENTS: usize = 2_000;
/// Bytes of events pulled at once. One more message may come with the last of them.
const BYTES: usize = 16 << 20;

/// `A` is the way to acknowledge a message.
#[derive(Debug)]
pub(super) struct Held<A> {
    /// By row, which is the sequence of the message.
    webhooks: BTreeMap<i64, (Waiting, A)>,
    events: BTreeMap<Number, Event<A>>,
    /// Of the events, by the sequences of their messages.
    numbers: HashMap<u64, Number>,
    next: Number,
    bytes: usize,
    /// Dealt with, and not acknowledged yet.
    ending: HashSet<u64>,
    /// Why events are in the dead letters, by their ids, until they have passed.
    refused: HashMap<String, String>,
}

#[derive(Debug)]
struct Event<A> {
    spooled: Spooled,
    sequence: u64,
    ack: A,
}

/// What was done with an event that left.
#[derive(Debug)]
pub(super) struct Settled<A> {
    pub sequence: u64,
    pub event: Spooled,
    pub ack: A,
    /// Why it is in the dead letters.
    pub refused: Option<String>,
}

impl<A> Default for Held<A> {
    fn default() -> Self {
        Self {
            webhooks: BTreeMap::new(),
            events: BTreeMap::new(),
            numbers: HashMap::new(),
            next: 1,
            bytes: 0,
            ending: HashSet::new(),
            refused: HashMap::new(),
        }
    }
}

impl<A> Held<A> {
    /// How many more webhooks may be pulled.
    pub fn room_for_webhooks(&self, is_told: bool) -> usize {
        let same = self
            .webhooks
            .values()
            .filter(|(one, _)| one.is_told == is_told);
        WEBHOOKS.saturating_sub(same.count())
    }

    pub fn room_for_events(&self) -> usize {
        match self.bytes < BYTES {
            true => EVENTS.saturating_sub(self.events.len()),
            false => 0,
        }
    }

    /// Gives the acknowledgement back where the webhook was dealt with already.
    pub fn add_webhook(&mut self, waiting: Waiting, ack: A) -> Option<A> {
        if self.ending.contains(&waiting.row.cast_unsigned()) {
            return Some(ack);
        }
        self.webhooks.insert(waiting.row, (waiting, ack));
        None
    }

    /// The number of the next event.
    pub fn next_number(&self) -> Number {
        self.next
    }

    /// As [`Held::add_webhook`]; `event` has the next number.
    pub fn add_event(&mut self, event: Spooled, sequence: u64, ack: A) -> Option<A> {
        if self.ending.contains(&sequence) {
            return Some(ack);
        }
        if let Some(known) = self.numbers.get(&sequence)
            && let Some(known) = self.events.get_mut(known)
        {
            known.ack = ack;
            return None;
        }
        self.bytes += event.json.len();
        self.numbers.insert(sequence, event.number);
        self.next = event.number + 1;
        let number = event.number;
        let event = Event {
            spooled: event,
            sequence,
            ack,
        };
        self.events.insert(number, event);
        None
    }

    /// Webhooks that `is_wanted`, in the order of their messages.
    pub fn webhooks(&self, most: usize, is_wanted: impl Fn(&Waiting) -> bool) -> Vec<Waiting> {
        let all = self.webhooks.values().map(|(one, _)| one);
        all.filter(|one| is_wanted(one))
            .take(most)
            .cloned()
            .collect()
    }

    /// When the oldest came, after `after`, of which nothing went out.
    pub fn next_untold(&self, after: Timestamp) -> Option<Timestamp> {
        let untold = self.webhooks.values().filter(|(one, _)| !one.is_told);
        let came = untold.map(|(one, _)| one.received);
        came.filter(|came| *came > after).min()
    }

    /// Events after number `after`, in the order in which they were pulled.
    pub fn events(&self, after: Number, most: usize) -> Vec<Spooled> {
        let rest = self.events.range(after.saturating_add(1)..);
        let rest = rest.take(most).map(|(_, event)| event.spooled.clone());
        rest.collect()
    }

    /// Takes a webhook out: from here on it is somebody else's, or nobody's.
    pub fn take_webhook(&mut self, row: i64) -> Option<(Waiting, A)> {
        self.webhooks.remove(&row)
    }

    /// A destination refused the event for good; what is not held is nobody's concern any more.
    pub fn refuse(&mut self, id: &str, why: &str) {
        if self.events.values().any(|event| event.spooled.id == id) {
            self.refused.insert(id.to_owned(), why.to_owned());
        }
    }

    /// Destination number `at` is done with the event. Gives it where every one of `required` is.
    pub fn pass(&mut self, number: Number, at: usize, required: &[usize]) -> Option<Settled<A>> {
        let event = self.events.get_mut(&number)?;
        if !event.spooled.passed.contains(&at) {
            event.spooled.passed.push(at);
        }
        let passed = &event.spooled.passed;
        if !required.iter().all(|one| passed.contains(one)) {
            return None;
        }
        let event = self.events.remove(&number)?;
        self.numbers.remove(&event.sequence);
        self.bytes = self.bytes.saturating_sub(event.spooled.json.len());
        Some(Settled {
            sequence: event.sequence,
            refused: self.refused.remove(&event.spooled.id),
            event: event.spooled,
            ack: event.ack,
        })
    }

    /// The message is dealt with; its acknowledgement is on its way.
    pub fn end(&mut self, sequence: u64) {
        self.ending.insert(sequence);
    }

    /// The server has confirmed the acknowledgement.
    pub fn ended(&mut self, sequence: u64) {
        self.ending.remove(&sequence);
    }

    /// Acknowledgements on their way.
    pub fn ending(&self) -> usize {
        self.ending.len()
    }

    /// Of everything that is held.
    pub fn acks(&self) -> impl Iterator<Item = &A> {
        let webhooks = self.webhooks.values().map(|(_, ack)| ack);
        webhooks.chain(self.events.values().map(|event| &event.ack))
    }

    /// When the webhook that waits longest came.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.webhooks.values().map(|(one, _)| one.received).min()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn waiting(row: i64, is_told: bool) -> Waiting {
        Waiting {
            row,
            message: format!("msg_{row}"),
            received: Timestamp::UNIX_EPOCH,
            is_told,
            body: Ok(Bytes::from_static(b"{}")),
        }
    }

    fn add(
        held: &mut Held<&'static str>,
        sequence: u64,
        length: usize,
        ack: &'static str,
    ) -> Option<&'static str> {
        let event = Spooled {
            number: held.next_number(),
            id: format!("e{sequence}"),
            order_by: String::new(),
            timestamp: Timestamp::UNIX_EPOCH,
            json: Bytes::from(vec![b'x'; length]),
            broken: None,
            passed: Vec::new(),
        };
        held.add_event(event, sequence, ack)
    }

    fn ids(events: &[Spooled]) -> Vec<&str> {
        events.iter().map(|event| event.id.as_str()).collect()
    }

    #[test]
    fn an_event_leaves_once_every_required_destination_has_it() {
        let mut held = Held::default();
        add(&mut held, 40, 1, "a");
        assert!(held.pass(1, 0, &[0, 2]).is_none());
        assert!(
            held.pass(1, 1, &[0, 2]).is_none(),
            "that one is not waited for"
        );
        assert_eq!(held.events(0, 9)[0].passed, [0, 1]);
        let settled = held.pass(1, 2, &[0, 2]).expect("all that are required");
        assert_eq!((settled.sequence, settled.ack), (40, "a"));
        assert!(held.pass(1, 2, &[0, 2]).is_none() && held.events(0, 9).is_empty());
    }

    #[test]
    fn a_message_that_comes_again_keeps_its_number_and_is_not_handed_out_twice() {
        let mut held = Held::default();
        add(&mut held, 40, 1, "first");
        add(&mut held, 41, 1, "other");
        assert_eq!(add(&mut held, 40, 1, "second"), None);
        assert_eq!(ids(&held.events(0, 9)), ["e40", "e41"]);
        let settled = held.pass(1, 0, &[0]).expect("settled");
        assert_eq!(settled.ack, "second", "the newer way to acknowledge it");
        held.end(40);
        assert_eq!(add(&mut held, 40, 1, "third"), Some("third"));
        assert_eq!(ids(&held.events(0, 9)), ["e41"]);
        held.ended(40);
        assert_eq!(held.ending(), 0);
    }

    #[test]
    fn what_comes_later_has_a_higher_number_whatever_its_place_in_the_stream() {
        let mut held = Held::default();
        add(&mut held, 90, 1, "a");
        add(&mut held, 12, 1, "b");
        assert_eq!(ids(&held.events(1, 9)), ["e12"]);
    }

    #[test]
    fn no_more_is_pulled_than_memory_is_for() {
        let mut held = Held::default();
        assert_eq!(held.room_for_events(), EVENTS);
        for sequence in 0..4 {
            add(&mut held, sequence, BYTES / 4, "a");
        }
        assert_eq!(held.room_for_events(), 0);
        held.pass(2, 0, &[0]).expect("settled");
        assert_eq!(held.room_for_events(), EVENTS - 3);
        for row in 0..WEBHOOKS as i64 {
            held.add_webhook(waiting(row, true), "a");
        }
        assert_eq!(
            (held.room_for_webhooks(true), held.room_for_webhooks(false)),
            (0, WEBHOOKS)
        );
    }

    #[test]
    fn a_webhook_is_held_until_it_is_taken() {
        let mut held = Held::default();
        held.add_webhook(waiting(7, false), "a");
        held.add_webhook(waiting(5, true), "b");
        assert_eq!(held.webhooks(9, |one| !one.is_told)[0].row, 7);
        assert_eq!(held.webhooks(1, |_| true)[0].row, 5);
        assert_eq!(held.acks().count(), 2);
        assert!(held.take_webhook(7).is_some() && held.take_webhook(7).is_none());
        held.end(5);
        held.take_webhook(5);
        assert_eq!(held.add_webhook(waiting(5, true), "again"), Some("again"));
    }
}
