//! One of ddctl's SQLite files as a whole: looked at while somebody may be using it, and replaced by
//! another one, which leaves the old one under another name.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};

use super::error::StateError;
use super::salvage::{Repaired, Tally};
use super::schema::{self, Form};
use super::{Holder, Lock};

/// Where a file of one form lies in the folder of a profile's state.
#[derive(Debug)]
pub(in crate::delivery) struct Place {
    pub file: &'static str,
    /// Held alone by whoever puts another file in its place.
    pub lock: &'static str,
    pub form: &'static Form,
}

impl Place {
    /// Opens the file to look at; `None` where there is none. Changes nothing and waits for nobody.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, is damaged, or is of another form: an older one is not brought up
    /// to date here.
    pub fn look(&self, folder: &Path) -> Result<Option<(PathBuf, Connection)>, StateError> {
        let path = folder.join(self.file);
        if !is_there(&path)? {
            return Ok(None);
        }
        let connection = read(&path).map_err(|error| StateError::of(&path, error))?;
        schema::recognise(self.form, &path, &connection)?;
        Ok(Some((path, connection)))
    }

    /// Puts a new file with the sound rows of the old one in its place. `rebuild` makes it in the
    /// folder it is given, of what can still be opened. `None` where there is no file.
    ///
    /// # Errors
    ///
    /// [`StateError::Held`] where anybody uses the file, and what cannot be repaired: a file of a
    /// newer ddctl or of another program. Nothing was changed then.
    pub fn repair(
        &self,
        folder: &Path,
        holder: &Holder,
        now: Timestamp,
        rebuild: impl FnOnce(Option<&Connection>, &Path) -> Result<Tally, StateError>,
    ) -> Result<Option<Repaired>, StateError> {
        let aside = Aside {
            why: "damaged",
            holder,
            now,
        };
        let replaced = self.replace(folder, &aside, |made| {
            match self.look(folder) {
                Ok(_) | Err(StateError::Damaged { .. } | StateError::Older { .. }) => {}
                Err(error) => return Err(error),
            }
            // A file that is no database at all has nothing to keep.
            let old = read(&folder.join(self.file)).ok();
            rebuild(old.as_ref(), made)
        })?;
        Ok(replaced.map(|(aside, tally)| Repaired { aside, tally }))
    }

    /// Puts an empty file in the place of the old one; where that lies now. `None` where there is no
    /// file.
    ///
    /// # Errors
    ///
    /// [`StateError::Held`] where anybody uses the file.
    pub fn set_aside(
        &self,
        folder: &Path,
        holder: &Holder,
        now: Timestamp,
    ) -> Result<Option<PathBuf>, StateError> {
        let aside = Aside {
            why: "reset",
            holder,
            now,
        };
        let empty = |made: &Path| schema::make_where_missing(self.form, &made.join(self.file));
        let replaced = self.replace(folder, &aside, empty)?;
        Ok(replaced.map(|(aside, ())| aside))
    }

    fn replace<T>(
        &self,
        folder: &Path,
        aside: &Aside<'_>,
        make: impl FnOnce(&Path) -> Result<T, StateError>,
    ) -> Result<Option<(PathBuf, T)>, StateError> {
        let path = folder.join(self.file);
        if !is_there(&path)? {
            return Ok(None);
        }
        let _alone = Lock::take(&folder.join(self.lock), aside.holder)?;
        let made = tempfile::Builder::new().prefix(".state").tempdir_in(folder);
        let made = made.map_err(|error| StateError::io(folder, error))?;
        let told = make(made.path())?;
        let at = aside.now.strftime("%Y%m%dT%H%M%SZ");
        let name = folder.join(format!("{}.{}-{at}", self.file, aside.why));
        let old = exchange(&path, &name, &made.path().join(self.file));
        let old = old.map_err(|error| StateError::io(&path, error))?;
        Ok(Some((old, told)))
    }
}

/// What SQLite keeps beside a file.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// For whom an old file goes aside.
struct Aside<'a> {
    /// A word of its new name.
    why: &'static str,
    holder: &'a Holder,
    now: Timestamp,
}

/// # Errors
///
/// A folder in place of the file, and one that cannot be looked into.
fn is_there(path: &Path) -> Result<bool, StateError> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(StateError::io(path, ErrorKind::IsADirectory.into())),
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StateError::io(path, error)),
    }
}

fn read(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags)
}

/// Puts `new` at `path`, and what was there under `name`, or under one like it that is free: that
/// is the answer. The log goes with the old file: with the new one it would be taken for its own.
/// At every moment there is a file at `path`.
fn exchange(path: &Path, name: &Path, new: &Path) -> std::io::Result<PathBuf> {
    let aside = linked(path, name)?;
    for companion in COMPANIONS {
        match fs::rename(beside(path, companion), beside(&aside, companion)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::rename(new, path)?;
    // The names have to survive as well; not every file system can sync a folder.
    if let Some(folder) = path.parent().and_then(|path| fs::File::open(path).ok()) {
        let _ = folder.sync_all();
    }
    Ok(aside)
}

/// Gives the file at `path` a second name that nobody has: `name`, or with a number behind it.
fn linked(path: &Path, name: &Path) -> std::io::Result<PathBuf> {
    let numbered = (2..).map(|number| beside(name, &format!("-{number}")));
    for aside in std::iter::once(name.to_owned()).chain(numbered) {
        // What an earlier file left under such a name is not written over.
        if COMPANIONS.iter().any(|one| beside(&aside, one).exists()) {
            continue;
        }
        match fs::hard_link(path, &aside) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            linked => return linked.map(|()| aside),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
