//! A monitor as Datadog gives it back, and its state.

use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A monitor as it is at Datadog.
///
/// The whole answer is kept, known fields or not: what is compared, shown or written to a file is
/// for others to choose.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct LiveMonitor {
    pub id: u64,
    /// The answer as received, `id` included.
    pub definition: Map<String, Value>,
}

impl TryFrom<Map<String, Value>> for LiveMonitor {
    type Error = &'static str;

    fn try_from(definition: Map<String, Value>) -> Result<Self, Self::Error> {
        let id = definition.get("id").and_then(Value::as_u64);
        let id = id.ok_or("a monitor without an `id`")?;
        Ok(Self { id, definition })
    }
}

impl LiveMonitor {
    pub fn name(&self) -> &str {
        self.text("name")
    }

    /// `log alert`, `query alert`, …; `query alert` also where `metric alert` was sent.
    pub fn kind(&self) -> &str {
        self.text("type")
    }

    pub fn query(&self) -> &str {
        self.text("query")
    }

    pub fn message(&self) -> &str {
        self.text("message")
    }

    pub fn tags(&self) -> Vec<&str> {
        let tags = self.definition.get("tags").and_then(Value::as_array);
        tags.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// `None` where Datadog sent none.
    pub fn options(&self) -> Option<&Map<String, Value>> {
        self.definition.get("options").and_then(Value::as_object)
    }

    /// `No Data` on a monitor that was never evaluated.
    pub fn overall_state(&self) -> MonitorState {
        MonitorState::of(self.text("overall_state"))
    }

    /// When `overall_state` last changed; `None` on a monitor that was never evaluated.
    pub fn overall_state_modified(&self) -> Option<Timestamp> {
        self.text("overall_state_modified").parse().ok()
    }

    /// The states of its groups by name, where they were asked for.
    pub(super) fn groups(&self) -> Vec<GroupState> {
        let groups = self
            .definition
            .get("state")
            .and_then(|state| state.get("groups"));
        let named = groups.and_then(Value::as_object).into_iter().flatten();
        let mut groups: Vec<GroupState> = named
            .map(|(name, group)| GroupState::of(name, group))
            .collect();
        groups.sort_by(|one, other| one.name.cmp(&other.name));
        groups
    }

    fn text(&self, key: &str) -> &str {
        let value = self.definition.get(key);
        value.and_then(Value::as_str).unwrap_or_default()
    }
}

/// The states of a monitor or of one of its groups (OpenAPI document v1, `MonitorOverallStates`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MonitorState {
    Alert,
    Ignored,
    NoData,
    Ok,
    Skipped,
    Unknown,
    Warn,
    /// A word that the document does not list; empty where none was sent.
    Other(String),
}

impl MonitorState {
    /// Of Datadog's word.
    pub fn of(word: &str) -> Self {
        match word {
            "Alert" => MonitorState::Alert,
            "Ignored" => MonitorState::Ignored,
            "No Data" => MonitorState::NoData,
            "OK" => MonitorState::Ok,
            "Skipped" => MonitorState::Skipped,
            "Unknown" => MonitorState::Unknown,
            "Warn" => MonitorState::Warn,
            other => MonitorState::Other(other.to_owned()),
        }
    }

    /// Datadog's word.
    pub fn as_str(&self) -> &str {
        match self {
            MonitorState::Alert => "Alert",
            MonitorState::Ignored => "Ignored",
            MonitorState::NoData => "No Data",
            MonitorState::Ok => "OK",
            MonitorState::Skipped => "Skipped",
            MonitorState::Unknown => "Unknown",
            MonitorState::Warn => "Warn",
            MonitorState::Other(word) => word,
        }
    }
}

impl fmt::Display for MonitorState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The state of one group. A time is `None` where the group was never in that state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupState {
    /// `agent_id:billing-bot,env:prod`; `*` on a monitor without groups.
    pub name: String,
    pub status: MonitorState,
    pub last_triggered: Option<Timestamp>,
    pub last_resolved: Option<Timestamp>,
    pub last_nodata: Option<Timestamp>,
    pub last_notified: Option<Timestamp>,
}

impl GroupState {
    fn of(name: &str, group: &Value) -> Self {
        let status = group.get("status").and_then(Value::as_str);
        let at = |key: &str| group.get(key).and_then(posix_seconds);
        Self {
            name: name.to_owned(),
            status: MonitorState::of(status.unwrap_or_default()),
            last_triggered: at("last_triggered_ts"),
            last_resolved: at("last_resolved_ts"),
            last_nodata: at("last_nodata_ts"),
            last_notified: at("last_notified_ts"),
        }
    }
}

/// Whole or broken seconds; 0 and null mean never.
fn posix_seconds(value: &Value) -> Option<Timestamp> {
    let seconds = value
        .as_i64()
        .or_else(|| value.as_f64().map(|seconds| seconds as i64))?;
    Timestamp::from_second(seconds).ok().filter(|_| seconds > 0)
}
