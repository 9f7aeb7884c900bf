//! The logs taken so far, in the order they came.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use tokio::sync::mpsc;

use super::indexing::IndexedLog;
use super::payload::Payload;
use crate::sandbox::received::{Arrival, Fate, Selection};

/// Bytes of payloads kept, compressed as they came; the oldest go first. A million events of
/// 500 bytes, sent with zstd, take some 60 MB.
const MAX_STORED_BYTES: usize = 512 << 20;

/// Payloads and the number of the first log in each.
#[derive(Debug, Default)]
pub struct LogStore {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    payloads: VecDeque<(u64, Arc<Payload>)>,
    held: usize,
    /// Logs taken since the start.
    last: u64,
}

impl LogStore {
    pub fn push(&self, payload: Payload) {
        let mut inner = self.lock();
        let first = inner.last + 1;
        inner.last += payload.count;
        inner.held += payload.body.held();
        inner.payloads.push_back((first, Arc::new(payload)));
        while inner.held > MAX_STORED_BYTES
            && let Some((_, gone)) = inner.payloads.pop_front()
        {
            inner.held -= gone.body.held();
        }
    }

    /// Every log that searches see by now.
    pub fn indexed(
        &self,
        delay: SignedDuration,
        now: Timestamp,
    ) -> impl Iterator<Item = IndexedLog> {
        self.after(0)
            .into_iter()
            .filter(move |(_, payload)| is_visible(payload.arrived_at, delay, now))
            .flat_map(|(first, payload)| {
                (first..)
                    .zip(payload.events())
                    .filter_map(|(n, event)| IndexedLog::of(&event, n, payload.received_at).ok())
                    .collect::<Vec<_>>()
            })
    }

    /// The number of the newest log.
    pub fn last(&self) -> u64 {
        self.lock().last
    }

    /// Every log with a number above `n` that is ever indexed, and when it was received.
    pub fn since(&self, n: u64) -> impl Iterator<Item = (Timestamp, IndexedLog)> {
        self.after(n).into_iter().flat_map(move |(first, payload)| {
            let logs = (first..)
                .zip(payload.events())
                .filter(|(number, _)| *number > n);
            logs.filter_map(|(number, event)| {
                let log = IndexedLog::of(&event, number, payload.received_at).ok()?;
                Some((payload.arrived_at, log))
            })
            .collect::<Vec<_>>()
        })
    }

    /// The selected rows as a JSON array that is written payload by payload.
    pub fn received(
        &self,
        selection: Selection,
        delay: SignedDuration,
        now: Timestamp,
    ) -> mpsc::Receiver<Bytes> {
        let payloads = self.after(selection.after);
        let (pieces, receiver) = mpsc::channel(2);
        tokio::spawn(async move {
            let mut left = selection.limit;
            let mut gap = "[";
            for (first, payload) in payloads {
                let mut text = String::new();
                for row in rows(first, &payload, &selection, delay, now).take(left) {
                    text.push_str(gap);
                    text.push_str(&row.to_string());
                    gap = ",";
                    left -= 1;
                }
                // A receiver that is gone wants nothing more.
                if !text.is_empty() && pieces.send(text.into()).await.is_err() {
                    return;
                }
            }
            let end = if gap == "[" { "[]" } else { "]" };
            let _ = pieces.send(end.into()).await;
        });
        receiver
    }

    /// The payloads that hold a log after number `after`.
    fn after(&self, after: u64) -> Vec<(u64, Arc<Payload>)> {
        self.lock()
            .payloads
            .iter()
            .filter(|(first, payload)| first + payload.count > after + 1)
            .cloned()
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn rows(
    first: u64,
    payload: &Payload,
    selection: &Selection,
    delay: SignedDuration,
    now: Timestamp,
) -> impl Iterator<Item = Value> {
    (first..)
        .zip(payload.events())
        .filter_map(move |(n, event)| {
            let fate = match selection.needs_fate() {
                true => fate(&event, n, payload, delay, now),
                false => Fate::Waiting,
            };
            selection.row(Arrival {
                n,
                request: payload.request,
                received_at: payload.received_at,
                site: payload.site,
                event,
                fate,
            })
        })
}

fn fate(
    event: &Map<String, Value>,
    n: u64,
    payload: &Payload,
    delay: SignedDuration,
    now: Timestamp,
) -> Fate {
    match IndexedLog::of(event, n, payload.received_at) {
        Err(reason) => Fate::Dropped(reason),
        Ok(log) if is_visible(payload.arrived_at, delay, now) => Fate::Indexed(log.to_object()),
        Ok(_) => Fate::Waiting,
    }
}

/// True once the indexing delay is over.
pub fn is_visible(arrived_at: Timestamp, delay: SignedDuration, now: Timestamp) -> bool {
    now.duration_since(arrived_at) >= delay
}
