//! The keys that a monitor's file may hold. Anything else is an error that names the nearest one:
//! a misspelt key that is silently ignored is a monitor that never fires.

use serde_json::Value;

use super::error::MonitorFileError;
use crate::domain::nearest::nearest;

/// What may stand at one place of the file.
enum Shape {
    Anything,
    /// These keys and no others.
    Keys(&'static [(&'static str, &'static Shape)]),
    /// Keys of the author's own choice, each with the same shape behind it.
    Named(&'static Shape),
    List(&'static Shape),
}

static FILE: Shape = Shape::Keys(&[
    ("why", &Shape::Anything),
    ("type", &Shape::Anything),
    ("name", &Shape::Anything),
    ("priority", &Shape::Anything),
    ("variables", &Shape::Named(&VARIABLE)),
    ("facets", &Shape::Named(&Shape::Anything)),
    ("needs", &Shape::Anything),
    ("query", &Shape::Anything),
    ("queries", &Shape::List(&QUERY)),
    ("shapes", &Shape::Named(&FORM)),
    ("on_missing_data", &Shape::Anything),
    ("thresholds", &THRESHOLDS),
    ("message", &Shape::Anything),
    ("tags", &Shape::Anything),
    ("options", &OPTIONS),
    ("adopts", &Shape::Anything),
    ("cases", &Shape::List(&CASE)),
]);

static FORM: Shape = Shape::Keys(&[
    ("refused", &Shape::Anything),
    ("type", &Shape::Anything),
    ("query", &Shape::Anything),
    ("queries", &Shape::List(&QUERY)),
    ("facets", &Shape::Named(&Shape::Anything)),
    ("needs", &Shape::Anything),
    ("message", &Shape::Anything),
    ("cases", &Shape::List(&CASE)),
]);

/// Of `options.variables`, in the words of the monitor API.
static QUERY: Shape = Shape::Keys(&[
    ("name", &Shape::Anything),
    ("data_source", &Shape::Anything),
    ("search", &Shape::Keys(&[("query", &Shape::Anything)])),
    ("indexes", &Shape::Anything),
    (
        "compute",
        &Shape::Keys(&[
            ("aggregation", &Shape::Anything),
            ("metric", &Shape::Anything),
        ]),
    ),
    (
        "group_by",
        &Shape::List(&Shape::Keys(&[
            ("facet", &Shape::Anything),
            ("limit", &Shape::Anything),
            ("sort", &Shape::Anything),
        ])),
    ),
]);

static VARIABLE: Shape = Shape::Keys(&[("default", &Shape::Anything), ("about", &Shape::Anything)]);

static THRESHOLDS: Shape = Shape::Keys(&[
    ("critical", &Shape::Anything),
    ("critical_recovery", &Shape::Anything),
    ("warning", &Shape::Anything),
    ("warning_recovery", &Shape::Anything),
]);

/// `MonitorOptions` of the OpenAPI document of Datadog's API v1, without those that have keys of
/// their own here, that only other types take, or that the server alone sets.
static OPTIONS: Shape = Shape::Keys(&[
    ("enable_logs_sample", &Shape::Anything),
    ("escalation_message", &Shape::Anything),
    ("evaluation_delay", &Shape::Anything),
    ("group_retention_duration", &Shape::Anything),
    ("groupby_simple_monitor", &Shape::Anything),
    ("include_tags", &Shape::Anything),
    ("new_group_delay", &Shape::Anything),
    ("new_host_delay", &Shape::Anything),
    ("no_data_timeframe", &Shape::Anything),
    ("notification_preset_name", &Shape::Anything),
    ("notify_audit", &Shape::Anything),
    ("notify_by", &Shape::Anything),
    ("notify_no_data", &Shape::Anything),
    ("renotify_interval", &Shape::Anything),
    ("renotify_occurrences", &Shape::Anything),
    ("renotify_statuses", &Shape::Anything),
    ("require_full_window", &Shape::Anything),
    ("timeout_h", &Shape::Anything),
]);

static CASE: Shape = Shape::Keys(&[
    ("name", &Shape::Anything),
    ("expect", &Shape::Anything),
    ("before", &Shape::Anything),
    ("events", &Shape::List(&EVENT)),
]);

static EVENT: Shape = Shape::Keys(&[
    ("ago", &Shape::Anything),
    ("times", &Shape::Anything),
    ("log", &Shape::Anything),
]);

/// The names that `options` takes.
pub fn option_names() -> impl Iterator<Item = &'static str> {
    let keys = match &OPTIONS {
        Shape::Keys(keys) => *keys,
        _ => &[],
    };
    keys.iter().map(|(name, _)| *name)
}

/// Fails on the first key of a monitor's file that is not known.
pub(super) fn check(file: &Value) -> Result<(), MonitorFileError> {
    check_shape(file, &FILE, "")
}

fn check_shape(value: &Value, shape: &Shape, at: &str) -> Result<(), MonitorFileError> {
    match (shape, value) {
        (Shape::Keys(known), Value::Object(object)) => {
            object.iter().try_for_each(|(key, value)| {
                let Some((_, shape)) = known.iter().find(|(name, _)| name == key) else {
                    return Err(MonitorFileError::UnknownKey {
                        at: if at.is_empty() {
                            "the file".to_owned()
                        } else {
                            at.to_owned()
                        },
                        key: key.clone(),
                        nearest: nearest(key, known.iter().map(|(name, _)| *name))
                            .map(str::to_owned),
                    });
                };
                check_shape(value, shape, &below(at, key))
            })
        }
        (Shape::Named(shape), Value::Object(object)) => object
            .iter()
            .try_for_each(|(key, value)| check_shape(value, shape, &below(at, key))),
        (Shape::List(shape), Value::Array(items)) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| check_shape(item, shape, &format!("{at}[{index}]"))),
        // A wrong type is found, and said, when the value is read.
        _ => Ok(()),
    }
}

fn below(at: &str, key: &str) -> String {
    if at.is_empty() {
        key.to_owned()
    } else {
        format!("{at}.{key}")
    }
}
