//! Counting logs instead of listing them, `POST /api/v2/logs/analytics/aggregate`.
//!
//! Its quota is its own and larger than the search's, by third parties' measure. Source: OpenAPI
//! document v2, `LogsAggregateRequest`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::client::Datadog;
use super::error::DatadogError;
use super::operation::AGGREGATE_LOGS;

/// What to compute over which logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogAggregation {
    /// In the syntax of log search; `*` for everything.
    pub query: String,
    pub from: Timestamp,
    pub to: Timestamp,
    /// Names of indexes; empty for all.
    pub indexes: Vec<String>,
    pub compute: Vec<Compute>,
    pub group_by: Vec<GroupBy>,
}

/// One number a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compute {
    pub aggregation: Aggregation,
    /// The measure, such as `@duration`; `None` for a count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
}

impl Compute {
    pub fn count() -> Self {
        Self {
            aggregation: Aggregation::Count,
            metric: None,
        }
    }

    pub fn of(aggregation: Aggregation, metric: impl Into<String>) -> Self {
        Self {
            aggregation,
            metric: Some(metric.into()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Aggregation {
    Count,
    Cardinality,
    Sum,
    Min,
    Max,
    Avg,
    Median,
    Pc75,
    Pc90,
    Pc95,
    Pc98,
    Pc99,
}

/// A facet to split by. The limits of all facets multiplied may reach 10 000.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupBy {
    /// `@evt.name`, `service`
    pub facet: String,
    pub limit: u32,
}

/// The numbers of one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Bucket {
    /// The group's values by facet; empty without groups.
    pub by: BTreeMap<String, String>,
    /// In the order of [`LogAggregation::compute`]; `None` where Datadog gave none.
    pub values: Vec<Option<f64>>,
}

impl Bucket {
    /// The first value.
    pub fn value(&self) -> Option<f64> {
        self.values.first().copied().flatten()
    }
}

#[derive(Serialize)]
struct Body<'a> {
    filter: Filter<'a>,
    compute: &'a [Compute],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    group_by: &'a [GroupBy],
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<Page<'a>>,
}

#[derive(Serialize)]
struct Page<'a> {
    cursor: &'a str,
}

#[derive(Serialize)]
struct Filter<'a> {
    query: &'a str,
    #[serde(serialize_with = "in_milliseconds")]
    from: Timestamp,
    #[serde(serialize_with = "in_milliseconds")]
    to: Timestamp,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    indexes: &'a [String],
}

fn in_milliseconds<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{at:.3}"))
}

#[derive(Deserialize)]
struct Answered {
    #[serde(default)]
    data: Option<Data>,
    #[serde(default)]
    meta: Option<Meta>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    buckets: Option<Vec<WireBucket>>,
}

#[derive(Deserialize)]
struct WireBucket {
    #[serde(default)]
    by: Option<BTreeMap<String, Value>>,
    /// `c0`, `c1`, … in the order of what was asked.
    #[serde(default)]
    computes: Option<BTreeMap<String, Value>>,
}

#[derive(Default, Deserialize)]
struct Meta {
    /// `done` or `timeout`
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    page: Option<MetaPage>,
}

#[derive(Deserialize)]
struct MetaPage {
    #[serde(default)]
    after: Option<String>,
}

impl Datadog {
    /// Needs an application key beside the API key, or an access token, and the permission
    /// `logs_read_data`.
    ///
    /// # Errors
    ///
    /// [`DatadogError::Partial`] where Datadog's own search ran out of time: a number that may be
    /// too small is none.
    pub async fn aggregate_logs(
        &self,
        aggregation: &LogAggregation,
    ) -> Result<Vec<Bucket>, DatadogError> {
        let mut buckets = Vec::new();
        let mut cursor = None;
        loop {
            let (found, after) = self.aggregate_page(aggregation, cursor.as_deref()).await?;
            let is_last = found.is_empty() || after.is_none() || after == cursor;
            buckets.extend(found);
            cursor = after;
            if is_last {
                return Ok(buckets);
            }
        }
    }

