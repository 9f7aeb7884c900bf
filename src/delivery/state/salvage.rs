//! A damaged file is replaced by one with every row of it that is what was written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Connection;

use super::cursor::CursorKey;
use super::error::StateError;
use super::{Holder, Lock, PLACE, State, cursor, file};

/// What came of a repair.
#[derive(Debug)]
pub struct Repaired {
    /// Where the old file lies.
    pub aside: PathBuf,
    pub tally: Tally,
}

/// Rows that were kept, and what could not be.
#[derive(Debug, Default)]
pub struct Tally {
    pub kept: u64,
    /// Rows that are not what was written, by table.
    pub lost: BTreeMap<&'static str, u64>,
    /// Tables that could not be read to their end, so that nobody knows how many rows they had.
    pub cut: Vec<&'static str>,
    /// Cursors that lost word of sessions which were not over: they begin anew.
    pub begin_again: Vec<BeginAgain>,
}

/// A cursor that begins anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BeginAgain {
    pub key: CursorKey,
    /// From when on; `None` where that was lost as well, and somebody has to say it.
    pub since: Option<Timestamp>,
}

impl Tally {
    pub(super) fn count<R>(&mut self, table: &'static str, rows: &[Option<R>], is_whole: bool) {
        let sound = rows.iter().filter(|row| row.is_some()).count();
        self.add(table, sound as u64, (rows.len() - sound) as u64, is_whole);
    }

    /// `is_whole` says that the table could be read to its end.
    pub(in crate::delivery) fn add(
        &mut self,
        table: &'static str,
        kept: u64,
        lost: u64,
        is_whole: bool,
    ) {
        self.kept += kept;
        if lost > 0 {
            *self.lost.entry(table).or_default() += lost;
        }
        if !is_whole && !self.cut.contains(&table) {
            self.cut.push(table);
        }
    }

    /// Whether a cursor may be gone, or may not know any more where it begins.
    pub fn has_lost_positions(&self) -> bool {
        let table = "cursor";
        let is_lost = |one: &BeginAgain| one.since.is_none();
        self.lost.contains_key(table)
            || self.cut.contains(&table)
            || self.begin_again.iter().any(is_lost)
    }

    /// Nothing had to be left behind.
    pub fn is_whole(&self) -> bool {
        self.lost.is_empty() && self.cut.is_empty() && self.begin_again.is_empty()
    }
}

/// Puts a new file with the sound rows of the old one in its place; the old one is kept under
/// another name. `None` where there is no file.
///
/// # Errors
///
/// [`StateError::Held`] where anybody uses the file, and what cannot be repaired: a file of a newer
/// ddctl or of another program. Nothing was changed then.
pub fn repair(
    folder: &Path,
    holder: &Holder,
    now: Timestamp,
) -> Result<Option<Repaired>, StateError> {
    let repaired = PLACE.repair(folder, holder, now, rebuild);
    repaired.map_err(|error| named(folder, error))
}

/// Those who share the file's lock say nothing in it; each of them has a position, which does.
fn named(folder: &Path, error: StateError) -> StateError {
    let is_position = |name: &str| {
        let is_lock = name.ends_with(".lock");
        is_lock && (name.starts_with("cursor-") || name.starts_with("file-"))
    };
    match error {
        StateError::Held { path, holder: None } => {
            let holders = Lock::holders(folder, is_position).unwrap_or_default();
            let holder = holders.into_iter().next();
            StateError::Held { path, holder }
        }
        error => error,
    }
}

/// Makes a new file in `folder` of what the old one holds.
fn rebuild(old: Option<&Connection>, folder: &Path) -> Result<Tally, StateError> {
    let mut tally = Tally::default();
    let mut new = State::open(folder)?;
    match old {
        Some(old) => {
            cursor::salvage(old, &mut new, &mut tally)?;
            file::salvage(old, &mut new, &mut tally)?;
        }
        None => tally.add("cursor", 0, 0, false),
    }
    let State {
        connection, path, ..
    } = new;
    let closed = connection.close();
    closed.map_err(|(_, error)| StateError::of(&path, error))?;
    Ok(tally)
}
