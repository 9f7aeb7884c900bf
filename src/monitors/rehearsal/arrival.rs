//! Whether Datadog has every event of a run: the log search, asked as rarely as its quota wants.

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::datadog::{Datadog, DatadogError, LogSearch, RateLimit, Sort};

/// The first wait; each later one is half as long again.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);
/// How far from the run's time its events may be stamped.
const AROUND: SignedDuration = SignedDuration::from_hours(3);

/// The events of one run, and those of them that were found.
#[derive(Debug)]
pub struct Arrival {
    query: String,
    wanted: HashSet<String>,
    sent: usize,
    from: Timestamp,
    wait: Duration,
    quota: Option<RateLimit>,
}

impl Arrival {
    /// `sent_at` is when sending began.
    pub fn new(run: &str, ids: &[String], sent_at: Timestamp) -> Self {
        let wanted: HashSet<String> = ids.iter().cloned().collect();
        Self {
            query: format!("@evt.test_run:{run}"),
            sent: wanted.len(),
            wanted,
            from: sent_at.checked_sub(AROUND).unwrap_or(sent_at),
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
            to: now.checked_add(AROUND).unwrap_or(now),
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

    /// How long to wait before the next look: longer each time, and past the end of the quota's
    /// window where nothing is left in it.
    pub fn next_wait(&mut self) -> Duration {
        let wait = self.wait;
        self.wait = (self.wait * 3 / 2).min(LONGEST);
        let used_up = self
            .quota
            .as_ref()
            .filter(|quota| quota.remaining == Some(0));
        let reset = used_up.and_then(|quota| quota.reset).unwrap_or_default();
        wait.max(reset)
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
        let ids = ["a".to_owned(), "b".to_owned()];
        let mut arrival = Arrival::new("0a1b", &ids, Timestamp::UNIX_EPOCH);
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

    #[tokio::test]
    async fn an_empty_quota_is_waited_out() {
        let intake = Intake::start(vec![
            Script::json(200, &page(&[]))
                .header("X-RateLimit-Limit", "2")
                .header("X-RateLimit-Remaining", "0")
                .header("X-RateLimit-Reset", "17"),
        ])
        .await;
        let datadog = datadog_with_app_key(&intake);
        let mut arrival = Arrival::new("0a1b", &["a".to_owned()], Timestamp::UNIX_EPOCH);
        arrival
            .look(&datadog, Timestamp::UNIX_EPOCH)
            .await
            .expect("an answer");
        assert_eq!(arrival.next_wait(), Duration::from_secs(17));
    }

    #[test]
    fn waits_grow_to_half_a_minute() {
        let mut arrival = Arrival::new("0a1b", &["a".to_owned()], Timestamp::UNIX_EPOCH);
        let waits: Vec<Duration> = (0..20).map(|_| arrival.next_wait()).collect();
        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(waits[0], FIRST);
        assert_eq!(waits[19], LONGEST);
    }
}
