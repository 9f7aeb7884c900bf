//! What the door did, counted.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

/// Why a request was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// Not a POST.
    Method,
    /// Without the headers of a signature.
    Unsigned,
    /// Signed by nobody known, or changed since.
    Forged,
    /// Signed too long ago, or in the future.
    Stale,
    TooLarge,
    /// It did not come to its end in time.
    Slow,
    /// More came at once than is kept in memory.
    Crowded,
    /// The spool cannot take it.
    NoRoom,
}

impl Refusal {
    /// For labels and for people.
    pub fn name(self) -> &'static str {
        match self {
            Refusal::Method => "not a POST",
            Refusal::Unsigned => "unsigned",
            Refusal::Forged => "wrongly signed",
            Refusal::Stale => "too old or too new",
            Refusal::TooLarge => "too large",
            Refusal::Slow => "too slow",
            Refusal::Crowded => "too many at once",
            Refusal::NoRoom => "no room",
        }
    }
}

/// Counts since the relay began; for any thread.
#[derive(Debug, Default)]
pub struct Counts(Mutex<Numbers>);

/// The counts at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Webhooks that were answered 2xx, those that came again among them.
    pub accepted: u64,
    /// Of these, those whose id was there before.
    pub duplicates: u64,
    pub refused: BTreeMap<Refusal, u64>,
    /// Why a webhook is answered 503; `None` since one was taken, or would have been.
    pub closed: Option<String>,
    /// Webhooks whose events are whole.
    pub completed: u64,
    /// Webhooks of which an incomplete event had to go out.
    pub incomplete: u64,
    /// Events that no webhook told, found in the gateway's list.
    pub reconciled: u64,
    /// `None` since the gateway answered.
    pub gateway_away: Option<GatewayAway>,
}

/// A gateway that cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayAway {
    pub since: Timestamp,
    pub why: String,
    /// What a person has to do, where nothing else helps.
    pub remedy: Option<&'static str>,
}

impl Counts {
    pub fn numbers(&self) -> Numbers {
        self.lock().clone()
    }

    pub(super) fn accept(&self, is_duplicate: bool) {
        let mut numbers = self.lock();
        numbers.accepted += 1;
        numbers.duplicates += u64::from(is_duplicate);
        numbers.closed = None;
    }

    pub(super) fn refuse(&self, why: Refusal) {
        *self.lock().refused.entry(why).or_default() += 1;
    }

    /// The spool takes nothing.
    pub fn close(&self, why: String) {
        self.lock().closed = Some(why);
    }

    /// The spool would take a webhook.
    pub fn open(&self) {
        self.lock().closed = None;
    }

    pub(super) fn complete(&self) {
        self.lock().completed += 1;
    }

    pub(super) fn send_incomplete(&self) {
        self.lock().incomplete += 1;
    }

    pub(super) fn reconcile(&self, events: u64) {
        self.lock().reconciled += events;
    }

    /// The gateway answers.
    pub fn find_gateway(&self) {
        self.lock().gateway_away = None;
    }

    /// The gateway cannot be asked.
    pub fn lose_gateway(&self, why: String, remedy: Option<&'static str>) {
        let mut numbers = self.lock();
        let since = numbers.gateway_away.take().map(|away| away.since);
        numbers.gateway_away = Some(GatewayAway {
            since: since.unwrap_or_else(Timestamp::now),
            why,
            remedy,
        });
    }

    fn lock(&self) -> MutexGuard<'_, Numbers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
