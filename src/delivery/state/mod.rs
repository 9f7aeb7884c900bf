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
mod checksum;
mod cursor;
mod error;
mod lock;
mod schema;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

pub use cursor::{Cursor, CursorKey, Step, Unfinished};
use error::RowError;
pub use error::StateError;
pub use lock::{Holder, Lock};

/// The file of cursors.
pub const FILE: &str = "state.db";

/// An open `state.db`.
#[derive(Debug)]
pub struct State {
    path: PathBuf,
    connection: Connection,
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
        schema::keep_private(&path)?;
        let opened = Connection::open(&path).map_err(|error| StateError::of(&path, error))?;
        schema::prepare(&path, &opened)?;
        Ok(Self {
            path,
            connection: opened,
        })
    }

    /// Opens the file to look at; `None` where there is none. Changes nothing and waits for nobody.
    ///
    /// # Errors
    ///
    /// As [`State::open`]; an older form is an error too, since it is not brought up to date here.
    pub fn look(folder: &Path) -> Result<Option<Self>, StateError> {
        let path = folder.join(FILE);
        match path.try_exists() {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(source) => return Err(StateError::io(&path, source)),
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(&path, flags);
        let connection = opened.map_err(|error| StateError::of(&path, error))?;
        schema::recognise(&path, &connection)?;
        Ok(Some(Self { path, connection }))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the whole file and names what is wrong with it; nothing where all is well.
    pub fn damage(&self) -> Result<Vec<String>, StateError> {
        let mut found = schema::integrity(&self.connection).map_err(|error| self.failed(error))?;
        found.extend(cursor::damage(&self.connection).map_err(|error| self.failed(error))?);
        Ok(found)
    }

    fn failed(&self, error: impl Into<RowError>) -> StateError {
        StateError::of(&self.path, error)
    }
}

#[cfg(test)]
mod tests;
