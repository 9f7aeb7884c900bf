//! Asking Datadog: counts first, then what differs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::sleep;

use super::cells::{Cell, HOUR, Tally, differing, expected_cells, hour_of, pages, spans, windows};
use super::expected::{Expectations, Family};
use super::pace::Pace;
use super::under_way::UnderWay;
use crate::datadog::{
    Aggregation, Compute, Datadog, DatadogError, GroupBy, LogAggregation, LogSearch, Point, Sort,
};

/// Ids of one request, so that its query stays below two kilobytes.
const IDS_AT_ONCE: usize = 50;

/// How many requests are to come, and about how long they take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Requests that are sure.
    pub requests: u64,
    pub estimate: Duration,
}

/// What is about to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Count { events: u64, planned: Planned },
    List { cells: u64, planned: Planned },
    LookUp { events: u64, planned: Planned },
    Asked { requests: u64 },
}

/// Asks about events of one family at one site.
pub struct Inquiry<'a, F> {
    datadog: &'a Datadog,
    /// Name of the gateway's host, as the events carry it.
    host: &'a str,
    pace: Pace,
    pub requests: u64,
    told: F,
}

impl<'a, F: FnMut(Step)> Inquiry<'a, F> {
    pub fn new(datadog: &'a Datadog, host: &'a str, told: F) -> Self {
        Self {
            datadog,
            host,
            pace: Pace::default(),
            requests: 0,
            told,
        }
    }

    /// Counts, lists where a count differs, and marks what is found. Nothing before `since` is
    /// asked for: it is not kept any more.
    pub async fn find(
        &mut self,
        expected: &mut Expectations,
        since: Option<Timestamp>,
    ) -> Result<BTreeMap<Cell, Tally>, DatadogError> {
        let wanted = expected_cells(expected, since);
        let counted = self.count(&wanted, expected.family).await?;
        let differing = differing(&wanted, &counted);
        mark_agreeing(expected, since, &differing);
        let spans = spans(&differing, &counted);
        if !spans.is_empty() {
            let planned = self.planned(pages(&spans, &counted));
            let cells = differing.len() as u64;
            (self.told)(Step::List { cells, planned });
        }
        for (first, last) in spans {
            self.list(expected, first, last).await?;
        }
        Ok(counted)
    }

    /// Looks for every event that was not found, by its id, between `since` and `until`: once, and
    /// not while it is under way.
    pub async fn look_up(
        &mut self,
        expected: &mut Expectations,
        under_way: &UnderWay<'_>,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<(), DatadogError> {
        let mut lost = Vec::new();
        for item in &mut expected.items {
            let is_kept = item.under >= since;
            if is_kept && !item.is_found && !item.is_looked_up && !under_way.has(item) {
                item.is_looked_up = true;
                lost.push(item.event.id.to_string());
            }
        }
        if lost.is_empty() {
            return Ok(());
        }
        let planned = self.planned(lost.len().div_ceil(IDS_AT_ONCE) as u64);
        let events = lost.len() as u64;
        (self.told)(Step::LookUp { events, planned });
        for ids in lost.chunks(IDS_AT_ONCE) {
            let query = format!("source:hoop @evt.id:({}) -@evt.test:true", ids.join(" OR "));
            self.search(expected, query, since, until).await?;
        }
        Ok(())
    }

    fn planned(&self, requests: u64) -> Planned {
        Planned {
            requests,
            estimate: self.pace.estimate(requests),
        }
    }

    fn query(&self, family: Family) -> String {
        let kinds = family.kinds().join(" OR ");
        let host = self.host;
        format!("source:hoop host:\"{host}\" @evt.name:({kinds}) -@evt.test:true")
    }

