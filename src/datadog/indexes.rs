//! The indexes that logs are kept in, `GET /api/v1/logs/config/indexes`: for how long, how many a
//! day, and what is left out. Source: OpenAPI document v1, `LogsIndex`.

use serde::Deserialize;

use super::client::Datadog;
use super::error::DatadogError;
use super::operation::LIST_LOG_INDEXES;

/// One index. The first whose filter matches takes a log.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct LogIndex {
    pub name: String,
    #[serde(default)]
    pub filter: Filter,
    /// Days in the standard tier, the only one that monitors look at.
    #[serde(default)]
    pub num_retention_days: Option<u32>,
    /// Days in the standard and the flex tier together.
    #[serde(default)]
    pub num_flex_logs_retention_days: Option<u32>,
    /// Events a day; `None` where there is no limit.
    #[serde(default)]
    pub daily_limit: Option<u64>,
    /// Today's limit was reached, so nothing more is indexed.
    #[serde(default)]
    pub is_rate_limited: Option<bool>,
    #[serde(default)]
    pub exclusion_filters: Option<Vec<ExclusionFilter>>,
}

/// Which logs an index or an exclusion is for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Filter {
    /// In the syntax of log search; empty or absent for all.
    #[serde(default)]
    pub query: Option<String>,
    /// Of an exclusion: the part of the matching logs that is left out, from 0 to 1.
    #[serde(default)]
    pub sample_rate: Option<f64>,
}

/// Logs that an index leaves out. The first active one that matches decides.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ExclusionFilter {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub is_enabled: Option<bool>,
    #[serde(default)]
    pub filter: Option<Filter>,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    indexes: Option<Vec<LogIndex>>,
}

impl Datadog {
    /// The indexes in the order in which they are tried. Needs an application key beside the API
    /// key, or an access token, and the permission `logs_read_config`.
    pub async fn log_indexes(&self) -> Result<Vec<LogIndex>, DatadogError> {
        let draft = self.draft(&LIST_LOG_INDEXES)?;
        let listed: Listed = self.ask_patiently(draft).await?.json().await?;
        Ok(listed.indexes.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use crate::datadog::testing::{Intake, Script, datadog_with_app_key};

    #[tokio::test]
    async fn what_an_index_keeps_and_leaves_out_is_read() {
        let answer = r#"{"indexes":[{"name":"main","filter":{"query":"*"},"num_retention_days":15,"daily_limit":300000000,"is_rate_limited":false,"exclusion_filters":[{"name":"payment","is_enabled":true,"filter":{"query":"source:hoop","sample_rate":1.0}}]},{"name":"audit","filter":{},"daily_limit":null,"exclusion_filters":null}]}"#;
        let intake = Intake::start(vec![Script::json(200, answer)]).await;
        let indexes = datadog_with_app_key(&intake).log_indexes().await;
        let indexes = indexes.expect("a listing");
        assert_eq!(indexes[0].num_retention_days, Some(15));
        let exclusions = indexes[0].exclusion_filters.as_ref().expect("exclusions");
        let filter = exclusions[0].filter.as_ref().expect("a filter");
        assert_eq!(filter.query.as_deref(), Some("source:hoop"));
        assert_eq!(
            (indexes[1].daily_limit, &indexes[1].filter.query),
            (None, &None)
        );
    }
}
