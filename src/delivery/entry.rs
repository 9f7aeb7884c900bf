//! One event on its way: as the mapper made it, and as bytes.

use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::positions::Number;
use super::{cut, late};

/// An event as a destination stores it.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The value of `evt.id`: the same event has the same id, always.
    pub id: String,
    /// Records of the same value are delivered in the order they came, such as those of a session.
    pub order_by: String,
    pub timestamp: Timestamp,
    pub body: Map<String, Value>,
    /// By which whoever feeds the run knows it again; `None` where nobody asks.
    pub number: Option<Number>,
}

/// A record as JSON bytes. The record itself is not kept: memory holds each event once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: String,
    /// Hash of [`Record::order_by`]. A collision only makes one batch wait for another.
    pub(super) order_key: u64,
    pub(super) number: Option<Number>,
    pub(super) timestamp: Timestamp,
    /// The value of `evt.name`, by which receipts count.
    pub(super) kind: Option<Box<str>>,
    pub(super) json: Vec<u8>,
    /// Set where a text was cut, before it went out or since.
    pub(super) is_cut: bool,
    /// Set once the timestamp was moved.
    pub(super) is_restamped: bool,
    /// Set once the intake called the entry too large and it was cut for that.
    pub(super) is_shortened: bool,
}

/// A record that stays too large however much of its texts is cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TooLarge {
    pub entry: Entry,
    pub limit: usize,
}

impl Entry {
    /// Encodes `record`; texts are cut, largest first, until it has at most `limit` bytes. The flag
    /// says whether that was needed.
    pub(super) fn encode(record: Record, limit: usize) -> Result<(Self, bool), TooLarge> {
        let mut body = record.body;
        let mut json = to_json(&body);
        let is_cut = json.len() > limit && cut::fit(&mut body, json.len(), limit);
        if is_cut {
            json = to_json(&body);
        }
        let mut hash = DefaultHasher::new();
        record.order_by.hash(&mut hash);
        let entry = Self {
            id: record.id,
            order_key: hash.finish(),
            number: record.number,
            timestamp: record.timestamp,
            kind: kind_of(&body),
            json,
            is_cut,
            is_restamped: false,
            is_shortened: false,
        };
        match entry.json.len() > limit {
            true => Err(TooLarge { entry, limit }),
            false => Ok((entry, is_cut)),
        }
    }

    /// The entry as a JSON object.
    pub fn body(&self) -> Map<String, Value> {
        serde_json::from_slice(&self.json).expect("the bytes were made from an object")
    }

    /// Changes the object under the bytes.
    pub(super) fn edit(&mut self, change: impl FnOnce(&mut Map<String, Value>)) {
        let mut body = self.body();
        change(&mut body);
        self.json = to_json(&body);
    }

    /// Moves the entry to `now`, marked.
    pub(super) fn restamp(&mut self, now: Timestamp) {
        let original = self.timestamp;
        self.edit(|body| late::restamp(body, original, now));
        self.timestamp = now;
        self.is_restamped = true;
    }

    /// Cuts the largest text, once in the entry's life, since the intake would not take it whole.
    /// False where there is nothing more to cut.
    pub(super) fn shorten(&mut self) -> bool {
        if self.is_shortened {
            return false;
        }
        let mut is_cut = false;
        self.edit(|body| is_cut = cut::shorten(body));
        self.is_shortened = true;
        self.is_cut |= is_cut;
        is_cut
    }
}

fn kind_of(body: &Map<String, Value>) -> Option<Box<str>> {
    body.get("evt")?.get("name")?.as_str().map(Box::from)
}

fn to_json(body: &Map<String, Value>) -> Vec<u8> {
    serde_json::to_vec(body).expect("an object with text keys serialises into memory")
}
