//! The report in the state folder: written by rename, so that a reader sees one whole, and read
//! without a lock. Beside it lies a lock that its process has as long as it lives, so that one that
//! was killed is known to be gone at once.

use std::convert::Infallible;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};

use super::board::{Board, Report};
use crate::delivery::state::{Holder, Holding, Lock, StateError};

/// The folder below the profile's state.
const FOLDER: &str = "status";

/// Between two writings.
const EVERY: Duration = Duration::from_secs(2);

/// A report older than this was left behind.
const STALE: SignedDuration = SignedDuration::from_secs(30);

/// One that was left behind is told of for so long, while another ddctl writes its own.
const KEPT: Duration = Duration::from_secs(10 * 60);

/// Why a report cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[error("cannot use {}", path.display())]
pub struct StatusError {
    path: PathBuf,
    source: io::Error,
}

/// A report as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub path: PathBuf,
    pub report: Report,
    pub life: Life,
}

/// What is known of the process that wrote a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    Runs,
    /// It has not written for long: it is stuck, or it was on another machine.
    Silent,
    Gone,
}

/// Keeps the report of `board` in the state folder `state` until it is dropped; then it goes. What
/// others that were killed left behind goes after a while. What cannot be written is told once, and tried on.
pub async fn publish(
    state: &Path,
    board: &Board,
    mut told: impl FnMut(&StatusError),
) -> Infallible {
    let folder = state.join(FOLDER);
    let mut file = Placed::at(folder.join(format!("{}.json", std::process::id())));
    let mut is_told = false;
    loop {
        match file.write(&folder, &board.report()) {
            Ok(()) => {
                is_told = false;
                sweep(&folder, SystemTime::now());
            }
            Err(error) if !is_told => {
                is_told = true;
                told(&error);
            }
            Err(_) => {}
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// A file that goes with its process.
struct Placed {
    path: PathBuf,
    /// From the first writing on.
    lock: Option<Lock>,
}

impl Placed {
    fn at(path: PathBuf) -> Self {
        Self { path, lock: None }
    }

    fn write(&mut self, folder: &Path, report: &Report) -> Result<(), StatusError> {
        let written = self.written(folder, report);
        written.map_err(|source| StatusError {
            path: self.path.clone(),
            source,
        })
    }

    fn written(&mut self, folder: &Path, report: &Report) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        if self.lock.is_none() {
            let holder = Holder::this(&report.command, report.started);
            let lock = Lock::take(&lock_of(&self.path), &holder);
            self.lock = Some(lock.map_err(io::Error::other)?);
        }
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&serde_json::to_vec(report)?)?;
        let kept = file.persist(&self.path);
        kept.map(drop).map_err(|error| error.error)
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        // They may never have been written.
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(lock_of(&self.path));
    }
}

fn lock_of(report: &Path) -> PathBuf {
    report.with_extension("lock")
}

/// Takes out what nobody has written since long and nobody has locked: killed processes leave both
/// files. What cannot be removed stays, and is said to be stale.
fn sweep(folder: &Path, now: SystemTime) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let written = entry.metadata().and_then(|file| file.modified());
        let age = written.ok().and_then(|at| now.duration_since(at).ok());
        let path = entry.path();
        let is_free = || matches!(Lock::look(&path), Ok(Holding::Free));
        if age.is_some_and(|age| age > KEPT) && is_free() {
            let _ = fs::remove_file(path);
        }
    }
}

/// Every report in the state folder, the newest first. Text that is no report is left out: another
/// ddctl may write it otherwise.
///
/// # Errors
///
/// A folder that is there and cannot be read.
pub fn read_all(state: &Path, now: Timestamp) -> Result<Vec<Stored>, StatusError> {
    let folder = state.join(FOLDER);
    let failed = |source| StatusError {
        path: folder.clone(),
        source,
    };
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let report = fs::read(&path).ok();
        let report = report.and_then(|text| serde_json::from_slice::<Report>(&text).ok());
        found.extend(report.map(|report| Stored {
            life: life(&path, &report, now),
            path,
            report,
        }));
    }
    found.sort_by_key(|stored| std::cmp::Reverse(stored.report.at));
    Ok(found)
}

/// Of the process whose report lies at `path`. Locks of another machine are not seen here.
fn life(path: &Path, report: &Report, now: Timestamp) -> Life {
    let lock = lock_of(path);
    let is_of_here = report.host == Holder::this("", now).host;
    let is_free = || -> Result<bool, StateError> { Ok(!Lock::look(&lock)?.is_held()) };
    if is_of_here && lock.exists() && is_free().unwrap_or(false) {
        return Life::Gone;
    }
    match now.duration_since(report.at) > STALE {
        true => Life::Silent,
        false => Life::Runs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_report_is_there_while_its_process_works_and_goes_with_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let state = folder.path();
        assert_eq!(read_all(state, Timestamp::now()).expect("nothing"), []);
        let board = Board::new("relay", [("logs".to_owned(), false)], Timestamp::now);
        let published = publish(state, &board, |error| panic!("{error}"));
        let looked = async {
            tokio::time::sleep(EVERY * 2).await;
            read_all(state, Timestamp::now()).expect("readable")
        };
        let found = tokio::select! {
            never = published => match never {},
            found = looked => found,
        };
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].life, Life::Runs);
        assert_eq!(found[0].report.command, "relay");
        assert_eq!(read_all(state, Timestamp::now()).expect("nothing"), []);
    }

    #[test]
    fn what_was_left_behind_is_stale_and_rubbish_is_no_report() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let board = Board::new("relay", [], Timestamp::now);
        let status = folder.path().join(FOLDER);
        let mut file = Placed::at(status.join("1.json"));
        file.write(&status, &board.report()).expect("writable");
        fs::write(status.join("2.json"), "{").expect("writable");
        let later = Timestamp::now() + SignedDuration::from_mins(5);
        let found = read_all(folder.path(), later).expect("readable");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].life, Life::Silent);
    }

    #[test]
    fn a_process_that_has_given_up_its_lock_is_gone_at_once() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let board = Board::new("relay", [], Timestamp::now);
        let status = folder.path().join(FOLDER);
        let mut file = Placed::at(status.join("1.json"));
        file.write(&status, &board.report()).expect("writable");
        let life = |report: &Report| life(&status.join("1.json"), report, report.at);
        assert_eq!(life(&board.report()), Life::Runs);
        file.lock = None;
        assert_eq!(life(&board.report()), Life::Gone);
        let elsewhere = Report {
            host: "another-machine".to_owned(),
            ..board.report()
        };
        assert_eq!(life(&elsewhere), Life::Runs);
    }

    #[test]
    fn what_killed_processes_left_behind_goes_after_a_while() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let board = Board::new("relay", [], Timestamp::now);
        let mut file = Placed::at(folder.path().join("1.json"));
        file.write(folder.path(), &board.report())
            .expect("writable");
        sweep(folder.path(), SystemTime::now() + KEPT / 2);
        assert!(file.path.exists());
        sweep(folder.path(), SystemTime::now() + KEPT * 2);
        assert!(!file.path.exists());
        let lock = lock_of(&file.path);
        assert!(lock.exists(), "somebody has it");
        file.lock = None;
        sweep(folder.path(), SystemTime::now() + KEPT * 2);
        assert!(!lock.exists());
    }
}
