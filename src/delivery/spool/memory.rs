//! How long ids are remembered, so that what comes again is known.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use super::row::micros;

/// Ids of webhooks and of events.
pub(super) const REMEMBERED: SignedDuration = SignedDuration::from_hours(35 * 24);

/// Where the spool is full of them: Svix's own tries are over by then
/// (`server/svix-server/config.default.toml`, `retry_schedule`).
pub(super) const REMEMBERED_AT_LEAST: SignedDuration = SignedDuration::from_hours(48);

/// Rows a step, so that no webhook waits long for its commit.
const STEP: i64 = 1_000;

/// Forgets some of what is older than `age`. False where there was nothing.
pub(super) fn forget(
    connection: &Connection,
    now: Timestamp,
    age: SignedDuration,
) -> rusqlite::Result<bool> {
    let before = now.checked_sub(age).map_or(i64::MIN, micros);
    let mut forgotten = 0;
    for statement in [
        // One that still waits and comes again becomes the same events.
        "DELETE FROM message WHERE id IN (SELECT id FROM message WHERE at < ?1 LIMIT ?2)",
        "DELETE FROM known WHERE event IN (SELECT event FROM known WHERE at < ?1 LIMIT ?2)",
    ] {
        let mut forget = connection.prepare_cached(statement)?;
        forgotten += forget.execute(params![before, STEP])?;
    }
    Ok(forgotten > 0)
}
