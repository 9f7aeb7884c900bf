//! The dashboards that exist.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::definition::Definition;
use super::names::{id_of, url_of};

/// Dashboards kept at a time.
const MAX_DASHBOARDS: usize = 10_000;
/// The first id of a widget.
const FIRST_WIDGET: u64 = 3_019_646_668_045_057;

/// A dashboard as it stands.
#[derive(Clone, Debug)]
pub struct Dashboard {
    pub id: String,
    pub definition: Definition,
    pub created: Timestamp,
    pub modified: Timestamp,
}

impl Dashboard {
    pub fn url(&self) -> String {
        let title = self.definition.field("title").as_str();
        url_of(&self.id, title.unwrap_or_default())
    }
}

/// Dashboards in the order they were made.
#[derive(Debug, Default)]
pub struct DashboardStore {
    inner: Mutex<Dashboards>,
}

#[derive(Debug, Default)]
pub struct Dashboards {
    all: Vec<Dashboard>,
    /// How many dashboards and widgets were ever made.
    made: u64,
    widgets: u64,
}

impl DashboardStore {
    pub fn lock(&self) -> MutexGuard<'_, Dashboards> {
        // No change below is made by halves, so a poisoned store is still whole.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Dashboards {
    /// Adds a dashboard; `None` where there are too many.
    pub fn create(&mut self, mut definition: Definition, now: Timestamp) -> Option<&Dashboard> {
        if self.all.len() >= MAX_DASHBOARDS {
            return None;
        }
        self.number_widgets(&mut definition);
        self.made += 1;
        self.all.push(Dashboard {
            id: id_of(self.made),
            definition,
            created: now,
            modified: now,
        });
        self.all.last()
    }

    pub fn get(&self, id: &str) -> Option<&Dashboard> {
        self.all.iter().find(|dashboard| dashboard.id == id)
    }

    /// Puts another definition in the place of the old one.
    pub fn replace(
        &mut self,
        id: &str,
        mut definition: Definition,
        now: Timestamp,
    ) -> Option<&Dashboard> {
        self.number_widgets(&mut definition);
        let found = self.all.iter_mut().find(|dashboard| dashboard.id == id)?;
        found.definition = definition;
        found.modified = now;
        Some(found)
    }

    /// False where there is none.
    pub fn remove(&mut self, id: &str) -> bool {
        let before = self.all.len();
        self.all.retain(|dashboard| dashboard.id != id);
        self.all.len() < before
    }

    pub fn all(&self) -> impl Iterator<Item = &Dashboard> {
        self.all.iter()
    }

    fn number_widgets(&mut self, definition: &mut Definition) {
        let made = &mut self.widgets;
        definition.number_widgets(&mut || {
            *made += 1;
            FIRST_WIDGET + *made
        });
    }
}
