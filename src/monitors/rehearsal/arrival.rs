//! Whether Datadog has every event of a run: the log search, asked as rarely as its quota wants.

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::datadog::{Datadog, DatadogError, LogSearch, RateLimit, Sort};
use crate::delivery::Record;

/// The wait before the first look, since what was just sent is never there at once; each later one
/// is half as long again.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);
/// How far beside the stamps of the events is searched.
const AROUND: SignedDuration = SignedDuration::from_hours(1);

/// The events of one run, and those of them that were found.
#[derive(Debug)]
pub struct Arrival {
    query: String,
    wanted: HashSet<String>,
    sent: usize,
    from: Timestamp,
    to: Timestamp,
    wait: Duration,
    quota: Option<RateLimit>,
}

impl Arrival {
    /// Of `events`, whose sending begins at `now` by Datadog's clock.
    pub fn new(run: &str, events: &[Record], now: Timestamp) -> Self {
        let stamps = || events.iter().map(|event| event.timestamp);
        let first = stamps().min().map_or(now, |first| first.min(now));
        let last = stamps().max().map_or(now, |last| last.max(now));
        let wanted: HashSet<String> = events.iter().map(|event| event.id.clone()).collect();
        Self {
            query: format!("@evt.test_run:{run}"),
            sent: wanted.len(),
            wanted,
            from: first.checked_sub(AROUND).unwrap_or(first),
            to: last.checked_add(AROUND).unwrap_or(last),
            wait: FIRST,
            quota: None,
        }
    }

    pub fn is_complete(&self) -> bool {
        self.wanted.is_empty()
    }

    pub fn found(&self) -> usize {
        self.sent - self.wanted.len()
    }

    /// Asks for all events of the run, and takes out what is there.
    pub async fn look(&mut self, datadog: &Datadog, now: Timestamp) -> Result<(), DatadogError> {
        let mut search = LogSearch {
            query: self.query.clone(),
            from: self.from,
            to: self.to.max(now),
            limit: LogSearch::LARGEST_PAGE,
            sort: Sort::OldestFirst,
            cursor: None,
        };
        loop {
            let page = datadog.search_logs(&search).await?;
            for log in &page.logs {
                let custom = log.attributes.custom.as_ref();
                let id = custom.and_then(|custom| custom.get("evt")?.get("id")?.as_str());
                if let Some(id) = id {
                    self.wanted.remove(id);
                }
            }
            self.quota = page.rate_limit;
            let is_full = page.logs.len() >= usize::from(LogSearch::LARGEST_PAGE);
            search.cursor = page.after.filter(|_| is_full);
            if search.cursor.is_none() || self.is_complete() {
                return Ok(());
            }
        }
    }

    /// How long to wait before the next look: longer each time, past the end of the quota's window
    /// where nothing is left in it, and otherwise such that what is left lasts until then. The
    /// whole organisation shares it.
    pub fn next_wait(&mut self) -> Duration {
        let wait = self.wait;
        self.wait = (self.wait * 3 / 2).min(LONGEST);
        wait.max(self.quota.as_ref().map_or(Duration::ZERO, share_of))
    }
}

/// The time between two calls that uses a quota up evenly.
fn share_of(quota: &RateLimit) -> Duration {
    let reset = quota.reset.unwrap_or_default();
    match quota.remaining.map(u32::try_from) {
        None | Some(Err(_)) => Duration::ZERO,
        Some(Ok(left)) => reset / left.max(1),
    }
}

impl fmt::Display for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} found", self.found(), self.sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datadog::testing::{Intake, Script, datadog_with_app_key};

    fn arrival(ids: &[&str]) -> Arrival {
        let record = |id: &&str| Record {
            id: (*id).to_owned(),
            order_by: String::new(),
            timestamp: Timestamp::UNIX_EPOCH,
            body: serde_json::Map::new(),
            number: None,
        };
        let records: Vec<Record> = ids.iter().map(record).collect();
        Arrival::new("0a1b", &records, Timestamp::UNIX_EPOCH)
    }

    fn page(ids: &[&str]) -> String {
        let logs: Vec<String> = ids
            .iter()
            .map(|id| {
                format!(
                    r#"{{"id":"x","type":"log","attributes":{{"attributes":{{"evt":{{"id":"{id}"}}}}}}}}"#
                )
            })
            .collect();
        format!(r#"{{"data":[{}]}}"#, logs.join(","))
    }

    #[tokio::test]
    async fn every_event_has_to_be_found_by_its_own_id() {
        let intake = Intake::start(vec![
            Script::json(200, &page(&["a", "a", "other"])),
            Script::json(200, &page(&["a", "b"])),
        ])
        .await;
        let datadog = datadog_with_app_key(&intake);
        let mut arrival = arrival(&["a", "b"]);
        arrival
            .look(&datadog, Timestamp::UNIX_EPOCH)
            .await
            .expect("an answer");
        assert_eq!(arrival.to_string(), "1 of 2 found");
        arrival
            .look(&datadog, Timestamp::UNIX_EPOCH)
            .await
            .expect("an answer");
        assert!(arrival.is_complete());
        let body = String::from_utf8_lossy(&intake.requests()[0].body).into_owned();
        assert!(body.contains("@evt.test_run:0a1b"), "{body}");
    }

    async fn wait_with(remaining: &str) -> Duration {
        let intake = Intake::start(vec![
            Script::json(200, &page(&[]))
                .header("X-RateLimit-Limit", "8")
                .header("X-RateLimit-Remaining", remaining)
                .header("X-RateLimit-Reset", "20"),
        ])
        .await;
        let datadog = datadog_with_app_key(&intake);
        let mut arrival = arrival(&["a"]);
        arrival
            .look(&datadog, Timestamp::UNIX_EPOCH)
            .await
            .expect("an answer");
        arrival.next_wait()
    }

    #[tokio::test]
    async fn an_empty_quota_is_waited_out_and_a_small_one_shared_out() {
        for (remaining, seconds) in [("0", 20), ("1", 20), ("4", 5), ("1000", 1)] {
            let wait = wait_with(remaining).await;
            assert_eq!(wait, Duration::from_secs(seconds), "{remaining}");
        }
    }

    #[test]
    fn it_searches_around_the_stamps_of_the_events() {
        let now = Timestamp::from_second(1_800_000_000).expect("within the calendar");
        let old = Record {
            id: "a".to_owned(),
            order_by: String::new(),
            timestamp: now - SignedDuration::from_hours(10),
            body: serde_json::Map::new(),
            number: None,
        };
        let arrival = Arrival::new("0a1b", &[old.clone(), old], now);
        assert_eq!(arrival.from, now - SignedDuration::from_hours(11));
        assert_eq!(arrival.to, now + AROUND);
        assert_eq!(arrival.to_string(), "0 of 1 found");
    }

    #[test]
    fn waits_grow_to_half_a_minute() {
        let mut arrival = arrival(&["a"]);
        let waits: Vec<Duration> = (0..20).map(|_| arrival.next_wait()).collect();
        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(waits[0], FIRST);
        assert_eq!(waits[19], LONGEST);
    }
}
