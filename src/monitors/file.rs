//! A monitor's file as it is written, its variables not yet filled in.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::MonitorFileError;
use super::keys;

/// One monitor, with its variables and its own cases.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct MonitorFile {
    /// Why the monitor exists, for who decides about it.
    pub why: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// What Datadog shows. Variables may stand in it, in `query`, `thresholds`, `message` and
    /// `tags`, as `${name}`.
    pub name: String,
    /// 1 (highest) to 5.
    #[serde(default)]
    pub priority: Option<u8>,
    #[serde(default)]
    pub variables: BTreeMap<String, Variable>,
    /// What has to be a facet or a measure for the monitor to work, with its type.
    #[serde(default)]
    pub facets: BTreeMap<String, String>,
    pub query: String,
    pub thresholds: WrittenThresholds,
    /// Markdown, with Datadog's own `{{…}}` templates.
    pub message: String,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub cases: Vec<Case>,
}

/// What can be tuned.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Variable {
    pub default: Scalar,
    pub about: String,
}

/// Text, a number or a flag, kept as it is written.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    Text(String),
    Number(serde_json::Number),
    Flag(bool),
}

impl std::fmt::Display for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Scalar::Text(text) => f.write_str(text),
            Scalar::Number(number) => number.fmt(f),
            Scalar::Flag(flag) => flag.fmt(f),
        }
    }
}

/// Thresholds before their variables are filled in.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct WrittenThresholds {
    pub critical: Scalar,
    pub critical_recovery: Option<Scalar>,
    pub warning: Option<Scalar>,
    pub warning_recovery: Option<Scalar>,
}

/// Logs, and the state that the monitor has to be in when it has seen them and nothing else.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Case {
    pub name: String,
    pub expect: Expected,
    pub events: Vec<CaseEvent>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expected {
    Alert,
    Warn,
    Ok,
    NoData,
    CannotTell,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CaseEvent {
    /// How long before the evaluation, such as `3m`; at its moment when absent.
    #[serde(default)]
    pub ago: Option<String>,
    /// How many of it there are.
    #[serde(default = "once")]
    pub times: usize,
    /// The JSON as it is sent to the logs intake.
    pub log: Map<String, Value>,
}

fn once() -> usize {
    1
}

impl MonitorFile {
    /// Reads a file. Keys that are not known and missing ones are errors.
    pub fn parse(text: &str) -> Result<Self, MonitorFileError> {
        let value: Value = serde_saphyr::from_str(text)
            .map_err(|error| MonitorFileError::Yaml(error.to_string()))?;
        keys::check(&value)?;
        let file: Self = serde_json::from_value(value)
            .map_err(|error| MonitorFileError::Shape(error.to_string()))?;
        match file.kind.as_str() {
            "log alert" => Ok(file),
            other => Err(MonitorFileError::Type(other.to_owned())),
        }
    }
}
