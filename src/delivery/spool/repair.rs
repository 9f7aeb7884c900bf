//! A damaged spool is replaced by one with every row of it that is what was written.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, Row};

use super::form::SPOOL;
use super::row::{EVENT, WEBHOOK, spooled, waiting};
use super::{FILE, PLACE};
use crate::delivery::state::schema;
use crate::delivery::state::{Holder, Repaired, StateError, Tally};

/// Puts a new spool with the sound rows of the one in `folder` in its place; the old one is kept
/// under another name. `None` where there is no spool.
///
/// # Errors
///
/// [`StateError::Held`] where a relay runs, and what cannot be repaired: a file of a newer ddctl or
/// of another program. Nothing was changed then.
pub fn repair(
    folder: &Path,
    holder: &Holder,
    now: Timestamp,
) -> Result<Option<Repaired>, StateError> {
    PLACE.repair(folder, holder, now, rebuild)
}

/// Puts the spool in `folder` out of use: it is kept under another name, and that is the answer.
/// `None` where there is no spool.
///
/// # Errors
///
/// [`StateError::Held`] where a relay runs.
pub fn set_aside(
    folder: &Path,
    holder: &Holder,
    now: Timestamp,
) -> Result<Option<PathBuf>, StateError> {
    PLACE.set_aside(folder, holder, now)
}

/// Makes a new file in `folder` of what the old one holds.
fn rebuild(old: Option<&Connection>, folder: &Path) -> Result<Tally, StateError> {
    let path = folder.join(FILE);
    schema::make_where_missing(&SPOOL, &path)?;
    let failed = |error| StateError::of(&path, error);
    let mut connection = Connection::open(&path).map_err(failed)?;
    let mut tally = Tally::default();
    if old.is_none() {
        TABLES
            .iter()
            .for_each(|table| tally.add(table.name, 0, 0, false));
    }
    if let Some(old) = old {
        let change = connection.transaction().map_err(failed)?;
        for table in &TABLES {
            table.copy(old, &change, &mut tally).map_err(failed)?;
        }
        change.commit().map_err(failed)?;
    }
    let closed = connection.close();
    closed.map_err(|(_, error)| failed(error))?;
    Ok(tally)
}

/// A table, and how a row of it is known to be sound.
struct Table {
    name: &'static str,
    columns: &'static str,
    is_sound: fn(&Connection, &Row<'_>) -> rusqlite::Result<bool>,
}

/// In an order in which no row refers to one that is not there yet.
const TABLES: [Table; 6] = [
    Table {
        name: "webhook",
        columns: "id, message, received, due, is_told, length, body, crc",
        is_sound: |old, row| {
            let statement = format!("SELECT {WEBHOOK} FROM webhook WHERE id = ?1");
            let id: i64 = row.get(0)?;
            old.prepare_cached(&statement)?
                .query_row([id], waiting)
                .map(|one| one.body.is_ok())
        },
    },
    Table {
        name: "event",
        columns: "id, event, is_partial, order_by, at, broken, length, body, crc",
        is_sound: |old, row| {
            let statement = format!("SELECT {EVENT} FROM event WHERE id = ?1");
            let (id, broken): (i64, Option<String>) = (row.get(0)?, row.get(5)?);
            let read = old.prepare_cached(&statement)?.query_row([id], spooled)?;
            Ok(read.broken == broken)
        },
    },
    Table {
        name: "passed",
        columns: "event, destination, crc",
        is_sound: |_, _| Ok(true),
    },
    Table {
        name: "message",
        columns: "id, at",
        is_sound: |_, _| Ok(true),
    },
    Table {
        name: "note",
        columns: "name, value, crc",
        is_sound: |_, _| Ok(true),
    },
    Table {
        name: "known",
        columns: "event, is_partial, at",
        is_sound: |_, _| Ok(true),
    },
];

impl Table {
    /// Takes over every sound row, as far as they can be read.
    fn copy(&self, old: &Connection, new: &Connection, tally: &mut Tally) -> rusqlite::Result<()> {
        let (mut kept, mut lost) = (0, 0);
        let mut read = || -> rusqlite::Result<()> {
            let mut asked = old.prepare(&format!("SELECT {} FROM {}", self.columns, self.name))?;
            let mut rows = asked.query([])?;
            while let Some(row) = rows.next()? {
                let is_sound = (self.is_sound)(old, row).unwrap_or(false);
                match is_sound && self.insert(new, row).is_ok() {
                    true => kept += 1,
                    false => lost += 1,
                }
            }
            Ok(())
        };
        let is_whole = read().is_ok();
        tally.add(self.name, kept, lost, is_whole);
        Ok(())
    }

    fn insert(&self, new: &Connection, row: &Row<'_>) -> rusqlite::Result<()> {
        let count = self.columns.split(',').count();
        let places: Vec<String> = (1..=count).map(|at| format!("?{at}")).collect();
        let statement = format!(
            "INSERT OR IGNORE INTO {} ({}) VALUES ({})",
            self.name,
            self.columns,
            places.join(", ")
        );
        let mut insert = new.prepare_cached(&statement)?;
        let values = (0..count).map(|at| row.get::<_, rusqlite::types::Value>(at));
        let values: Vec<_> = values.collect::<Result<_, _>>()?;
        insert.execute(rusqlite::params_from_iter(values))?;
        Ok(())
    }
}
