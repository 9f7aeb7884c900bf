//! What no webhook told: the list of sessions, read at a slow pace, and offered under the same ids.
//!
//! The gateway sends no closing of a session that was killed, broken or lost in a restart, and none
//! of a review's decision; and what Svix could not deliver is lost for good. Whoever takes the offers
//! knows which ids he had before: what is new to him was missing.
//!
//! An event is offered once it is older than a grace, so that one whose webhook is on its way is not
//! counted as missing.

mod hold;
mod position;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use self::hold::hold_back;
pub use self::position::{NotAPosition, Position};
use super::contents::ReadRecording;
use super::error::SourceError;
use super::events::EventContext;
use super::export::{Fed, Follow, SourceSummary, follow};
use super::filter::SessionFilter;
use super::rounds::{Left, News};
use crate::gateway::Gateway;

/// A webhook is seldom later than this.
pub const GRACE: Duration = Duration::from_secs(120);

/// What to reconcile with, and how often.
#[derive(Clone, Copy, Debug)]
pub struct Reconcile<'a> {
    pub gateway: &'a Gateway,
    pub context: &'a EventContext,
    /// Single sessions asked for at once.
    pub concurrency: usize,
    /// Between one look and the next.
    pub interval: Duration,
    /// How old an event must be to be offered: [`GRACE`] or more.
    pub grace: Duration,
}

/// Looks every `interval` for what is left and sends it to `tx`, as [`follow`] does. `left` is given
/// the instant up to which to read, and ends the reading with `None`.
///
/// A session of which an event was held back is among a stretch's `unfinished`, and never among its
/// `finished`.
///
/// # Errors
///
/// Those of [`follow`].
pub async fn reconcile(
    settings: Reconcile<'_>,
    mut left: impl FnMut(Timestamp) -> Option<Left>,
    statements: impl ReadRecording,
    tx: mpsc::Sender<Fed>,
    news: impl FnMut(News),
) -> Result<SourceSummary, SourceError> {
    let Reconcile {
        gateway,
        context,
        concurrency,
        interval,
        grace,
    } = settings;
    let grace = SignedDuration::try_from(grace).unwrap_or(SignedDuration::MAX);
    let everything = SessionFilter::default();
    let settings = Follow {
        gateway,
        filter: &everything,
        context,
        concurrency,
        interval,
    };
    let left = |now: Timestamp| left(now.saturating_sub(grace).unwrap_or(now));
    let (read, reading) = mpsc::channel(1);
    let followed = follow(settings, left, statements, read, news);
    let (summary, _) = tokio::join!(followed, hold_back(reading, tx, grace));
    summary
}

#[cfg(test)]
mod tests;
