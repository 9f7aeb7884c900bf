//! What a run did, while it runs and at its end.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;

use super::answer::Reason;

/// The counts of one run. `read` is the sum of `accepted`, `dead_letters`, `skipped` and
/// `undelivered`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Events taken from the source.
    pub read: u64,
    /// Events the destination took.
    pub accepted: u64,
    pub requests: u64,
    /// Requests that had to be made again, by reason.
    pub retries: BTreeMap<Reason, u64>,
    /// Batches that were halved.
    pub splits: u64,
    /// Events of which a text was cut.
    pub cut: u64,
    /// Events sent under another time than their own.
    pub late: u64,
    /// Late events left out, because the user asked for it.
    pub skipped: u64,
    pub dead_letters: u64,
    /// Of those, how many the destination said it had left out of what it took; it does not say
    /// which, so that those beside them are dead letters too.
    pub rejected: u64,
    /// Where the dead letters lie.
    pub dead_letter_file: Option<PathBuf>,
    /// Events read that came to none of the ends above.
    pub undelivered: u64,
    /// Bytes of what was accepted, before compression.
    pub bytes_raw: u64,
    /// The same on the wire.
    pub bytes_wire: u64,
    pub elapsed: Duration,
    /// The run was asked to stop before its source ended.
    pub is_interrupted: bool,
    /// Whoever read standard output went away.
    pub reader_left: bool,
    /// The destination's clock minus ours.
    pub clock_offset: Option<SignedDuration>,
}

/// Something to tell while a run is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// `events` more were taken, `accepted` in all.
    Delivered { events: usize, accepted: u64 },
    /// Nothing is sent for so long.
    Waiting { wait: Duration, why: String },
    /// Nothing is sent until somebody acts; the destination is asked again after `wait`.
    Paused {
        wait: Duration,
        why: String,
        /// Where the key came from, and what brings another.
        remedy: Option<String>,
    },
    /// The destination takes what is sent again.
    Resumed,
    /// A batch was refused and is halved.
    Split { events: usize, why: String },
    /// An event went to the dead letters.
    DeadLetter { id: String, why: String },
    /// An event goes out under another time than its own.
    Restamped,
    /// The destination does not take the compression; gzip from here on.
    FellBackToGzip { why: String },
    /// The destination's clock and ours differ by more than a minute. Said once.
    ClockOff { offset: SignedDuration },
    /// The destination took everything, and says something. Said once.
    Warned { what: String },
    /// Nothing more goes there, while other destinations go on.
    Failed { why: String },
    /// Reading has stopped; so many events are still to be delivered.
    Draining { left: u64 },
}
