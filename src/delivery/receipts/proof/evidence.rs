//! What receipts say of expected events.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;

use super::expected::{Expectations, Expected, Item};
use super::under_way::FRESH;
use crate::delivery::receipts::folder::Folder;
use crate::delivery::receipts::line::{Batch, Line, Run, Way};
use crate::delivery::receipts::reading::open;
use crate::delivery::state::StateError;

/// What was learnt from the receipts of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// When something last went out of what may be under way.
    pub newest_sent: Option<Timestamp>,
    /// Runs with something that may be under way.
    pub sources: Vec<Source>,
    /// Sent under their own time by any run, as far back as what is under way happened.
    pub(super) sent: u64,
    /// What happened before then is not under way under its own time.
    fresh_since: Timestamp,
}

/// A run that sent something lately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// When its last batch went out.
    pub newest: Timestamp,
    /// Sessions that started from then on are none of it; `None` where it has no such end.
    pub until: Option<Timestamp>,
    /// The sessions that it was for, as they were written; empty where it was for a range.
    pub sessions: Vec<String>,
}

/// Reads every receipt of `site`, and notes in `expected` what was late, set aside or proven.
/// `distrusted` are those that are not what was written: they prove nothing. What was sent before
/// `since` is under way no more.
pub fn gather(
    state: &Path,
    site: &str,
    expected: &mut Expectations,
    distrusted: &BTreeSet<String>,
    since: Timestamp,
) -> Result<Evidence, StateError> {
    let folder = Folder::of_state(state);
    let mut evidence = Evidence::since(since);
    for id in folder.ids()? {
        let is_trusted = !distrusted.contains(&id);
        let Some(lines) = open(&folder.receipt(&id))
            .ok()
            .flatten()
            .filter(|_| is_trusted)
        else {
            continue;
        };
        let run = lines.header.run.clone();
        if run.site.as_deref() != Some(site) || run.destination != "logs" {
            continue;
        }
        let mut newest = None;
        for line in lines {
            newest = newest.max(evidence.note(expected, line?));
        }
        if let Some(newest) = newest.filter(|newest| *newest > since) {
            evidence.newest_sent = evidence.newest_sent.max(Some(newest));
            evidence.sources.push(Source::of(run, newest));
        }
    }
    Ok(evidence)
}

impl Evidence {
    /// Nothing yet, where what was sent before `since` is under way no more. An event that keeps its
    /// own time is sent within [`FRESH`].
    fn since(since: Timestamp) -> Self {
        Self {
            fresh_since: since.checked_sub(FRESH).unwrap_or(Timestamp::MIN),
            ..Self::default()
        }
    }

    /// Takes in a line, and says when it was sent, where it is of a batch with events of the family.
    fn note(&mut self, expected: &mut Expectations, line: Line) -> Option<Timestamp> {
        match line {
            Line::Batch(batch) => return self.note_batch(expected, &batch),
            Line::SetAside(aside) => set_aside(expected, aside.way, &aside.ids),
            Line::Found(found) => {
                for id in &found.ids {
                    if let Some(item) = expected.of_id(id) {
                        item.proven = Some(found.at);
                    }
                }
            }
            Line::Uncertain(uncertain) => {
                for id in &uncertain.ids {
                    if let Some(item) = expected.of_id(id) {
                        item.sent_at = item.sent_at.max(uncertain.sent_at);
                        self.newest_sent = self.newest_sent.max(uncertain.sent_at);
                    }
                }
            }
            Line::Receipt(_) | Line::Finding(_) | Line::Ended(_) => {}
        }
        None
    }

    fn note_batch(&mut self, expected: &mut Expectations, batch: &Batch) -> Option<Timestamp> {
        let mut known_late = 0;
        for late in &batch.late {
            for id in &late.ids {
                if let Some(item) = expected.of_id(id) {
                    (item.under, item.is_late, item.aside) = (late.at, true, None);
                    item.sent_at = item.sent_at.max(batch.sent_at);
                    known_late += 1;
                }
            }
        }
        // What else was sent is nothing to wait for.
        let of_family = expected.family.count(&batch.kinds);
        let sent_at = batch.sent_at.filter(|_| of_family > 0)?;
        if sent_at >= self.fresh_since {
            let late = match of_family == batch.events {
                true => batch.late.iter().map(|late| late.ids.len() as u64).sum(),
                false => known_late,
            };
            self.sent += of_family.saturating_sub(late);
        }
        Some(sent_at)
    }

    /// Those that can have sent an event under its own time.
    pub(super) fn sources_of(&self, item: &Item) -> impl Iterator<Item = &Source> {
        let is_fresh = !item.is_late && item.event.at >= self.fresh_since;
        let sources = self.sources.iter().filter(move |_| is_fresh);
        sources.filter(|source| source.may_have(&item.event))
    }
}

impl Source {
    fn of(run: Run, newest: Timestamp) -> Self {
        let goes_on = run.goes_on();
        Self {
            newest,
            until: run.until.filter(|_| !goes_on),
            sessions: run.sessions,
        }
    }

    /// Whether it is of the run. That one may have gone back behind its range, for sessions that an
    /// earlier run had found unfinished.
    fn may_have(&self, event: &Expected) -> bool {
        match self.sessions.is_empty() {
            true => self.until.is_none_or(|until| event.started < until),
            false => self.sessions.iter().any(|given| names(given, event)),
        }
    }
}

/// Whether `given` names the session: an id, the beginning of one, or an address with it.
fn names(given: &str, event: &Expected) -> bool {
    let origin = event.origin();
    let given = given.trim().to_ascii_lowercase();
    given.contains(origin) || origin.starts_with(&given)
}

fn set_aside(expected: &mut Expectations, way: Way, ids: &[String]) {
    for id in ids {
        if let Some(item) = expected.of_id(id) {
            item.aside = Some(way);
        }
    }
}

#[cfg(test)]
mod tests;
