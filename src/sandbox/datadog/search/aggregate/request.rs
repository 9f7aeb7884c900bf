//! What an aggregation asks for (OpenAPI v2, `LogsAggregateRequest`).

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::sandbox::datadog::logs::{Compute, Facet};
use crate::sandbox::datadog::shape::Shape::{Any, List, Object, Text, Whole, Word};
use crate::sandbox::datadog::shape::{self, Member, Shape, optional, required};

const FUNCTIONS: Shape = Word(&[
    "count",
    "cardinality",
    "pc75",
    "pc90",
    "pc95",
    "pc98",
    "pc99",
    "sum",
    "min",
    "max",
    "avg",
    "median",
]);
/// Buckets of one answer.
const MAX_BUCKETS: u64 = 10_000;
/// Groups by a facet unless told.
const DEFAULT_LIMIT: u64 = 10;
/// Points of a time series without an interval.
const DEFAULT_POINTS: i64 = 150;

const REQUEST: &[Member] = &[
    optional("compute", List(&Object(COMPUTE))),
    optional("filter", Object(FILTER)),
    optional("group_by", List(&Object(GROUP_BY))),
    optional("options", Any),
    optional("page", Any),
];

const COMPUTE: &[Member] = &[
    required("aggregation", FUNCTIONS),
    optional("interval", Text),
    optional("metric", Text),
    optional("type", Word(&["timeseries", "total"])),
];

const FILTER: &[Member] = &[
    optional("from", Text),
    optional("to", Text),
    optional("query", Text),
    optional("indexes", List(&Text)),
    optional("storage_tier", Text),
];

const GROUP_BY: &[Member] = &[
    required("facet", Text),
    optional("limit", Whole(1, 10_000)),
    optional("missing", Any),
    optional("sort", Object(SORT)),
    optional("histogram", Any),
    optional("total", Any),
];

const SORT: &[Member] = &[
    optional("aggregation", FUNCTIONS),
    optional("metric", Text),
    optional("order", Word(&["asc", "desc"])),
    optional("type", Word(&["alphabetical", "measure"])),
];

/// A checked request.
#[derive(Debug)]
pub struct Aggregation {
    pub computes: Vec<Wanted>,
    pub groups: Vec<Group>,
}

/// One number of each bucket, or a time series of them.
#[derive(Debug)]
pub struct Wanted {
    pub compute: Compute,
    /// The width of the points of a time series.
    pub interval: Option<SignedDuration>,
}

#[derive(Debug)]
pub struct Group {
    pub facet: Facet,
    pub limit: usize,
    /// The value of logs that lack the facet; without one they are in no bucket.
    pub missing: Option<Value>,
    pub sort: Sort,
}

#[derive(Debug)]
pub struct Sort {
    pub is_descending: bool,
    /// `None` sorts by the values themselves.
    pub by: Option<Compute>,
}

/// Holds the body against the document.
pub fn check(body: &Map<String, Value>) -> Result<(), String> {
    shape::check(body, REQUEST).map_err(|misfit| misfit.to_string())
}

impl Aggregation {
    /// Reads a body that was checked.
    pub fn read(body: &Value, from: Timestamp, to: Timestamp) -> Result<Self, String> {
        let list = |name: &str| body[name].as_array().into_iter().flatten();
        let mut computes: Vec<Wanted> = list("compute")
            .map(|compute| Wanted::read(compute, to.duration_since(from)))
            .collect::<Result<_, _>>()?;
        if computes.is_empty() {
            computes.push(Wanted {
                compute: Compute::parse("count", None)?,
                interval: None,
            });
        }
        let groups: Vec<Group> = list("group_by")
            .map(Group::read)
            .collect::<Result<_, _>>()?;
        let limits = groups.iter().map(|group| group.limit as u64);
        match limits.fold(1, u64::saturating_mul) <= MAX_BUCKETS {
            true => Ok(Self { computes, groups }),
            false => Err(format!("at most {MAX_BUCKETS} buckets are allowed")),
        }
    }
}

