//! The queue of webhooks, and the ids that were seen.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::row::{Arrival, WEBHOOK, Waiting, micros, waiting, webhook_crc};

/// Adds a webhook; false where one of its id came before.
pub(super) fn add(connection: &Connection, arrival: &Arrival) -> rusqlite::Result<bool> {
    let received = micros(arrival.received);
    let mut remember =
        connection.prepare_cached("INSERT OR IGNORE INTO message (id, at) VALUES (?1, ?2)")?;
    if remember.execute(params![arrival.message, received])? == 0 {
        return Ok(false);
    }
    let mut insert = connection.prepare_cached(
        "INSERT INTO webhook (message, received, due, is_told, length, body, crc)
         VALUES (?1, ?2, ?2, 0, ?3, ?4, ?5)",
    )?;
    let body = &arrival.body;
    let crc = webhook_crc(&arrival.message, received, body);
    let (length, bytes) = (body.length(), body.bytes());
    insert.execute(params![arrival.message, received, length, bytes, crc])?;
    Ok(true)
}

/// Which webhooks are to be looked at.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub now: Timestamp,
    /// Set while nothing can be asked: only those that came before and of which nothing went out.
    pub untold_before: Option<Timestamp>,
    /// Rows that are being looked at.
    pub except: Vec<i64>,
    pub most: usize,
}

/// Those that are wanted, the longest due first.
pub(super) fn due(connection: &Connection, wanted: &Wanted) -> rusqlite::Result<Vec<Waiting>> {
    let which = match wanted.untold_before {
        None => "due <= ?1 ORDER BY due, id",
        Some(_) => "is_told = 0 AND received <= ?1 ORDER BY received",
    };
    let statement = format!("SELECT {WEBHOOK} FROM webhook WHERE {which} LIMIT ?2");
    let mut asked = connection.prepare_cached(&statement)?;
    let before = micros(wanted.untold_before.unwrap_or(wanted.now));
    // What is left out may all stand in front.
    let limit = i64::try_from(wanted.most + wanted.except.len()).unwrap_or(i64::MAX);
    let rows = asked.query_map(params![before, limit], waiting)?;
    let is_wanted = |row: &rusqlite::Result<Waiting>| match row {
        Ok(one) => !wanted.except.contains(&one.row),
        Err(_) => true,
    };
    rows.filter(is_wanted).take(wanted.most).collect()
}

/// When the next one is due that is not by `now`.
pub(super) fn next_due(
    connection: &Connection,
    now: Timestamp,
) -> rusqlite::Result<Option<Timestamp>> {
    first(
        connection,
        "SELECT min(due) FROM webhook WHERE due > ?1",
        now,
    )
}

/// When the oldest came, after `after`, of which nothing went out.
pub(super) fn next_untold(
    connection: &Connection,
    after: Timestamp,
) -> rusqlite::Result<Option<Timestamp>> {
    let statement = "SELECT min(received) FROM webhook WHERE is_told = 0 AND received > ?1";
    first(connection, statement, after)
}

fn first(
    connection: &Connection,
    statement: &str,
    after: Timestamp,
) -> rusqlite::Result<Option<Timestamp>> {
    let mut asked = connection.prepare_cached(statement)?;
    let found: Option<i64> = asked.query_row([micros(after)], |row| row.get(0))?;
    Ok(found.and_then(|at| Timestamp::from_microsecond(at).ok()))
}

/// Looks at it again at `due`.
pub(super) fn put_off(
    connection: &Connection,
    row: i64,
    due: Timestamp,
    is_told: bool,
) -> rusqlite::Result<()> {
    let statement = "UPDATE webhook SET due = ?2, is_told = max(is_told, ?3) WHERE id = ?1";
    let mut change = connection.prepare_cached(statement)?;
    change.execute(params![row, micros(due), is_told])?;
    Ok(())
}

/// Takes it out; its id stays known. False where it was not there.
pub(super) fn remove(connection: &Connection, row: i64) -> rusqlite::Result<bool> {
    let mut remove = connection.prepare_cached("DELETE FROM webhook WHERE id = ?1")?;
    Ok(remove.execute([row])? > 0)
}

pub(super) fn count(connection: &Connection) -> rusqlite::Result<u64> {
    let count: i64 = connection.query_row("SELECT count(*) FROM webhook", [], |row| row.get(0))?;
    Ok(count.cast_unsigned())
}

/// When the one that waits longest came.
pub(super) fn oldest(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let statement = "SELECT received FROM webhook ORDER BY id LIMIT 1";
    let mut asked = connection.prepare_cached(statement)?;
    let mut rows = asked.query([])?;
    let received = rows.next()?.map(|row| row.get::<_, i64>(0)).transpose()?;
    Ok(received.and_then(|at| Timestamp::from_microsecond(at).ok()))
}
