//! What whoever fills the spool has to go on from.

use rusqlite::{Connection, OptionalExtension, params};

use crate::delivery::state::checksum::Checksum;

/// A value under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub name: String,
    pub value: String,
}

pub(super) fn keep(connection: &Connection, note: &Note) -> rusqlite::Result<()> {
    let statement = "INSERT OR REPLACE INTO note (name, value, crc) VALUES (?1, ?2, ?3)";
    let mut keep = connection.prepare_cached(statement)?;
    keep.execute(params![note.name, note.value, crc(&note.name, &note.value)])?;
    Ok(())
}

/// `None` where there is none; an error where it is not what was written.
pub(super) fn find(
    connection: &Connection,
    name: &str,
) -> rusqlite::Result<Option<Result<String, ()>>> {
    let mut asked = connection.prepare_cached("SELECT value, crc FROM note WHERE name = ?1")?;
    let found = asked.query_row([name], |row| {
        let (value, found): (String, i64) = (row.get(0)?, row.get(1)?);
        Ok(if found == crc(name, &value) {
            Ok(value)
        } else {
            Err(())
        })
    });
    found.optional()
}

fn crc(name: &str, value: &str) -> i64 {
    Checksum::default().text(name).text(value).value()
}
