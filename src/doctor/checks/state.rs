//! The state: is every row what was written, as `state verify` reads it, and can more be written?

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::with_causes;
use crate::delivery::spool;
use crate::delivery::state::{State as Store, StateError};
use crate::doctor::finding::{Finding, Repair};
use crate::doctor::subject::Subject;

/// Lines of damage that are told.
const TOLD: usize = 3;
/// What has to fit on the disk, for a start.
static ROOM: [u8; 64 << 10] = [0; 64 << 10];
const LET_IN: &str =
    "let this user write there, or set XDG_STATE_HOME to a folder that is this user's";

pub async fn look(subject: &Subject) -> Finding {
    let folder = match subject.folder() {
        Ok(folder) => folder,
        Err(lack) => return lack,
    };
    let may_write = !subject.local.is_read_only;
    // Every row is read.
    let read = tokio::task::spawn_blocking(move || {
        let state = judge("state.db", &damage(&folder));
        let all = state.and(judge("relay.db", &spool::damage(&folder)));
        match may_write {
            true => all.and(of_writing(&folder)),
            false => all,
        }
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
        Err(error) => Finding::problem(with_causes(error)).fix(error.hint().unwrap_or(LET_IN)),
    }
}

/// Says nothing where all is well.
fn of_writing(folder: &Path) -> Finding {
    let Err((path, why)) = can_write(folder) else {
        return Finding::ok();
    };
    let fix = match why.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space: what was sent can be remembered nowhere"
        }
        _ => LET_IN,
    };
    Finding::problem(format!("cannot write to {}: {why}", path.display())).fix(fix)
}

/// Tries it with a file that has no name and is gone at once: in the folder, or in the one that it
/// is going to be made in. Files of the state are asked after alone, for to open and close one would
/// end SQLite's locks on it (<https://www.sqlite.org/howtocorrupt.html>, section 2.2).
fn can_write(folder: &Path) -> Result<(), (PathBuf, io::Error)> {
    let mut there = folder.ancestors().filter(|it| it.exists());
    let place = there.next().unwrap_or(folder);
    let written = tempfile::tempfile_in(place).and_then(|mut file| {
        file.write_all(&ROOM)?;
        file.sync_data()
    });
    written.map_err(|error| (place.to_owned(), error))?;
    for name in ["state.db", "state.lock", "relay.db", "relay.lock"] {
        let file = folder.join(name);
        if file.exists() {
            access(&file, Access::WRITE_OK).map_err(|error| (file, error.into()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    #[test]
    fn a_folder_that_takes_nothing_is_named_with_the_reason() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let of = |below: &str| of_writing(&folder.path().join(below));
        assert_eq!(of("ddctl/default").state, State::Ok);
        assert!(
            !folder.path().join("ddctl").exists(),
            "nothing is left behind"
        );
        std::fs::write(folder.path().join("ddctl"), "").expect("writable");
        let finding = of("ddctl/default");
        assert_eq!(finding.state, State::Problem);
        assert!(
            finding.evidence[0].contains("ddctl: Not a dir"),
            "{finding:?}"
        );
        assert_eq!(finding.fixes, [LET_IN]);
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_told_with_the_reason() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("relay.db")).expect("writable");
        let finding = judge("relay.db", &spool::damage(folder.path()));
        assert_eq!(finding.state, State::Problem);
        assert!(finding.evidence[0].contains("relay.db: "), "{finding:?}");
        assert_eq!(finding.fixes.len(), 1, "{finding:?}");
    }

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