    /// The buckets of one page, and where the next one begins.
    async fn aggregate_page(
        &self,
        aggregation: &LogAggregation,
        cursor: Option<&str>,
    ) -> Result<(Vec<Bucket>, Option<String>), DatadogError> {
        let draft = self.draft(&AGGREGATE_LOGS)?.json(&aggregation.body(cursor));
        let request = draft.line();
        let answer: Answered = self.ask_patiently(draft).await?.json().await?;
        let meta = answer.meta.unwrap_or_default();
        if meta.status.as_deref() == Some("timeout") {
            let host = self.endpoint().site.api_host();
            return Err(DatadogError::Partial { host, request });
        }
        let found = answer.data.and_then(|data| data.buckets);
        let count = aggregation.compute.len();
        let buckets = found.unwrap_or_default().into_iter();
        Ok((
            buckets.map(|bucket| bucket.read(count)).collect(),
            meta.page.and_then(|page| page.after),
        ))
    }
}

impl LogAggregation {
    fn body<'a>(&'a self, cursor: Option<&'a str>) -> Body<'a> {
        Body {
            filter: Filter {
                query: &self.query,
                from: self.from,
                to: self.to,
                indexes: &self.indexes,
            },
            compute: &self.compute,
            group_by: &self.group_by,
            page: cursor.map(|cursor| Page { cursor }),
        }
    }
}

impl WireBucket {
    fn read(self, count: usize) -> Bucket {
        let computes = self.computes.unwrap_or_default();
        let value = |index| computes.get(&format!("c{index}")).and_then(number);
        let by = self.by.unwrap_or_default().into_iter();
        Bucket {
            by: by.map(|(facet, value)| (facet, text(value))).collect(),
            values: (0..count).map(value).collect(),
        }
    }
}

/// A number, also where it came as text.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::datadog::testing::{Intake, Script, datadog_with_app_key};

    fn aggregation() -> LogAggregation {
        LogAggregation {
            query: "source:hoop".to_owned(),
            from: "2026-08-01T12:00:00Z".parse().expect("a valid instant"),
            to: "2026-08-01T13:00:00Z".parse().expect("a valid instant"),
            indexes: Vec::new(),
            compute: vec![Compute::count(), Compute::of(Aggregation::Sum, "@cost_usd")],
            group_by: vec![GroupBy {
                facet: "service".to_owned(),
                limit: 50,
            }],
        }
    }

    #[tokio::test]
    async fn groups_are_gathered_from_every_page() {
        let page = |service: &str, after: Option<&str>| {
            let meta =
                json!({"status": "done", "page": after.map(|after| json!({"after": after}))});
            json!({"meta": meta, "data": {"buckets": [
                {"by": {"service": service}, "computes": {"c0": 3, "c1": "0.5"}}
            ]}})
            .to_string()
        };
        let intake = Intake::start(vec![
            Script::json(200, &page("a", Some("next"))),
            Script::json(200, &page("b", None)),
        ])
        .await;
        let buckets = datadog_with_app_key(&intake)
            .aggregate_logs(&aggregation())
            .await
            .expect("buckets");
        assert_eq!(buckets.len(), 2);
        assert_eq!(buckets[1].by["service"], "b");
        assert_eq!(buckets[0].values, [Some(3.0), Some(0.5)]);
        let bodies: Vec<Value> = intake
            .requests()
            .iter()
            .map(|request| serde_json::from_slice(&request.body).expect("JSON"))
            .collect();
        assert_eq!(
            bodies[0],
            json!({
                "filter": {"query": "source:hoop", "from": "2026-08-01T12:00:00.000Z", "to": "2026-08-01T13:00:00.000Z"},
                "compute": [{"aggregation": "count"}, {"aggregation": "sum", "metric": "@cost_usd"}],
                "group_by": [{"facet": "service", "limit": 50}],
            })
        );
        assert_eq!(bodies[1]["page"], json!({"cursor": "next"}));
    }

    #[tokio::test]
    async fn nothing_found_is_no_bucket_and_half_found_is_an_error() {
        // The first as recorded (`Aggregate compute events returns "OK" response`).
        let intake = Intake::start(vec![
            Script::json(
                200,
                r#"{"meta":{"elapsed":165,"request_id":"x","status":"done"},"data":{"buckets":[]}}"#,
            ),
            Script::json(200, r#"{"meta":{"status":"timeout"},"data":{"buckets":[]}}"#),
        ])
        .await;
        let datadog = datadog_with_app_key(&intake);
        assert_eq!(datadog.aggregate_logs(&aggregation()).await, Ok(Vec::new()));
        let error = datadog.aggregate_logs(&aggregation()).await;
        assert!(
            matches!(error, Err(DatadogError::Partial { .. })),
            "{error:?}"
        );
    }
}
