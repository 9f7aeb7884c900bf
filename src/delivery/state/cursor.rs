//! A cursor: what of the gateway's sessions a destination has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use sha2::{Digest, Sha256};

use super::checksum::Checksum;
use super::error::{RowError, StateError};
use super::salvage::Tally;
use super::{Holder, Holding, Lock, State, begin, schema};
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

    /// By which people name it: the beginning of the digest.
    pub fn id(&self) -> String {
        hex(&self.digest()[..8])
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
    Ok(found)
}

/// Takes over what is sound of every cursor. Where word of a session that was not over may be lost,
/// no stretch counts as done any more: else nobody would ask for the rest of that session.
pub(super) fn salvage(
    from: &Connection,
    to: &mut State,
    tally: &mut Tally,
) -> Result<(), StateError> {
    let tables = [UnfinishedRow::TABLE, begin::TABLE];
    let is_trusted = tables.iter().all(|table| schema::is_intact(from, table));
    let (keys, is_whole) = all_keys(from);
    let (ids, keys): (Vec<i64>, Vec<Option<CursorKey>>) = keys.into_iter().unzip();
    tally.count("cursor", &keys, is_whole);
    for (id, key) in ids.into_iter().zip(keys) {
        let Some(key) = key else { continue };
        let (unfinished, is_complete) = sound_rows::<UnfinishedRow>(from, id, tally);
        let (sent, _) = sound_rows::<SentRow>(from, id, tally);
        let begin = begin::load(from, id);
        let is_begin_known = begin.is_ok();
        if !is_begin_known {
            tally.count::<()>(begin::TABLE, &[None], true);
        }
        let mut step = Step {
            begin: begin.ok().flatten(),
            unfinished: unfinished.into_iter().map(|row| row.0).collect(),
            sent: sent.into_iter().map(SentRow::into_sent).collect(),
            ..Step::default()
        };
        // Without its begin nobody knows what is still to be read below the stretches.
        if is_trusted && is_complete && is_begin_known {
            let (done, _) = sound_rows::<DoneRow>(from, id, tally);
            step.done = done.into_iter().map(|row| row.0).collect();
        } else {
            tally.begin_again.push(key.clone());
        }
        to.advance(&key, &step)?;
    }
    Ok(())
}

/// The rows that are what was written, and whether those are all.
fn sound_rows<R: Checked>(from: &Connection, id: i64, tally: &mut Tally) -> (Vec<R>, bool) {
    let statement = select::<R>();
    let (mut rows, is_whole) = readable(from, &statement, id, R::of);
    if !is_whole {
        // From the other end up to the place that cannot be read.
        let backwards = format!("{statement} ORDER BY {}", R::BACKWARDS);
        rows.extend(readable(from, &backwards, id, R::of).0);
    }
    tally.count(R::TABLE, &rows, is_whole);
    let is_complete = is_whole && rows.iter().all(Option::is_some);
    (rows.into_iter().flatten().collect(), is_complete)
}

/// Rows until one cannot be reached; `None` for one that is not what was written.
fn readable<R>(
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
    /// The order of the rows, from the last to the first.
    const BACKWARDS: &str;
    /// `None` where the checksum is another one.
    fn of(row: &Row<'_>) -> rusqlite::Result<Option<Self>>;
}

struct DoneRow(TimeRange);

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

struct UnfinishedRow(Unfinished);

impl Checked for UnfinishedRow {
    const TABLE: &str = "unfinished";
    const COLUMNS: &str = "session, started, crc";
    const BACKWARDS: &str = "session DESC";

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
    started: Timestamp,
}

impl SentRow {
    fn into_sent(self) -> (Unfinished, String) {
        let of = Unfinished {
            session: self.session,
            started: self.started,
        };
        (of, self.event)
    }
}

impl Checked for SentRow {
    const TABLE: &str = "sent";
    const COLUMNS: &str = "session, event, started, crc";
    const BACKWARDS: &str = "session DESC, event DESC";

    fn of(row: &Row<'_>) -> rusqlite::Result<Option<Self>> {
        let (session, event): (String, String) = (row.get(0)?, row.get(1)?);
        let started: i64 = row.get(2)?;
        let checksum = session_checksum(&session, started).text(&event);
        let is_sound = row.get::<_, i64>(3)? == checksum.value();
        Ok(time(started).filter(|_| is_sound).map(|started| Self {
            session,
            event,
            started,
        }))
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

const KEYS: &str = "SELECT id, organisation, filter, destination, site, scheme, crc, key
                    FROM cursor WHERE id >= ?1 ORDER BY id";

/// Every cursor; `None` for a key that is not what was written.
fn keys(connection: &Connection) -> rusqlite::Result<Vec<(i64, Option<CursorKey>)>> {
    let mut asked = connection.prepare(KEYS)?;
    let keys = asked.query_map([i64::MIN], |row| {
        Ok((row.get(0)?, key_of(row).unwrap_or(None)))
    })?;
    keys.collect()
}

/// As [`keys`], as far as they can be read.
fn all_keys(from: &Connection) -> (Vec<(i64, Option<CursorKey>)>, bool) {
    let of = |row: &Row<'_>| Ok(Some((row.get(0)?, key_of(row).unwrap_or(None))));
    let (keys, is_whole) = readable(from, KEYS, i64::MIN, of);
    (keys.into_iter().flatten().collect(), is_whole)
}

fn key_of(row: &Row<'_>) -> rusqlite::Result<Option<CursorKey>> {
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
    Ok(is_sound.then_some(key))
}

fn select<R: Checked>() -> String {
    format!("SELECT {} FROM {} WHERE cursor = ?1", R::COLUMNS, R::TABLE)
}

/// `None` for a row that is not what was written.
fn read<R: Checked>(connection: &Connection, id: i64) -> rusqlite::Result<Vec<Option<R>>> {
    let mut asked = connection.prepare(&select::<R>())?;
    let rows = asked.query_map([id], |row| Ok(R::of(row).unwrap_or(None)))?;
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
