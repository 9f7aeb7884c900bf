//! Log search, `POST https://api.<site>/api/v2/logs/events/search`: one page a call.
//!
//! The scarcest of Datadog's quotas: third parties measured two or three calls in ten seconds for
//! a whole organisation. The quota is in the headers of each answer, and pages are asked for at
//! their full size.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::client::Datadog;
use super::error::DatadogError;
use super::operation::SEARCH_LOGS;
use super::rate::RateLimit;

/// What to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSearch {
    /// In the syntax of log search; `*` finds everything.
    pub query: String,
    pub from: Timestamp,
    pub to: Timestamp,
    /// At most [`LogSearch::LARGEST_PAGE`].
    pub limit: u16,
    pub sort: Sort,
    /// [`LogPage::after`] of the page before.
    pub cursor: Option<String>,
}

impl LogSearch {
    pub const LARGEST_PAGE: u16 = 1_000;
}

/// The order of a search; the schema knows no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    OldestFirst,
    NewestFirst,
}

/// One page.
#[derive(Clone, Debug, PartialEq)]
pub struct LogPage {
    pub logs: Vec<FoundLog>,
    /// Where the next page begins; `None` on the last one.
    pub after: Option<String>,
    pub rate_limit: Option<RateLimit>,
}

/// One log as the search gives it back.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct FoundLog {
    pub id: String,
    #[serde(default)]
    pub attributes: Attributes,
}

/// What a found log holds. Real answers leave out or null any of it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Attributes {
    pub timestamp: Option<Timestamp>,
    pub status: Option<String>,
    pub service: Option<String>,
    pub host: Option<String>,
    pub message: Option<String>,
    pub tags: Option<Vec<String>>,
    /// The log's own attributes.
    #[serde(rename = "attributes")]
    pub custom: Option<Map<String, Value>>,
}

#[derive(Serialize)]
struct Body<'a> {
    filter: Filter<'a>,
    sort: &'static str,
    page: Page<'a>,
}

#[derive(Serialize)]
struct Filter<'a> {
    query: &'a str,
    from: String,
    to: String,
}

#[derive(Serialize)]
struct Page<'a> {
    limit: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<&'a str>,
}

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    data: Option<Vec<FoundLog>>,
    #[serde(default)]
    meta: Option<Meta>,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(default)]
    page: Option<MetaPage>,
}

#[derive(Deserialize)]
struct MetaPage {
    #[serde(default)]
    after: Option<String>,
}

impl Datadog {
    /// Needs both keys and the permission `logs_read_data`.
    ///
    /// A log just sent is not there at once; recordings needed several tries over some seconds.
    pub async fn search_logs(&self, search: &LogSearch) -> Result<LogPage, DatadogError> {
        let draft = self.draft(&SEARCH_LOGS)?.json(&search.body());
        let answer = self.ask_patiently(draft).await?;
        let rate_limit = answer.rate_limit();
        let found = answer.json::<Found>().await?;
        let logs = found.data.unwrap_or_default();
        let after = found.meta.and_then(|meta| meta.page?.after);
        Ok(LogPage {
            // The last page is empty, with or without a cursor.
            after: after.filter(|_| !logs.is_empty()),
            logs,
            rate_limit,
        })
    }
}

impl LogSearch {
    fn body(&self) -> Body<'_> {
        Body {
            filter: Filter {
                query: &self.query,
                from: format!("{:.3}", self.from),
                to: format!("{:.3}", self.to),
            },
            sort: match self.sort {
                Sort::OldestFirst => "timestamp",
                Sort::NewestFirst => "-timestamp",
            },
            page: Page {
                limit: self.limit.min(Self::LARGEST_PAGE),
                cursor: self.cursor.as_deref(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::datadog::testing::{Intake, Script, datadog_with_app_key};
    use crate::datadog::{Meaning, Patience};

    fn search(cursor: Option<&str>) -> LogSearch {
        let at = |text: &str| text.parse().expect("a valid instant");
        LogSearch {
            query: "@evt.id:x".to_owned(),
            from: at("2026-08-01T12:00:00Z"),
            to: at("2026-08-01T13:00:00.5Z"),
            limit: 5_000,
            sort: Sort::OldestFirst,
            cursor: cursor.map(str::to_owned),
        }
    }

    #[tokio::test]
    async fn pages_follow_the_cursor_until_an_empty_one() {
        let first = r#"{"meta":{"page":{"after":"next"}},"data":[{"attributes":{"status":"info","timestamp":"2022-04-11T16:29:47.401Z","host":null,"message":"m","tags":["source:hoop"],"attributes":{"evt":{"id":"x"}}},"type":"log","id":"AQ"}],"links":{"next":"ignored"}}"#;
        let intake = Intake::start(vec![
            Script::json(200, first)
                .header("X-Ratelimit-Remaining", "1")
                .header("X-Ratelimit-Reset", "9"),
            Script::json(200, r#"{"data":[]}"#),
        ])
        .await;
        let datadog = datadog_with_app_key(&intake);
        let page = datadog.search_logs(&search(None)).await.expect("a page");
        assert_eq!(page.after.as_deref(), Some("next"));
        let custom = page.logs[0].attributes.custom.as_ref().expect("attributes");
        assert_eq!(custom["evt"]["id"], "x");
        let rate = page.rate_limit.expect("a bucket");
        assert_eq!(rate.reset, Some(Duration::from_secs(9)));

        let last = datadog
            .search_logs(&search(Some("next")))
            .await
            .expect("a page");
        assert_eq!((last.logs.len(), last.after), (0, None));
        let sent: Value = serde_json::from_slice(&intake.requests()[1].body).expect("JSON");
        assert_eq!(sent["page"]["cursor"], "next");
        assert_eq!(sent["page"]["limit"], 1_000);
        assert_eq!(sent["filter"]["from"], "2026-08-01T12:00:00.000Z");
        assert_eq!(sent["sort"], "timestamp");
    }

    #[tokio::test]
    async fn a_429_carries_its_bucket_and_how_long_to_wait() {
        let intake = Intake::start(vec![
            Script::json(429, r#"{"errors":["Too many requests"]}"#)
                .header("X-RateLimit-Name", "logs_public_search_api")
                .header("X-RateLimit-Limit", "2")
                .header("X-RateLimit-Reset", "8"),
        ])
        .await;
        let error = datadog_with_app_key(&intake)
            .with_patience(Patience::none())
            .search_logs(&search(None))
            .await
            .expect_err("too many");
        let after = Some(Duration::from_secs(8));
        assert_eq!(error.meaning(), Meaning::Retry { after });
        let DatadogError::Refused(refusal) = error else {
            panic!("an answer was sent");
        };
        let bucket = refusal.rate_limit.expect("a bucket");
        assert_eq!(bucket.name.as_deref(), Some("logs_public_search_api"));
    }
}
