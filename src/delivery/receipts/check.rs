//! Is the chain whole, and is every receipt what was written?

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use serde::Serialize;

use super::chain::{Change, Entry, entries};
use super::folder::Folder;
use super::hash;
use super::reading::open;
use crate::delivery::state::StateError;

/// What a look at everything found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Receipts that the chain knows.
    pub receipts: u64,
    /// Hash of the newest entry; `None` where there is no chain.
    pub head: Option<String>,
    /// Empty where nothing was changed, taken out or put in.
    pub problems: Vec<Problem>,
}

/// One thing that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The receipt's id, where it is known.
    pub receipt: Option<String>,
    pub what: String,
}

/// Reads the chain and every receipt.
pub fn check(state: &Path) -> Result<Check, StateError> {
    let folder = Folder::of_state(state);
    let mut walk = Walk::default();
    for linked in entries(&folder)? {
        let linked = linked?;
        walk.step(linked.entry, linked.sha256);
    }
    let mut check = Check {
        receipts: walk.known.len() as u64,
        head: walk.head,
        problems: walk.problems,
    };
    for (id, known) in &walk.known {
        let what = of_receipt(&folder.receipt(id), known)?;
        check
            .problems
            .extend(what.map(|what| Problem::of(id, what)));
    }
    let strangers = folder.ids()?.into_iter();
    let strangers = strangers.filter(|id| !walk.known.contains_key(id));
    check.problems.extend(strangers.map(|id| {
        Problem::of(
            &id,
            "it is not in the chain: it was put in, or the chain's end was taken out",
        )
    }));
    Ok(check)
}

/// Hash of the chain's newest entry; `None` where there is no chain.
pub fn head(state: &Path) -> Result<Option<String>, StateError> {
    let mut head = None;
    for linked in entries(&Folder::of_state(state))? {
        head = Some(linked?.sha256);
    }
    Ok(head)
}

impl Problem {
    fn of(receipt: &str, what: impl Into<String>) -> Self {
        Self {
            receipt: Some(receipt.to_owned()),
            what: what.into(),
        }
    }
}

/// What the chain says of a receipt.
#[derive(Debug)]
struct Known {
    begun: Option<String>,
    /// Hash of the whole file, once it is closed; inside, `None` where it was gone by then.
    closed: Option<Option<String>>,
}

/// Along the chain, from its beginning.
#[derive(Debug, Default)]
struct Walk {
    number: u64,
    head: Option<String>,
    /// The receipt of the entry before.
    before: Option<String>,
    known: BTreeMap<String, Known>,
    problems: Vec<Problem>,
}

impl Walk {
    fn step(&mut self, entry: Option<Entry>, sha256: String) {
        let Some(entry) = entry else {
            let what = format!("entry {} of the chain is no entry", self.number + 1);
            self.problems.push(Problem {
                receipt: None,
                what,
            });
            self.number += 1;
            self.before = None;
            self.head = Some(sha256);
            return;
        };
        self.follow(&entry);
        self.number = entry.number;
        self.before = Some(entry.receipt.clone());
        self.head = Some(sha256);
        self.note(entry);
    }

    /// Does the entry go on from the one before?
    fn follow(&mut self, entry: &Entry) {
        let expected = self.number + 1;
        let is_linked = entry.previous == self.head.as_deref().unwrap_or(hash::NONE);
        let number = entry.number;
        let problem = match number {
            _ if number > expected => Problem::of(
                &entry.receipt,
                format!("the chain lacks its entries {expected} to {}", number - 1),
            ),
            _ if number < expected => Problem::of(
                &entry.receipt,
                format!("entry {number} of the chain was put in, or is not in its place"),
            ),
            _ if !is_linked => Problem {
                receipt: self.before.clone(),
                what: format!("entry {} of the chain was changed", self.number),
            },
            _ => return,
        };
        self.problems.push(problem);
    }

    fn note(&mut self, entry: Entry) {
        match entry.change {
            Change::Begun => {
                let known = Known {
                    begun: entry.sha256,
                    closed: None,
                };
                self.known.insert(entry.receipt, known);
            }
            Change::Ended | Change::CutOff => {
                let known = self.known.entry(entry.receipt).or_insert(Known {
                    begun: None,
                    closed: None,
                });
                known.closed = Some(entry.sha256);
            }
        }
    }
}

/// What is wrong with a receipt, by the hashes that the chain has.
fn of_receipt(path: &Path, known: &Known) -> Result<Option<&'static str>, StateError> {
    let lines = match open(path) {
        Ok(Some(lines)) => lines,
        Ok(None) => return Ok(Some("it was taken out")),
        Err(StateError::Receipts { .. }) => {
            return Ok(Some("it was changed: its first line is none"));
        }
        Err(error) => return Err(error),
    };
    if known
        .begun
        .as_ref()
        .is_some_and(|begun| *begun != lines.header_sha256)
    {
        return Ok(Some("its beginning was changed"));
    }
    let Some(closed) = &known.closed else {
        return Ok(None);
    };
    let failed = |source| StateError::io(path, source);
    let found = File::open(path).and_then(hash::of_all).map_err(failed)?;
    let is_changed = closed.as_ref() != Some(&found);
    Ok(is_changed.then_some("it was changed after it had been closed"))
}
