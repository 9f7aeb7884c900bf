//! Dashboards as files: those that ship with the program, and what a file has to hold.
//!
//! A file says why the dashboard exists and which facets it needs; `dashboard` is the body of
//! `POST /api/v1/dashboard` (OpenAPI document v1). Datadog refuses its tags but `team:` ones, so that
//! the last line of the description says whose it is ([`super::as_code::Mark`]).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Identity;
use crate::domain::nearest::nearest;

/// One dashboard.
#[derive(Clone, Debug, PartialEq)]
pub struct DashboardFile {
    /// Why it exists, for who decides about it.
    pub why: String,
    /// What has to be a facet or a measure for it to show something, with its type.
    pub facets: BTreeMap<String, String>,
    /// The body that is sent, without its mark.
    pub body: Map<String, Value>,
}

/// What can be wrong with a dashboard's file.
#[derive(Debug, thiserror::Error)]
pub enum DashboardFileError {
    #[error("no YAML: {0}")]
    Yaml(String),
    #[error("the file holds the unknown key `{key}`{}", nearest.map_or(String::new(), |name| format!("; did you mean `{name}`?")))]
    UnknownKey {
        key: String,
        nearest: Option<&'static str>,
    },
    #[error("{0}")]
    Shape(String),
    #[error("`dashboard` has no `{0}`")]
    Missing(&'static str),
    #[error("the tag `{0}` is none that Datadog takes on a dashboard: those begin with `team:`")]
    Tag(String),
}

#[derive(Deserialize)]
struct Raw {
    why: String,
    #[serde(default)]
    facets: BTreeMap<String, String>,
    dashboard: Map<String, Value>,
}

const KEYS: [&str; 3] = ["why", "facets", "dashboard"];
/// What the API's description requires.
const REQUIRED: [&str; 3] = ["title", "layout_type", "widgets"];

/// The dashboards that ship with the program, by pack and name.
const SHIPPED: [(&str, &str, &str); 2] = [
    ("hoop", "sessions", include_str!("sessions.yaml")),
    ("genai", "agent-traces", include_str!("agent-traces.yaml")),
];

/// Every dashboard that ships with the program.
pub fn shipped() -> impl Iterator<Item = (Identity, &'static str)> {
    SHIPPED.into_iter().map(|(pack, name, text)| {
        let identity = Identity {
            pack: pack.to_owned(),
            name: name.to_owned(),
        };
        (identity, text)
    })
}

impl DashboardFile {
    /// Reads a file. Keys that are not known at its top are errors; the body is Datadog's to judge.
    pub fn parse(text: &str) -> Result<Self, DashboardFileError> {
        let value: Value = serde_saphyr::from_str(text)
            .map_err(|error| DashboardFileError::Yaml(error.to_string()))?;
        let keys = value.as_object().into_iter().flat_map(Map::keys);
        if let Some(key) = keys.into_iter().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(DashboardFileError::UnknownKey {
                key: key.clone(),
                nearest: nearest(key, KEYS),
            });
        }
        let raw: Raw = serde_json::from_value(value)
            .map_err(|error| DashboardFileError::Shape(error.to_string()))?;
        let missing = REQUIRED
            .into_iter()
            .find(|name| !raw.dashboard.contains_key(*name));
        match (missing, foreign_tag(&raw.dashboard)) {
            (Some(name), _) => Err(DashboardFileError::Missing(name)),
            (None, Some(tag)) => Err(DashboardFileError::Tag(tag)),
            (None, None) => Ok(Self {
                why: raw.why,
                facets: raw.facets,
                body: raw.dashboard,
            }),
        }
    }
}

/// The first tag that Datadog refuses.
fn foreign_tag(body: &Map<String, Value>) -> Option<String> {
    let tags = body.get("tags").and_then(Value::as_array);
    let tags = tags.into_iter().flatten().filter_map(Value::as_str);
    tags.into_iter()
        .find(|tag| !tag.starts_with("team:"))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::parse;

    /// Every search in a body, by the key that holds it.
    fn searches(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                let direct = fields.get("query_string").or_else(|| fields.get("query"));
                found.extend(direct.and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| searches(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| searches(item, found)),
            _ => {}
        }
    }

    fn facets(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match (name.as_str(), value) {
                        ("facet" | "metric", Value::String(path)) if path.starts_with('@') => {
                            found.push(path.clone());
                        }
                        (_, value) => facets(value, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| facets(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_search_of_every_dashboard_parses_and_leaves_test_events_out() {
        for (identity, text) in shipped() {
            let file =
                DashboardFile::parse(text).unwrap_or_else(|error| panic!("{identity}: {error}"));
            let mut found = Vec::new();
            searches(&file.body.into(), &mut found);
            assert!(found.len() > 5, "{identity}");
            for search in found {
                assert!(search.contains("-@evt.test:true"), "{identity}: {search}");
                let plain = search.replace('$', "");
                assert!(parse(&plain).is_ok(), "{identity}: {search}");
            }
        }
    }

    #[test]
    fn every_facet_that_a_dashboard_groups_or_computes_by_is_named_with_its_type() {
        for (identity, text) in shipped() {
            let file = DashboardFile::parse(text).expect("it parses");
            let mut used = Vec::new();
            facets(&file.body.clone().into(), &mut used);
            used.sort();
            used.dedup();
            let named: Vec<&String> = file.facets.keys().collect();
            assert_eq!(used.iter().collect::<Vec<_>>(), named, "{identity}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_is_named() {
        for (text, said) in [
            ("why: [", "no YAML"),
            ("wy: x\ndashboard: {}", "did you mean `why`"),
            ("why: x", "missing field `dashboard`"),
            ("why: x\ndashboard: {title: x}", "no `layout_type`"),
            (
                "why: x\ndashboard: {title: x, layout_type: ordered, widgets: [], tags: [env:x]}",
                "`env:x`",
            ),
        ] {
            let error = DashboardFile::parse(text).expect_err(text).to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
