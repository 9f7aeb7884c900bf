//! What was answered 2xx and is not delivered yet, in one SQLite file (`relay.db`) a profile: the
//! webhooks as they came, and the events that they became.
//!
//! A webhook is on the disk before it is answered; it leaves with the commit that puts its events in
//! its place, and an event leaves once every required destination has it or a dead letter of it. So
//! whatever a crash takes is there once more, under the same ids. Ids stay known for 35 days: what
//! comes again is stored once.
//!
//! As in [`state`](super::state), each row has a CRC-32C of its own. An event whose row is damaged
//! goes to the dead letters; a file that is damaged is refused, and `ddctl state repair` makes a
//! sound one of it.

mod events;
mod form;
mod look;
mod memory;
mod notes;
mod repair;
mod room;
mod row;
mod store;
mod webhooks;
mod writer;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use rusqlite::Connection;

pub use events::{Added, Destination, Offer};
pub use look::{Contents, damage, look};
pub use notes::Note;
pub use repair::{repair, set_aside};
pub use room::{Limits, Shortage};
pub use row::{Arrival, Packed, Spooled, Waiting};
pub use store::{Again, Stock};
pub use webhooks::Wanted;
pub use writer::{NotStored, Spool, Stored};

use super::state::StateError;
use super::state::place::Place;

/// The spool in the folder of a profile's state.
pub const FILE: &str = "relay.db";

/// Held by whoever relays, and by whoever puts another file in its place.
const LOCK: &str = "relay.lock";

const PLACE: Place = Place {
    file: FILE,
    lock: LOCK,
    form: &form::SPOOL,
};

fn make_folder(folder: &Path) -> Result<(), StateError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|source| StateError::io(folder, source))
}

/// Refuses a file whose pages do not hold together. It reads all of them, but not their rows.
fn check(path: &Path, connection: &Connection) -> Result<(), StateError> {
    let asked = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    let told = asked.map_err(|error| StateError::of(path, error))?;
    match told.as_str() {
        "ok" => Ok(()),
        _ => Err(StateError::Damaged {
            path: path.to_owned(),
            what: told,
        }),
    }
}

#[cfg(test)]
mod tests;
