//! How far a file of lines was delivered.
//!
//! A file is known by its device and inode, so that one that was renamed is the same, and by its
//! first bytes, so that another one in its place is not.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use super::checksum::Checksum;
use super::error::{RowError, StateError};
use super::salvage::Tally;
use super::schema::known_columns;
use super::{Holder, Holding, Lock, State};
use crate::domain::digest::hex;
use crate::domain::line_set::LineSet;

/// Which file, and where its lines go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileKey {
    pub destination: String,
    pub site: String,
    pub device: u64,
    pub inode: u64,
}

/// Where the delivery of a file stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilePosition {
    /// Its name when it was read last, for people.
    pub path: String,
    /// So many of its first bytes are known.
    pub head_len: u64,
    /// SHA-256 over them.
    pub head: [u8; 32],
    /// Everything before this byte is dealt with; a line begins there.
    pub offset: u64,
    /// The number of that line.
    pub line: u64,
    /// Lines from there on that are dealt with as well.
    pub beyond: LineSet,
    /// Of all that are dealt with, so many were not sent: empty ones, and those set aside.
    pub unsent: u64,
}

impl FileKey {
    /// By which people name it: the beginning of the digest.
    pub fn id(&self) -> String {
        hex(&self.digest()[..8])
    }

    fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for part in [&self.destination, &self.site] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.update(self.device.to_le_bytes());
        hash.update(self.inode.to_le_bytes());
        hash.finalize().into()
    }
}

impl State {
    /// Holds the position of a file for one process.
    ///
    /// # Errors
    ///
    /// [`StateError::Held`] with whoever has it.
    pub fn lock_file(&self, key: &FileKey, holder: &Holder) -> Result<Lock, StateError> {
        Lock::take(&self.file_lock_path(key), holder)
    }

    /// Who holds the position of the file now.
    pub fn holding_file(&self, key: &FileKey) -> Result<Holding, StateError> {
        Lock::look(&self.file_lock_path(key))
    }

    fn file_lock_path(&self, key: &FileKey) -> PathBuf {
        self.folder().join(format!("file-{}.lock", key.id()))
    }

    /// Where the file stands; `None` where nothing of it was delivered.
    ///
    /// # Errors
    ///
    /// [`StateError::Damaged`] where the row is not what was written.
    pub fn file(&self, key: &FileKey) -> Result<Option<FilePosition>, StateError> {
        let asked = format!("SELECT {COLUMNS} FROM file WHERE key = ?1");
        let found = self
            .connection
            .query_row(&asked, [&key.digest()[..]], row_of)
            .optional()
            .map_err(|error| self.failed(error))?;
        match found {
            None => Ok(None),
            Some((_, Some((found, position)))) if found == *key => Ok(Some(position)),
            Some((id, _)) => Err(self.failed(damaged(id))),
        }
    }

    /// Every file there is a position of.
    pub fn files(&self) -> Result<Vec<(FileKey, FilePosition)>, StateError> {
        let rows = rows(&self.connection).map_err(|error| self.failed(error))?;
        rows.into_iter()
            .map(|(id, sound)| sound.ok_or_else(|| self.failed(damaged(id))))
            .collect()
    }

    /// Keeps where the file stands. On the disk once this returns.
    pub fn keep_file(&mut self, key: &FileKey, position: &FilePosition) -> Result<(), StateError> {
        let kept = keep(&self.connection, key, position);
        kept.map_err(|error| self.failed(error))
    }

    /// Forgets the file: nothing of it counts as delivered. False where there was nothing.
    pub fn forget_file(&mut self, key: &FileKey) -> Result<bool, StateError> {
        let statement = "DELETE FROM file WHERE key = ?1";
        let gone = self.connection.execute(statement, [&key.digest()[..]]);
        Ok(gone.map_err(|error| self.failed(error))? > 0)
    }
}

fn damaged(cursor: i64) -> RowError {
    RowError::Damaged {
        table: "file",
        cursor,
    }
}

/// A line for each row that is not what was written.
pub(super) fn damage(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let rows = rows(connection)?.into_iter();
    let bad = rows.filter(|(_, sound)| sound.is_none());
    Ok(bad.map(|(id, _)| damaged(id).to_string()).collect())
}

