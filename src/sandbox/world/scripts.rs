//! Scripts that somebody ran in the sandbox: sessions of their own, beside those that the seed tells.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::scenario::Scenario;

/// Their numbers begin here, where no seed's sessions are.
const FIRST: u64 = 1 << 62;

/// One that was run.
#[derive(Clone, Copy)]
pub struct Script {
    pub start: Timestamp,
    pub scenario: &'static Scenario,
}

/// All of them, oldest first.
#[derive(Default)]
pub struct Scripts(Mutex<Vec<Script>>);

impl std::fmt::Debug for Scripts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} scripts", self.all().len())
    }
}

impl Scripts {
    /// Adds one and says its number. What happens in the world is told for as long as that is there,
    /// which is until the program ends.
    pub fn add(&self, start: Timestamp, scenario: Scenario) -> u64 {
        let scenario: &'static Scenario = Box::leak(Box::new(scenario));
        let mut all = self.all();
        all.push(Script { start, scenario });
        FIRST + all.len() as u64 - 1
    }

    /// `None` where the number is that of another session.
    pub fn get(&self, index: u64) -> Option<Script> {
        let at = usize::try_from(index.checked_sub(FIRST)?).ok()?;
        self.all().get(at).copied()
    }

    /// Start and number of those that began in `start..=end`, newest first.
    pub fn between(&self, start: Timestamp, end: Timestamp) -> Vec<(Timestamp, u64)> {
        let all = self.all();
        let numbered = all
            .iter()
            .zip(FIRST..)
            .map(|(script, index)| (script.start, index));
        let within = numbered.filter(|(at, _)| (start..=end).contains(at));
        let mut found: Vec<(Timestamp, u64)> = within.collect();
        found.reverse();
        found
    }

    fn all(&self) -> MutexGuard<'_, Vec<Script>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// True for the number of a script.
pub fn is_script(index: u64) -> bool {
    index >= FIRST
}
