//! Reading receipts back: the newest ones, and the lines of one.

use std::collections::VecDeque;
use std::fs::{File, TryLockError};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use super::chain::{Change, entries, next_line};
use super::folder::Folder;
use super::hash;
use super::line::{Ended, Header, Line};
use super::totals::Totals;
use crate::delivery::state::StateError;

/// A receipt and how it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub path: PathBuf,
    pub header: Header,
    pub standing: Standing,
    /// Of what is written so far, where the run has not closed its receipt.
    pub totals: Totals,
    /// Of its file, as the chain has it; `None` where the receipt is open.
    pub sha256: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its process writes it.
    Running,
    /// Its process was gone before it had closed the receipt.
    CutOff,
    Ended(Ended),
}

impl Standing {
    pub fn as_str(&self) -> &'static str {
        match self {
            Standing::Running => "running",
            Standing::CutOff => "cut off",
            Standing::Ended(ended) => ended.ending.as_str(),
        }
    }
}

/// What the chain says of a receipt.
struct Known {
    id: String,
    closed: Option<(Option<String>, Option<Ended>)>,
}

/// The newest `limit` receipts whose id begins with `prefix`, newest first. Those whose file is gone
/// are left out: `check` names them.
pub fn list(state: &Path, prefix: &str, limit: usize) -> Result<Vec<Listed>, StateError> {
    let folder = Folder::of_state(state);
    let mut known: VecDeque<Known> = VecDeque::new();
    for linked in entries(&folder)? {
        let Some(entry) = linked?.entry else { continue };
        let at = known.iter().rposition(|one| one.id == entry.receipt);
        match (entry.change, at) {
            (Change::Begun, _) if entry.receipt.starts_with(prefix) => {
                known.push_back(Known {
                    id: entry.receipt,
                    closed: None,
                });
                if known.len() > limit {
                    known.pop_front();
                }
            }
            (Change::Ended | Change::CutOff, Some(at)) => {
                known[at].closed = Some((entry.sha256, entry.ended));
            }
            _ => {}
        }
    }
    let listed = known.into_iter().rev().map(|one| listed(&folder, one));
    listed.filter_map(Result::transpose).collect()
}

fn listed(folder: &Folder, known: Known) -> Result<Option<Listed>, StateError> {
    let path = folder.receipt(&known.id);
    let Some(lines) = open(&path)? else {
        return Ok(None);
    };
    let Lines { header, .. } = &lines;
    let header = header.clone();
    let (sha256, ended) = known.closed.clone().unwrap_or_default();
    let (standing, totals) = match ended {
        Some(ended) => (Standing::Ended(ended.clone()), ended.totals),
        None => {
            let is_running = known.closed.is_none() && is_held(&path)?;
            let standing = match is_running {
                true => Standing::Running,
                false => Standing::CutOff,
            };
            (standing, lines.totals()?)
        }
    };
    Ok(Some(Listed {
        path,
        header,
        standing,
        totals,
        sha256,
    }))
}

fn is_held(path: &Path) -> Result<bool, StateError> {
    let failed = |source| StateError::io(path, source);
    match File::open(path).map_err(failed)?.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// The lines of a receipt behind its first, one at a time.
#[derive(Debug)]
pub struct Lines {
    pub header: Header,
    /// Hash of the first line.
    pub(super) header_sha256: String,
    path: PathBuf,
    file: BufReader<File>,
    number: u64,
}

/// Opens the receipt at `path`; `None` where there is none.
///
/// # Errors
///
/// [`StateError::Receipts`] where it does not begin as a receipt does.
pub fn open(path: &Path) -> Result<Option<Lines>, StateError> {
    let failed = |source| StateError::io(path, source);
    let mut file = match File::open(path) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(failed(source)),
    };
    let first = next_line(&mut file).map_err(failed)?.unwrap_or_default();
    match serde_json::from_slice(&first) {
        Ok(Line::Receipt(header)) => Ok(Some(Lines {
            header: *header,
            header_sha256: hash::of(&first),
            path: path.to_owned(),
            file,
            number: 1,
        })),
        _ => Err(StateError::Receipts {
            path: path.to_owned(),
            what: "its first line is not that of a receipt".to_owned(),
        }),
    }
}

impl Lines {
    fn totals(self) -> Result<Totals, StateError> {
        let mut totals = Totals::default();
        for line in self {
            totals.add(&line?);
        }
        Ok(totals)
    }

    fn read(&mut self) -> Result<Option<Line>, StateError> {
        let line = next_line(&mut self.file);
        let Some(line) = line.map_err(|source| StateError::io(&self.path, source))? else {
            return Ok(None);
        };
        self.number += 1;
        let line = serde_json::from_slice(&line).map_err(|error| StateError::Receipts {
            path: self.path.clone(),
            what: format!("line {} cannot be read: {error}", self.number),
        })?;
        Ok(Some(line))
    }
}

/// Ends at a line that was cut off in the middle.
impl Iterator for Lines {
    type Item = Result<Line, StateError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}
