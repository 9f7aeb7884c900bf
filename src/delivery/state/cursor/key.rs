//! What a cursor is of, and the rows that say so.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use sha2::{Digest, Sha256};

use super::rows::readable;
use crate::delivery::state::checksum::Checksum;
use crate::domain::digest::hex;

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

pub(super) fn find(connection: &Connection, key: &CursorKey) -> rusqlite::Result<Option<i64>> {
    let statement = "SELECT id FROM cursor WHERE key = ?1";
    connection
        .query_row(statement, [&key.digest()[..]], |row| row.get(0))
        .optional()
}

const KEYS: &str = "SELECT id, organisation, filter, destination, site, scheme, crc, key
                    FROM cursor WHERE id >= ?1 ORDER BY id";

/// Every cursor; `None` for a key that is not what was written.
pub(super) fn keys(connection: &Connection) -> rusqlite::Result<Vec<(i64, Option<CursorKey>)>> {
    let mut asked = connection.prepare(KEYS)?;
    let keys = asked.query_map([i64::MIN], |row| {
        Ok((row.get(0)?, key_of(row).unwrap_or(None)))
    })?;
    keys.collect()
}

/// As [`keys`], as far as they can be read.
pub(super) fn all_keys(from: &Connection) -> (Vec<(i64, Option<CursorKey>)>, bool) {
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

pub(super) fn make(change: &Transaction<'_>, key: &CursorKey) -> rusqlite::Result<i64> {
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