/// Takes over every sound row, as far as they can be read.
pub(super) fn salvage(
    from: &Connection,
    to: &mut State,
    tally: &mut Tally,
) -> Result<(), StateError> {
    let mut rows = Vec::new();
    let mut read = || -> rusqlite::Result<()> {
        let columns = known_columns(from, "file", COLUMNS);
        let mut asked = from.prepare(&format!("SELECT {columns} FROM file"))?;
        let mut found = asked.query([])?;
        while let Some(row) = found.next()? {
            rows.push(row_of(row).ok().and_then(|(_, sound)| sound));
        }
        Ok(())
    };
    let is_whole = read().is_ok();
    tally.count("file", &rows, is_whole);
    for (key, position) in rows.into_iter().flatten() {
        to.keep_file(&key, &position)?;
    }
    Ok(())
}

const COLUMNS: &str = "id, destination, site, device, inode, path, head_len, head, start, line, \
                       beyond, crc, key, unsent";

type Sound = Option<(FileKey, FilePosition)>;

/// The row's number, and what it says where that is what was written.
fn row_of(row: &Row<'_>) -> rusqlite::Result<(i64, Sound)> {
    Ok((row.get(0)?, sound(row).unwrap_or(None)))
}

fn sound(row: &Row<'_>) -> rusqlite::Result<Sound> {
    let key = FileKey {
        destination: row.get(1)?,
        site: row.get(2)?,
        device: unsigned(row, 3)?,
        inode: unsigned(row, 4)?,
    };
    let (head, beyond): (Vec<u8>, String) = (row.get(7)?, row.get(10)?);
    let (Ok(head), Ok(beyond)) = (head.try_into(), beyond.parse()) else {
        return Ok(None);
    };
    let position = FilePosition {
        path: row.get(5)?,
        head_len: unsigned(row, 6)?,
        head,
        offset: unsigned(row, 8)?,
        line: unsigned(row, 9)?,
        beyond,
        unsent: unsigned(row, 13)?,
    };
    let (crc, digest): (i64, Vec<u8>) = (row.get(11)?, row.get(12)?);
    let is_sound = crc == checksum(&key, &position) && digest == key.digest();
    Ok(is_sound.then_some((key, position)))
}

/// SQLite's integers have a sign; the bits are kept.
fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.cast_unsigned())
}

fn checksum(key: &FileKey, position: &FilePosition) -> i64 {
    let checksum = Checksum::default()
        .bytes(&key.digest())
        .text(&position.path)
        .int(position.head_len.cast_signed())
        .bytes(&position.head)
        .int(position.offset.cast_signed())
        .int(position.line.cast_signed())
        .text(&position.beyond.to_string());
    // Rows of an older form have none, and keep their checksum.
    match position.unsent {
        0 => checksum.value(),
        unsent => checksum.int(unsent.cast_signed()).value(),
    }
}

fn rows(connection: &Connection) -> rusqlite::Result<Vec<(i64, Sound)>> {
    let mut asked = connection.prepare(&format!("SELECT {COLUMNS} FROM file ORDER BY id"))?;
    let rows = asked.query_map([], row_of)?;
    rows.collect()
}

fn keep(connection: &Connection, key: &FileKey, position: &FilePosition) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(
        "INSERT INTO file (key, destination, site, device, inode, path, head_len, head, start,
                           line, beyond, crc, unsent)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (key) DO UPDATE SET path = excluded.path, head_len = excluded.head_len,
             head = excluded.head, start = excluded.start, line = excluded.line,
             beyond = excluded.beyond, crc = excluded.crc, unsent = excluded.unsent",
    )?;
    statement.execute(params![
        &key.digest()[..],
        key.destination,
        key.site,
        key.device.cast_signed(),
        key.inode.cast_signed(),
        position.path,
        position.head_len.cast_signed(),
        &position.head[..],
        position.offset.cast_signed(),
        position.line.cast_signed(),
        position.beyond.to_string(),
        checksum(key, position),
        position.unsent.cast_signed(),
    ])?;
    Ok(())
}
