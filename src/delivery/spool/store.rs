//! The open file, and the changes that go into one commit.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, TransactionBehavior};

use super::events::{self, Added, Destination, Offer};
use super::form::SPOOL;
use super::memory::{self, REMEMBERED, REMEMBERED_AT_LEAST};
use super::notes::{self, Note};
use super::room::{Limits, Room, Shortage};
use super::row::{Arrival, Spooled, Waiting};
use super::webhooks::{self, Wanted};
use super::{FILE, LOCK};
use crate::delivery::positions::Number;
use crate::delivery::state::schema;
use crate::delivery::state::{Holder, Lock, StateError};

/// SQLite copies its log into the file at this many pages: 16 MB.
const CHECKPOINT: i64 = 4_096;

/// Between two looks for ids to forget and for pages to give back.
const TIDY: SignedDuration = SignedDuration::from_mins(10);

/// Free pages are given back from this many on, so many at once.
const GIVE_BACK: i64 = 4_096;

/// What is kept, as one commit left it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stock {
    /// Webhooks that are no events yet.
    pub webhooks: u64,
    /// Events that a required destination still has to get.
    pub events: u64,
    /// Webhooks that came since the spool was opened, and events that were queued since.
    pub arrived: u64,
    pub queued: u64,
    /// Of the file's pages in use.
    pub bytes: u64,
    /// When the webhook that waits longest came.
    pub oldest: Option<Timestamp>,
    /// Why webhooks are refused.
    pub shortage: Option<Shortage>,
}

/// A change; several go into one commit.
#[derive(Clone, Debug)]
pub(super) enum Change {
    Arrived(Arrival),
    Taken(Taking),
    /// A destination is done with these.
    Passed {
        destination: usize,
        numbers: Vec<Number>,
    },
}

/// What became of a webhook, or what was found without one.
#[derive(Clone, Debug, Default)]
pub(super) struct Taking {
    pub webhook: Option<i64>,
    pub offers: Vec<Offer>,
    /// `None` where the webhook is done with.
    pub again: Option<Again>,
    pub note: Option<Note>,
}

/// A webhook stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Again {
    pub due: Timestamp,
    /// An incomplete event of it goes out.
    pub is_told: bool,
}

/// What a change did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// Rows that were added, or for [`Change::Passed`] taken out.
    pub rows: u64,
    /// Of each offer.
    pub added: Vec<Added>,
}

impl Done {
    fn rows(rows: u64) -> Self {
        Self {
            rows,
            ..Self::default()
        }
    }
}

pub(super) struct Store {
    path: PathBuf,
    connection: Connection,
    destinations: Vec<Destination>,
    room: Room,
    stock: Stock,
    tidied: Timestamp,
    /// Nobody else has the spool, or puts another in its place.
    _lock: Lock,
}

impl Store {
    /// Takes the spool in `folder`, and makes one where there is none.
    pub fn open(
        folder: &Path,
        destinations: Vec<Destination>,
        limits: Limits,
        holder: &Holder,
    ) -> Result<Self, StateError> {
        let path = folder.join(FILE);
        super::make_folder(folder)?;
        let lock = Lock::take(&folder.join(LOCK), holder)?;
        schema::make_where_missing(&SPOOL, &path)?;
        let failed = |error| StateError::of(&path, error);
        let connection = Connection::open(&path).map_err(failed)?;
        schema::prepare(&SPOOL, &path, &connection)?;
        super::check(&path, &connection)?;
        connection
            .pragma_update(None, "wal_autocheckpoint", CHECKPOINT)
            .map_err(failed)?;
        let now = Timestamp::now();
        events::settle_passed(&connection, &destinations, now).map_err(failed)?;
        let mut store = Self {
            room: Room::new(&connection, limits).map_err(failed)?,
            stock: Stock {
                webhooks: webhooks::count(&connection).map_err(failed)?,
                events: events::count(&connection).map_err(failed)?,
                ..Stock::default()
            },
            path,
            connection,
            destinations,
            tidied: Timestamp::UNIX_EPOCH,
            _lock: lock,
        };
        store.shrink();
        store.look(now)?;
        Ok(store)
    }

    pub fn stock(&self) -> Stock {
        self.stock
    }

    /// Makes all of `changes` in one commit, or, where that cannot be, each that can be in its own.
    /// They are on the disk when this returns.
    pub fn commit(&mut self, changes: &[Change], now: Timestamp) -> Vec<Result<Done, StateError>> {
        let all = self.try_commit(changes, now);
        if let Err(StateError::Full { .. }) = all {
            self.shrink();
        }
        let done = match all {
            Ok(done) => done.into_iter().map(Ok).collect(),
            Err(error) if changes.len() <= 1 => vec![Err(error)],
            Err(_) => changes.iter().map(|one| self.alone(one, now)).collect(),
        };
        // What is short is found again at the next commit.
        if let Err(error) = self.look(now).and_then(|()| self.tidy(now)) {
            tracing::warn!(%error, "the spool could not be looked at");
        }
        done
    }

    /// The log takes room that the file may have already.
    fn shrink(&self) {
        // Where even this has no room, the next commit says so.
        let copied = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        if let Err(error) = copied {
            tracing::debug!(%error, "the log stays as long as it is");
        }
    }

