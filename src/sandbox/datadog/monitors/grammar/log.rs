//! Log alerts: `logs("…").index("…").rollup("…"[, "…"])[.by("…")].last("…")`, and
//! `formula("…").last("…")` over the queries of `options.variables`.

use jiff::SignedDuration;
use serde_json::{Map, Value};

use super::Operator;
use super::chain::{Call, Chain};
use super::expression::Expression;
use crate::sandbox::datadog::logs::{Compute, Facet};
use crate::sandbox::datadog::search::{Search, parse};

/// Facets a log alert may be grouped by.
const MAX_GROUPS: usize = 4;
/// Longest window of a log alert, minutes.
const MAX_WINDOW: u32 = 2_880;
/// The one index of the stand-in.
const INDEX: &str = "main";

/// What a log alert looks at, and when it alerts.
#[derive(Clone, Debug, PartialEq)]
pub struct LogAlert {
    pub queries: Vec<LogQuery>,
    /// The number made of those of the queries.
    pub number: Expression,
    pub window: SignedDuration,
    pub operator: Operator,
    pub threshold: f64,
}

/// One search, what is computed over what it finds, and by which groups.
#[derive(Clone, Debug, PartialEq)]
pub struct LogQuery {
    pub search: Search,
    /// False for other indexes, which hold nothing here.
    pub reaches_the_index: bool,
    pub compute: Compute,
    pub by: Vec<Facet>,
}

/// A chain taken apart; `None` where it uses words that the stand-in does not know.
type Read = Option<(Vec<LogQuery>, Expression, SignedDuration)>;

pub fn read(chain: &str, options: &Map<String, Value>) -> Result<Read, String> {
    match chain.trim_start().starts_with("formula(") {
        true => formula(chain, options),
        false => short(chain),
    }
}

fn short(chain: &str) -> Result<Read, String> {
    let mut chain = Chain::parse(chain)?;
    let logs = chain.required("logs")?;
    let index = chain.required("index")?;
    let rollup = chain.required("rollup")?;
    let by = chain.optional("by");
    let window = window(&chain.required("last")?)?;
    chain.end()?;
    let metric = rollup.arguments.get(1).map(String::as_str);
    let is_plain = rollup.arguments.len() <= 2 && !(rollup.first() == "count" && metric.is_some());
    let compute = Compute::parse(rollup.first(), metric)
        .ok()
        .filter(|_| is_plain)
        .ok_or_else(|| format!("invalid rollup: {}", rollup.arguments.join(", ")))?;
    let by = by.map_or(Ok(Vec::new()), |call| facets(call.first().split(',')))?;
    Ok(parse(logs.first()).ok().map(|search| {
        let query = LogQuery {
            search,
            reaches_the_index: reaches(index.first().split(',')),
            compute,
            by,
        };
        (vec![query], Expression::Query(0), window)
    }))
}

fn formula(chain: &str, options: &Map<String, Value>) -> Result<Read, String> {
    let mut chain = Chain::parse(chain)?;
    let formula = chain.required("formula")?;
    let window = window(&chain.required("last")?)?;
    chain.end()?;
    let variables = options.get("variables").and_then(Value::as_array);
    let variables = variables
        .filter(|variables| !variables.is_empty())
        .ok_or("a formula needs its queries in options.variables")?;
    let names: Vec<&str> = variables
        .iter()
        .map(|variable| variable["name"].as_str().unwrap_or_default())
        .collect();
    let number = Expression::parse(formula.first(), &names)?;
    let queries = variables
        .iter()
        .map(variable)
        .collect::<Result<Option<Vec<_>>, _>>()?;
    Ok(number
        .zip(queries)
        .map(|(number, queries)| (queries, number, window)))
}

/// A query of a formula; `None` for one over anything but logs.
fn variable(variable: &Value) -> Result<Option<LogQuery>, String> {
    if variable["data_source"] != "logs" {
        return Ok(None);
    }
    let compute = &variable["compute"];
    let aggregation = compute["aggregation"].as_str().unwrap_or_default();
    let compute = Compute::parse(aggregation, compute["metric"].as_str())?;
    let groups = variable["group_by"].as_array().into_iter().flatten();
    let by = facets(groups.filter_map(|group| group["facet"].as_str()))?;
    let indexes = variable["indexes"].as_array();
    let indexes = indexes.filter(|indexes| !indexes.is_empty());
    let reaches_the_index =
        indexes.is_none_or(|indexes| reaches(indexes.iter().filter_map(Value::as_str)));
    let text = variable["search"]["query"].as_str().unwrap_or_default();
    Ok(parse(text).ok().map(|search| LogQuery {
        search,
        reaches_the_index,
        compute,
        by,
    }))
}

fn reaches<'t>(mut indexes: impl Iterator<Item = &'t str>) -> bool {
    indexes.any(|index| matches!(index.trim(), "*" | INDEX))
}

fn facets<'t>(names: impl Iterator<Item = &'t str>) -> Result<Vec<Facet>, String> {
    let facets: Vec<Facet> = names
        .map(|name| Facet::parse(name).ok_or_else(|| format!("invalid group by: {name}")))
        .collect::<Result<_, _>>()?;
    match facets.len() <= MAX_GROUPS {
        true => Ok(facets),
        false => Err(format!("more than {MAX_GROUPS} facets to group by")),
    }
}

fn window(call: &Call) -> Result<SignedDuration, String> {
    let window = call.first();
    let minutes = match window.split_at_checked(window.len().saturating_sub(1)) {
        Some((number, "m")) => number.parse().ok(),
        Some((number, "h")) => number.parse().ok().and_then(|n: u32| n.checked_mul(60)),
        _ => None,
    };
    match minutes {
        Some(minutes @ 1..=MAX_WINDOW) => Ok(SignedDuration::from_mins(minutes.into())),
        _ => Err(format!("invalid time window: {window}")),
    }
}
