//! Looking at a spool that somebody may be using.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Connection;

use super::row::{EVENT, WEBHOOK, spooled, waiting};
use super::{LOCK, PLACE, events, webhooks};
use crate::delivery::state::schema;
use crate::delivery::state::{Holding, Lock, StateError};

/// What a spool holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    pub path: PathBuf,
    /// Webhooks that are no events yet.
    pub webhooks: u64,
    /// Events that wait for a destination.
    pub events: u64,
    /// Of the file.
    pub bytes: u64,
    /// When the webhook that waits longest came.
    pub oldest: Option<Timestamp>,
    pub holding: Holding,
}

/// What the spool in `folder` holds; `None` where there is none. Changes nothing.
///
/// # Errors
///
/// A file that cannot be read, is damaged, or is of another form.
pub fn look(folder: &Path) -> Result<Option<Contents>, StateError> {
    let Some((path, connection)) = PLACE.look(folder)? else {
        return Ok(None);
    };
    let failed = |error| StateError::of(&path, error);
    let size = std::fs::metadata(&path).map_err(|source| StateError::io(&path, source))?;
    Ok(Some(Contents {
        webhooks: webhooks::count(&connection).map_err(failed)?,
        events: events::count(&connection).map_err(failed)?,
        bytes: size.len(),
        oldest: webhooks::oldest(&connection).map_err(failed)?,
        holding: Lock::look(&folder.join(LOCK))?,
        path,
    }))
}

/// Reads the whole spool and names what is wrong with it; `None` where there is none.
///
/// # Errors
///
/// A file that cannot be read, or is of another form.
pub fn damage(folder: &Path) -> Result<Option<Vec<String>>, StateError> {
    let looked = PLACE.look(folder);
    match looked.and_then(|opened| opened.map(|(path, file)| found(&path, &file)).transpose()) {
        // So damaged that nobody can look any further.
        Err(StateError::Damaged { what, .. }) => Ok(Some(vec![what])),
        found => found,
    }
}

fn found(path: &Path, connection: &Connection) -> Result<Vec<String>, StateError> {
    let failed = |error| StateError::of(path, error);
    let mut found = schema::integrity(connection).map_err(failed)?;
    found.extend(bad_rows(connection).map_err(failed)?);
    Ok(found)
}

fn bad_rows(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let told = |table: &str, row: i64| format!("row {row} of `{table}` is not what was written");
    let mut bad = Vec::new();
    let mut asked = connection.prepare(&format!("SELECT {WEBHOOK} FROM webhook"))?;
    for one in asked.query_map([], waiting)? {
        let one = one?;
        bad.extend(one.body.is_err().then(|| told("webhook", one.row)));
    }
    let mut asked = connection.prepare(&format!("SELECT {EVENT} FROM event"))?;
    for one in asked.query_map([], |row| {
        Ok((spooled(row)?, row.get::<_, Option<String>>(5)?))
    })? {
        let (one, was_broken) = one?;
        let is_bad = one.broken.is_some() && one.broken != was_broken;
        bad.extend(is_bad.then(|| told("event", one.number.cast_signed())));
    }
    Ok(bad)
}
