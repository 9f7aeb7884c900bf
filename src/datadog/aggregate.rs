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
use super::rate::RateLimit;

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
    /// `timeseries` for a number an interval.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<&'static str>,
}

impl Compute {
    pub fn count() -> Self {
        Self {
            aggregation: Aggregation::Count,
            metric: None,
            kind: None,
            interval: None,
        }
    }

    /// A number for each hour that has one, instead of one for all.
    pub fn hourly(self) -> Self {
        Self {
            kind: Some("timeseries"),
            interval: Some("1h"),
            ..self
        }
    }

    pub fn of(aggregation: Aggregation, metric: impl Into<String>) -> Self {
        Self {
            aggregation,
            metric: Some(metric.into()),
            ..Self::count()
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
    /// The numbers of [`Compute::hourly`], in the same order; empty for the others.
    pub series: Vec<Vec<Point>>,
}

/// An answer, gathered from its pages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Aggregated {
    pub buckets: Vec<Bucket>,
    /// As the last page told it.
    pub rate_limit: Option<RateLimit>,
    pub requests: u64,
}

struct AggregatePage {
    buckets: Vec<Bucket>,
    /// Where the next page begins.
    after: Option<String>,
    rate_limit: Option<RateLimit>,
}

/// One number of a time series.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Point {
    /// Where its interval begins.
    pub time: Timestamp,
    pub value: f64,
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
    ) -> Result<Aggregated, DatadogError> {
        let mut aggregated = Aggregated::default();
        let mut cursor = None;
        loop {
            let page = self.aggregate_page(aggregation, cursor.as_deref()).await?;
            let AggregatePage {
                buckets,
                after,
                rate_limit,
            } = page;
            let is_last = buckets.is_empty() || after.is_none() || after == cursor;
            aggregated.buckets.extend(buckets);
            aggregated.rate_limit = rate_limit;
            aggregated.requests += 1;
            cursor = after;
            if is_last {
                return Ok(aggregated);
            }
        }
    }

    async fn aggregate_page(
        &self,
        aggregation: &LogAggregation,
        cursor: Option<&str>,
    ) -> Result<AggregatePage, DatadogError> {
        let draft = self.draft(&AGGREGATE_LOGS)?.json(&aggregation.body(cursor));
        let request = draft.line();
        let answer = self.ask_patiently(draft).await?;
        let rate_limit = answer.rate_limit();
        let answer: Answered = answer.json().await?;
        let meta = answer.meta.unwrap_or_default();
        if meta.status.as_deref() == Some("timeout") {
            let host = self.endpoint().site.api_host();
            return Err(DatadogError::Partial { host, request });
        }
        let found = answer.data.and_then(|data| data.buckets);
        let count = aggregation.compute.len();
        let buckets = found.unwrap_or_default().into_iter();
        Ok(AggregatePage {
            buckets: buckets.map(|bucket| bucket.read(count)).collect(),
            after: meta.page.and_then(|page| page.after),
            rate_limit,
        })
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
        let series = |index| {
            let points = computes.get(&format!("c{index}")).and_then(Value::as_array);
            let points = points.into_iter().flatten();
            points
                .filter_map(|point| Point::deserialize(point).ok())
                .collect()
        };
        let by = self.by.unwrap_or_default().into_iter();
        Bucket {
            by: by.map(|(facet, value)| (facet, text(value))).collect(),
            values: (0..count).map(value).collect(),
            series: (0..count).map(series).collect(),
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
        assert_eq!(buckets.requests, 2);
        let buckets = buckets.buckets;
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
    async fn hours_come_as_points_in_the_order_of_what_was_asked() {
        // The shape of OpenAPI v2, `LogsAggregateBucketValueTimeseries`.
        let point = |hour: u32, value: u32| json!({"time": format!("2026-08-01T{hour}:00:00.000Z"), "value": value});
        let answer = json!({"meta": {"status": "done"}, "data": {"buckets": [{
            "by": {"@evt.name": "session.open"},
            "computes": {"c0": [point(12, 3), point(13, 4)], "c1": [point(12, 2)]},
        }]}});
        let intake = Intake::start(vec![Script::json(200, &answer.to_string())]).await;
        let asked = LogAggregation {
            compute: vec![
                Compute::count().hourly(),
                Compute::of(Aggregation::Cardinality, "@evt.id").hourly(),
            ],
            ..aggregation()
        };
        let buckets = datadog_with_app_key(&intake).aggregate_logs(&asked).await;
        let series = &buckets.expect("buckets").buckets[0].series;
        let values = |at: usize| series[at].iter().map(|point| point.value);
        assert!(values(0).eq([3.0, 4.0]) && values(1).eq([2.0]));
        assert_eq!(series[0][1].time.to_string(), "2026-08-01T13:00:00Z");
        let body: Value = serde_json::from_slice(&intake.requests()[0].body).expect("JSON");
        assert_eq!(
            body["compute"][1],
            json!({"aggregation": "cardinality", "metric": "@evt.id", "type": "timeseries", "interval": "1h"})
        );
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
        let nothing = datadog.aggregate_logs(&aggregation()).await;
        assert_eq!(nothing.expect("an answer").buckets, []);
        let error = datadog.aggregate_logs(&aggregation()).await;
        assert!(
            matches!(error, Err(DatadogError::Partial { .. })),
            "{error:?}"
        );
    }
}
