//! A monitor's file with values for its variables: what can be evaluated and sent.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use super::error::MonitorFileError;
use super::file::{MonitorFile, Scalar};
use super::shape::{Shape, all_attributes};
use crate::domain::nearest::nearest;
use crate::query::monitor::{Alert, OnMissingData, Past, Rules, Variable, parse_monitor};
use crate::query::{Attribute, NodeKind};

/// Values for variables, by name. What is not in it keeps its default.
pub type Values = BTreeMap<String, String>;

/// Where a monitor comes from: names of monitors in Datadog are not unique, this is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    pub pack: String,
    pub name: String,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.pack, self.name)
    }
}

/// A monitor, ready to be evaluated and sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Monitor {
    pub identity: Identity,
    pub title: String,
    pub priority: Option<u8>,
    /// The shape of the events that its query is about, where the file tells shapes apart.
    pub shape: Option<Shape>,
    /// As it is sent.
    pub query: String,
    /// The queries of its formula, as they are sent.
    pub variables: Vec<Variable>,
    /// The same, parsed. Its threshold equals `thresholds.critical`.
    pub alert: Alert,
    pub thresholds: Thresholds,
    pub on_missing_data: OnMissingData,
    /// What has to be there beside facets, one sentence each.
    pub needs: Vec<String>,
    pub message: String,
    pub tags: Vec<String>,
    /// Further options, in the words of the monitor API.
    pub options: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    pub critical: f64,
    pub critical_recovery: Option<f64>,
    pub warning: Option<f64>,
    pub warning_recovery: Option<f64>,
}

impl Monitor {
    /// The attributes that its events may have: those of its shape, else of all shapes.
    pub fn attributes(&self) -> Vec<Attribute> {
        self.shape.map_or_else(all_attributes, Shape::attributes)
    }

    /// What decides its state beside its query; `before` is the state that its groups were in.
    pub fn rules(&self, before: Option<Past>) -> Rules {
        Rules {
            warning: self.thresholds.warning,
            critical_recovery: self.thresholds.critical_recovery,
            warning_recovery: self.thresholds.warning_recovery,
            on_missing_data: self.on_missing_data,
            before,
        }
    }
}

impl MonitorFile {
    /// Fills in the variables and reads the query for `shape`; see [`MonitorFile::form`].
    ///
    /// # Errors
    ///
    /// A value for a variable that the file does not have, one that would break out of the query's
    /// quotes, a query that does not parse, a threshold that is no number or not the query's.
    pub fn render(
        &self,
        identity: Identity,
        shape: Option<Shape>,
        values: &Values,
    ) -> Result<Monitor, MonitorFileError> {
        let (shape, form) = self.form(shape)?;
        let values = Filled::new(self, values)?;
        values.check_safe(&form.query)?;
        let query = values.fill_query("query", &form.query)?;
        let variables = values.variables(&form.queries)?;
        let thresholds = self.thresholds(&values)?;
        let alert = parse_monitor(&query, &variables)
            .and_then(|alert| alert.check_threshold(thresholds.critical).map(|()| alert))
            .map_err(|error| MonitorFileError::Query {
                query: query.clone(),
                error,
            })?;
        let of_query = alert.monitor_type();
        if form.kind != of_query {
            return Err(MonitorFileError::OtherType {
                of_file: form.kind.clone(),
                of_query,
            });
        }
        let message = form.message.as_ref().unwrap_or(&self.message);
        Ok(Monitor {
            shape,
            variables,
            on_missing_data: self.on_missing_data,
            identity,
            title: values.fill("name", &self.name)?,
            priority: self.priority,
            query,
            alert,
            thresholds,
            needs: values.fill_all("needs", &form.needs)?,
            message: values.fill("message", message)?.trim().to_owned(),
            tags: values.fill_all("tags", &self.tags)?,
            options: self.options.clone(),
        })
    }

