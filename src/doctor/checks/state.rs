//! The state: is every row what was written? As `state verify` reads it.

use std::path::Path;

use crate::delivery::spool;
use crate::delivery::state::{State as Store, StateError};
use crate::doctor::finding::{Finding, Repair};
use crate::doctor::subject::Subject;

/// Lines of damage that are told.
const TOLD: usize = 3;

pub async fn look(subject: &Subject) -> Finding {
    let folder = match subject.folder() {
        Ok(folder) => folder,
        Err(lack) => return lack,
    };
    // Every row is read.
    let read = tokio::task::spawn_blocking(move || {
        let state = judge("state.db", &damage(&folder));
        state.and(judge("relay.db", &spool::damage(&folder)))
    });
    match read.await {
        Ok(finding) if finding.evidence.is_empty() => {
            Finding::skipped("nothing was delivered from here yet")
        }
        Ok(finding) => finding,
        Err(_) => Finding::unknown("the state could not be read to its end"),
    }
}

/// What is wrong; `None` where there is no file.
fn damage(folder: &Path) -> Result<Option<Vec<String>>, StateError> {
    let damage = |state: Option<Store>| state.map(|state| state.damage()).transpose();
    match Store::look(folder).and_then(damage) {
        // So damaged that nobody can look any further.
        Err(StateError::Damaged { what, .. }) => Ok(Some(vec![what])),
        found => found,
    }
}

fn judge(name: &str, found: &Result<Option<Vec<String>>, StateError>) -> Finding {
    match found {
        Ok(None) => Finding::ok(),
        Ok(Some(damage)) if damage.is_empty() => Finding::ok().note(format!("{name} is sound")),
        Ok(Some(damage)) => {
            let lines = damage.iter().take(TOLD);
            let finding = lines.fold(Finding::ok(), |finding, line| {
                finding.fail(format!("{name}: {line}"))
            });
            finding
                .fix("`ddctl state repair` keeps every row that is what was written")
                .repair(Repair::RepairState)
        }
        Err(error) => {
            let finding = Finding::problem(error.to_string());
            error
                .hint()
                .map_or(finding.clone(), |hint| finding.fix(hint))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    #[test]
    fn damage_is_told_in_part_and_can_be_mended() {
        let lines = (0..9).map(|row| format!("row {row} is not what was written"));
        let finding = judge("state.db", &Ok(Some(lines.collect())));
        assert_eq!(
            (finding.state, finding.evidence.len()),
            (State::Problem, TOLD)
        );
        assert_eq!(finding.repairs, [Repair::RepairState]);
        assert_eq!(judge("state.db", &Ok(Some(Vec::new()))).state, State::Ok);
    }
}
