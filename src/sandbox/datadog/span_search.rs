//! Searching spans: `POST /api/v2/spans/events/search` (OpenAPI document v2, `ListSpans`).
//!
//! The query is `*` or one term: `service:NAME`, or `@KEY:VALUE` of an attribute. Any other one is
//! refused rather than misread. The range of time is not looked at.

use serde_json::{Map, Value, json};

use super::guard::Call;
use super::refusal::errors;
use super::{DatadogStandIn, body};
use crate::sandbox::http::Reply;

/// What a page holds where nothing else is asked for, and at most.
const PAGE: u64 = 10;
const LARGEST_PAGE: u64 = 1_000;

/// One term.
#[derive(Debug, PartialEq, Eq)]
enum Term {
    Everything,
    Service(String),
    Attribute(String, String),
}

impl DatadogStandIn {
    pub(super) fn search_spans(&self, call: &Call<'_>) -> Reply {
        let visit = call.visit;
        let body = match body::object(visit) {
            Ok(body) => Value::Object(body),
            Err(why) => return errors(400, &why),
        };
        let asked = &body["data"];
        if asked["type"] != "search_request" {
            return errors(400, "data.type is `search_request`");
        }
        let asked = &asked["attributes"];
        let query = asked["filter"]["query"].as_str().unwrap_or("*");
        let Some(term) = Term::of(query) else {
            return errors(400, "the stand-in knows `*`, service:NAME and @KEY:VALUE");
        };
        let limit = asked["page"]["limit"].as_u64().unwrap_or(PAGE);
        let found = self
            .spans
            .indexed(self.index_delay, visit.arrived, |row| term.finds(row));
        let found = found.iter().take(limit.min(LARGEST_PAGE) as usize);
        let data: Vec<Value> = found.map(|(number, row)| shown(*number, row)).collect();
        let request_id = format!("sandbox-{}", visit.number);
        let meta = json!({ "elapsed": 0, "request_id": request_id, "status": "done" });
        Reply::json(200, &json!({ "data": data, "meta": meta }))
    }
}

impl Term {
    fn of(query: &str) -> Option<Self> {
        let query = query.trim();
        if query == "*" {
            return Some(Term::Everything);
        }
        let (key, value) = query.split_once(':')?;
        if value.contains([' ', '*', '(', '"']) || value.is_empty() {
            return None;
        }
        match key.strip_prefix('@') {
            Some(key) => Some(Term::Attribute(key.to_owned(), value.to_owned())),
            None if key == "service" => Some(Term::Service(value.to_owned())),
            None => None,
        }
    }

    fn finds(&self, row: &Map<String, Value>) -> bool {
        let text = |part: &str, key: &str| row.get(part)?.get(key)?.as_str();
        match self {
            Term::Everything => true,
            Term::Service(name) => text("resource", "service.name") == Some(name),
            Term::Attribute(key, value) => text("attributes", key) == Some(value),
        }
    }
}

fn shown(number: u64, row: &Map<String, Value>) -> Value {
    json!({
        "id": format!("span-{number}"),
        "type": "spans",
        "attributes": {
            "service": row["resource"].get("service.name").cloned().unwrap_or_else(|| "".into()),
            "resource_name": row["name"],
            "span_id": row["span_id"],
            "trace_id": row["trace_id"],
            "attributes": row["attributes"],
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_stand_in_does_not_know_it_refuses() {
        for query in ["service:a service:b", "a", "@a:b*", "env:prod", "@a:"] {
            assert_eq!(Term::of(query), None, "{query}");
        }
    }

    #[test]
    fn an_attribute_finds_its_span_alone() {
        let row = json!({"attributes": {"a.b": "c"}, "resource": {"service.name": "s"}});
        let Value::Object(row) = row else {
            unreachable!("an object");
        };
        let finds = |query| Term::of(query).expect("a term").finds(&row);
        assert!(finds("@a.b:c") && finds("service:s") && finds("*"));
        assert!(!finds("@a.b:d") && !finds("@a:c") && !finds("service:t"));
    }
}
