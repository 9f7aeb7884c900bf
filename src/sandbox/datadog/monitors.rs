//! Validating a monitor: `POST /api/v1/monitor/validate`.
//!
//! The query is checked by a small grammar of its own, which shares nothing with the client's.
//! Only log alerts are checked whole; of other types the comparison at the end is. The texts of
//! refusals are recorded for a missing type and for a missing operator, and ours otherwise.

use serde_json::{Map, Value};

use super::quota::{self, RateLimit};
use super::refusal::errors;
use super::{DatadogStandIn, Visit};
use crate::domain::site::Site;
use crate::sandbox::http::{Reply, Request};

const MAX_BODY: usize = 1 << 20;

/// The enum `MonitorType` of the OpenAPI document.
const TYPES: [&str; 23] = [
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
/// Longer operators first, so that `>=` is not read as `>`.
const OPERATORS: [&str; 6] = [">=", "<=", "==", "!=", ">", "<"];
/// What a log alert may compute (docs.datadoghq.com/monitors/types/log).
const METHODS: [&str; 12] = [
    "count",
    "cardinality",
    "avg",
    "min",
    "max",
    "sum",
    "median",
    "pc75",
    "pc90",
    "pc95",
    "pc98",
    "pc99",
];
/// Facets a log alert may be grouped by.
const MAX_GROUPS: usize = 4;
/// Longest window of a log alert, minutes.
const MAX_WINDOW: u32 = 2_880;

impl DatadogStandIn {
    pub(super) fn validate_monitor(
        &self,
        request: &Request,
        visit: &Visit<'_>,
        site: Site,
    ) -> Reply {
        if let Err(refused) = self.keys.check_both(request, site) {
            return refused.into_reply();
        }
        let quota = self
            .quotas
            .count(quota::GLOBAL, RateLimit::GLOBAL, visit.now);
        let checked = visit
            .body
            .decode(MAX_BODY)
            .ok()
            .and_then(|plain| serde_json::from_slice(&plain).ok())
            .ok_or_else(|| "Invalid JSON structure".to_owned())
            .and_then(|monitor| check(&monitor));
        quota.announce(match checked {
            // The line end is recorded.
            Ok(()) => Reply::text(200, "application/json", "{}\n"),
            Err(text) => errors(400, &text),
        })
    }
}

fn check(monitor: &Map<String, Value>) -> Result<(), String> {
    let text = |name: &str| {
        monitor
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    for name in ["type", "query"] {
        if text(name).is_empty() {
            return Err(format!("The parameter '{name}' is required"));
        }
    }
    let (kind, query) = (text("type"), text("query"));
    if !TYPES.contains(&kind) {
        return Err("The value provided for parameter 'type' is invalid".to_owned());
    }
    if WITHOUT_COMPARISON.contains(&kind) {
        return Ok(());
    }
    let invalid =
        |why: String| format!("The value provided for parameter 'query' is invalid: {why}");
    let (chain, threshold) = comparison(query).map_err(invalid)?;
    if kind == "log alert" && !chain.starts_with("formula(") {
        log_chain(chain).map_err(invalid)?;
    }
    check_threshold(monitor, threshold)
}

/// What is compared, and the number it is compared with.
fn comparison(query: &str) -> Result<(&str, f64), String> {
    // The operator stands behind the last call; a search may hold such characters too.
    let behind = query.rfind(')').map_or(0, |at| at + 1);
    let rest = query[behind..].trim_start();
    let operator = OPERATORS
        .into_iter()
        .find(|operator| rest.starts_with(operator));
    let Some(operator) = operator else {
        let given = rest.split_whitespace().next().unwrap_or_default();
        let given = if behind == 0 { "" } else { given };
        return Err(format!("invalid operator specified: {given}"));
    };
    let number = rest[operator.len()..].trim();
    match number.parse::<f64>() {
        Ok(threshold) if threshold.is_finite() => Ok((&query[..behind], threshold)),
        _ => Err(format!("invalid threshold specified: {number}")),
    }
}

/// The number in the query must be the critical threshold, where one is given.
fn check_threshold(monitor: &Map<String, Value>, threshold: f64) -> Result<(), String> {
    let critical = monitor
        .get("options")
        .and_then(|options| options.get("thresholds"))
        .and_then(|thresholds| thresholds.get("critical"))
        .and_then(Value::as_f64);
    match critical {
        Some(critical) if critical != threshold => Err(format!(
            "Alert threshold ({critical:?}) does not match that used in the query ({threshold:?})."
        )),
        _ => Ok(()),
    }
}

/// `logs("…").index("…").rollup("…"[, "…"])[.by("…")].last("…")`
fn log_chain(chain: &str) -> Result<(), String> {
    let mut calls = calls(chain)?.into_iter().peekable();
    let mut next = |name: &str, required: bool| match calls.next_if(|call| call.name == name) {
        Some(call) => Ok(Some(call)),
        None if required => Err(format!("missing call to {name}")),
        None => Ok(None),
    };
    next("logs", true)?;
    next("index", true)?;
    let rollup = next("rollup", true)?;
    let by = next("by", false)?;
    let last = next("last", true)?;
    if let Some(call) = calls.next() {
        return Err(format!("unexpected call to {}", call.name));
    }
    rollup.map_or(Ok(()), |call| check_rollup(&call))?;
    by.map_or(Ok(()), |call| check_groups(&call))?;
    last.map_or(Ok(()), |call| check_window(&call))
}

fn check_rollup(call: &Call) -> Result<(), String> {
    let method = call.arguments[0].as_str();
    let wanted = if method == "count" { 1 } else { 2 };
    match METHODS.contains(&method) && call.arguments.len() == wanted {
        true => Ok(()),
        false => Err(format!("invalid rollup: {}", call.arguments.join(", "))),
    }
}

fn check_groups(call: &Call) -> Result<(), String> {
    let groups: Vec<&str> = call.arguments[0].split(',').map(str::trim).collect();
    match groups.len() <= MAX_GROUPS && groups.iter().all(|group| !group.is_empty()) {
        true => Ok(()),
        false => Err(format!("invalid group by: {}", call.arguments[0])),
    }
}

fn check_window(call: &Call) -> Result<(), String> {
    let window = call.arguments[0].as_str();
    let minutes = match window.split_at_checked(window.len().saturating_sub(1)) {
        Some((number, "m")) => number.parse().ok(),
        Some((number, "h")) => number.parse().ok().and_then(|n: u32| n.checked_mul(60)),
        _ => None,
    };
    match minutes {
        Some(1..=MAX_WINDOW) => Ok(()),
        _ => Err(format!("invalid time window: {window}")),
    }
}

/// One link of the chain; it has at least one argument.
struct Call {
    name: String,
    arguments: Vec<String>,
}

/// Takes `name("a", "b").name("c")` apart.
fn calls(chain: &str) -> Result<Vec<Call>, String> {
    let broken = |rest: &str| format!("unable to parse near: {rest}");
    let mut calls = Vec::new();
    let mut rest = chain;
    loop {
        let (name, behind) = rest.split_once('(').ok_or_else(|| broken(rest))?;
        let (arguments, behind) = arguments(behind).ok_or_else(|| broken(rest))?;
        calls.push(Call {
            name: name.trim().to_owned(),
            arguments,
        });
        rest = behind.trim_start();
        if rest.is_empty() {
            return Ok(calls);
        }
        rest = rest.strip_prefix('.').ok_or_else(|| broken(rest))?;
    }
}

/// Quoted arguments up to the closing parenthesis, and what stands behind it.
fn arguments(text: &str) -> Option<(Vec<String>, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        let (argument, behind) = quoted(rest.trim_start())?;
        found.push(argument);
        rest = behind.trim_start();
        match rest.strip_prefix(',') {
            Some(behind) => rest = behind,
            None => return Some((found, rest.strip_prefix(')')?)),
        }
    }
}

/// A text in double quotes, in which a backslash takes the next character as it is.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut characters = text.strip_prefix('"')?.char_indices();
    let mut plain = String::new();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((plain, &text[at + 2..])),
            '\\' => plain.push(characters.next()?.1),
            other => plain.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn log_alert(query: &str) -> Result<(), String> {
        check(
            json!({"type": "log alert", "query": query})
                .as_object()
                .expect("an object"),
        )
    }

    #[test]
    fn whole_log_alerts_are_accepted() {
        for query in [
            r#"logs("service:foo AND type:error").index("main").rollup("count").by("source,status").last("5m") > 2"#,
            r#"logs("a:\"b (c)\" >= 3").index("*").rollup("cardinality", "@usr.id").last("48h") <= 0.5"#,
            r#"formula("query1 / query2").last("15m") >= 0.8"#,
        ] {
            assert_eq!(log_alert(query), Ok(()), "{query}");
        }
    }

    #[test]
    fn a_query_without_an_operator_is_refused_as_recorded() {
        let expected =
            "The value provided for parameter 'query' is invalid: invalid operator specified: ";
        assert_eq!(log_alert("query"), Err(expected.to_owned()));
    }

    #[test]
    fn malformed_log_alerts_are_refused() {
        for query in [
            r#"logs("a").index("main").rollup("count").last("5m") => 2"#,
            r#"logs("a").index("main").rollup("count").last("5m") > many"#,
            r#"logs("a").index("main").rollup("count").last("49h") > 2"#,
            r#"logs("a").index("main").rollup("count").last("0m") > 2"#,
            r#"logs("a").index("main").rollup("count").last("") > 2"#,
            r#"logs("a").index("main").rollup("count", "@a").last("5m") > 2"#,
            r#"logs("a").index("main").rollup("guess", "@a").last("5m") > 2"#,
            r#"logs("a").index("main").rollup("count").by("a,b,c,d,e").last("5m") > 2"#,
            r#"logs("a").rollup("count").last("5m") > 2"#,
            r#"logs("a").index("main").last("5m").rollup("count") > 2"#,
            r#"logs("a).index("main").rollup("count").last("5m") > 2"#,
            r#"logs() > 2"#,
        ] {
            assert!(log_alert(query).is_err(), "{query}");
        }
    }

    #[test]
    fn the_threshold_of_query_and_options_must_agree() {
        let monitor = |critical: u64| {
            check(
                json!({
                    "type": "log alert",
                    "query": r#"logs("a").index("*").rollup("count").last("5m") > 2"#,
                    "options": {"thresholds": {"critical": critical}},
                })
                .as_object()
                .expect("an object"),
            )
        };
        assert_eq!(monitor(2), Ok(()));
        assert!(monitor(3).is_err());
    }

    #[test]
    fn type_and_query_are_required_and_the_type_is_known() {
        let check = |value: Value| check(value.as_object().expect("an object"));
        assert_eq!(
            check(json!({"query": "", "type": ""})),
            Err("The parameter 'type' is required".to_owned())
        );
        assert!(check(json!({"type": "log alert"})).is_err());
        assert!(check(json!({"type": "log-alert", "query": "a > 1"})).is_err());
        assert_eq!(
            check(json!({"type": "composite", "query": "1 && 2"})),
            Ok(())
        );
    }
}
