//! The log behind `GET /sandbox/requests`: what was asked and how it was answered.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::coding::Encoded;
use super::product::Product;

/// Requests remembered; the oldest go first.
const MAX_REQUESTS: usize = 20_000;
/// Bytes of bodies remembered, as received; the oldest go first and read as `null`.
const MAX_BODY_BYTES: usize = 64 << 20;
/// What is shown of one body, decompressed. The logs intake takes 5 MB.
const SHOWN_BODY: usize = 6 << 20;

/// Whether what a request carried was stored, relative to its answer.
///
/// The stand-ins store before they answer, also where the answer is then lost to a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    Before,
    None,
}

impl Stored {
    fn name(self) -> &'static str {
        match self {
            Stored::Before => "before",
            Stored::None => "none",
        }
    }
}

/// A request, its secrets already masked.
#[derive(Debug)]
pub struct Entry {
    pub number: u64,
    pub at: Timestamp,
    pub product: Product,
    pub method: String,
    pub host: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub fault: Option<String>,
    /// `None` until answered, and for ever where a fault took the answer away.
    pub status: Option<u16>,
    pub stored: Stored,
    /// `None` until read, and where it was not read or has been forgotten.
    pub body: Option<Encoded>,
}

/// The latest requests in the order they came.
#[derive(Debug, Default)]
pub struct RequestLog {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    entries: VecDeque<Entry>,
    body_bytes: usize,
}

impl RequestLog {
    /// Takes a request that has just come in.
    pub fn open(&self, entry: Entry) {
        let mut inner = self.lock();
        inner.entries.push_back(entry);
        if inner.entries.len() > MAX_REQUESTS
            && let Some(gone) = inner.entries.pop_front()
        {
            inner.body_bytes -= gone.body.map_or(0, |body| body.held());
        }
    }

    /// Adds the body once it was read.
    pub fn note_body(&self, number: u64, body: Encoded) {
        let mut inner = self.lock();
        let held = body.held();
        if let Some(entry) = inner.find(number) {
            entry.body = Some(body);
            inner.body_bytes += held;
            inner.forget_old_bodies();
        }
    }

    /// Adds that the payload is stored.
    pub fn note_stored(&self, number: u64) {
        if let Some(entry) = self.lock().find(number) {
            entry.stored = Stored::Before;
        }
    }

    /// Adds the status that goes out.
    pub fn note_status(&self, number: u64, status: u16) {
        if let Some(entry) = self.lock().find(number) {
            entry.status = Some(status);
        }
    }

    pub fn clear(&self) {
        *self.lock() = Inner::default();
    }

    /// Requests after number `after`, at most `limit`, as `/sandbox/requests` shows them.
    pub fn rows(&self, after: u64, limit: usize, with_body: bool) -> Vec<Value> {
        self.lock()
            .entries
            .iter()
            .filter(|entry| entry.number > after)
            .take(limit)
            .map(|entry| entry.row(with_body))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing below panics half-way through a change, so a poisoned log is still whole.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn find(&mut self, number: u64) -> Option<&mut Entry> {
        // From the end: what is noted belongs to a request that came just now.
        self.entries
            .iter_mut()
            .rev()
            .find(|entry| entry.number == number)
    }

    fn forget_old_bodies(&mut self) {
        let mut excess = self.body_bytes.saturating_sub(MAX_BODY_BYTES);
        for entry in &mut self.entries {
            if excess == 0 {
                break;
            }
            let held = entry.body.take().map_or(0, |body| body.held());
            self.body_bytes -= held;
            excess = excess.saturating_sub(held);
        }
    }
}

impl Entry {
    fn row(&self, with_body: bool) -> Value {
        let mut row = json!({
            "n": self.number,
            "time": format!("{:.3}", self.at),
            "product": self.product.name(),
            "method": self.method,
            "host": self.host,
            "path": self.path,
            "query": self.query,
            "headers": self.headers_row(),
            "status": self.status,
            "stored": self.stored.name(),
            "fault": self.fault,
        });
        if with_body {
            row["body"] = self.body_text().into();
        }
        row
    }

    fn headers_row(&self) -> Map<String, Value> {
        let mut row = Map::new();
        for (name, value) in &self.headers {
            match row.get_mut(name) {
                Some(Value::String(before)) => before.push_str(&format!(", {value}")),
                _ => {
                    row.insert(name.clone(), value.as_str().into());
                }
            }
        }
        row
    }

    fn body_text(&self) -> Option<String> {
        let plain = self.body.as_ref()?.decode(SHOWN_BODY).ok()?;
        Some(String::from_utf8_lossy(&plain).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::sandbox::coding::Coding;

    fn entry(number: u64) -> Entry {
        Entry {
            number,
            at: Timestamp::UNIX_EPOCH,
            product: Product::Logs,
            method: "POST".to_owned(),
            host: "api.datadoghq.com".to_owned(),
            path: "/".to_owned(),
            query: String::new(),
            headers: vec![
                ("a".to_owned(), "1".to_owned()),
                ("a".to_owned(), "2".to_owned()),
            ],
            fault: None,
            status: None,
            stored: Stored::None,
            body: None,
        }
    }

    #[test]
    fn what_is_noted_lands_on_its_own_request() {
        let log = RequestLog::default();
        (1..=3).for_each(|number| log.open(entry(number)));
        log.note_status(2, 202);
        log.note_stored(2);
        log.note_body(2, Encoded::new(Coding::Identity, Bytes::from_static(b"[]")));
        let rows = log.rows(1, 10, true);
        assert_eq!(rows[0]["status"], 202);
        assert_eq!(rows[0]["stored"], "before");
        assert_eq!(rows[0]["body"], "[]");
        assert_eq!(rows[0]["time"], "1970-01-01T00:00:00.000Z");
        assert_eq!(rows[0]["headers"]["a"], "1, 2");
        assert_eq!(rows[1]["status"], Value::Null);
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn the_oldest_requests_and_bodies_are_forgotten_first() {
        let log = RequestLog::default();
        let last = MAX_REQUESTS as u64 + 5;
        (1..=last).for_each(|number| log.open(entry(number)));
        assert_eq!(log.rows(0, 1, false)[0]["n"], 6);
        let half = Bytes::from(vec![0; MAX_BODY_BYTES / 2 + 1]);
        for number in [last - 1, last] {
            log.note_body(number, Encoded::new(Coding::Identity, half.clone()));
        }
        assert!(log.lock().body_bytes <= MAX_BODY_BYTES);
        assert!(
            log.lock()
                .find(last)
                .is_some_and(|entry| entry.body.is_some())
        );
        log.note_status(1, 200);
    }
}
