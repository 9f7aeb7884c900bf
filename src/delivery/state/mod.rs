//! What survives a run: cursors with what was delivered, in one SQLite file (`state.db`) a profile.
//!
//! A cursor says which stretches of start times are dealt with, which sessions in them may still
//! bring events, and which events of the stretches under way the destination already has. It moves
//! only for events that were delivered or are on the disk as dead letters, and each move is one
//! transaction that is on the disk when it returns.
//!
//! The file is SQLite with a write-ahead log and full synchronisation; every row carries a CRC-32C
//! of its own, since SQLite's pages have none. What cannot be read is an error that says what to
//! do, never a fresh start.

mod begin;
pub(super) mod checksum;
mod cursor;
pub(super) mod error;
mod file;
mod lock;
pub(super) mod place;
mod salvage;
pub(super) mod schema;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

pub use cursor::{Cursor, CursorKey, Step, Unfinished};
use error::RowError;
pub use error::StateError;
pub use file::{FileKey, FilePosition};
pub use lock::{Holder, Holding, Lock};
use place::Place;
pub use salvage::{BeginAgain, Repaired, Tally, repair};

/// The file of cursors.
pub const FILE: &str = "state.db";

/// Shared by everybody who writes the file, held alone by whoever puts another in its place.
const LOCK: &str = "state.lock";

const PLACE: Place = Place {
    file: FILE,
    lock: LOCK,
    form: &schema::STATE,
};

/// An open `state.db`.
#[derive(Debug)]
pub struct State {
    path: PathBuf,
    connection: Connection,
    /// Nobody puts another file in its place meanwhile; `None` where it is only looked at.
    _shared: Option<Lock>,
}

impl State {
    /// Opens the file in `folder`, makes it (owner-only) where there is none, and brings an older
    /// one to today's form.
    ///
    /// # Errors
    ///
    /// [`StateError`] where it is damaged, was written by a newer ddctl, is somebody else's file,
    /// or where the disk refuses. The file is left as it is.
    pub fn open(folder: &Path) -> Result<Self, StateError> {
        let path = folder.join(FILE);
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|source| StateError::io(folder, source))?;
        let shared = Lock::share(&folder.join(LOCK))?;
        schema::make_where_missing(&schema::STATE, &path)?;
        let opened = Connection::open(&path).map_err(|error| StateError::of(&path, error))?;
        schema::prepare(&schema::STATE, &path, &opened)?;
        Ok(Self {
            path,
            connection: opened,
            _shared: Some(shared),
        })
    }

    /// Opens the file to look at; `None` where there is none. Changes nothing and waits for nobody.
    ///
    /// # Errors
    ///
    /// As [`State::open`]; an older form is an error too, since it is not brought up to date here.
    pub fn look(folder: &Path) -> Result<Option<Self>, StateError> {
        let looked = PLACE.look(folder)?;
        Ok(looked.map(|(path, connection)| Self {
            path,
            connection,
            _shared: None,
        }))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the whole file and names what is wrong with it; nothing where all is well.
    pub fn damage(&self) -> Result<Vec<String>, StateError> {
        let mut found = schema::integrity(&self.connection).map_err(|error| self.failed(error))?;
        found.extend(cursor::damage(&self.connection).map_err(|error| self.failed(error))?);
        found.extend(file::damage(&self.connection).map_err(|error| self.failed(error))?);
        Ok(found)
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    fn failed(&self, error: impl Into<RowError>) -> StateError {
        StateError::of(&self.path, error)
    }
}

#[cfg(test)]
mod tests;
