//! What receipts say of expected events.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;

use super::expected::Expectations;
use crate::delivery::receipts::folder::Folder;
use crate::delivery::receipts::line::{Line, Way};
use crate::delivery::receipts::reading::open;
use crate::delivery::state::StateError;

/// What was learnt from the receipts of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Receipts of runs that sent.
    pub receipts: u64,
    /// When the last batch with events of sessions went out.
    pub newest_sent: Option<Timestamp>,
}

/// Reads every receipt of `site`, and notes in `expected` what was late, set aside or proven.
/// `distrusted` are those that are not what was written: they prove nothing.
pub fn gather(
    state: &Path,
    site: &str,
    expected: &mut Expectations,
    distrusted: &BTreeSet<String>,
) -> Result<Evidence, StateError> {
    let folder = Folder::of_state(state);
    let mut evidence = Evidence::default();
    for id in folder.ids()? {
        let is_trusted = !distrusted.contains(&id);
        let Some(lines) = open(&folder.receipt(&id))
            .ok()
            .flatten()
            .filter(|_| is_trusted)
        else {
            continue;
        };
        let run = &lines.header.run;
        if run.site.as_deref() != Some(site) || run.destination != "logs" {
            continue;
        }
        for line in lines {
            evidence.note(expected, line?);
        }
    }
    Ok(evidence)
}

impl Evidence {
    fn note(&mut self, expected: &mut Expectations, line: Line) {
        match line {
            Line::Batch(batch) => {
                self.receipts += u64::from(batch.number == 1);
                // What else was sent is nothing to wait for.
                let kinds = expected.family.kinds();
                if batch.kinds.keys().any(|kind| kinds.contains(&&**kind)) {
                    self.newest_sent = self.newest_sent.max(batch.sent_at);
                }
                for late in batch.late {
                    for id in &late.ids {
                        if let Some(item) = expected.of_id(id) {
                            (item.under, item.is_late, item.aside) = (late.at, true, None);
                        }
                    }
                }
            }
            Line::SetAside(aside) => set_aside(expected, aside.way, &aside.ids),
            Line::Found(found) => {
                for id in &found.ids {
                    if let Some(item) = expected.of_id(id) {
                        item.proven = Some(found.at);
                    }
                }
            }
            Line::Uncertain(uncertain) => {
                self.newest_sent = self.newest_sent.max(uncertain.sent_at);
            }
            Line::Receipt(_) | Line::Finding(_) | Line::Ended(_) => {}
        }
    }
}

fn set_aside(expected: &mut Expectations, way: Way, ids: &[String]) {
    for id in ids {
        if let Some(item) = expected.of_id(id) {
            item.aside = Some(way);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::receipts::line::Batch;
    use crate::delivery::receipts::proof::Family;

    #[test]
    fn only_events_of_the_family_are_waited_for() {
        for (family, newest) in [(Family::Sessions, 1), (Family::Audit, 2)] {
            let mut evidence = Evidence::default();
            for (second, kind) in [(1, "session.close"), (2, "gateway.audit"), (3, "other")] {
                let batch = Batch {
                    sent_at: Timestamp::from_second(second).ok(),
                    kinds: [(kind.to_owned(), 1)].into(),
                    ..Batch::default()
                };
                evidence.note(&mut Expectations::of(family), Line::Batch(batch));
            }
            assert_eq!(evidence.newest_sent, Timestamp::from_second(newest).ok());
        }
    }
}
