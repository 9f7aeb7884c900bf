//! The buckets of an aggregation.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::request::{Aggregation, Group, Sort, Wanted};
use crate::sandbox::datadog::logs::{Compute, IndexedLog};

/// One bucket for each group, as the answer shows them; none where nothing was found.
pub fn of(aggregation: &Aggregation, logs: &[IndexedLog]) -> Vec<Value> {
    let logs: Vec<&IndexedLog> = logs.iter().collect();
    let mut buckets = Vec::new();
    if !logs.is_empty() {
        divide(aggregation, 0, &Map::new(), &logs, &mut buckets);
    }
    buckets
}

/// Divides by the facet at `depth` and those behind it, each within its limit.
fn divide(
    aggregation: &Aggregation,
    depth: usize,
    by: &Map<String, Value>,
    logs: &[&IndexedLog],
    buckets: &mut Vec<Value>,
) {
    let Some(group) = aggregation.groups.get(depth) else {
        let computes = computes(&aggregation.computes, logs);
        buckets.push(json!({ "by": by, "computes": computes }));
        return;
    };
    for (value, logs) in parts(group, logs) {
        let mut by = by.clone();
        by.insert(group.facet.to_string(), value);
        divide(aggregation, depth + 1, &by, &logs, buckets);
    }
}

/// The logs by their values of a facet, in the order that is asked for, as many as the limit lets.
fn parts<'l>(group: &Group, logs: &[&'l IndexedLog]) -> Vec<(Value, Vec<&'l IndexedLog>)> {
    let mut by_value: BTreeMap<String, Vec<&IndexedLog>> = BTreeMap::new();
    let mut without = Vec::new();
    for log in logs {
        let values = group.facet.values(log);
        if values.is_empty() {
            without.push(*log);
        }
        for value in values {
            by_value.entry(value).or_default().push(log);
        }
    }
    let mut parts: Vec<(Value, Vec<&IndexedLog>)> = by_value
        .into_iter()
        .map(|(value, logs)| (value.into(), logs))
        .collect();
    if let Some(missing) = group.missing.as_ref().filter(|_| !without.is_empty()) {
        parts.push((missing.clone(), without));
    }
    sort(&mut parts, &group.sort);
    parts.truncate(group.limit);
    parts
}

fn sort(parts: &mut [(Value, Vec<&IndexedLog>)], sort: &Sort) {
    let compare = |a: &(Value, Vec<&IndexedLog>), b: &(Value, Vec<&IndexedLog>)| match &sort.by {
        None => a.0.to_string().cmp(&b.0.to_string()),
        Some(compute) => number(compute, &a.1)
            .partial_cmp(&number(compute, &b.1))
            .unwrap_or(Ordering::Equal),
    };
    parts.sort_by(|a, b| match sort.is_descending {
        true => compare(b, a),
        false => compare(a, b),
    });
}

fn computes(wanted: &[Wanted], logs: &[&IndexedLog]) -> Map<String, Value> {
    let values = wanted.iter().enumerate().filter_map(|(place, wanted)| {
        let value = match wanted.interval {
            Some(width) => series(&wanted.compute, width.as_millis() as i64, logs),
            None => number(&wanted.compute, logs)?.into(),
        };
        Some((format!("c{place}"), value))
    });
    values.collect()
}

/// One point for each stretch of `width` milliseconds with a number in it, aligned to the epoch.
fn series(compute: &Compute, width: i64, logs: &[&IndexedLog]) -> Value {
    let mut stretches: BTreeMap<i64, Vec<&IndexedLog>> = BTreeMap::new();
    for log in logs {
        let stretch = log.timestamp.as_millisecond().div_euclid(width.max(1));
        stretches.entry(stretch).or_default().push(log);
    }
    let points = stretches.into_iter().filter_map(|(stretch, logs)| {
        let time = Timestamp::from_millisecond(stretch * width).ok()?;
        let value = number(compute, &logs)?;
        Some(json!({ "time": format!("{time:.3}"), "value": value }))
    });
    points.collect()
}

fn number(compute: &Compute, logs: &[&IndexedLog]) -> Option<f64> {
    let samples: Vec<_> = logs.iter().map(|log| compute.sample(log)).collect();
    compute.number(&samples)
}
