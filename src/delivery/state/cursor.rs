//! A cursor: what of the gateway's sessions a destination has.

mod key;
mod moving;
mod rows;
mod salvage;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jiff::Timestamp;
use rusqlite::Connection;

pub use self::key::CursorKey;
use self::key::{find, keys};
use self::moving::moved;
use self::rows::{Checked, DoneRow, SentRow, UnfinishedRow, are_all_sound, bad, sound};
pub(super) use self::salvage::salvage;
use super::error::{RowError, StateError};
use super::{Holder, Holding, Lock, State, begin};
use crate::domain::intervals::Intervals;
use crate::domain::time::TimeRange;

/// A session that may still bring events, in a stretch that is dealt with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unfinished {
    /// The session's id.
    pub session: String,
    pub started: Timestamp,
}

/// One move of a cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// From when on sessions are asked for.
    pub begin: Option<Timestamp>,
    /// Events that the destination has or the dead letters hold: the session and the event's id.
    pub sent: Vec<(Unfinished, String)>,
    /// Ids of those of them that were set aside or left out.
    pub set_aside: BTreeSet<String>,
    /// Stretches of start times whose every event is settled.
    pub done: Vec<TimeRange>,
    /// Sessions that may bring more.
    pub unfinished: Vec<Unfinished>,
    /// Ids of sessions that will bring no more.
    pub finished: Vec<String>,
}

/// Where a cursor stands. Events of sessions that are neither unfinished nor in a stretch under way
/// are forgotten: nobody asks for those sessions again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The earliest start from which on sessions were asked for; what lies above it and is not done
    /// is still to be read.
    pub begin: Option<Timestamp>,
    pub done: Intervals,
    /// By session id.
    pub unfinished: BTreeMap<String, Timestamp>,
    /// Event ids by session id.
    pub sent: BTreeMap<String, BTreeSet<String>>,
    /// Ids of those of them that were set aside or left out.
    pub set_aside: BTreeSet<String>,
}

impl Cursor {
    /// From where on a run goes on that is not told.
    pub fn start(&self) -> Option<Timestamp> {
        [self.begin, self.done.start()].into_iter().flatten().min()
    }

    pub fn has(&self, session: &str, event: &str) -> bool {
        self.sent
            .get(session)
            .is_some_and(|ids| ids.contains(event))
    }
}

impl State {
    /// Holds the cursor for one process.
    ///
    /// # Errors
    ///
    /// [`StateError::Held`] with whoever has it.
    pub fn lock(&self, key: &CursorKey, holder: &Holder) -> Result<Lock, StateError> {
        Lock::take(&self.lock_path(key), holder)
    }

    /// Who holds the cursor now.
    pub fn holding(&self, key: &CursorKey) -> Result<Holding, StateError> {
        Lock::look(&self.lock_path(key))
    }

    fn lock_path(&self, key: &CursorKey) -> PathBuf {
        self.folder().join(format!("cursor-{}.lock", key.id()))
    }

    /// Where the cursor stands; `None` where it never moved.
    ///
    /// # Errors
    ///
    /// [`StateError::Damaged`] where a row is not what was written.
    pub fn cursor(&self, key: &CursorKey) -> Result<Option<Cursor>, StateError> {
        let load = || match find(&self.connection, key)? {
            None => Ok(None),
            Some(id) => load(&self.connection, id).map(Some),
        };
        load().map_err(|error: RowError| self.failed(error))
    }

    /// Every cursor there is.
    pub fn cursors(&self) -> Result<Vec<(CursorKey, Cursor)>, StateError> {
        let load = || {
            let keys = keys(&self.connection)?.into_iter();
            keys.map(|(cursor, key)| match key {
                Some(key) => Ok((key, load(&self.connection, cursor)?)),
                None => Err(RowError::Damaged {
                    table: "cursor",
                    cursor,
                }),
            })
            .collect::<Result<_, RowError>>()
        };
        load().map_err(|error| self.failed(error))
    }

    /// Moves the cursor. On the disk once this returns.
    pub fn advance(&mut self, key: &CursorKey, step: &Step) -> Result<(), StateError> {
        let moved = moved(&mut self.connection, key, step);
        moved.map_err(|error| self.failed(error))
    }

    /// Forgets the cursor: everything counts as never sent. False where there was none.
    pub fn forget(&mut self, key: &CursorKey) -> Result<bool, StateError> {
        let statement = "DELETE FROM cursor WHERE key = ?1";
        let gone = self.connection.execute(statement, [&key.digest()[..]]);
        Ok(gone.map_err(|error| self.failed(error))? > 0)
    }
}

fn load(connection: &Connection, id: i64) -> Result<Cursor, RowError> {
    let damaged = |table| RowError::Damaged { table, cursor: id };
    if !begin::are_all_sound(connection)? {
        return Err(damaged(begin::TABLE));
    }
    if !are_all_sound::<UnfinishedRow>(connection)? {
        return Err(damaged(UnfinishedRow::TABLE));
    }
    let mut cursor = Cursor {
        begin: begin::load(connection, id)?,
        done: done(connection, id)?,
        ..Cursor::default()
    };
    for UnfinishedRow(row) in sound::<UnfinishedRow>(connection, id)? {
        cursor.unfinished.insert(row.session, row.started);
    }
    for row in sound::<SentRow>(connection, id)? {
        if row.is_set_aside {
            cursor.set_aside.insert(row.event.clone());
        }
        cursor
            .sent
            .entry(row.session)
            .or_default()
            .insert(row.event);
    }
    Ok(cursor)
}

fn done(connection: &Connection, id: i64) -> Result<Intervals, RowError> {
    let rows = sound::<DoneRow>(connection, id)?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// A line for each table of each cursor that has rows which are not what was written.
pub(super) fn damage(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut found = Vec::new();
    for (id, key) in keys(connection)? {
        let bad = [
            ("cursor", usize::from(key.is_none())),
            (begin::TABLE, begin::bad(connection, id)?),
            (DoneRow::TABLE, bad::<DoneRow>(connection, id)?),
            (UnfinishedRow::TABLE, bad::<UnfinishedRow>(connection, id)?),
            (SentRow::TABLE, bad::<SentRow>(connection, id)?),
        ];
        let bad = bad.into_iter().filter(|(_, count)| *count > 0);
        found.extend(bad.map(|(table, count)| {
            format!("{count} rows of `{table}` of cursor {id} are not what was written")
        }));
    }
    for table in [
        begin::TABLE,
        DoneRow::TABLE,
        UnfinishedRow::TABLE,
        SentRow::TABLE,
    ] {
        let strays =
            format!("SELECT count(*) FROM {table} WHERE cursor NOT IN (SELECT id FROM cursor)");
        let strays: i64 = connection.query_row(&strays, [], |row| row.get(0))?;
        if strays > 0 {
            found.push(format!("{strays} rows of `{table}` are of no cursor"));
        }
    }
    Ok(found)
}
