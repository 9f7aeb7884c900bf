//! What Datadog adds to a definition or writes otherwise, which is nobody's change.
//!
//! Both sides of a comparison are brought into one form. The sources are recorded pairs of a
//! request and its answer, of Datadog's own client libraries; a test holds every such pair against
//! this file. Numbers are compared by their value (`2` comes back as `2.0`, all recordings of log
//! alerts), and `null` is the same as nothing (`warning: null` comes back as no `warning`,
//! Edit-a-monitor).

use serde_json::{Map, Value, json};

use super::definition::Kind;

/// Options that the server adds where they are not sent, with the value that it gives them.
const ADDED_OPTIONS: &[(&str, fn() -> Value, &str)] = &[
    ("notify_audit", || json!(false), "Create-a-monitor"),
    ("notify_no_data", || json!(false), "Create-a-monitor"),
    ("include_tags", || json!(true), "Create-a-monitor"),
    ("new_host_delay", || json!(300), "Create-a-monitor"),
    (
        "groupby_simple_monitor",
        || json!(false),
        "Create-a-monitor",
    ),
    ("silenced", || json!({}), "Create-a-monitor"),
    // Not recorded; the defaults that the API's description states.
    ("on_missing_data", || json!("default"), "openapi-v1.yaml"),
    ("locked", || json!(false), "openapi-v1.yaml"),
    ("enable_logs_sample", || json!(false), "openapi-v1.yaml"),
    ("require_full_window", || json!(false), "openapi-v1.yaml"),
];

/// Keys of a formula's query that mean the same when they are not there.
const ADDED_TO_QUERIES: &[(&str, fn() -> Value, &str)] = &[
    ("group_by", || json!([]), "Create-a-ci-pipelines-formula"),
    ("indexes", || json!(["*"]), "Create-a-ci-pipelines-formula"),
];

/// Types that come back under another name.
const RENAMED_TYPES: &[(&str, &str, &str)] =
    &[("metric alert", "query alert", "Create-a-metric-monitor")];

/// Fields of a dashboard that come back as `null` or as `[]` where they are not sent.
const EMPTY_FIELDS: &[(&str, &str)] = &[
    ("description", "Create-a-new-dashboard-with-toplist-widget"),
    ("template_variables", "Get-a-dashboard"),
    ("notify_list", "Get-a-dashboard"),
    ("restricted_roles", "Get-a-dashboard"),
    ("tags", "openapi-v1.yaml"),
    ("template_variable_presets", "openapi-v1.yaml"),
    ("tabs", "openapi-v1.yaml"),
];

/// One top-level field in the form in which it is compared.
pub(super) fn field(kind: Kind, name: &str, value: Option<&Value>) -> Value {
    let Some(value) = value else {
        return Value::Null;
    };
    match (kind, name) {
        (Kind::Monitor, "type") => kind_of_monitor(value),
        (_, "tags") => tags(value),
        (Kind::Monitor, "options") => Value::Object(options(value)),
        (_, "message" | "description") => value.as_str().map_or(Value::Null, |text| {
            // Editors end a text with a line break, or with none; files are read without.
            match text.trim() {
                "" => Value::Null,
                text => text.into(),
            }
        }),
        (Kind::Dashboard, "widgets") => widgets(value),
        (Kind::Dashboard, name) if is_empty_field(name, value) => Value::Null,
        _ => value.clone(),
    }
}

/// Options without those that say what holds anyway.
pub(super) fn options(value: &Value) -> Map<String, Value> {
    let options = value.as_object().into_iter().flatten();
    let says_something = |(name, value): &(&String, &Value)| !is_added(ADDED_OPTIONS, name, value);
    let normal = |(name, value): (&String, &Value)| {
        let value = match name.as_str() {
            "variables" => variables(value),
            _ => value.clone(),
        };
        (name.clone(), value)
    };
    options.filter(says_something).map(normal).collect()
}

/// True where the two mean the same.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let null = &Value::Null;
            let keys = one.keys().chain(other.keys());
            keys.into_iter()
                .all(|key| same(one.get(key).unwrap_or(null), other.get(key).unwrap_or(null)))
        }
        (one, other) => one == other,
    }
}

fn is_added(table: &[(&str, fn() -> Value, &str)], name: &str, value: &Value) -> bool {
    let known = table.iter().find(|(known, _, _)| *known == name);
    // Exactly: a `null` inside means something, as the end of a mute that has none.
    let says = |added: Value| added == *value || (added.is_number() && same(&added, value));
    value.is_null() || known.is_some_and(|(_, added, _)| says(added()))
}

fn is_empty_field(name: &str, value: &Value) -> bool {
    let is_known = EMPTY_FIELDS.iter().any(|(known, _)| *known == name);
    is_known && (value == &json!([]) || value == "")
}

fn kind_of_monitor(value: &Value) -> Value {
    let renamed = RENAMED_TYPES.iter().find(|(sent, _, _)| value == sent);
    renamed.map_or_else(|| value.clone(), |(_, answered, _)| (*answered).into())
}

/// Tags are a set, in lower case (docs.datadoghq.com/getting_started/tagging).
fn tags(value: &Value) -> Value {
    let tags = value.as_array().into_iter().flatten();
    let mut tags: Vec<String> = tags
        .filter_map(Value::as_str)
        .map(str::to_lowercase)
        .collect();
    tags.sort();
    tags.dedup();
    match tags.is_empty() {
        true => Value::Null,
        false => tags.into(),
    }
}

fn variables(value: &Value) -> Value {
    let queries = value.as_array().into_iter().flatten();
    let normal = |query: &Value| match query.as_object() {
        Some(query) => {
            let kept = query
                .iter()
                .filter(|(name, value)| !is_added(ADDED_TO_QUERIES, name, value));
            Value::Object(
                kept.map(|(name, value)| (name.clone(), value.clone()))
                    .collect(),
            )
        }
        None => query.clone(),
    };
    queries.map(normal).collect()
}

/// Widgets without the ids that the server gives them, groups included.
fn widgets(value: &Value) -> Value {
    let widgets = value.as_array().into_iter().flatten();
    widgets.map(widget).collect()
}

fn widget(value: &Value) -> Value {
    let mut widget = value.clone();
    if let Some(widget) = widget.as_object_mut() {
        widget.shift_remove("id");
    }
    if let Some(inner) = widget.pointer_mut("/definition/widgets") {
        *inner = widgets(inner);
    }
    widget
}
