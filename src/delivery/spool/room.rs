//! How much may be kept: webhooks are refused while there is room to deliver and to tidy up.

use std::fmt;
use std::path::Path;

use rusqlite::Connection;

/// What is kept at most, and what is left to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub most: u64,
    /// Bytes that stay free on the disk.
    pub free: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            most: 2_000_000_000,
            free: 512_000_000,
        }
    }
}

/// Above the limit for webhooks there is room for the events of those that are there.
const RESERVE: u64 = 4;

/// Why nothing more is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortage {
    /// The spool has as many bytes as it may.
    Spool { limit: u64 },
    /// The stream of a queue is as large as it may be.
    Queue { limit: u64 },
    /// The servers of a queue are away.
    QueueAway,
    /// The disk has no more than this to spare.
    Disk { free: u64 },
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = |bytes: u64| bytes / 1_000_000;
        match *self {
            Shortage::Spool { limit } => {
                write!(f, "the spool has reached {} MB", megabytes(limit))
            }
            Shortage::Queue { limit } => {
                write!(f, "the queue has reached its {} MB", megabytes(limit))
            }
            Shortage::QueueAway => f.write_str("no server of the queue can be reached"),
            Shortage::Disk { free } => {
                write!(f, "the disk has {} MB left", megabytes(free))
            }
        }
    }
}

/// The room there is, looked at between commits.
#[derive(Debug)]
pub(super) struct Room {
    limits: Limits,
    page: u64,
}

impl Room {
    /// Sets SQLite's own limit, which nothing gets over.
    pub fn new(connection: &Connection, limits: Limits) -> rusqlite::Result<Self> {
        let page = pragma(connection, "page_size")?;
        let most = limits.most.saturating_add(limits.most / RESERVE);
        let pages = i64::try_from(most / page.max(1)).unwrap_or(i64::MAX);
        // It answers with the limit that holds now.
        connection.pragma_update_and_check(None, "max_page_count", pages.max(64), |_| Ok(()))?;
        Ok(Self { limits, page })
    }

    /// Bytes of the pages in use.
    pub fn used(&self, connection: &Connection) -> rusqlite::Result<u64> {
        let pages = pragma(connection, "page_count")?;
        let free = pragma(connection, "freelist_count")?;
        Ok(pages.saturating_sub(free) * self.page)
    }

    /// What is short, where something is.
    pub fn shortage(&self, used: u64, folder: &Path) -> Option<Shortage> {
        let Limits { most, free } = self.limits;
        if used >= most {
            return Some(Shortage::Spool { limit: most });
        }
        // A file system that does not tell is not short of room.
        let disk = rustix::fs::statvfs(folder).ok()?;
        let left = disk.f_bavail.saturating_mul(disk.f_frsize);
        (left < free).then_some(Shortage::Disk { free: left })
    }
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<u64> {
    let value: i64 = connection.pragma_query_value(None, name, |row| row.get(0))?;
    Ok(value.cast_unsigned())
}
