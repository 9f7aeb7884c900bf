//! What was taken of one kind, in the order it came.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::Visit;
use super::logs::is_visible;
use crate::domain::site::Site;
use crate::sandbox::http::Body;
use crate::sandbox::received::{Arrival, Fate, Selection};

/// Rows kept; the oldest go first.
const MAX_ROWS: usize = 100_000;

/// The rows taken so far.
#[derive(Debug, Default)]
pub struct ArrivalStore {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    rows: VecDeque<Stored>,
    last: u64,
}

/// A row as it came.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    /// Its number among those of its kind, from 1 on.
    n: u64,
    request: u64,
    received_at: Timestamp,
    pub arrived_at: Timestamp,
    pub site: Site,
    pub row: Map<String, Value>,
}

impl ArrivalStore {
    /// Keeps the rows of one request.
    pub fn push(&self, rows: Vec<Map<String, Value>>, visit: &Visit<'_>, site: Site) {
        let mut inner = self.lock();
        for row in rows {
            inner.last += 1;
            let stored = Stored::of(inner.last, row, visit, site);
            inner.rows.push_back(stored);
        }
        let excess = inner.rows.len().saturating_sub(MAX_ROWS);
        inner.rows.drain(..excess);
    }

    /// The selected rows as a JSON array.
    pub fn received(&self, selection: &Selection, delay: SignedDuration, now: Timestamp) -> Body {
        let rows: Vec<Value> = self
            .lock()
            .rows
            .iter()
            .filter_map(|stored| selection.row(stored.arrival(delay, now)))
            .take(selection.limit)
            .collect();
        Body::Full(Value::Array(rows).to_string().into())
    }

    /// The rows that a read sees by now and that `is_wanted`, the newest first.
    pub fn indexed(
        &self,
        delay: SignedDuration,
        now: Timestamp,
        is_wanted: impl Fn(&Map<String, Value>) -> bool,
    ) -> Vec<(u64, Map<String, Value>)> {
        let inner = self.lock();
        let visible =
            inner.rows.iter().rev().filter(|stored| {
                is_visible(stored.arrived_at, delay, now) && is_wanted(&stored.row)
            });
        visible
            .map(|stored| (stored.n, stored.row.clone()))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stored {
    pub fn of(n: u64, row: Map<String, Value>, visit: &Visit<'_>, site: Site) -> Self {
        Self {
            n,
            request: visit.number,
            received_at: visit.now,
            arrived_at: visit.arrived,
            site,
            row,
        }
    }

    pub fn arrival(&self, delay: SignedDuration, now: Timestamp) -> Arrival {
        let fate = match is_visible(self.arrived_at, delay, now) {
            true => Fate::Indexed(self.row.clone()),
            false => Fate::Waiting,
        };
        Arrival {
            n: self.n,
            request: self.request,
            received_at: self.received_at,
            site: self.site,
            event: self.row.clone(),
            fate,
        }
    }
}
