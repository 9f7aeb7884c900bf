//! The types of monitor queries that are told apart, to be refused by name, and formulas.

use std::fmt;

/// A query that is none of the short form over logs, events, spans or pipelines. The functions are
/// those of the monitor API's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryKind {
    /// One that begins with a function of its own, by the name of the monitor type.
    Function(&'static str),
    /// `formula(…)`, whose type only `options.variables` tell.
    Formula,
    /// `avg(last_5m):anomalies(…)`
    Anomaly,
    /// `avg(last_5m):…`
    Metric,
    /// `"check".over(…)`
    ServiceCheck,
    /// `123 && 456`
    Composite,
}

impl QueryKind {
    /// Tells the type by the first words of a query; `None` for the short forms that are
    /// evaluated and for what is no query.
    pub fn of(query: &str) -> Option<Self> {
        let query = query.trim_start();
        if query.starts_with('"') {
            return query.contains(".over(").then_some(QueryKind::ServiceCheck);
        }
        if let Some((name, arguments)) = query.split_once('(') {
            if let Some(kind) = function(name.trim_end()) {
                return Some(kind);
            }
            let is_metric = ["last_", "current_"]
                .iter()
                .any(|word| arguments.starts_with(word));
            if is_metric && arguments.contains("):") {
                return Some(match super::anomaly::is_anomaly(query) {
                    true => QueryKind::Anomaly,
                    false => QueryKind::Metric,
                });
            }
        }
        let is_composite = query.starts_with(|c: char| c.is_ascii_digit() || "!(".contains(c))
            && query
                .chars()
                .all(|c| c.is_ascii_digit() || "&|!() ".contains(c))
            && query.contains(|c: char| c.is_ascii_digit());
        is_composite.then_some(QueryKind::Composite)
    }
}

fn function(name: &str) -> Option<QueryKind> {
    const BY_FUNCTION: [(&str, &str); 9] = [
        ("ci-tests", "ci-tests alert"),
        ("rum", "rum alert"),
        ("audits", "audit alert"),
        ("processes", "process alert"),
        ("error_budget", "slo alert"),
        ("error-tracking", "error-tracking alert"),
        ("database-monitoring", "database-monitoring alert"),
        ("network-performance", "network-performance alert"),
        ("network-path", "network-path alert"),
    ];
    if name == "formula" {
        return Some(QueryKind::Formula);
    }
    let found = BY_FUNCTION
        .into_iter()
        .find(|(function, _)| *function == name);
    found.map(|(_, kind)| QueryKind::Function(kind))
}

impl fmt::Display for QueryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            QueryKind::Function(name) => name,
            QueryKind::Formula => "formula",
            QueryKind::Anomaly => "anomalies",
            QueryKind::Metric => "metric alert",
            QueryKind::ServiceCheck => "service check",
            QueryKind::Composite => "composite",
        })
    }
}
