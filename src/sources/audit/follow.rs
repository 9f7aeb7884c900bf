//! The audit log, followed: again and again what is left, for as long as somebody receives.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::feeder::Feeder;
use super::{AuditFilter, AuditProgress, Fed};
use crate::gateway::Gateway;
use crate::sources::error::SourceError;
use crate::sources::rounds::{Left, News, rounds};

/// What to follow, and how closely.
#[derive(Clone, Copy, Debug)]
pub struct Follow<'a> {
    pub gateway: &'a Gateway,
    pub filter: &'a AuditFilter,
    /// Between one look and the next.
    pub interval: Duration,
}

/// Looks every `interval` for what is left, as `left` says then (it is given the time, and ends the
/// reading with `None`), and sends the rows to `tx` as [`export`](super::export) does. Gives the
/// number of different rows.
///
/// # Errors
///
/// What no waiting helps against, and `Closed` when nobody receives. A gateway that is away is
/// waited for.
pub async fn follow(
    follow: Follow<'_>,
    left: impl FnMut(Timestamp) -> Option<Left>,
    tx: mpsc::Sender<Fed>,
    progress: impl FnMut(AuditProgress),
    news: impl FnMut(News),
) -> Result<u64, SourceError> {
    let feeder = Feeder::new(follow.gateway, follow.filter, tx, progress);
    let mut feeder = feeder.looking_again();
    rounds(follow.interval, left, news, async |left, now, news| {
        let before = feeder.rows();
        feeder.read(&left.ranges, now).await?;
        news(News::Looked {
            at: now,
            found: feeder.rows() - before,
            open: Vec::new(),
        });
        Ok(())
    })
    .await?;
    Ok(feeder.rows())
}
