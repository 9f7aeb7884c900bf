//! A monitor's file as it is written, its variables not yet filled in.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::MonitorFileError;
use super::keys;
use super::shape::Shape;
use crate::domain::nearest::nearest;
use crate::query::Record;
use crate::query::monitor::{self as query, OnMissingData, Past};

/// One monitor, with its variables and, for each shape of events, its query and its cases.
#[derive(Clone, Debug, PartialEq)]
pub struct MonitorFile {
    /// Why the monitor exists, for who decides about it.
    pub why: String,
    /// What Datadog shows. Variables may stand in it, in queries, `thresholds`, `message` and
    /// `tags`, as `${name}`.
    pub name: String,
    /// 1 (highest) to 5.
    pub priority: Option<u8>,
    pub variables: BTreeMap<String, Variable>,
    pub thresholds: WrittenThresholds,
    pub on_missing_data: OnMissingData,
    /// Markdown, with Datadog's own `{{…}}` templates.
    pub message: String,
    pub tags: Vec<String>,
    /// Further options, in the words of the monitor API.
    pub options: Map<String, Value>,
    /// The id of a monitor that nobody keeps as code yet and that this file takes over.
    pub adopts: Option<u64>,
    /// At least one that is no refusal, in the order of the file. A file of one's own names no
    /// shape and has one.
    pub shapes: Vec<(Option<Shape>, Content)>,
}

/// What a file says of one shape.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Watched(Form),
    /// Events of this shape cannot be watched, and why.
    Refused(String),
}

/// The query for one shape of events, with what it needs and its own cases.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Form {
    #[serde(rename = "type")]
    pub kind: String,
    pub query: String,
    /// The queries that a formula names, `options.variables`; of an anomaly monitor what its metric
    /// is made of.
    #[serde(default)]
    pub queries: Vec<query::Variable>,
    /// What has to be a facet or a measure for the monitor to work, with its type.
    #[serde(default)]
    pub facets: BTreeMap<String, String>,
    /// What else has to be there, one sentence each; variables may stand in it.
    #[serde(default)]
    pub needs: Vec<String>,
    /// In place of the file's own.
    #[serde(default)]
    pub message: Option<String>,
    #[serde(default)]
    pub cases: Vec<Case>,
}

/// The file as it is written.
#[derive(Deserialize)]
struct Raw {
    why: String,
    name: String,
    #[serde(default)]
    priority: Option<u8>,
    #[serde(default)]
    variables: BTreeMap<String, Variable>,
    thresholds: WrittenThresholds,
    #[serde(default)]
    on_missing_data: OnMissingData,
    message: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    options: Map<String, Value>,
    #[serde(default)]
    adopts: Option<u64>,
    #[serde(default)]
    shapes: Option<Map<String, Value>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
struct Refusal {
    refused: String,
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

/// Records, and the state that the monitor has to be in when it has seen them and nothing else.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Case {
    pub name: String,
    pub expect: Expected,
    /// The state that every group was in before; a fresh monitor's when absent.
    #[serde(default)]
    pub before: Option<Past>,
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

impl Expected {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Expected::Alert => "alert",
            Expected::Warn => "warn",
            Expected::Ok => "ok",
            Expected::NoData => "no-data",
            Expected::CannotTell => "cannot-tell",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CaseEvent {
    /// How long before the evaluation, such as `3m`; at its moment when absent.
    #[serde(default)]
    pub ago: Option<String>,
    /// How many of it there are.
    #[serde(default = "once")]
    pub times: usize,
    /// The JSON as it is sent to the logs intake; a span as Datadog's search answers it.
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
        let raw: Raw = read(value)?;
        let shapes = match raw.shapes {
            None => vec![(None, Content::Watched(form(raw.rest.into())?))],
            Some(shapes) => shapes
                .into_iter()
                .map(|(name, content)| Ok((Some(shape(&name)?), self::content(content)?)))
                .collect::<Result<_, MonitorFileError>>()?,
        };
        let is_watched = |(_, content): &(_, Content)| matches!(content, Content::Watched(_));
        if !shapes.iter().any(is_watched) {
            let problem = "no shape has a query, so there is nothing to watch".to_owned();
            return Err(MonitorFileError::Shape(problem));
        }
        Ok(Self {
            why: raw.why,
            name: raw.name,
            priority: raw.priority,
            variables: raw.variables,
            thresholds: raw.thresholds,
            on_missing_data: raw.on_missing_data,
            message: raw.message,
            tags: raw.tags,
            options: raw.options,
            adopts: raw.adopts,
            shapes,
        })
    }

    /// The shapes that can be watched; `None` alone for a file that names no shape.
    pub fn watched(&self) -> impl Iterator<Item = (Option<Shape>, &Form)> {
        self.shapes
            .iter()
            .filter_map(|(shape, content)| match content {
                Content::Watched(form) => Some((*shape, form)),
                Content::Refused(_) => None,
            })
    }

    /// The query for `shape`; without one, that of the first shape that has any. A file without
    /// shapes has the same query for all.
    ///
    /// # Errors
    ///
    /// The file refuses the shape, or says nothing of it.
    pub fn form(&self, shape: Option<Shape>) -> Result<(Option<Shape>, &Form), MonitorFileError> {
        let first = self.watched().next();
        let first =
            first.ok_or_else(|| MonitorFileError::Shape("nothing is watched".to_owned()))?;
        let Some(wanted) = shape.filter(|_| first.0.is_some()) else {
            return Ok(first);
        };
        let found = self.shapes.iter().find(|(shape, _)| *shape == Some(wanted));
        let because = match found {
            Some((shape, Content::Watched(form))) => return Ok((*shape, form)),
            Some((_, Content::Refused(why))) => why.clone(),
            None => "the monitor has no query for this shape".to_owned(),
        };
        Err(MonitorFileError::Refused {
            shape: wanted,
            because,
        })
    }
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, MonitorFileError> {
    serde_json::from_value(value).map_err(|error| MonitorFileError::Shape(error.to_string()))
}

fn form(value: Value) -> Result<Form, MonitorFileError> {
    let form: Form = read(value)?;
    let of_records = Record::ALL.map(Record::monitor_type);
    let is_evaluated = form.kind == "query alert" || of_records.contains(&form.kind.as_str());
    match is_evaluated {
        true => Ok(form),
        false => Err(MonitorFileError::Type(form.kind)),
    }
}

fn content(value: Value) -> Result<Content, MonitorFileError> {
    match value.get("refused") {
        Some(_) => read(value).map(|refusal: Refusal| Content::Refused(refusal.refused)),
        None => form(value).map(Content::Watched),
    }
}

fn shape(name: &str) -> Result<Shape, MonitorFileError> {
    Shape::of(name).ok_or_else(|| MonitorFileError::UnknownKey {
        at: "shapes".to_owned(),
        key: name.to_owned(),
        nearest: nearest(name, Shape::ALL.map(Shape::as_str)).map(str::to_owned),
    })
}
