//! A damaged file is replaced by one with every row of it that is what was written.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};

use super::cursor::CursorKey;
use super::error::StateError;
use super::{FILE, Holder, LOCK, Lock, State, cursor, file};

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
    pub begin_again: Vec<CursorKey>,
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
    let path = folder.join(FILE);
    if !path
        .try_exists()
        .map_err(|error| StateError::io(&path, error))?
    {
        return Ok(None);
    }
    let _alone = Lock::take(&folder.join(LOCK), holder)?;
    match State::look(folder) {
        Ok(_) | Err(StateError::Damaged { .. } | StateError::Older { .. }) => {}
        Err(error) => return Err(error),
    }
    let made = tempfile::Builder::new().prefix(".state").tempdir_in(folder);
    let made = made.map_err(|error| StateError::io(folder, error))?;
    let tally = rebuild(&path, made.path())?;
    let aside = folder.join(format!("{FILE}.damaged-{}", now.strftime("%Y%m%dT%H%M%SZ")));
    replace(&path, &aside, &made.path().join(FILE))
        .map_err(|error| StateError::io(&path, error))?;
    Ok(Some(Repaired { aside, tally }))
}

/// Makes a new file in `folder` of what the one at `path` holds.
fn rebuild(path: &Path, folder: &Path) -> Result<Tally, StateError> {
    let mut tally = Tally::default();
    let mut new = State::open(folder)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // A file that is no database at all has nothing to keep.
    if let Ok(old) = Connection::open_with_flags(path, flags) {
        cursor::salvage(&old, &mut new, &mut tally)?;
        file::salvage(&old, &mut new, &mut tally)?;
    }
    let State { connection, .. } = new;
    let closed = connection.close();
    closed.map_err(|(_, error)| StateError::of(path, error))?;
    Ok(tally)
}

/// The log goes with the old file: with the new one it would be taken for its own. At every moment
/// there is a file at `path`.
pub(in crate::delivery) fn replace(path: &Path, aside: &Path, new: &Path) -> std::io::Result<()> {
    fs::hard_link(path, aside)?;
    for companion in ["-wal", "-shm"] {
        match fs::rename(beside(path, companion), beside(aside, companion)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::rename(new, path)?;
    // The names have to survive as well; not every file system can sync a folder.
    if let Some(folder) = path.parent().and_then(|path| fs::File::open(path).ok()) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
