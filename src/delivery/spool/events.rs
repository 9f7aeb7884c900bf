//! The queue of events, which destination has which, and the ids of those that all of them have.

use bytes::Bytes;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::row::{EVENT, Packed, Spooled, event_crc, micros, spooled};
use crate::delivery::entry::Record;
use crate::delivery::map::webhook::revised;
use crate::delivery::positions::Number;
use crate::delivery::state::checksum::Checksum;

/// Something that is to become a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Offer {
    /// The event as the gateway has it.
    Whole(Record),
    /// What had to go out before the gateway could be asked.
    Partial(Record),
    /// What is no event: for the dead letters.
    Broken {
        id: String,
        bytes: Bytes,
        why: String,
        received: Timestamp,
    },
}

/// Which forms of an event there were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Had {
    Nothing,
    Partial,
    Whole,
}

/// What became of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// Nothing of its id was known.
    New,
    /// It completes what went out incomplete.
    Revision,
    /// The same was there before.
    No,
}

/// Adds what is new. A whole event after a partial one is its second revision; whatever comes after
/// a whole one is the same again.
pub(super) fn add(connection: &Connection, offer: Offer) -> rusqlite::Result<Added> {
    let (row, added) = match offer {
        Offer::Whole(record) => match had(connection, &record.id)? {
            Had::Nothing => (Row::of(record, false), Added::New),
            Had::Partial => (Row::of(revised(record), false), Added::Revision),
            Had::Whole => return Ok(Added::No),
        },
        Offer::Partial(record) => match had(connection, &record.id)? {
            Had::Nothing => (Row::of(record, true), Added::New),
            Had::Partial | Had::Whole => return Ok(Added::No),
        },
        Offer::Broken {
            id,
            bytes,
            why,
            received,
        } => {
            let row = Row {
                order_by: id.clone(),
                id,
                is_partial: false,
                at: received,
                broken: Some(why),
                body: Packed::new(&bytes),
            };
            (row, Added::New)
        }
    };
    Ok(match insert(connection, &row)? {
        true => added,
        false => Added::No,
    })
}

fn had(connection: &Connection, id: &str) -> rusqlite::Result<Had> {
    let mut asked = connection.prepare_cached(
        "SELECT min(is_partial) FROM (
             SELECT is_partial FROM known WHERE event = ?1
             UNION ALL SELECT is_partial FROM event WHERE event = ?1)",
    )?;
    let is_partial: Option<bool> = asked.query_row([id], |row| row.get(0))?;
    Ok(match is_partial {
        None => Had::Nothing,
        Some(true) => Had::Partial,
        Some(false) => Had::Whole,
    })
}

struct Row {
    id: String,
    is_partial: bool,
    order_by: String,
    at: Timestamp,
    broken: Option<String>,
    body: Packed,
}

impl Row {
    fn of(record: Record, is_partial: bool) -> Self {
        let json = serde_json::to_vec(&record.body)
            .expect("an object with text keys serialises into memory");
        Self {
            id: record.id,
            is_partial,
            order_by: record.order_by,
            at: record.timestamp,
            broken: None,
            body: Packed::new(&json.into()),
        }
    }
}

fn insert(connection: &Connection, row: &Row) -> rusqlite::Result<bool> {
    let Row {
        id,
        is_partial,
        order_by,
        at,
        broken,
        body,
    } = row;
    let at = micros(*at);
    let crc = event_crc(id, *is_partial, order_by, at, broken.as_deref(), body);
    let (length, bytes) = (body.length(), body.bytes());
    let mut insert = connection.prepare_cached(
        "INSERT OR IGNORE INTO event (event, is_partial, order_by, at, broken, length, body, crc)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let row = params![id, is_partial, order_by, at, broken, length, bytes, crc];
    Ok(insert.execute(row)? > 0)
}

/// Events after number `after`, in order of arrival. With several destinations also which of them
/// are done with each.
pub(super) fn after(
    connection: &Connection,
    after: Number,
    most: usize,
    destinations: &[Destination],
) -> rusqlite::Result<Vec<Spooled>> {
    let statement = format!("SELECT {EVENT} FROM event WHERE id > ?1 ORDER BY id LIMIT ?2");
    let mut asked = connection.prepare_cached(&statement)?;
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = asked.query_map(params![after.cast_signed(), limit], spooled)?;
    let mut events: Vec<Spooled> = rows.collect::<Result<_, _>>()?;
    if destinations.len() > 1 {
        for event in &mut events {
            event.passed = passed(connection, event.number, destinations)?;
        }
    }
    Ok(events)
}

/// Where events go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The same on every run.
    pub name: String,
    /// Whether a row waits for it.
    pub is_required: bool,
}

