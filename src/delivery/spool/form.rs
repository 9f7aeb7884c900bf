//! The form of `relay.db`.

use crate::delivery::state::schema::Form;

/// `ddcr` in the header. Pages that become free are given back step by step.
pub(super) const SPOOL: Form = Form {
    application: 0x6464_6372,
    settings: "PRAGMA auto_vacuum = INCREMENTAL",
    migrations: &MIGRATIONS,
};

/// Numbers of rows are never used again: whoever reads on after one finds what came since.
///
/// - `webhook` holds what was answered 2xx and is no event yet; `due` is when it is looked at next,
///   and `is_told` says that an incomplete event of it went out.
/// - `message` has the ids of webhooks, with their queue or after it.
/// - `event` holds what goes to the destinations; `broken` says why a row can go to the dead letters
///   alone.
/// - `passed` says which destinations are done with an event that others still have to get.
/// - `known` has the ids of events that every required destination has.
/// - `note` is what whoever fills the spool has to go on from, by a name of his own.
///
/// Rows of `message` and `known` have no checksum: what a flipped bit leaves is an id of nobody, and
/// the event whose it was goes out again.
const MIGRATIONS: [&str; 1] = ["
CREATE TABLE webhook (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message TEXT NOT NULL,
    received INTEGER NOT NULL,
    due INTEGER NOT NULL,
    is_told INTEGER NOT NULL,
    length INTEGER NOT NULL,
    body BLOB NOT NULL,
    crc INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_due ON webhook (due, id);
CREATE INDEX webhook_untold ON webhook (received) WHERE is_told = 0;
CREATE TABLE message (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX message_at ON message (at);
CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL,
    is_partial INTEGER NOT NULL,
    order_by TEXT NOT NULL,
    at INTEGER NOT NULL,
    broken TEXT,
    length INTEGER NOT NULL,
    body BLOB NOT NULL,
    crc INTEGER NOT NULL,
    UNIQUE (event, is_partial)
) STRICT;
CREATE TABLE passed (
    event INTEGER NOT NULL REFERENCES event ON DELETE CASCADE,
    destination TEXT NOT NULL,
    crc INTEGER NOT NULL,
    PRIMARY KEY (event, destination)
) STRICT, WITHOUT ROWID;
CREATE TABLE known (
    event TEXT PRIMARY KEY,
    is_partial INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX known_at ON known (at);
CREATE TABLE note (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    crc INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"];
