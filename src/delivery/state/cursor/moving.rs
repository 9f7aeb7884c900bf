//! Moving a cursor: one step, in one transaction.

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::rows::{done_checksum, micros, sent_checksum, unfinished_checksum};
use super::{CursorKey, Step, done, key};
use crate::delivery::state::begin;
use crate::delivery::state::error::RowError;
use crate::domain::time::TimeRange;

pub(super) fn moved(
    connection: &mut Connection,
    of: &CursorKey,
    step: &Step,
) -> Result<(), RowError> {
    // What is read first has to hold until it is written: a deferred one that another process writes
    // between is refused, however long it would wait.
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let id = key::make(&change, of)?;
    if let Some(since) = step.begin {
        begin::note(&change, id, since)?;
    }
    note(&change, id, step)?;
    forget_finished(&change, id, &step.finished)?;
    if !(step.done.is_empty() && step.finished.is_empty()) {
        close(&change, id, &step.done)?;
    }
    Ok(change.commit()?)
}

/// What was sent, and what may bring more.
fn note(change: &Transaction<'_>, id: i64, step: &Step) -> rusqlite::Result<()> {
    let mut sent = change.prepare(
        "INSERT OR REPLACE INTO sent (cursor, session, event, started, crc, unsent)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (of, event) in &step.sent {
        let started = micros(of.started);
        let is_set_aside = step.set_aside.contains(event);
        let crc = sent_checksum(&of.session, started, event, is_set_aside);
        sent.execute(params![id, of.session, event, started, crc, is_set_aside])?;
    }
    let mut unfinished = change.prepare(
        "INSERT OR REPLACE INTO unfinished (cursor, session, started, crc) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for one in &step.unfinished {
        let started = micros(one.started);
        let crc = unfinished_checksum(id, &one.session, started);
        unfinished.execute(params![id, one.session, started, crc])?;
    }
    Ok(())
}

/// Their events are forgotten with the stretch they started in: until that is done, the sessions
/// are read again.
fn forget_finished(change: &Transaction<'_>, id: i64, sessions: &[String]) -> rusqlite::Result<()> {
    let mut forget = change.prepare("DELETE FROM unfinished WHERE cursor = ?1 AND session = ?2")?;
    for session in sessions {
        forget.execute(params![id, session])?;
    }
    Ok(())
}

/// Closes stretches; what was sent in them is remembered only for sessions that may bring more.
fn close(change: &Transaction<'_>, id: i64, ranges: &[TimeRange]) -> Result<(), RowError> {
    let mut all = done(change, id)?;
    ranges.iter().for_each(|range| all.insert(*range));
    change.execute("DELETE FROM done WHERE cursor = ?1", [id])?;
    let mut insert =
        change.prepare("INSERT INTO done (cursor, since, until, crc) VALUES (?1, ?2, ?3, ?4)")?;
    for range in all.iter() {
        let (since, until) = (micros(range.since), micros(range.until));
        insert.execute(params![id, since, until, done_checksum(since, until)])?;
    }
    let mut forget = change.prepare(
        "DELETE FROM sent WHERE cursor = ?1 AND started >= ?2 AND started < ?3
         AND session NOT IN (SELECT session FROM unfinished WHERE cursor = ?1)",
    )?;
    // A session's last event may settle after its stretch, in a stretch above or below.
    for range in all.iter() {
        forget.execute(params![id, micros(range.since), micros(range.until)])?;
    }
    Ok(())
}
