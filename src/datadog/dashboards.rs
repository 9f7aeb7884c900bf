//! Dashboards, `/api/v1/dashboard`: list, read, create, replace, delete.
//!
//! Only custom dashboards are listed. Tags other than `team:` are refused
//! (`Invalid tag format. Valid tag keys are: team.`, recorded). Source: OpenAPI document v1.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::client::Datadog;
use super::draft::Draft;
use super::error::DatadogError;
use super::monitors::unless_gone;
use super::operation::{
    CREATE_DASHBOARD, DELETE_DASHBOARD, GET_DASHBOARD, LIST_DASHBOARDS, UPDATE_DASHBOARD,
};
use super::paging::gather;

/// What a page holds by default.
const PAGE: usize = 100;

/// A dashboard as it is listed: without its widgets.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DashboardSummary {
    /// `abc-123-def`
    pub id: String,
    #[serde(default, deserialize_with = "null_as_empty")]
    pub title: String,
    #[serde(default)]
    pub description: Option<String>,
    /// `ordered` or `free`
    #[serde(default, deserialize_with = "null_as_empty")]
    pub layout_type: String,
    /// The path of its page, such as `/dashboard/abc-123-def/title`.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub url: String,
    #[serde(default)]
    pub author_handle: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    dashboards: Option<Vec<DashboardSummary>>,
}

fn null_as_empty<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// All calls need an application key beside the API key, or an access token; to look takes the
/// permission `dashboards_read`, to change `dashboards_write`.
impl Datadog {
    /// Every custom dashboard, by id.
    pub async fn dashboards(&self) -> Result<Vec<DashboardSummary>, DatadogError> {
        let page = async |number: usize| {
            let draft = self.draft(&LIST_DASHBOARDS)?;
            let draft = draft.query("count", PAGE).query("start", number * PAGE);
            let listed: Listed = self.ask_patiently(draft).await?.json().await?;
            Ok(listed.dashboards.unwrap_or_default())
        };
        gather(PAGE, |one: &DashboardSummary| one.id.clone(), page).await
    }

    /// The whole dashboard as received; `None` where there is no such one.
    pub async fn dashboard(&self, id: &str) -> Result<Option<Map<String, Value>>, DatadogError> {
        unless_gone(
            self.read_dashboard(self.draft(&GET_DASHBOARD)?.of(id))
                .await,
        )
    }

    /// Never repeated by itself but after a 429. Where [`DatadogError::may_have_happened`], look
    /// for it before it is asked again.
    pub async fn create_dashboard(
        &self,
        dashboard: &Value,
    ) -> Result<Map<String, Value>, DatadogError> {
        self.read_dashboard(self.draft(&CREATE_DASHBOARD)?.json(dashboard))
            .await
    }

    /// Replaces the whole dashboard; its id stays. `None` where there is no such one.
    pub async fn update_dashboard(
        &self,
        id: &str,
        dashboard: &Value,
    ) -> Result<Option<Map<String, Value>>, DatadogError> {
        let draft = self.draft(&UPDATE_DASHBOARD)?.of(id).json(dashboard);
        unless_gone(self.read_dashboard(draft).await)
    }

    /// False where it was gone already.
    pub async fn delete_dashboard(&self, id: &str) -> Result<bool, DatadogError> {
        let draft = self.draft(&DELETE_DASHBOARD)?.of(id);
        let answer = unless_gone(self.ask_patiently(draft).await)?;
        Ok(answer.is_some())
    }

    async fn read_dashboard(&self, draft: Draft<'_>) -> Result<Map<String, Value>, DatadogError> {
        self.ask_patiently(draft).await?.json().await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::datadog::testing::{Intake, Script, datadog_with_app_key};

    /// As recorded (`Get all dashboards returns "OK" response with pagination`), once for each id.
    fn listed(ids: std::ops::Range<usize>) -> String {
        let one = |id| {
            json!({"id": format!("5vp-fxm-{id:03}"), "title": "PCF Testing", "description": null,
                "layout_type": "ordered", "url": "/dashboard/5vp-fxm-s4j/pcf-testing",
                "is_read_only": false, "author_handle": "frog@datadoghq.com", "deleted_at": null})
        };
        json!({"dashboards": ids.map(one).collect::<Vec<_>>()}).to_string()
    }

    #[tokio::test]
    async fn every_page_is_listed_and_each_dashboard_once() {
        let intake = Intake::start(vec![
            Script::json(200, &listed(0..100)),
            Script::json(200, &listed(99..101)),
        ])
        .await;
        let found = datadog_with_app_key(&intake).dashboards().await;
        let found = found.expect("a listing");
        assert_eq!(found.len(), 101);
        assert_eq!(found[100].id, "5vp-fxm-100");
        assert_eq!(found[0].description, None);
        let lines: Vec<String> = intake.requests().into_iter().map(|one| one.line).collect();
        assert_eq!(
            lines,
            [
                "GET /api/v1/dashboard?count=100&start=0",
                "GET /api/v1/dashboard?count=100&start=100",
            ]
        );
    }

    #[tokio::test]
    async fn a_dashboard_is_created_replaced_read_and_deleted_by_its_id() {
        let whole = r#"{"id":"123-abc-xyz","title":"t","widgets":[]}"#;
        let gone = r#"{"errors":["Dashboard with ID 123-abc-xyz not found"]}"#;
        let intake = Intake::start(vec![
            Script::json(200, whole),
            Script::json(200, whole),
            Script::json(200, whole),
            Script::json(200, r#"{"deleted_dashboard_id":"123-abc-xyz"}"#),
            Script::json(404, gone),
            Script::json(404, gone),
        ])
        .await;
        let (datadog, body) = (datadog_with_app_key(&intake), json!({"title": "t"}));
        let created = datadog.create_dashboard(&body).await.expect("created");
        assert_eq!(created["id"], "123-abc-xyz");
        let replaced = datadog.update_dashboard("123-abc-xyz", &body).await;
        assert!(replaced.expect("an answer").is_some());
        assert!(
            datadog
                .dashboard("123-abc-xyz")
                .await
                .expect("an answer")
                .is_some()
        );
        assert_eq!(datadog.delete_dashboard("123-abc-xyz").await, Ok(true));
        assert_eq!(datadog.delete_dashboard("123-abc-xyz").await, Ok(false));
        assert_eq!(datadog.dashboard("a/../b?c").await, Ok(None));
        let last = &intake.requests()[5];
        assert_eq!(last.line, "GET /api/v1/dashboard/a%2F..%2Fb%3Fc");
    }
}
