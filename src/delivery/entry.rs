//! One event on its way: as the mapper made it, and as bytes.

use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;
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

/// An event that is JSON already: an object that [`scan`](crate::domain::json_line::scan) has
/// checked, with `id` and `timestamp` in it. It goes out byte for byte, in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The value of `evt.id`.
    pub id: String,
    /// The value of `evt.name`, where that is a text.
    pub kind: Option<Box<str>>,
    pub timestamp: Timestamp,
    pub json: Bytes,
    pub number: Option<Number>,
}

/// Something that was to be an event and is none: it goes to the dead letters as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub id: String,
    pub bytes: Bytes,
    pub reason: String,
    pub number: Option<Number>,
}

/// What a run is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    Record(Record),
    Line(Line),
    Broken(Broken),
}

impl Given {
    pub fn number(&self) -> Option<Number> {
        match self {
            Given::Record(record) => record.number,
            Given::Line(line) => line.number,
            Given::Broken(broken) => broken.number,
        }
    }

    /// Its own; what is broken has none.
    pub fn timestamp(&self) -> Option<Timestamp> {
        match self {
            Given::Record(record) => Some(record.timestamp),
            Given::Line(line) => Some(line.timestamp),
            Given::Broken(_) => None,
        }
    }
}

impl From<Record> for Given {
    fn from(record: Record) -> Self {
        Given::Record(record)
    }
}

/// A record as JSON bytes. The record itself is not kept: memory holds each event once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: String,
    /// Hash of [`Record::order_by`]. A collision only makes one batch wait for another. `None` where
    /// any order will do.
    pub(super) order_key: Option<u64>,
    pub(super) number: Option<Number>,
    pub(super) timestamp: Timestamp,
    /// The value of `evt.name`, by which receipts count.
    pub(super) kind: Option<Box<str>>,
    pub(super) json: Bytes,
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
    pub entry: Box<Entry>,
    pub limit: usize,
}

impl Entry {
    /// Encodes `record`; texts are cut, largest first, until it has at most `limit` bytes. The flag
    /// says whether that was needed.
    pub(super) fn encode(record: Record, limit: usize) -> Result<(Self, bool), TooLarge> {
        let mut hash = DefaultHasher::new();
        record.order_by.hash(&mut hash);
        let entry = Self {
            order_key: Some(hash.finish()),
            ..Self::new(record.id, record.timestamp, record.number, Bytes::new())
        };
        entry.filled(record.body, limit)
    }

    /// As [`Entry::encode`]; a line that is short enough keeps its bytes.
    pub(super) fn of_line(line: Line, limit: usize) -> Result<(Self, bool), TooLarge> {
        let entry = Self {
            kind: line.kind,
            ..Self::new(line.id, line.timestamp, line.number, line.json)
        };
        match entry.json.len() > limit {
            true => {
                let body = entry.body();
                entry.filled(body, limit)
            }
            false => Ok((entry, false)),
        }
    }

    /// For the dead letters alone: its JSON is the text of what was broken.
    pub(super) fn of_broken(broken: &Broken, now: Timestamp) -> Self {
        let text = Value::from(String::from_utf8_lossy(&broken.bytes));
        let json = text.to_string().into();
        Self::new(broken.id.clone(), now, broken.number, json)
    }

    fn new(id: String, timestamp: Timestamp, number: Option<Number>, json: Bytes) -> Self {
        Self {
            id,
            order_key: None,
            number,
            timestamp,
            kind: None,
            json,
            is_cut: false,
            is_restamped: false,
            is_shortened: false,
        }
    }

    /// The entry with `body`, cut where that is needed.
    fn filled(self, mut body: Map<String, Value>, limit: usize) -> Result<(Self, bool), TooLarge> {
        let mut json = to_json(&body);
        let is_cut = json.len() > limit && cut::fit(&mut body, json.len(), limit);
        if is_cut {
            json = to_json(&body);
        }
        let entry = Self {
            kind: kind_of(&body).map(Box::from),
            json,
            is_cut,
            ..self
        };
        match entry.json.len() > limit {
            true => Err(TooLarge {
                entry: Box::new(entry),
                limit,
            }),
            false => Ok((entry, is_cut)),
        }
    }

    /// The entry as a JSON object.
    pub fn body(&self) -> Map<String, Value> {
        serde_json::from_slice(&self.json).expect("the bytes are an object, made or checked")
    }

    /// Changes the object under the bytes.
    fn edit(&mut self, change: impl FnOnce(&mut Map<String, Value>)) {
        let mut body = self.body();
        change(&mut body);
        self.json = to_json(&body);
    }

    /// Moves the entry to `now`, marked.
    pub(super) fn restamp(&mut self, now: Timestamp) {
        self.json = late::restamp(&self.json, self.timestamp, now).into();
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

/// The name of an event; a span, in whichever form, has none of these.
pub(super) fn kind_of(body: &Map<String, Value>) -> Option<&str> {
    let is_span = body.contains_key("scopeSpans") || body.contains_key("start_ns");
    match body.get("evt").and_then(|evt| evt.get("name")) {
        Some(name) => name.as_str(),
        None => is_span.then_some("span"),
    }
}

fn to_json(body: &Map<String, Value>) -> Bytes {
    let json = serde_json::to_vec(body);
    json.expect("an object with text keys serialises into memory")
        .into()
}
