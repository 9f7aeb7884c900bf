//! The rows of the gateway's security audit log, of ranges of the times at which they were written,
//! newest first, with word of what was read to its end.
//!
//! The gateway writes a row some time after the change, so what is younger than a minute is given
//! and not claimed to be whole: the next reading reads it again.

mod estimate;
mod feeder;
mod filter;
mod follow;
mod pages;
#[cfg(test)]
mod testing;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

pub use self::estimate::{Estimate, estimate};
use self::feeder::Feeder;
pub use self::filter::AuditFilter;
pub use self::follow::{Follow, follow};
use super::error::SourceError;
use super::export::IN_DOUBT;
use crate::domain::intervals::Intervals;
use crate::gateway::{AuditLog, Gateway};

/// What to export, from where.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    pub gateway: &'a Gateway,
    /// Of the times at which rows were written.
    pub ranges: &'a Intervals,
    pub filter: &'a AuditFilter,
    /// What was written shortly before is not all there yet.
    pub now: Timestamp,
}

/// What reading gives. Nothing in a stretch is unfinished: a row never changes.
pub type Fed = super::export::Fed<AuditLog>;

/// The gateway writes a row some time after the change: what is older is there, or will not be.
pub const WRITTEN_AFTER: SignedDuration = IN_DOUBT;

/// How far the reading got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditProgress {
    /// Wanted rows.
    pub rows: u64,
    /// Everything of the range since then was read; the reading goes from new to old.
    pub reached: Timestamp,
}

/// Sends every wanted row to `tx`, and tells `progress` how far it is. Gives the number of rows.
///
/// # Errors
///
/// What the gateway refuses, or answers after no number of attempts; `Closed` when nobody receives.
pub async fn export(
    export: Export<'_>,
    tx: mpsc::Sender<Fed>,
    progress: impl FnMut(AuditProgress),
) -> Result<u64, SourceError> {
    let mut feeder = Feeder::new(export.gateway, export.filter, tx, progress);
    feeder.read(export.ranges, export.now).await?;
    Ok(feeder.rows())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::testing::at_micros;
    use super::*;
    use crate::domain::time::TimeRange;
    use crate::gateway::AUDIT_PAGE_LIMIT;
    use crate::gateway::testing::{Asked, Reply, Server};

    /// A gateway with a row at each of these times.
    async fn gateway_of(times: Vec<Timestamp>) -> Server {
        Server::with(move |asked: &Asked| {
            let time = |name| asked.parameter(name).and_then(|text| text.parse().ok());
            let (after, before) = (time("created_after"), time("created_before"));
            let mut rows: Vec<(usize, Timestamp)> = times.iter().copied().enumerate().collect();
            rows.retain(|(_, at)| after.is_none_or(|after: Timestamp| after <= *at));
            rows.retain(|(_, at)| before.is_none_or(|before: Timestamp| *at <= before));
            rows.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
            let page = asked.parameter("page").and_then(|text| text.parse().ok());
            let skipped = (page.unwrap_or(1_usize) - 1) * usize::from(AUDIT_PAGE_LIMIT);
            let shown = rows.iter().skip(skipped).take(AUDIT_PAGE_LIMIT.into());
            let data = shown.map(|(id, at)| json!({"id": id.to_string(), "created_at": at}));
            let data: Vec<_> = data.collect();
            let pages = json!({"total": rows.len(), "page": 1, "size": 100});
            Reply::json(200, json!({"pages": pages, "data": data}).to_string())
        })
        .await
    }

    async fn read(server: &Server, range: TimeRange, now: Timestamp) -> (Vec<String>, Intervals) {
        let gateway = server.gateway();
        let ranges: Intervals = [range].into_iter().collect();
        let (tx, mut rx) = mpsc::channel(1_000);
        let settings = Export {
            gateway: &gateway,
            ranges: &ranges,
            filter: &AuditFilter::default(),
            now,
        };
        let rows = export(settings, tx, |_| ()).await.expect("it is read");
        let (mut ids, mut whole) = (Vec::new(), Intervals::default());
        while let Some(fed) = rx.recv().await {
            match fed {
                Fed::Event(row) => ids.push(row.id),
                Fed::Read(stretch) => whole.insert(stretch.range),
            }
        }
        assert_eq!(ids.len() as u64, rows);
        (ids, whole)
    }

    #[tokio::test]
    async fn more_rows_than_pages_of_one_instant_come_once_each_and_the_range_is_whole() {
        let times = (0..450).map(|number| at_micros(if number < 250 { 7 } else { number }));
        let server = gateway_of(times.collect()).await;
        let range = TimeRange {
            since: at_micros(0),
            until: at_micros(1_000),
        };
        let (mut ids, whole) = read(&server, range, at_micros(100_000_000)).await;
        ids.sort_by_key(|id| id.parse::<u32>().ok());
        let expected: Vec<String> = (0..450).map(|id: u32| id.to_string()).collect();
        assert_eq!(ids, expected);
        assert_eq!(whole.iter().collect::<Vec<_>>(), [range]);
    }

    #[tokio::test]
    async fn the_last_minute_is_given_and_stays_in_doubt() {
        let now = at_micros(0);
        let ago = |seconds| now - SignedDuration::from_secs(seconds);
        let server = gateway_of(vec![ago(5), ago(100)]).await;
        let range = TimeRange {
            since: ago(1_000),
            until: now,
        };
        let (ids, whole) = read(&server, range, now).await;
        assert_eq!(ids, ["0", "1"]);
        let doubtless = TimeRange {
            since: ago(1_000),
            until: ago(60),
        };
        assert_eq!(whole.iter().collect::<Vec<_>>(), [doubtless]);
    }
}