impl Wanted {
    fn read(compute: &Value, span: SignedDuration) -> Result<Self, String> {
        let series = compute["type"] == "timeseries";
        let interval = match compute["interval"].as_str() {
            _ if !series => None,
            Some(text) => Some(width(text).ok_or_else(|| format!("invalid interval: {text}"))?),
            None => Some(SignedDuration::from_secs(
                (span.as_secs() / DEFAULT_POINTS).max(1),
            )),
        };
        Ok(Self {
            compute: computed(compute)?,
            interval,
        })
    }
}

impl Group {
    fn read(group: &Value) -> Result<Self, String> {
        for name in ["histogram", "total"] {
            if group.get(name).is_some_and(|value| *value != false) {
                return Err(format!("not supported by the sandbox: {name}"));
            }
        }
        let facet = group["facet"].as_str().unwrap_or_default();
        Ok(Self {
            facet: Facet::parse(facet).ok_or_else(|| format!("invalid facet: {facet}"))?,
            limit: group["limit"].as_u64().unwrap_or(DEFAULT_LIMIT) as usize,
            missing: group.get("missing").cloned(),
            sort: Sort::read(group.get("sort"))?,
        })
    }
}

impl Sort {
    /// Without a rule the largest groups come first; what Datadog then does is stated nowhere.
    fn read(sort: Option<&Value>) -> Result<Self, String> {
        let Some(sort) = sort else {
            return Ok(Self {
                is_descending: true,
                by: Some(Compute::parse("count", None)?),
            });
        };
        let by_measure = sort["type"] == "measure";
        if !by_measure && sort.get("aggregation").is_some() {
            return Err("a sort by an aggregation needs the type 'measure'".to_owned());
        }
        let order = sort["order"].as_str();
        Ok(Self {
            is_descending: order.map_or(by_measure, |order| order == "desc"),
            by: by_measure.then(|| computed(sort)).transpose()?,
        })
    }
}

fn computed(value: &Value) -> Result<Compute, String> {
    let aggregation = value["aggregation"].as_str().unwrap_or_default();
    Compute::parse(aggregation, value["metric"].as_str())
}

/// `5m`: a number and one of s, m, h, d.
fn width(text: &str) -> Option<SignedDuration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let number = i64::from(number.parse::<u32>().ok().filter(|number| *number > 0)?);
    Some(SignedDuration::from_secs(number * seconds))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: Value) -> Result<Aggregation, String> {
        check(body.as_object().expect("an object"))?;
        let hour = Timestamp::from_second(3_600).expect("an instant");
        Aggregation::read(&body, Timestamp::UNIX_EPOCH, hour)
    }

    #[test]
    fn without_more_the_logs_are_counted() {
        let plain = read(json!({})).expect("it is taken");
        assert_eq!(plain.computes[0].compute.number([]), Some(0.0));
        assert_eq!((plain.computes.len(), plain.groups.len()), (1, 0));
    }

    #[test]
    fn a_time_series_without_an_interval_has_a_hundred_and_fifty_points() {
        let compute = json!({"aggregation": "count", "type": "timeseries"});
        let series = read(json!({ "compute": [compute] })).expect("it is taken");
        assert_eq!(
            series.computes[0].interval,
            Some(SignedDuration::from_secs(24))
        );
    }

    #[test]
    fn what_the_document_does_not_allow_is_refused() {
        let group = |more: Value| {
            let mut group = json!({"facet": "host"});
            for (name, value) in more.as_object().expect("an object") {
                group[name] = value.clone();
            }
            json!({ "group_by": [group] })
        };
        for body in [
            json!({"compute": [{"aggregation": "guess"}]}),
            json!({"compute": [{"aggregation": "sum"}]}),
            json!({"compute": [{"aggregation": "count", "type": "timeseries", "interval": "5y"}]}),
            json!({"filters": {}}),
            group(json!({"limit": 0})),
            group(json!({"limit": 10_001})),
            group(json!({"sort": {"aggregation": "count"}})),
            group(json!({"histogram": {"interval": 1, "min": 0, "max": 2}})),
            json!({"group_by": [{"facet": "a", "limit": 200}, {"facet": "b", "limit": 51}]}),
            json!({"group_by": [{}]}),
        ] {
            assert!(read(body.clone()).is_err(), "{body}");
        }
    }
}
