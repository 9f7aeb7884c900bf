//! The queries of monitors: which are taken, and what a log alert looks at.
//!
//! They are read by a small grammar of its own, which shares nothing with the client's. Only log
//! alerts are read whole; of other types the comparison at the end is. The texts of refusals are
//! recorded for a missing type, a missing operator and a query that is none, and ours otherwise.

mod chain;
mod comparison;
mod expression;
mod log;

use serde_json::{Map, Value};

pub use comparison::Operator;
pub use log::{LogAlert, LogQuery};

/// The enum `MonitorType` of the OpenAPI document.
pub const TYPES: [&str; 23] = [
    "composite",
    "event alert",
    "log alert",
    "metric alert",
    "process alert",
    "query alert",
    "rum alert",
    "service check",
    "synthetics alert",
    "trace-analytics alert",
    "slo alert",
    "event-v2 alert",
    "audit alert",
    "ci-pipelines alert",
    "ci-tests alert",
    "error-tracking alert",
    "database-monitoring alert",
    "network-performance alert",
    "cost alert",
    "data-quality alert",
    "network-path alert",
    "data-jobs alert",
    "llm-observability alert",
];
/// Types whose query ends in no comparison.
const WITHOUT_COMPARISON: [&str; 2] = ["composite", "service check"];

/// What is known of a query that is taken.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    LogAlert(LogAlert),
    /// A log alert in words of Datadog's that the stand-in does not know.
    Unreadable,
    /// The monitors it joins.
    Composite(Vec<u64>),
    Other,
}

/// Reads the query of a monitor of type `kind`. The error is the text of the refusal.
pub fn read(kind: &str, query: &str, options: &Map<String, Value>) -> Result<Reading, String> {
    if kind == "composite" {
        return Ok(Reading::Composite(joined(query)));
    }
    if WITHOUT_COMPARISON.contains(&kind) {
        return Ok(Reading::Other);
    }
    let invalid = |why| format!("The value provided for parameter 'query' is invalid: {why}");
    let (chain, operator, threshold) = comparison::split(query).map_err(invalid)?;
    let reading = match kind {
        "log alert" => {
            let read = log::read(chain, options).map_err(invalid)?;
            read.map_or(Reading::Unreadable, |(queries, number, window)| {
                Reading::LogAlert(LogAlert {
                    queries,
                    number,
                    window,
                    operator,
                    threshold,
                })
            })
        }
        _ => Reading::Other,
    };
    check_threshold(options, threshold).map(|()| reading)
}

/// The numbers in `1 && (2 || !3)`.
fn joined(query: &str) -> Vec<u64> {
    query
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect()
}

/// The number in the query must be the critical threshold, where one is given.
fn check_threshold(options: &Map<String, Value>, threshold: f64) -> Result<(), String> {
    let critical = options
        .get("thresholds")
        .and_then(|thresholds| thresholds.get("critical"))
        .and_then(Value::as_f64);
    match critical {
        Some(critical) if critical != threshold => Err(format!(
            "Alert threshold ({critical:?}) does not match that used in the query ({threshold:?})."
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
