//! The difference between what a file says and what is there, field by field.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::definition::{Definition, Found, Kind, text};
use super::normal;

/// One field that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Such as `query` or `options.thresholds.critical`.
    pub field: String,
    /// What is there; `null` for nothing.
    pub old: Value,
    /// What the file says; `null` for nothing.
    pub new: Value,
}

/// Options that a file decides about whether or not it names them: what they say belongs to the
/// query.
const OWNED_OPTIONS: [&str; 3] = ["thresholds", "variables", "on_missing_data"];

/// Options that only show what else has been done to the monitor: a number that differs is worth
/// nobody's time.
const QUIET_OPTIONS: [&str; 1] = ["new_host_delay"];

/// What has to change for `found` to be as `wanted` says.
pub(super) fn changes(wanted: &Definition, found: &Found) -> Vec<Change> {
    let kind = wanted.kind;
    let mut changes = Vec::new();
    for name in fields(wanted) {
        let old = normal::field(kind, name, found.body.get(name));
        let new = normal::field(kind, name, wanted.body.get(name));
        compare(name, &old, &new, &mut changes);
    }
    if kind == Kind::Monitor {
        let (old, new) = (options_of(&found.body), options_of(&wanted.body));
        for name in owned_options(&wanted.body) {
            let null = &Value::Null;
            let (old, new) = (old.get(name).unwrap_or(null), new.get(name).unwrap_or(null));
            compare(&format!("options.{name}"), old, new, &mut changes);
        }
    }
    changes
}

/// What `found` has that no file decides about, and that stays.
pub(super) fn kept(wanted: &Definition, found: &Found) -> Vec<(String, Value)> {
    let mut kept: Vec<(String, Value)> = Vec::new();
    for (name, value) in options_of(&found.body) {
        let is_owned = owned_options(&wanted.body).contains(name.as_str());
        if wanted.kind == Kind::Monitor && !is_owned && !QUIET_OPTIONS.contains(&name.as_str()) {
            kept.push((format!("options.{name}"), value));
        }
    }
    for name in kept_fields(wanted.kind) {
        let value = normal::field(wanted.kind, name, found.body.get(*name));
        if !wanted.body.contains_key(*name) && !value.is_null() && value != Value::Array(vec![]) {
            kept.push(((*name).to_owned(), value));
        }
    }
    kept
}

/// The body that makes `found` as `wanted` says and keeps what no file decides about.
///
/// A monitor's `PUT` leaves alone what is not sent, but replaces `options` as a whole
/// (Edit-a-monitor). A dashboard's replaces everything.
pub(super) fn merged(wanted: &Definition, found: &Found) -> Value {
    let mut body = wanted.body.clone();
    match wanted.kind {
        Kind::Monitor => {
            let mut options = match found.body.get("options") {
                Some(Value::Object(options)) => options.clone(),
                _ => Map::new(),
            };
            for name in owned_options(&wanted.body) {
                options.shift_remove(name);
            }
            let said = wanted.body.get("options").and_then(Value::as_object);
            options.extend(
                said.into_iter()
                    .flatten()
                    .map(|(k, v)| (k.clone(), v.clone())),
            );
            body.insert("options".to_owned(), options.into());
            // It cannot change, and where it is spelled otherwise the server takes it for a change.
            body.shift_remove("type");
            if let Some(removed) = removed_priority(&body, found) {
                body.insert("priority".to_owned(), removed);
            }
        }
        Kind::Dashboard => {
            for name in kept_fields(Kind::Dashboard) {
                if let Some(value) = found.body.get(*name).filter(|value| !value.is_null()) {
                    body.entry(*name).or_insert_with(|| value.clone());
                }
            }
        }
    }
    Value::Object(body)
}

/// A field that is left out is left alone, so that one which went from the file is sent as `null`.
fn removed_priority(body: &Map<String, Value>, found: &Found) -> Option<Value> {
    let had = found
        .body
        .get("priority")
        .is_some_and(|value| !value.is_null());
    (had && !body.contains_key("priority")).then_some(Value::Null)
}

/// Top-level fields that somebody may have set and that no file decides about.
fn kept_fields(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Monitor => &["restricted_roles", "restriction_policy", "assets"],
        Kind::Dashboard => &[
            "notify_list",
            "restricted_roles",
            "tags",
            "template_variable_presets",
            "reflow_type",
            "default_timeframe",
            "tabs",
        ],
    }
}