    fn thresholds(&self, values: &Filled<'_>) -> Result<Thresholds, MonitorFileError> {
        let number = |name: &'static str, written: &Scalar| {
            let given = values.fill("thresholds", &written.to_string())?;
            let number = given
                .trim()
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite());
            number.ok_or(MonitorFileError::Threshold { name, given })
        };
        let optional = |name, written: &Option<Scalar>| {
            written
                .as_ref()
                .map(|written| number(name, written))
                .transpose()
        };
        let written = &self.thresholds;
        Ok(Thresholds {
            critical: number("critical", &written.critical)?,
            critical_recovery: optional("critical_recovery", &written.critical_recovery)?,
            warning: optional("warning", &written.warning)?,
            warning_recovery: optional("warning_recovery", &written.warning_recovery)?,
        })
    }
}

/// Every variable of a file with its value.
struct Filled<'a> {
    values: BTreeMap<&'a str, String>,
}

impl<'a> Filled<'a> {
    fn new(file: &'a MonitorFile, given: &Values) -> Result<Self, MonitorFileError> {
        let names = || file.variables.keys().map(String::as_str);
        if let Some(name) = given
            .keys()
            .find(|name| !file.variables.contains_key(*name))
        {
            let nearest = nearest(name, names()).map(str::to_owned);
            return Err(MonitorFileError::NoSuchVariable {
                name: name.clone(),
                nearest,
            });
        }
        let value = |(name, variable): (&'a String, &super::file::Variable)| {
            let value = given
                .get(name)
                .cloned()
                .unwrap_or_else(|| variable.default.to_string());
            (name.as_str(), value)
        };
        Ok(Self {
            values: file.variables.iter().map(value).collect(),
        })
    }

    /// A value may not break out of the quotes of the query it stands in, nor out of the terms
    /// beside it.
    fn check_safe(&self, query: &str) -> Result<(), MonitorFileError> {
        let is_unsafe =
            |value: &str| value.contains(|c: char| "\"\\".contains(c) || c.is_control());
        let is_used = |name: &str| query.contains(&format!("${{{name}}}"));
        for (name, value) in self.values.iter().filter(|(name, _)| is_used(name)) {
            let name = (*name).to_owned();
            if is_unsafe(value) {
                return Err(MonitorFileError::UnsafeValue { name });
            }
            if is_loose(value) {
                return Err(MonitorFileError::LooseValue { name });
            }
        }
        Ok(())
    }

    /// The queries of a formula with their names and searches filled in.
    fn variables(&self, queries: &[Variable]) -> Result<Vec<Variable>, MonitorFileError> {
        let mut filled = queries.to_vec();
        for query in &mut filled {
            query.name = self.fill("queries", &query.name)?;
            if let Some(search) = &mut query.search {
                self.check_safe(&search.query)?;
                search.query = self.fill_query("queries", &search.query)?;
            }
        }
        Ok(filled)
    }

    fn fill_all(
        &self,
        field: &'static str,
        texts: &[String],
    ) -> Result<Vec<String>, MonitorFileError> {
        texts.iter().map(|text| self.fill(field, text)).collect()
    }

    /// As [`Self::fill`]; a value that is empty takes the blank in front of it along.
    fn fill_query(&self, field: &'static str, text: &str) -> Result<String, MonitorFileError> {
        let mut text = text.to_owned();
        for (name, _) in self.values.iter().filter(|(_, value)| value.is_empty()) {
            text = text.replace(&format!(" ${{{name}}}"), "");
        }
        self.fill(field, &text)
    }

    /// `text` with each `${name}` replaced. Datadog's own `{{…}}` stay as they are.
    fn fill(&self, field: &'static str, text: &str) -> Result<String, MonitorFileError> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            let (name, after) = behind
                .split_once('}')
                .ok_or(MonitorFileError::OpenVariable { field })?;
            let value = self
                .values
                .get(name)
                .ok_or_else(|| MonitorFileError::UnknownVariable {
                    field,
                    name: name.to_owned(),
                    nearest: nearest(name, self.values.keys().copied()).map(str::to_owned),
                })?;
            filled.push_str(before);
            filled.push_str(value);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

/// Whether `value`, put beside other terms, would join them by an `OR` of its own.
fn is_loose(value: &str) -> bool {
    let beside = crate::query::parse(&format!("x:y {value}"));
    beside.is_ok_and(|query| matches!(query.root.kind, NodeKind::Or(_)))
}
