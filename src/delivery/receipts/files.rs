//! Are the files that receipts name still what was written?

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::Path;

use super::chain::{Change, entries};
use super::check::{Check, Problem};
use super::folder::Folder;
use super::hash;
use super::line::{Batch, Line};
use super::reading::open;
use crate::delivery::state::StateError;

/// What a look at the files found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilesCheck {
    /// Files that were looked at.
    pub files: u64,
    /// Empty where each is there with the bytes that were written.
    pub problems: Vec<Problem>,
}

/// What the newest receipt says of a file.
struct Named {
    receipt: String,
    sha256: String,
}

/// Reads every file that a receipt names. Of one that was written more than once the newest receipt
/// counts. Receipts that are not what was written themselves, by `check`, vouch for nothing.
///
/// # Errors
///
/// Receipts that cannot be read; a file that cannot is a problem.
pub fn check_files(state: &Path, check: &Check) -> Result<FilesCheck, StateError> {
    let named = named(&Folder::of_state(state), check)?;
    let problem = |(path, named): (&String, &Named)| {
        let what = what_of(Path::new(path), &named.sha256)?;
        Some(Problem {
            receipt: Some(named.receipt.clone()),
            what: format!("{path} {what}"),
        })
    };
    Ok(FilesCheck {
        files: named.len() as u64,
        problems: named.iter().filter_map(problem).collect(),
    })
}

/// By path.
fn named(folder: &Folder, check: &Check) -> Result<BTreeMap<String, Named>, StateError> {
    let distrusted = check.problems.iter().filter_map(|one| one.receipt.as_ref());
    let distrusted: BTreeSet<&String> = distrusted.collect();
    let mut named = BTreeMap::new();
    // In the order of the chain: ids of one second are in none.
    for linked in entries(folder)? {
        let begun = linked?.entry.filter(|entry| entry.change == Change::Begun);
        let Some(receipt) = begun.map(|entry| entry.receipt) else {
            continue;
        };
        let lines = open(&folder.receipt(&receipt)).ok().flatten();
        let Some(lines) = lines.filter(|_| !distrusted.contains(&receipt)) else {
            continue;
        };
        for line in lines {
            if let Line::Batch(Batch {
                file: Some(file),
                sha256,
                ..
            }) = line?
            {
                let receipt = receipt.clone();
                named.insert(file, Named { receipt, sha256 });
            }
        }
    }
    Ok(named)
}

/// What is wrong with a file.
fn what_of(path: &Path, sha256: &str) -> Option<String> {
    match File::open(path).and_then(hash::of_all) {
        Ok(found) if found == sha256 => None,
        Ok(_) => Some("was changed after it had been written".to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some("is not there".to_owned()),
        Err(error) => Some(format!("cannot be read: {error}")),
    }
}
