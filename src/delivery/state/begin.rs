//! From when on a cursor's sessions were asked for.
//!
//! A run reads from the newest sessions down and may end anywhere. The stretches that are done do
//! not tell how far down it was to go; this does, so that a later run which only goes on knows what
//! is left below them.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::checksum::Checksum;
use super::error::RowError;

pub(super) const TABLE: &str = "begin";

/// `None` where nobody said.
pub(super) fn load(connection: &Connection, cursor: i64) -> Result<Option<Timestamp>, RowError> {
    match read(connection, cursor)? {
        None => Ok(None),
        Some(Some(since)) => Ok(Some(since)),
        Some(None) => Err(RowError::Damaged {
            table: TABLE,
            cursor,
        }),
    }
}

/// Asks from `since` on, unless it is asked from earlier on already. A row that is not what was
/// written is replaced.
pub(super) fn note(
    change: &Transaction<'_>,
    cursor: i64,
    since: Timestamp,
) -> rusqlite::Result<()> {
    let known = read(change, cursor)?.flatten();
    if known.is_some_and(|known| known <= since) {
        return Ok(());
    }
    // Microseconds, as the gateway's database keeps times.
    let since = since.as_microsecond();
    change.execute(
        "INSERT OR REPLACE INTO begin (cursor, since, crc) VALUES (?1, ?2, ?3)",
        params![cursor, since, checksum(cursor, since)],
    )?;
    Ok(())
}

/// How many rows are not what was written.
pub(super) fn bad(connection: &Connection, cursor: i64) -> rusqlite::Result<usize> {
    Ok(usize::from(read(connection, cursor)? == Some(None)))
}

/// The row, where there is one; `Some(None)` where it is not what was written.
fn read(connection: &Connection, cursor: i64) -> rusqlite::Result<Option<Option<Timestamp>>> {
    let statement = "SELECT cursor, since, crc FROM begin WHERE cursor = ?1";
    let row = connection.query_row(statement, [cursor], of);
    row.optional()
}

/// Whether every row is what was written, under the cursor that it names: a number that changed
/// takes a row away from its cursor, where nobody would miss it.
pub(super) fn are_all_sound(connection: &Connection) -> rusqlite::Result<bool> {
    let mut asked = connection.prepare("SELECT cursor, since, crc FROM begin")?;
    let mut rows = asked.query_map([], of)?;
    rows.try_fold(true, |so_far, row| Ok(so_far && row?.is_some()))
}

fn of(row: &Row<'_>) -> rusqlite::Result<Option<Timestamp>> {
    let (cursor, since): (i64, i64) = (row.get(0)?, row.get(1)?);
    let is_sound = row.get::<_, i64>(2)? == checksum(cursor, since);
    let since = Timestamp::from_microsecond(since).ok();
    Ok(since.filter(|_| is_sound))
}

fn checksum(cursor: i64, since: i64) -> i64 {
    Checksum::default().int(cursor).int(since).value()
}
