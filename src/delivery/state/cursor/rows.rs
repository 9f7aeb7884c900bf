//! The rows of a cursor, each with its checksum.

use jiff::Timestamp;
use rusqlite::{Connection, Row};

use super::Unfinished;
use crate::delivery::state::checksum::Checksum;
use crate::delivery::state::error::RowError;
use crate::domain::time::TimeRange;

/// A row with a checksum.
pub(super) trait Checked: Sized {
    const TABLE: &str;
    const COLUMNS: &str;
    /// The order of the rows, from the last to the first.
    const BACKWARDS: &str;
    /// `None` where the checksum is another one.
    fn of(row: &Row<'_>) -> rusqlite::Result<Option<Self>>;
}

pub(super) struct DoneRow(pub TimeRange);

impl Checked for DoneRow {
    const TABLE: &str = "done";
    const COLUMNS: &str = "since, until, crc";
    const BACKWARDS: &str = "since DESC";

    fn of(row: &Row<'_>) -> rusqlite::Result<Option<Self>> {
        let (since, until): (i64, i64) = (row.get(0)?, row.get(1)?);
        let is_sound = row.get::<_, i64>(2)? == done_checksum(since, until);
        let range = time(since).zip(time(until));
        Ok(range
            .filter(|_| is_sound)
            .map(|(since, until)| Self(TimeRange { since, until })))
    }
}

pub(super) struct UnfinishedRow(pub Unfinished);

impl Checked for UnfinishedRow {
    const TABLE: &str = "unfinished";
    const COLUMNS: &str = "cursor, session, started, crc";
    const BACKWARDS: &str = "session DESC";

    fn of(row: &Row<'_>) -> rusqlite::Result<Option<Self>> {
        let cursor: i64 = row.get(0)?;
        let (session, started): (String, i64) = (row.get(1)?, row.get(2)?);
        let checksum = unfinished_checksum(cursor, &session, started);
        let is_sound = row.get::<_, i64>(3)? == checksum;
        Ok(time(started)
            .filter(|_| is_sound)
            .map(|started| Self(Unfinished { session, started })))
    }
}

pub(super) struct SentRow {
    pub session: String,
    pub event: String,
    pub started: Timestamp,
    /// Settled all the same.
    pub is_set_aside: bool,
}

impl SentRow {
    pub fn into_sent(self) -> (Unfinished, String) {
        let of = Unfinished {
            session: self.session,
            started: self.started,
        };
        (of, self.event)
    }
}

impl Checked for SentRow {
    const TABLE: &str = "sent";
    const COLUMNS: &str = "session, event, started, crc, unsent";
    const BACKWARDS: &str = "session DESC, event DESC";

    fn of(row: &Row<'_>) -> rusqlite::Result<Option<Self>> {
        let (session, event): (String, String) = (row.get(0)?, row.get(1)?);
        let (started, unsent): (i64, i64) = (row.get(2)?, row.get(4)?);
        let is_set_aside = unsent != 0;
        let checksum = sent_checksum(&session, started, &event, is_set_aside);
        let is_sound = row.get::<_, i64>(3)? == checksum;
        Ok(time(started).filter(|_| is_sound).map(|started| Self {
            session,
            event,
            started,
            is_set_aside,
        }))
    }
}

pub(super) fn done_checksum(since: i64, until: i64) -> i64 {
    Checksum::default().int(since).int(until).value()
}

/// With its cursor: a row that another cursor took over would be missed by nobody.
pub(super) fn unfinished_checksum(cursor: i64, session: &str, started: i64) -> i64 {
    let of = Checksum::default().int(cursor);
    of.text(session).int(started).value()
}

/// Rows of an older form say of none that it was set aside, and keep their checksum.
pub(super) fn sent_checksum(session: &str, started: i64, event: &str, is_set_aside: bool) -> i64 {
    let of = Checksum::default().text(session).int(started);
    let of = of.text(event);
    match is_set_aside {
        true => of.int(1).value(),
        false => of.value(),
    }
}

/// Microseconds, as the gateway's database keeps times.
pub(super) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

fn time(micros: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(micros).ok()
}

/// Whether every row of every cursor is what was written.
pub(super) fn are_all_sound<R: Checked>(connection: &Connection) -> rusqlite::Result<bool> {
    let statement = format!("SELECT {} FROM {}", R::COLUMNS, R::TABLE);
    let mut asked = connection.prepare(&statement)?;
    let mut rows = asked.query_map([], |row| Ok(R::of(row).unwrap_or(None)))?;
    rows.try_fold(true, |so_far, row| Ok(so_far && row?.is_some()))
}

pub(super) fn select<R: Checked>(columns: &str) -> String {
    format!("SELECT {columns} FROM {} WHERE cursor = ?1", R::TABLE)
}

/// `None` for a row that is not what was written.
fn read<R: Checked>(connection: &Connection, id: i64) -> rusqlite::Result<Vec<Option<R>>> {
    let mut asked = connection.prepare(&select::<R>(R::COLUMNS))?;
    let rows = asked.query_map([id], |row| Ok(R::of(row).unwrap_or(None)))?;
    rows.collect()
}

pub(super) fn sound<R: Checked>(connection: &Connection, cursor: i64) -> Result<Vec<R>, RowError> {
    let table = R::TABLE;
    let is_sound = |row: Option<R>| row.ok_or(RowError::Damaged { table, cursor });
    read(connection, cursor)?
        .into_iter()
        .map(is_sound)
        .collect()
}

pub(super) fn bad<R: Checked>(connection: &Connection, id: i64) -> rusqlite::Result<usize> {
    Ok(read::<R>(connection, id)?
        .iter()
        .filter(|row| row.is_none())
        .count())
}

/// Rows until one cannot be reached; `None` for one that is not what was written.
pub(super) fn readable<R>(
    from: &Connection,
    statement: &str,
    id: i64,
    of: fn(&Row<'_>) -> rusqlite::Result<Option<R>>,
) -> (Vec<Option<R>>, bool) {
    let mut rows = Vec::new();
    let mut read = || -> rusqlite::Result<()> {
        let mut asked = from.prepare(statement)?;
        let mut found = asked.query([id])?;
        while let Some(row) = found.next()? {
            rows.push(of(row).unwrap_or(None));
        }
        Ok(())
    };
    let is_whole = read().is_ok();
    (rows, is_whole)
}
