//! The rows of the gateway's security audit log, of ranges of the times at which they were written,
//! newest first, with word of what was read to its end.
//!
//! The gateway writes a row some time after the change, so what is younger than a minute is given
//! and not claimed to be whole: the next reading reads it again.

mod estimate;
mod pages;
#[cfg(test)]
mod testing;

use jiff::Timestamp;
use tokio::sync::mpsc;

pub use self::estimate::{Estimate, estimate};
use self::pages::Pages;
use super::error::SourceError;
use super::export::Reading;
use super::retry::{Backoff, retrying};
use crate::domain::intervals::Intervals;
use crate::domain::time::TimeRange;
use crate::gateway::{AUDIT_PAGE_LIMIT, AuditLog, AuditPage, AuditQuery, Gateway};

/// What to export, from where.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    pub gateway: &'a Gateway,
    /// Of the times at which rows were written.
    pub ranges: &'a Intervals,
    /// What was written shortly before is not all there yet.
    pub now: Timestamp,
}

/// What reading gives. Nothing in a stretch is unfinished: a row never changes.
pub type Fed = super::export::Fed<AuditLog>;

/// Sends every row to `tx`, and tells `progress` how many there were so far. Gives their number.
///
/// # Errors
///
/// What the gateway refuses, or answers after no number of attempts; `Closed` when nobody receives.
pub async fn export(
    export: Export<'_>,
    tx: mpsc::Sender<Fed>,
    progress: impl FnMut(u64),
) -> Result<u64, SourceError> {
    let mut feeder = Feeder {
        export,
        tx,
        progress,
        rows: 0,
        has_answered: false,
    };
    for range in export.ranges.iter().rev() {
        feeder.range(range).await?;
    }
    Ok(feeder.rows)
}

struct Feeder<'a, P> {
    export: Export<'a>,
    tx: mpsc::Sender<Fed>,
    progress: P,
    rows: u64,
    has_answered: bool,
}

impl<P: FnMut(u64)> Feeder<'_, P> {
    async fn range(&mut self, range: TimeRange) -> Result<(), SourceError> {
        let mut pages = Pages::new(range, AUDIT_PAGE_LIMIT);
        let mut stretch = Reading::new(range, self.export.now);
        while let Some(query) = pages.next() {
            let taken = pages.take(self.page(&query).await?)?;
            for row in taken.rows {
                self.rows += 1;
                self.send(Fed::Event(Box::new(row))).await?;
            }
            (self.progress)(self.rows);
            stretch.reached = taken.whole_from;
            self.send(Fed::Read(stretch.close())).await?;
        }
        Ok(())
    }

    async fn page(&mut self, query: &AuditQuery) -> Result<AuditPage, SourceError> {
        let backoff = match self.has_answered {
            true => Backoff::patient(),
            false => Backoff::short(),
        };
        let gateway = self.export.gateway;
        let page = retrying(backoff, async || gateway.audit_logs(query).await).await?;
        self.has_answered = true;
        Ok(page)
    }

    async fn send(&self, fed: Fed) -> Result<(), SourceError> {
        let sent = self.tx.send(fed).await;
        sent.map_err(|_| SourceError::Closed)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;

    use super::testing::at_micros;
    use super::*;
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