    fn alone(&mut self, change: &Change, now: Timestamp) -> Result<Done, StateError> {
        let mut done = self.try_commit(std::slice::from_ref(change), now)?;
        Ok(done.pop().unwrap_or_default())
    }

    fn try_commit(&mut self, changes: &[Change], now: Timestamp) -> Result<Vec<Done>, StateError> {
        let failed = |error| StateError::of(&self.path, error);
        let behavior = TransactionBehavior::Immediate;
        let transaction =
            rusqlite::Transaction::new_unchecked(&self.connection, behavior).map_err(failed)?;
        let (mut stock, mut done) = (self.stock, Vec::with_capacity(changes.len()));
        for change in changes {
            let made = make(&transaction, change, &self.destinations, &mut stock, now);
            done.push(made.map_err(failed)?);
        }
        transaction.commit().map_err(failed)?;
        self.stock = stock;
        Ok(done)
    }

    /// The webhooks that are wanted, and when there is more to look at.
    pub fn due(&self, wanted: &Wanted) -> Result<(Vec<Waiting>, Option<Timestamp>), StateError> {
        let failed = |error| StateError::of(&self.path, error);
        let due = webhooks::due(&self.connection, wanted).map_err(failed)?;
        let next = match wanted.untold_before {
            None => webhooks::next_due(&self.connection, wanted.now),
            Some(before) => webhooks::next_untold(&self.connection, before),
        };
        Ok((due, next.map_err(failed)?))
    }

    /// The note of that name.
    ///
    /// # Errors
    ///
    /// [`StateError::Damaged`] where it is not what was written.
    pub fn note(&self, name: &str) -> Result<Option<String>, StateError> {
        let found = notes::find(&self.connection, name);
        let found = found.map_err(|error| StateError::of(&self.path, error))?;
        found.transpose().map_err(|()| StateError::Damaged {
            path: self.path.clone(),
            what: format!("the note `{name}` is not what was written"),
        })
    }

    /// Events after number `after`.
    pub fn events(&self, after: Number, most: usize) -> Result<Vec<Spooled>, StateError> {
        let events = events::after(&self.connection, after, most, &self.destinations);
        events.map_err(|error| StateError::of(&self.path, error))
    }

    /// Looks how much room there is. Ids give way before a webhook is refused.
    fn look(&mut self, now: Timestamp) -> Result<(), StateError> {
        let failed = |error| StateError::of(&self.path, error);
        let used = self.room.used(&self.connection).map_err(failed)?;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let shortage = self.room.shortage(used, folder);
        if let Some(Shortage::Spool { .. }) = shortage {
            memory::forget(&self.connection, now, REMEMBERED_AT_LEAST).map_err(failed)?;
        }
        self.stock.bytes = used;
        self.stock.shortage = shortage;
        self.stock.oldest = webhooks::oldest(&self.connection).map_err(failed)?;
        Ok(())
    }

    /// Now and then forgets what is old, a step at a time, and gives free pages back.
    fn tidy(&mut self, now: Timestamp) -> Result<(), StateError> {
        if now.duration_since(self.tidied) < TIDY {
            return Ok(());
        }
        let failed = |error| StateError::of(&self.path, error);
        let is_more = memory::forget(&self.connection, now, REMEMBERED).map_err(failed)?;
        if !is_more {
            self.tidied = now;
        }
        let free: i64 = self
            .connection
            .pragma_query_value(None, "freelist_count", |row| row.get(0))
            .map_err(failed)?;
        if free > GIVE_BACK {
            let give_back = format!("PRAGMA incremental_vacuum({GIVE_BACK})");
            self.connection.execute_batch(&give_back).map_err(failed)?;
        }
        Ok(())
    }
}

fn make(
    connection: &Connection,
    change: &Change,
    destinations: &[Destination],
    stock: &mut Stock,
    now: Timestamp,
) -> rusqlite::Result<Done> {
    match change {
        Change::Arrived(arrival) => {
            let added = u64::from(webhooks::add(connection, arrival)?);
            stock.webhooks += added;
            stock.arrived += added;
            Ok(Done::rows(added))
        }
        Change::Taken(taking) => take(connection, taking, stock),
        Change::Passed {
            destination,
            numbers,
        } => {
            let mut gone = 0;
            for number in numbers {
                let is_gone = events::pass(connection, *number, *destination, destinations, now)?;
                gone += u64::from(is_gone);
            }
            stock.events = stock.events.saturating_sub(gone);
            Ok(Done::rows(gone))
        }
    }
}

fn take(connection: &Connection, taking: &Taking, stock: &mut Stock) -> rusqlite::Result<Done> {
    let mut done = Done::default();
    for offer in &taking.offers {
        let added = events::add(connection, offer.clone())?;
        done.rows += u64::from(added != Added::No);
        done.added.push(added);
    }
    stock.events += done.rows;
    stock.queued += done.rows;
    if let Some(note) = &taking.note {
        notes::keep(connection, note)?;
    }
    match (taking.webhook, taking.again) {
        (Some(row), Some(Again { due, is_told })) => {
            webhooks::put_off(connection, row, due, is_told)?;
        }
        (Some(row), None) => {
            let gone = u64::from(webhooks::remove(connection, row)?);
            stock.webhooks = stock.webhooks.saturating_sub(gone);
        }
        (None, _) => {}
    }
    Ok(done)
}