fn passed(
    connection: &Connection,
    number: Number,
    destinations: &[Destination],
) -> rusqlite::Result<Vec<usize>> {
    let statement = "SELECT crc FROM passed WHERE event = ?1";
    let mut asked = connection.prepare_cached(statement)?;
    let known = asked.query_map([number.cast_signed()], |row| row.get::<_, i64>(0))?;
    let known: Vec<i64> = known.collect::<Result<_, _>>()?;
    let has_passed = |(_, one): &(usize, &Destination)| known.contains(&passed_crc(number, one));
    let all = destinations.iter().enumerate();
    Ok(all.filter(has_passed).map(|(at, _)| at).collect())
}

fn passed_crc(number: Number, destination: &Destination) -> i64 {
    let checksum = Checksum::default().int(number.cast_signed());
    checksum.text(&destination.name).value()
}

/// Destination number `at` is done with `number`. True where the row went with that, since no other
/// required destination has to get it.
pub(super) fn pass(
    connection: &Connection,
    number: Number,
    at: usize,
    destinations: &[Destination],
    now: Timestamp,
) -> rusqlite::Result<bool> {
    if destinations.len() > 1 {
        let Some(destination) = destinations.get(at) else {
            return Ok(false);
        };
        // The row may be gone, with a destination that was not waited for.
        let mut note = connection.prepare_cached(
            "INSERT OR REPLACE INTO passed (event, destination, crc)
             SELECT id, ?2, ?3 FROM event WHERE id = ?1",
        )?;
        let crc = passed_crc(number, destination);
        note.execute(params![number.cast_signed(), destination.name, crc])?;
        let done = passed(connection, number, destinations)?;
        let mut required = destinations
            .iter()
            .enumerate()
            .filter(|(_, one)| one.is_required);
        if !required.all(|(at, _)| done.contains(&at)) {
            return Ok(false);
        }
    }
    settle(connection, number, now)
}

/// Takes the row out and remembers its id. False where it was not there.
fn settle(connection: &Connection, number: Number, now: Timestamp) -> rusqlite::Result<bool> {
    let statement = "DELETE FROM event WHERE id = ?1 RETURNING event, is_partial";
    let mut remove = connection.prepare_cached(statement)?;
    let gone: Option<(String, bool)> = remove
        .query_row([number.cast_signed()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((event, is_partial)) = gone else {
        return Ok(false);
    };
    let mut remember = connection.prepare_cached(
        "INSERT INTO known (event, is_partial, at) VALUES (?1, ?2, ?3)
         ON CONFLICT (event) DO UPDATE SET
             is_partial = min(is_partial, excluded.is_partial), at = excluded.at",
    )?;
    remember.execute(params![event, is_partial, micros(now)])?;
    Ok(true)
}

/// Takes out what every required destination had in an earlier run, which waited for another one.
pub(super) fn settle_passed(
    connection: &Connection,
    destinations: &[Destination],
    now: Timestamp,
) -> rusqlite::Result<()> {
    let mut asked = connection.prepare("SELECT DISTINCT event FROM passed")?;
    let numbers = asked.query_map([], |row| row.get::<_, i64>(0))?;
    let numbers: Vec<i64> = numbers.collect::<Result<_, _>>()?;
    for number in numbers {
        let number = number.cast_unsigned();
        let done = passed(connection, number, destinations)?;
        let mut required = destinations
            .iter()
            .enumerate()
            .filter(|(_, one)| one.is_required);
        if required.all(|(at, _)| done.contains(&at)) {
            settle(connection, number, now)?;
        }
    }
    Ok(())
}

pub(super) fn count(connection: &Connection) -> rusqlite::Result<u64> {
    let count: i64 = connection.query_row("SELECT count(*) FROM event", [], |row| row.get(0))?;
    Ok(count.cast_unsigned())
}