fn fields(wanted: &Definition) -> BTreeSet<&str> {
    let named = wanted.body.keys().map(String::as_str);
    let mut fields: BTreeSet<&str> = named
        .chain(wanted.kind.owned_fields().iter().copied())
        .collect();
    if wanted.kind == Kind::Monitor {
        fields.remove("options");
        // A change of it is a case of its own.
        fields.remove("type");
    }
    fields
}

fn owned_options(wanted: &Map<String, Value>) -> BTreeSet<&str> {
    let said = wanted.get("options").and_then(Value::as_object);
    let said = said.into_iter().flat_map(Map::keys).map(String::as_str);
    said.chain(OWNED_OPTIONS).collect()
}

fn options_of(body: &Map<String, Value>) -> Map<String, Value> {
    let mut options = body.get("options").map(normal::options).unwrap_or_default();
    if let Value::Object(thresholds) = thresholds(body) {
        options.insert("thresholds".to_owned(), thresholds.into());
    }
    options
}

/// The thresholds; the critical one is the number at the end of the query where it stands nowhere
/// else, as in Create-a-monitor.
pub(super) fn thresholds(body: &Map<String, Value>) -> Value {
    let written = body
        .get("options")
        .and_then(|options| options.get("thresholds"));
    let mut thresholds = match written {
        Some(Value::Object(written)) => written.clone(),
        _ => Map::new(),
    };
    thresholds.retain(|_, value| !value.is_null());
    let last_word = text(body, "query").split_whitespace().next_back();
    let number = last_word.and_then(|word| word.parse::<f64>().ok());
    if let (false, Some(number)) = (thresholds.contains_key("critical"), number) {
        thresholds.insert("critical".to_owned(), number.into());
    }
    match thresholds.is_empty() {
        true => Value::Null,
        false => thresholds.into(),
    }
}

/// Descends as long as both sides have the same build, so that a change is named where it is.
fn compare(field: &str, old: &Value, new: &Value, changes: &mut Vec<Change>) {
    if normal::same(old, new) {
        return;
    }
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let null = &Value::Null;
            let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for key in keys {
                let (old, new) = (old.get(key).unwrap_or(null), new.get(key).unwrap_or(null));
                compare(&format!("{field}.{key}"), old, new, changes);
            }
        }
        (Value::Array(old), Value::Array(new)) if are_objects(old) && are_objects(new) => {
            compare_lists(field, old, new, changes);
        }
        _ => changes.push(Change {
            field: field.to_owned(),
            old: old.clone(),
            new: new.clone(),
        }),
    }
}

fn are_objects(items: &[Value]) -> bool {
    items.iter().all(Value::is_object)
}

/// Widgets by their title and queries by their name; others by their place.
fn compare_lists(field: &str, old: &[Value], new: &[Value], changes: &mut Vec<Change>) {
    let null = &Value::Null;
    let (Some(old_names), Some(new_names)) = (names(old), names(new)) else {
        for index in 0..old.len().max(new.len()) {
            let (old, new) = (
                old.get(index).unwrap_or(null),
                new.get(index).unwrap_or(null),
            );
            compare(&format!("{field}[{index}]"), old, new, changes);
        }
        return;
    };
    let count = changes.len();
    let all = old_names
        .iter()
        .chain(new_names.iter().filter(|name| !old_names.contains(name)));
    for name in all {
        let of = |names: &[&str], items: &'_ [Value]| {
            let at = names.iter().position(|known| known == name);
            at.map_or(Value::Null, |at| items[at].clone())
        };
        let (old, new) = (of(&old_names, old), of(&new_names, new));
        compare(&format!("{field}[{name}]"), &old, &new, changes);
    }
    if changes.len() == count {
        changes.push(Change {
            field: format!("{field} (order)"),
            old: old_names.into(),
            new: new_names.into(),
        });
    }
}

/// What each item is called, where each has a name and no two have the same.
fn names(items: &[Value]) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    for item in items {
        let named = item
            .get("name")
            .or_else(|| item.pointer("/definition/title"))?;
        let named = named.as_str().filter(|name| !names.contains(name))?;
        names.push(named);
    }
    Some(names)
}

/// A value in one line, numbers as people write them.
pub fn short(value: &Value) -> String {
    match value {
        Value::Null => "(nothing)".to_owned(),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_f64() {
            Some(whole) if whole.fract() == 0.0 && whole.abs() < 1e15 => format!("{whole:.0}"),
            _ => number.to_string(),
        },
        Value::Array(items) if items.iter().all(|item| item.is_string()) => {
            let texts: Vec<String> = items.iter().map(short).collect();
            texts.join(", ")
        }
        other => other.to_string(),
    }
}
