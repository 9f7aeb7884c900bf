//! The monitors that exist.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::definition::Definition;
use super::grammar::Reading;

/// Monitors kept at a time.
const MAX_MONITORS: usize = 10_000;
/// The first id, and what lies between two: ids are no small numbers and have gaps.
const FIRST_ID: u64 = 312_000_007;
const ID_STEP: u64 = 13;

/// A monitor as it stands.
#[derive(Clone, Debug)]
pub struct Monitor {
    pub id: u64,
    pub definition: Definition,
    pub created: Timestamp,
    pub modified: Timestamp,
}

/// Monitors by id.
#[derive(Debug, Default)]
pub struct MonitorStore {
    inner: Mutex<Monitors>,
}

#[derive(Debug, Default)]
pub struct Monitors {
    by_id: BTreeMap<u64, Monitor>,
    /// How many were ever made.
    made: u64,
}

impl MonitorStore {
    pub fn lock(&self) -> MutexGuard<'_, Monitors> {
        // No change below is made by halves, so a poisoned store is still whole.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Monitors {
    /// Adds a monitor; `None` where there are too many.
    pub fn create(&mut self, definition: Definition, now: Timestamp) -> Option<&Monitor> {
        if self.by_id.len() >= MAX_MONITORS {
            return None;
        }
        let id = FIRST_ID + self.made * ID_STEP;
        self.made += 1;
        let monitor = Monitor {
            id,
            definition,
            created: now,
            modified: now,
        };
        Some(self.by_id.entry(id).or_insert(monitor))
    }

    pub fn get(&self, id: u64) -> Option<&Monitor> {
        self.by_id.get(&id)
    }

    pub fn get_mut(&mut self, id: u64) -> Option<&mut Monitor> {
        self.by_id.get_mut(&id)
    }

    pub fn remove(&mut self, id: u64) -> Option<Monitor> {
        self.by_id.remove(&id)
    }

    /// In the order of their ids.
    pub fn all(&self) -> impl Iterator<Item = &Monitor> {
        self.by_id.values()
    }

    /// The composite monitors that join `id`.
    pub fn composites_of(&self, id: u64) -> Vec<&Monitor> {
        let joins = |monitor: &&Monitor| match &monitor.definition.reading {
            Reading::Composite(joined) => joined.contains(&id),
            _ => false,
        };
        self.all().filter(joins).collect()
    }
}
