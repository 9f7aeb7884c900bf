//! Span search, `POST https://api.<site>/api/v2/spans/events/search`.
//!
//! 300 requests an hour, by its page. Source: OpenAPI document v2, `ListSpans`.

use serde::{Deserialize, Serialize};

use super::client::Datadog;
use super::error::DatadogError;
use super::operation::SEARCH_SPANS;

#[derive(Serialize)]
struct Body<'a> {
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    attributes: Attributes<'a>,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct Attributes<'a> {
    filter: Filter<'a>,
    page: Page,
}

#[derive(Serialize)]
struct Filter<'a> {
    query: &'a str,
    from: &'static str,
    to: &'static str,
}

#[derive(Serialize)]
struct Page {
    limit: u16,
}

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    data: Option<Vec<serde::de::IgnoredAny>>,
}

impl Datadog {
    /// Whether a span of the last quarter of an hour is found by `query`, in the syntax of span
    /// search. Needs both keys and the permission `apm_read`.
    ///
    /// A span just sent is there after minutes.
    pub async fn has_span(&self, query: &str) -> Result<bool, DatadogError> {
        let filter = Filter {
            query,
            from: "now-15m",
            to: "now",
        };
        let page = Page { limit: 1 };
        let data = Data {
            attributes: Attributes { filter, page },
            kind: "search_request",
        };
        let draft = self.draft(&SEARCH_SPANS)?.json(&Body { data });
        let answer = self.ask_patiently(draft).await?;
        let found = answer.json::<Found>().await?;
        Ok(found.data.is_some_and(|spans| !spans.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::datadog::testing::{Intake, Script, datadog_with_app_key};

    #[tokio::test]
    async fn a_span_is_there_when_the_page_holds_one() {
        let one = r#"{"data":[{"id":"AQ","type":"spans","attributes":{}}]}"#;
        let scripts = [r#"{"data":[]}"#, "{}", one].map(|body| Script::json(200, body));
        let intake = Intake::start(scripts.to_vec()).await;
        let datadog = datadog_with_app_key(&intake);
        for is_there in [false, false, true] {
            assert_eq!(datadog.has_span("@a:b").await, Ok(is_there));
        }
        let sent: Value = serde_json::from_slice(&intake.requests()[0].body).expect("JSON");
        assert_eq!(sent["data"]["type"], "search_request");
        assert_eq!(sent["data"]["attributes"]["filter"]["query"], "@a:b");
    }
}