    async fn count(
        &mut self,
        wanted: &BTreeMap<Cell, u64>,
        family: Family,
    ) -> Result<BTreeMap<Cell, Tally>, DatadogError> {
        let windows = windows(wanted);
        let planned = self.planned(windows.len() as u64);
        let events = wanted.values().sum();
        (self.told)(Step::Count { events, planned });
        let mut counted = BTreeMap::new();
        for (first, last) in windows {
            sleep(self.pace.wait()).await;
            let aggregation = LogAggregation {
                query: self.query(family),
                from: start_of(first),
                to: end_of(last),
                indexes: Vec::new(),
                compute: vec![
                    Compute::count().hourly(),
                    Compute::of(Aggregation::Cardinality, "@evt.id").hourly(),
                ],
                group_by: vec![GroupBy {
                    facet: "@evt.name".to_owned(),
                    limit: family.kinds().len() as u32,
                }],
            };
            let answer = self.datadog.aggregate_logs(&aggregation).await?;
            self.asked(answer.requests);
            self.pace.learn(answer.rate_limit);
            for bucket in &answer.buckets {
                let name = bucket.by.get("@evt.name");
                let mut kinds = family.kinds().iter();
                let kind = kinds.find(|kind| name.is_some_and(|name| name == *kind));
                if let (Some(kind), [logs, ids, ..]) = (kind, &bucket.series[..]) {
                    tally(&mut counted, kind, logs, |tally| &mut tally.logs);
                    tally(&mut counted, kind, ids, |tally| &mut tally.ids);
                }
            }
        }
        Ok(counted)
    }

    async fn list(
        &mut self,
        expected: &mut Expectations,
        first: i64,
        last: i64,
    ) -> Result<(), DatadogError> {
        let query = self.query(expected.family);
        self.search(expected, query, start_of(first), end_of(last))
            .await
    }

    /// Marks everything that a search finds, page by page.
    async fn search(
        &mut self,
        expected: &mut Expectations,
        query: String,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<(), DatadogError> {
        let mut search = LogSearch {
            query,
            from,
            to,
            limit: LogSearch::LARGEST_PAGE,
            sort: Sort::OldestFirst,
            cursor: None,
        };
        loop {
            sleep(self.pace.wait()).await;
            let page = self.datadog.search_logs(&search).await?;
            self.asked(1);
            self.pace.learn(page.rate_limit);
            for log in &page.logs {
                let custom = log.attributes.custom.as_ref();
                let id = custom.and_then(|custom| custom.get("evt")?.get("id")?.as_str());
                if let Some(item) = id.and_then(|id| expected.of_id(id)) {
                    item.is_found = true;
                }
            }
            let is_full = page.logs.len() >= usize::from(LogSearch::LARGEST_PAGE);
            search.cursor = page.after.filter(|_| is_full);
            if search.cursor.is_none() {
                return Ok(());
            }
        }
    }

    fn asked(&mut self, requests: u64) {
        self.requests += requests;
        let requests = self.requests;
        (self.told)(Step::Asked { requests });
    }
}

/// A cell that agrees proves each of its events.
fn mark_agreeing(expected: &mut Expectations, since: Option<Timestamp>, differing: &[Cell]) {
    let differing: BTreeSet<&Cell> = differing.iter().collect();
    for item in &mut expected.items {
        let cell = (hour_of(item.under), item.event.kind());
        let is_asked = item.aside.is_none() && since.is_none_or(|since| item.under >= since);
        item.is_found |= is_asked && !differing.contains(&cell);
    }
}

fn tally(
    counted: &mut BTreeMap<Cell, Tally>,
    kind: &'static str,
    points: &[Point],
    place: impl Fn(&mut Tally) -> &mut u64,
) {
    for point in points {
        let tally = counted.entry((hour_of(point.time), kind)).or_default();
        *place(tally) += point.value as u64;
    }
}

fn start_of(hour: i64) -> Timestamp {
    Timestamp::from_second(hour.saturating_mul(HOUR)).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The last millisecond of the hour: the end of a range may count as in it.
fn end_of(hour: i64) -> Timestamp {
    start_of(hour + 1) - SignedDuration::from_millis(1)
}
