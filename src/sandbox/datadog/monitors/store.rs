//! The monitors that exist.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::definition::Definition;
use super::grammar::{LogAlert, Reading};
use super::state::{Clock, History, Rules};
use crate::sandbox::datadog::logs::LogStore;

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
    pub rules: Rules,
    pub history: History,
    pub created: Timestamp,
    pub modified: Timestamp,
}

impl Monitor {
    /// Puts a changed definition in the place of the old one at the stand-in's time `now`, which
    /// is `arrived` by the true time. Another query begins anew.
    pub fn change(&mut self, definition: Definition, now: Timestamp, arrived: Timestamp) {
        if definition.reading != self.definition.reading {
            self.history = History::new(arrived);
        }
        self.rules = Rules::of(&definition);
        self.history.rules_changed();
        self.definition = definition;
        self.modified = now;
    }

    fn alert(&self) -> Option<&LogAlert> {
        match &self.definition.reading {
            Reading::LogAlert(alert) => Some(alert),
            _ => None,
        }
    }
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
    /// Adds a monitor at the stand-in's time `now`, which is `arrived` by the true time; `None`
    /// where there are too many.
    pub fn create(
        &mut self,
        definition: Definition,
        now: Timestamp,
        arrived: Timestamp,
    ) -> Option<&Monitor> {
        if self.by_id.len() >= MAX_MONITORS {
            return None;
        }
        let id = FIRST_ID + self.made * ID_STEP;
        self.made += 1;
        let monitor = Monitor {
            id,
            rules: Rules::of(&definition),
            definition,
            history: History::new(arrived),
            created: now,
            modified: now,
        };
        Some(self.by_id.entry(id).or_insert(monitor))
    }

    /// Lets every log alert look at the logs until now. Searches find a log `delay` after it came.
    pub fn catch_up(&mut self, logs: &LogStore, delay: SignedDuration, clock: Clock) {
        let last = logs.last();
        let alerts = self.all().filter(|monitor| monitor.alert().is_some());
        let Some(seen) = alerts.map(|monitor| monitor.history.seen()).min() else {
            return;
        };
        let new = logs.since(seen).take_while(|(_, log)| log.n <= last);
        for (arrived_at, log) in new {
            let visible_at = arrived_at.checked_add(delay).unwrap_or(Timestamp::MAX);
            self.each_alert(|alert, _, history| {
                if history.seen() < log.n {
                    history.see(alert, &log, visible_at);
                }
            });
        }
        self.each_alert(|alert, rules, history| {
            history.saw_until(last);
            history.catch_up(alert, rules, clock);
        });
    }

    fn each_alert(&mut self, mut visit: impl FnMut(&LogAlert, &Rules, &mut History)) {
        for monitor in self.by_id.values_mut() {
            if let Reading::LogAlert(alert) = &monitor.definition.reading {
                visit(alert, &monitor.rules, &mut monitor.history);
            }
        }
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
