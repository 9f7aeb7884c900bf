//! Monitors, `/api/v1/monitor`: find, create, change, delete, check.
//!
//! Names are not unique, so a monitor is found by its id or by a tag of one's own
//! (`monitor_tags=`; `tags=` filters by scope). Source: OpenAPI document v1 and recorded answers.

mod live;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

pub use live::{GroupState, LiveMonitor, MonitorState};

use super::client::Datadog;
use super::draft::Draft;
use super::error::DatadogError;
use super::operation::{
    CAN_DELETE_MONITORS, CREATE_MONITOR, DELETE_MONITOR, GET_MONITOR, LIST_MONITORS,
    UPDATE_MONITOR, VALIDATE_MONITOR, VALIDATE_MONITOR_CHANGE,
};
use super::paging::gather;

/// The most that a page holds.
const PAGE: usize = 1_000;
/// The type whose creation wants an application key without scopes.
const LOG_ALERT: &str = "log alert";

/// Answer of `can_delete`: `{"data":{"ok":[1]},"errors":{"2":["why not"]}}`, `errors` null where
/// there are none.
#[derive(Deserialize)]
struct Deletable {
    #[serde(default)]
    errors: Option<BTreeMap<u64, Vec<String>>>,
}

/// All calls need an application key beside the API key, or an access token; to look takes the
/// permission `monitors_read`, to change `monitors_write`.
///
/// # Errors
///
/// What Datadog refuses is a [`super::Refusal`] with its own text. A definition that is not valid
/// means [`super::Meaning::Poison`].
impl Datadog {
    /// Every monitor, or those with `tag`, by id.
    pub async fn monitors(&self, tag: Option<&str>) -> Result<Vec<LiveMonitor>, DatadogError> {
        let page = async |number: usize| {
            let draft = self.draft(&LIST_MONITORS)?;
            let draft = draft.query("page", number).query("page_size", PAGE);
            let draft = match tag {
                Some(tag) => draft.query("monitor_tags", tag),
                None => draft,
            };
            self.ask_patiently(draft).await?.json().await
        };
        gather(PAGE, |monitor: &LiveMonitor| monitor.id, page).await
    }

    /// `None` where there is no such monitor.
    pub async fn monitor(&self, id: u64) -> Result<Option<LiveMonitor>, DatadogError> {
        unless_gone(self.read_monitor(self.draft(&GET_MONITOR)?.of(id)).await)
    }

    /// The monitor's state and those of all its groups, by name. `None` where there is no such
    /// monitor.
    pub async fn monitor_groups(
        &self,
        id: u64,
    ) -> Result<Option<(MonitorState, Vec<GroupState>)>, DatadogError> {
        let draft = self
            .draft(&GET_MONITOR)?
            .of(id)
            .query("group_states", "all");
        let monitor = unless_gone(self.read_monitor(draft).await)?;
        Ok(monitor.map(|monitor| (monitor.overall_state(), monitor.groups())))
    }

    /// Creates what `monitor` (the body of `POST /api/v1/monitor`) says.
    ///
    /// Never repeated by itself but after a 429. Where
    /// [`DatadogError::may_have_happened`], look for it before it is asked again.
    pub async fn create_monitor(&self, monitor: &Value) -> Result<LiveMonitor, DatadogError> {
        self.read_monitor(with_body(self.draft(&CREATE_MONITOR)?, monitor))
            .await
    }

    /// Changes the fields of `monitor`; `options` is replaced as a whole, other fields that are
    /// left out stay. `None` where there is no such monitor. The type cannot be changed.
    pub async fn update_monitor(
        &self,
        id: u64,
        monitor: &Value,
    ) -> Result<Option<LiveMonitor>, DatadogError> {
        let draft = self.draft(&UPDATE_MONITOR)?.of(id);
        unless_gone(self.read_monitor(with_body(draft, monitor)).await)
    }

    /// False where it was gone already.
    pub async fn delete_monitor(&self, id: u64) -> Result<bool, DatadogError> {
        let draft = self.draft(&DELETE_MONITOR)?.of(id);
        let answer = unless_gone(self.ask_patiently(draft).await)?;
        Ok(answer.is_some())
    }

    /// Asks whether Datadog would take `monitor`, the body of `POST /api/v1/monitor`.
    pub async fn validate_monitor(&self, monitor: &Value) -> Result<(), DatadogError> {
        let draft = with_body(self.draft(&VALIDATE_MONITOR)?, monitor);
        self.ask_patiently(draft).await.map(drop)
    }

    /// Asks whether Datadog would take `monitor` as the new definition of monitor `id`.
    pub async fn validate_monitor_change(
        &self,
        id: u64,
        monitor: &Value,
    ) -> Result<(), DatadogError> {
        let draft = with_body(self.draft(&VALIDATE_MONITOR_CHANGE)?.of(id), monitor);
        self.ask_patiently(draft).await.map(drop)
    }

    /// Those of `ids` that cannot be deleted, with the reasons: used by a composite monitor or an
    /// SLO.
    pub async fn can_delete_monitors(
        &self,
        ids: &[u64],
    ) -> Result<BTreeMap<u64, Vec<String>>, DatadogError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let listed: Vec<String> = ids.iter().map(u64::to_string).collect();
        let draft = self
            .draft(&CAN_DELETE_MONITORS)?
            .query("monitor_ids", listed.join(","));
        let answer: Deletable = self.ask_patiently(draft).await?.json().await?;
        Ok(answer.errors.unwrap_or_default())
    }

    async fn read_monitor(&self, draft: Draft<'_>) -> Result<LiveMonitor, DatadogError> {
        self.ask_patiently(draft).await?.json().await
    }
}

fn with_body<'a>(draft: Draft<'a>, monitor: &Value) -> Draft<'a> {
    let is_log_alert = monitor.get("type").and_then(Value::as_str) == Some(LOG_ALERT);
    draft.json(monitor).unscoped(is_log_alert)
}

/// `None` where Datadog says that there is no such thing.
pub(super) fn unless_gone<T>(result: Result<T, DatadogError>) -> Result<Option<T>, DatadogError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.says_gone() => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
