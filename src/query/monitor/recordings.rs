//! Every monitor query of Datadog's recorded requests and responses. They lie beside the repository;
//! without them the test says SKIPPED.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::*;

/// The folder of recordings, beside the repository or beside a folder that holds it.
fn folder() -> Option<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .skip(1)
        .map(|folder| folder.join("shared/reference/datadog/cassettes/v1"))
        .find(|folder| folder.is_dir())
}

/// Alerts over logs, pipelines and LLM Observability parse and print to the same; the others are
/// refused by the name of their type; and what the server refused does not parse.
#[test]
fn every_recorded_query_parses_or_is_refused_by_the_name_of_its_type() {
    let Some(folder) = folder() else {
        // Written past the test harness, which would swallow what a passing test prints.
        let line = "SKIPPED: no recordings in ../shared/reference/datadog\n";
        let _ = std::io::stderr().write_all(line.as_bytes());
        return;
    };
    let (mut parsed, mut refused) = (BTreeMap::new(), BTreeMap::new());
    for (kind, query, variables) in recorded(&folder) {
        match parse_monitor(&query, &variables) {
            Ok(alert) => {
                assert_eq!(alert.monitor_type(), kind);
                let printed = alert.to_string();
                let again = parse_monitor(&printed, &variables).expect("printed, it parses");
                assert_eq!(again, alert, "{query} printed as {printed}");
                *parsed.entry(kind).or_insert(0) += 1;
            }
            Err(MonitorQueryError::NotEvaluated(named)) => {
                let named = named.to_string();
                // The API gives a metric alert back as a query alert.
                let is_metric = kind == "query alert" && named == "metric alert";
                assert!(
                    named == kind || is_metric,
                    "{query} is a {kind}, not a {named}"
                );
                *refused.entry(named).or_insert(0) += 1;
            }
            // The queries that the server refused.
            Err(error) => assert!(
                ["query", "no_query", ""].contains(&query.as_str()),
                "{error}"
            ),
        }
    }
    let kinds: Vec<(&str, bool)> = parsed
        .iter()
        .map(|(kind, seen)| (kind.as_str(), *seen > 1))
        .collect();
    assert_eq!(
        kinds,
        [
            ("ci-pipelines alert", true),
            ("llm-observability alert", true),
            ("log alert", true)
        ]
    );
    assert!(parsed["log alert"] >= 10, "{parsed:?}");
    assert!(refused.contains_key("metric alert"), "{refused:?}");
}

/// The type, the query and its variables of every monitor in the bodies of all recordings.
fn recorded(folder: &Path) -> Vec<(String, String, Vec<Variable>)> {
    let mut found = Vec::new();
    for part in ["monitors", "go"] {
        let files = std::fs::read_dir(folder.join(part)).expect("the folder is there");
        for file in files {
            let text = std::fs::read_to_string(file.expect("an entry").path()).expect("text");
            let recording: Value = serde_json::from_str(&text).expect("a recording is JSON");
            for body in bodies(&recording) {
                walk(&body, &mut found);
            }
        }
    }
    found
}

/// What was sent and answered, as far as it is JSON.
fn bodies(recording: &Value) -> Vec<Value> {
    let interactions = recording["http_interactions"]
        .as_array()
        .into_iter()
        .flatten();
    let texts = interactions
        .flat_map(|one| ["request", "response"].map(|side| one[side]["body"]["string"].as_str()));
    texts
        .flatten()
        .filter_map(|body| serde_json::from_str(body).ok())
        .collect()
}

fn walk(value: &Value, found: &mut Vec<(String, String, Vec<Variable>)>) {
    if let (Some(kind), Some(query)) = (value["type"].as_str(), value["query"].as_str()) {
        let variables = match &value["options"]["variables"] {
            Value::Null => Vec::new(),
            variables => serde_json::from_value(variables.clone()).expect("they are variables"),
        };
        found.push((kind.to_owned(), query.to_owned(), variables));
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
        Value::Object(object) => object.values().for_each(|value| walk(value, found)),
        _ => {}
    }
}
