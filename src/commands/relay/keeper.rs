//! Follows a delivery for one destination, and has the spool remember what came of each event.

use std::cell::RefCell;
use std::io;

use crate::commands::shipping::Keeper;
use crate::delivery::Backlog;
use crate::delivery::spool::{NotStored, Spooled};
use crate::delivery::state::StateError;
use crate::delivery::{Broken, Given, Number, Record, Worth};

pub(super) struct SpoolKeeper<'a> {
    spool: &'a Backlog,
    /// Of the destination, among those the spool was opened for.
    at: usize,
    /// Settled while the disk was full: remembered with the next ones. After a crash they go out
    /// once more, under the same ids.
    left: RefCell<Vec<Number>>,
}

impl<'a> SpoolKeeper<'a> {
    pub fn new(spool: &'a Backlog, at: usize) -> Self {
        Self {
            spool,
            at,
            left: RefCell::default(),
        }
    }

    fn is_settled(&self, event: &Spooled) -> bool {
        event.passed.contains(&self.at)
    }

    /// `None` for what the destination has.
    fn one(&self, event: Spooled) -> Option<Given> {
        if self.is_settled(&event) {
            return None;
        }
        let number = Some(event.number);
        let body = serde_json::from_slice(&event.json);
        let broken = match (event.broken, &body) {
            (Some(why), _) => Some(why),
            (None, Err(error)) => Some(format!("it is no JSON object: {error}")),
            (None, Ok(_)) => None,
        };
        Some(match (broken, body) {
            (None, Ok(body)) => Given::Record(Record {
                id: event.id,
                order_by: event.order_by,
                timestamp: event.timestamp,
                body,
                number,
            }),
            (reason, _) => Given::Broken(Broken {
                id: event.id,
                bytes: event.json,
                reason: reason.unwrap_or_default(),
                number,
            }),
        })
    }
}

impl Keeper<Spooled> for SpoolKeeper<'_> {
    fn record(&self, event: Spooled) -> Option<Record> {
        match self.one(event)? {
            Given::Record(record) => Some(record),
            Given::Line(_) | Given::Broken(_) => None,
        }
    }

    fn given(&self, event: Spooled) -> Vec<Given> {
        self.one(event).into_iter().collect()
    }

    fn worth(&self, event: &Spooled) -> Worth {
        match self.is_settled(event) {
            true => Worth::Nothing,
            false => Worth::Event,
        }
    }

    fn refused(&self, id: &str, why: &str) {
        self.spool.refused(id, why);
    }

    fn settled(&self, numbers: &[Number]) -> Result<(), StateError> {
        let mut left = self.left.borrow_mut();
        left.extend(numbers);
        match self.spool.passed(self.at, left.clone()) {
            Ok(()) => {
                left.clear();
                Ok(())
            }
            Err(NotStored::State(StateError::Full { .. })) => Ok(()),
            Err(error) => Err(ended(error)),
        }
    }

    fn finish(&self) -> Result<(), StateError> {
        self.settled(&[])
    }

    fn known(&self) -> u64 {
        0
    }
}

/// Of a spool that is not there any more.
fn ended(error: NotStored) -> StateError {
    match error {
        NotStored::State(error) => error,
        error => StateError::Io {
            path: crate::delivery::spool::FILE.into(),
            source: io::Error::other(error.to_string()),
        },
    }
}
