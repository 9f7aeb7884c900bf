//! Which list rows were dealt with shortly before: a reading that goes on reads the last minute at
//! every look, and need not ask for each of its sessions again.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;

use crate::domain::session::Session;

/// A row as a list had it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RowPrint {
    id: String,
    start: Timestamp,
    content: u64,
}

impl RowPrint {
    pub fn of(row: &Session) -> Self {
        let mut hash = DefaultHasher::new();
        // Whatever the gateway says of it, down to the last field.
        format!("{row:?}").hash(&mut hash);
        Self {
            id: row.id.clone(),
            start: row.start_date,
            content: hash.finish(),
        }
    }
}

/// Rows of which everything was given.
#[derive(Debug, Default)]
pub(super) struct Memory {
    rows: HashMap<String, RowPrint>,
    /// Sessions that were seen, whether or not what was given of them has settled.
    seen: HashMap<String, Timestamp>,
}

impl Memory {
    /// True where the row was dealt with as it is now.
    pub fn knows(&self, row: Option<&RowPrint>) -> bool {
        row.is_some_and(|row| self.rows.get(&row.id) == Some(row))
    }

    /// True where its session was seen before, in whatever state.
    pub fn has_seen(&self, session: &str) -> bool {
        self.seen.contains_key(session)
    }

    pub fn note(&mut self, row: RowPrint) {
        self.seen.insert(row.id.clone(), row.start);
        self.rows.insert(row.id.clone(), row);
    }

    /// What started before then is not read again.
    pub fn forget_before(&mut self, at: Timestamp) {
        self.rows.retain(|_, row| row.start >= at);
        self.seen.retain(|_, start| *start >= at);
    }

    /// Every row is to be dealt with again.
    pub fn trust_none(&mut self) {
        self.rows.clear();
    }
}
