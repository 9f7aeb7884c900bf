//! A cursor: what of the gateway's sessions a destination has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use sha2::{Digest, Sha256};

use super::checksum::Checksum;
use super::error::{RowError, StateError};
use super::{Holder, Lock, State, begin};
use crate::domain::digest::hex;
use crate::domain::intervals::Intervals;
use crate::domain::time::TimeRange;

/// What makes two cursors two: a change of any of these is another meaning of 'sent'. The range is
/// no part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CursorKey {
    /// The gateway's organisation.
    pub organisation: String,
    /// In one canonical writing; empty for every session.
    pub filter: String,
    pub destination: String,
    pub site: String,
    /// Of event ids: `ddctl/event/1`.
    pub scheme: String,
}

impl CursorKey {
    fn parts(&self) -> [&str; 5] {
        [
            &self.organisation,
            &self.filter,
            &self.destination,
            &self.site,
            &self.scheme,
        ]
    }

    /// SHA-256 over the parts, each with its length.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for part in self.parts() {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }

    fn checksum(&self) -> i64 {
        let start = Checksum::default();
        self.parts().into_iter().fold(start, Checksum::text).value()
    }
}

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
        let name = hex(&key.digest()[..8]);
        let folder = self.path.parent().unwrap_or(Path::new("."));
        Lock::take(&folder.join(format!("cursor-{name}.lock")), holder)
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
            keys.map(|(cursor, key, is_sound)| match is_sound {
                true => Ok((key, load(&self.connection, cursor)?)),
                false => Err(RowError::Damaged {
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

fn moved(connection: &mut Connection, key: &CursorKey, step: &Step) -> Result<(), RowError> {
    let change = connection.transaction()?;
    let id = make(&change, key)?;
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

fn load(connection: &Connection, id: i64) -> Result<Cursor, RowError> {
    let mut cursor = Cursor {
        begin: begin::load(connection, id)?,
        done: done(connection, id)?,
        ..Cursor::default()
    };
    for UnfinishedRow(row) in sound::<UnfinishedRow>(connection, id)? {
        cursor.unfinished.insert(row.session, row.started);
    }
    for row in sound::<SentRow>(connection, id)? {
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

fn sound<R: Checked>(connection: &Connection, cursor: i64) -> Result<Vec<R>, RowError> {
    let table = R::TABLE;
    let is_sound = |row: Option<R>| row.ok_or(RowError::Damaged { table, cursor });
    read(connection, cursor)?
        .into_iter()
        .map(is_sound)
        .collect()
}

/// A line for each table of each cursor that has rows which are not what was written.
pub(super) fn damage(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut found = Vec::new();
    for (id, _, is_sound) in keys(connection)? {
        let bad = [
            ("cursor", usize::from(!is_sound)),
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
    Ok(found)
}

fn bad<R: Checked>(connection: &Connection, id: i64) -> rusqlite::Result<usize> {
    Ok(read::<R>(connection, id)?
        .iter()
        .filter(|row| row.is_none())
        .count())
}

/// A row with a checksum.
trait Checked: Sized {
    const TABLE: &str;
    const COLUMNS: &str;
    /// `None` where the checksum is another one.
    fn of(row: &Row<'_>) -> rusqlite::Result<Option<Self>>;
}

struct DoneRow(TimeRange);

impl Checked for DoneRow {
    const TABLE: &str = "done";
    const COLUMNS: &str = "since, until, crc";

    fn of(row: &Row<'_>) -> rusqlite::Result<Option<Self>> {
        let (since, until): (i64, i64) = (row.get(0)?, row.get(1)?);
        let is_sound = row.get::<_, i64>(2)? == done_checksum(since, until);
        let range = time(since).zip(time(until));
        Ok(range
            .filter(|_| is_sound)
            .map(|(since, until)| Self(TimeRange { since, until })))
    }
}

struct UnfinishedRow(Unfinished);

impl Checked for UnfinishedRow {
    const TABLE: &str = "unfinished";
    const COLUMNS: &str = "session, started, crc";

    fn of(row: &Row<'_>) -> rusqlite::Result<Option<Self>> {
        let (session, started): (String, i64) = (row.get(0)?, row.get(1)?);
        let is_sound = row.get::<_, i64>(2)? == session_checksum(&session, started).value();
        Ok(time(started)
            .filter(|_| is_sound)
            .map(|started| Self(Unfinished { session, started })))
    }
}

struct SentRow {
    session: String,
    event: String,
}

impl Checked for SentRow {
    const TABLE: &str = "sent";
    const COLUMNS: &str = "session, event, started, crc";

    fn of(row: &Row<'_>) -> rusqlite::Result<Option<Self>> {
        let (session, event): (String, String) = (row.get(0)?, row.get(1)?);
        let checksum = session_checksum(&session, row.get(2)?).text(&event);
        let is_sound = row.get::<_, i64>(3)? == checksum.value();
        Ok(is_sound.then_some(Self { session, event }))
    }
}

fn done_checksum(since: i64, until: i64) -> i64 {
    Checksum::default().int(since).int(until).value()
}

fn session_checksum(session: &str, started: i64) -> Checksum {
    Checksum::default().text(session).int(started)
}

/// Microseconds, as the gateway's database keeps times.
fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

fn time(micros: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(micros).ok()
}

fn find(connection: &Connection, key: &CursorKey) -> rusqlite::Result<Option<i64>> {
    let statement = "SELECT id FROM cursor WHERE key = ?1";
    connection
        .query_row(statement, [&key.digest()[..]], |row| row.get(0))
        .optional()
}

fn keys(connection: &Connection) -> rusqlite::Result<Vec<(i64, CursorKey, bool)>> {
    let columns = "id, organisation, filter, destination, site, scheme, crc, key";
    let mut asked = connection.prepare(&format!("SELECT {columns} FROM cursor ORDER BY id"))?;
    let keys = asked.query_map([], |row| {
        let key = CursorKey {
            organisation: row.get(1)?,
            filter: row.get(2)?,
            destination: row.get(3)?,
            site: row.get(4)?,
            scheme: row.get(5)?,
        };
        let crc: i64 = row.get(6)?;
        let digest: Vec<u8> = row.get(7)?;
        let is_sound = crc == key.checksum() && digest == key.digest();
        Ok((row.get(0)?, key, is_sound))
    })?;
    keys.collect()
}

fn read<R: Checked>(connection: &Connection, id: i64) -> rusqlite::Result<Vec<Option<R>>> {
    let statement = format!("SELECT {} FROM {} WHERE cursor = ?1", R::COLUMNS, R::TABLE);
    let mut asked = connection.prepare(&statement)?;
    let rows = asked.query_map([id], |row| R::of(row))?;
    rows.collect()
}

fn make(change: &Transaction<'_>, key: &CursorKey) -> rusqlite::Result<i64> {
    if let Some(id) = find(change, key)? {
        return Ok(id);
    }
    let [organisation, filter, destination, site, scheme] = key.parts();
    change.execute(
        "INSERT INTO cursor (key, organisation, filter, destination, site, scheme, crc)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            &key.digest()[..],
            organisation,
            filter,
            destination,
            site,
            scheme,
            key.checksum()
        ],
    )?;
    Ok(change.last_insert_rowid())
}

/// What was sent, and what may bring more.
fn note(change: &Transaction<'_>, id: i64, step: &Step) -> rusqlite::Result<()> {
    let mut sent = change.prepare(
        "INSERT OR REPLACE INTO sent (cursor, session, event, started, crc)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (of, event) in &step.sent {
        let started = micros(of.started);
        let crc = session_checksum(&of.session, started).text(event).value();
        sent.execute(params![id, of.session, event, started, crc])?;
    }
    let mut unfinished = change.prepare(
        "INSERT OR REPLACE INTO unfinished (cursor, session, started, crc) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for one in &step.unfinished {
        let started = micros(one.started);
        let crc = session_checksum(&one.session, started).value();
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
