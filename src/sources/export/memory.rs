//! What was given shortly before: a reading that goes on reads what is in doubt, or not yet delivered,
//! at every look. It gives the same events then, without asking for each session again.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use jiff::Timestamp;

use crate::domain::event::SessionEvent;
use crate::domain::session::Session;

/// Sessions that are remembered at most: some megabytes.
const MOST: usize = 4_096;

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

/// Of one session; none where it was not wanted.
pub(super) type Events = Rc<[SessionEvent]>;

/// Rows that were dealt with, and the events that came of them.
#[derive(Debug, Default)]
pub(super) struct Memory {
    rows: HashMap<String, (RowPrint, Events)>,
}

impl Memory {
    /// What the row gave, where it is as it was then.
    pub fn events_of(&self, row: &RowPrint) -> Option<Events> {
        let (known, events) = self.rows.get(&row.id)?;
        (known == row).then(|| Rc::clone(events))
    }

    /// True where its session was seen before, in whatever state.
    pub fn has_seen(&self, session: &str) -> bool {
        self.rows.contains_key(session)
    }

    pub fn note(&mut self, row: RowPrint, events: Events) {
        if self.rows.len() < MOST || self.rows.contains_key(&row.id) {
            self.rows.insert(row.id.clone(), (row, events));
        }
    }

    /// What started before then is not read again.
    pub fn forget_before(&mut self, at: Timestamp) {
        self.rows.retain(|_, (row, _)| row.start >= at);
    }
}
