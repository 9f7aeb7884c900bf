//! Positions as they are shown.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use crate::delivery::spool::look;
use crate::delivery::state::{Cursor, CursorKey, FileKey, FilePosition, Holder, State, StateError};
use crate::domain::intervals::Intervals;

/// The shape that `-o json` promises for a position.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum PositionRow {
    Sessions(CursorRow),
    File(FileRow),
    Spool(SpoolRow),
}

/// What a relay has taken and not delivered.
#[derive(Debug, Serialize)]
pub(super) struct SpoolRow {
    pub id: String,
    pub path: PathBuf,
    /// Webhooks that are no events yet.
    pub webhooks: u64,
    /// Events that a destination lacks.
    pub events: u64,
    pub bytes: u64,
    /// When the webhook that waits longest came.
    pub oldest: Option<Timestamp>,
    pub held: bool,
    pub holder: Option<Holder>,
}

/// The name of the spool among the positions.
pub(super) const SPOOL: &str = "relay";

/// The spool, where there is one.
pub(super) fn spool(folder: &Path) -> Result<Option<PositionRow>, StateError> {
    let contents = look(folder)?;
    Ok(contents.map(|contents| {
        PositionRow::Spool(SpoolRow {
            id: SPOOL.to_owned(),
            path: contents.path,
            webhooks: contents.webhooks,
            events: contents.events,
            bytes: contents.bytes,
            oldest: contents.oldest,
            held: contents.holding.is_held(),
            holder: contents.holding.holder(),
        })
    }))
}

/// What of a gateway's sessions a destination has.
#[derive(Debug, Serialize)]
pub(super) struct CursorRow {
    pub id: String,
    pub destination: String,
    pub site: String,
    pub organisation: String,
    /// Empty for every session.
    pub filter: String,
    pub scheme: String,
    /// Start times that are dealt with.
    pub done: Vec<Stretch>,
    /// Sessions there that may bring more events.
    pub unfinished: usize,
    /// Events delivered of sessions that are not dealt with yet.
    pub sent: usize,
    pub held: bool,
    pub holder: Option<Holder>,
}

#[derive(Debug, Serialize)]
pub(super) struct Stretch {
    pub since: Timestamp,
    pub until: Timestamp,
}

/// How far a file of lines was delivered.
#[derive(Debug, Serialize)]
pub(super) struct FileRow {
    pub id: String,
    pub destination: String,
    pub site: String,
    /// Its name when it was read last.
    pub path: String,
    pub device: u64,
    pub inode: u64,
    /// Every line before this one is dealt with.
    pub line: u64,
    /// Where that line begins.
    pub offset: u64,
    /// Lines from there on that are dealt with as well.
    pub beyond: u64,
    pub held: bool,
    pub holder: Option<Holder>,
}

/// Every position.
pub(super) fn all(state: &State) -> Result<Vec<PositionRow>, StateError> {
    let mut rows = Vec::new();
    for (key, cursor) in state.cursors()? {
        rows.push(PositionRow::Sessions(cursor_row(state, key, &cursor)?));
    }
    for (key, position) in state.files()? {
        rows.push(PositionRow::File(file_row(state, key, position)?));
    }
    Ok(rows)
}

fn cursor_row(state: &State, key: CursorKey, cursor: &Cursor) -> Result<CursorRow, StateError> {
    let holding = state.holding(&key)?;
    Ok(CursorRow {
        id: key.id(),
        destination: key.destination,
        site: key.site,
        organisation: key.organisation,
        filter: key.filter,
        scheme: key.scheme,
        done: stretches(&cursor.done),
        unfinished: cursor.unfinished.len(),
        sent: cursor
            .sent
            .values()
            .map(std::collections::BTreeSet::len)
            .sum(),
        held: holding.is_held(),
        holder: holding.holder(),
    })
}

fn stretches(done: &Intervals) -> Vec<Stretch> {
    let stretch = |range: crate::domain::time::TimeRange| Stretch {
        since: range.since,
        until: range.until,
    };
    done.iter().map(stretch).collect()
}

fn file_row(state: &State, key: FileKey, position: FilePosition) -> Result<FileRow, StateError> {
    let holding = state.holding_file(&key)?;
    Ok(FileRow {
        id: key.id(),
        destination: key.destination,
        site: key.site,
        path: position.path,
        device: key.device,
        inode: key.inode,
        line: position.line,
        offset: position.offset,
        beyond: position.beyond.len(),
        held: holding.is_held(),
        holder: holding.holder(),
    })
}

impl PositionRow {
    pub fn id(&self) -> &str {
        match self {
            PositionRow::Sessions(row) => &row.id,
            PositionRow::File(row) => &row.id,
            PositionRow::Spool(row) => &row.id,
        }
    }

    /// What it is of: `every session`, a filter, a file.
    pub fn of(&self) -> String {
        match self {
            PositionRow::Sessions(row) if row.filter.is_empty() => "every session".to_owned(),
            PositionRow::Sessions(row) => row.filter.clone(),
            PositionRow::File(row) => row.path.clone(),
            PositionRow::Spool(_) => "webhooks".to_owned(),
        }
    }

    /// `logs datadoghq.eu`.
    pub fn destination(&self) -> String {
        let (destination, site) = match self {
            PositionRow::Sessions(row) => (&row.destination, &row.site),
            PositionRow::File(row) => (&row.destination, &row.site),
            PositionRow::Spool(_) => return "all of the relay's".to_owned(),
        };
        format!("{destination} {site}")
    }

    pub fn holder(&self) -> Option<String> {
        let (is_held, holder) = match self {
            PositionRow::Sessions(row) => (row.held, &row.holder),
            PositionRow::File(row) => (row.held, &row.holder),
            PositionRow::Spool(row) => (row.held, &row.holder),
        };
        let told = || holder.as_ref().map(Holder::to_string);
        is_held.then(|| told().unwrap_or_else(|| "another ddctl".to_owned()))
    }
}
