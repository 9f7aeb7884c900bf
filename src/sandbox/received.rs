//! What arrived, as `GET /sandbox/received` shows it: flat objects in arrival order.
//!
//! Beside the event's own fields a row can show `sandbox.n` (the arrival's number, what `after`
//! counts by), `sandbox.request`, `sandbox.received_at`, `sandbox.site`, `sandbox.state`
//! (`accepted`, `indexed` or `dropped`) and `sandbox.reason` (why it was dropped). They stand in
//! a row only when asked for by name.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::control::number;
use super::http::Request;
use crate::domain::site::Site;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Logs,
    Events,
    /// Spans of OTLP.
    Spans,
    /// Spans of LLM Observability's own intake.
    LlmObs,
}

impl Kind {
    /// Reads the parameter `kind`; `logs` without one.
    pub fn of(text: Option<&str>) -> Result<Self, String> {
        match text.unwrap_or("logs") {
            "logs" => Ok(Kind::Logs),
            "events" => Ok(Kind::Events),
            "spans" => Ok(Kind::Spans),
            "llmobs" => Ok(Kind::LlmObs),
            other => Err(format!(
                "parameter `kind` is `{other}`; it is one of logs, events, spans, llmobs"
            )),
        }
    }
}

/// What became of an accepted event.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// Not indexed yet.
    Waiting,
    /// Searchable, as this object.
    Indexed(Map<String, Value>),
    /// Taken with a 2xx and never indexed, as Datadog does without a word.
    Dropped(&'static str),
}

impl Fate {
    fn name(&self) -> &'static str {
        match self {
            Fate::Waiting => "accepted",
            Fate::Indexed(_) => "indexed",
            Fate::Dropped(_) => "dropped",
        }
    }
}

/// One event that was answered with a 2xx.
#[derive(Debug)]
pub struct Arrival {
    /// Counts arrivals of this kind from 1.
    pub n: u64,
    /// The number of the request that brought it.
    pub request: u64,
    pub received_at: Timestamp,
    pub site: Site,
    /// The event as it was sent.
    pub event: Map<String, Value>,
    pub fate: Fate,
}

/// Which rows and which fields of them.
#[derive(Clone, Debug)]
pub struct Selection {
    fields: Option<Vec<String>>,
    indexed_only: bool,
    pub after: u64,
    pub limit: usize,
}

impl Selection {
    /// Reads `fields`, `state`, `after` and `limit`; everything accepted without them.
    pub fn of(request: &Request) -> Result<Self, String> {
        let fields = request
            .parameter("fields")
            .map(|text| text.split(',').map(|name| name.trim().to_owned()).collect());
        let indexed_only = match request.parameter("state") {
            None | Some("accepted") => false,
            Some("indexed") => true,
            Some(other) => {
                return Err(format!(
                    "parameter `state` is `{other}`; it is accepted or indexed"
                ));
            }
        };
        Ok(Self {
            fields,
            indexed_only,
            after: number(request, "after")?.unwrap_or(0),
            limit: number(request, "limit")?.map_or(usize::MAX, |limit| limit as usize),
        })
    }

    /// True where a row depends on what became of the event, which costs more to find out.
    pub fn needs_fate(&self) -> bool {
        self.indexed_only || self.names().any(|name| name.starts_with("sandbox."))
    }

    /// The row of an arrival; `None` for one that is not selected.
    pub fn row(&self, arrival: Arrival) -> Option<Value> {
        if arrival.n <= self.after {
            return None;
        }
        if self.indexed_only && !matches!(arrival.fate, Fate::Indexed(_)) {
            return None;
        }
        if self.fields.is_none() {
            return Some(Value::Object(self.whole(arrival)));
        }
        let row = self
            .names()
            .map(|name| (name.to_owned(), self.field(&arrival, name)))
            .collect();
        Some(Value::Object(row))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().flatten().map(String::as_str)
    }

    fn whole(&self, arrival: Arrival) -> Map<String, Value> {
        match arrival.fate {
            Fate::Indexed(indexed) if self.indexed_only => indexed,
            _ => arrival.event,
        }
    }

    /// A field's value: of the indexed form first where that was asked for, then as sent.
    fn field(&self, arrival: &Arrival, name: &str) -> Value {
        if let Some(about) = name.strip_prefix("sandbox.") {
            return arrival.about(about);
        }
        let indexed = match &arrival.fate {
            Fate::Indexed(indexed) if self.indexed_only => at(indexed, name).or_else(|| {
                let attributes = indexed.get("attributes")?.as_object()?;
                at(attributes, name)
            }),
            _ => None,
        };
        indexed
            .or_else(|| at(&arrival.event, name))
            .cloned()
            .unwrap_or_default()
    }
}

impl Arrival {
    fn about(&self, name: &str) -> Value {
        match (name, &self.fate) {
            ("n", _) => self.n.into(),
            ("request", _) => self.request.into(),
            ("received_at", _) => format!("{:.3}", self.received_at).into(),
            ("site", _) => self.site.domain().into(),
            ("state", fate) => fate.name().into(),
            ("reason", Fate::Dropped(reason)) => (*reason).into(),
            _ => Value::Null,
        }
    }
}

/// The value under a dotted name: a key may hold dots itself, or lead into an object.
pub fn at<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if let Some(value) = object.get(name) {
        return Some(value);
    }
    name.match_indices('.').find_map(|(dot, _)| {
        let inner = object.get(&name[..dot])?.as_object()?;
        at(inner, &name[dot + 1..])
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use hyper::{HeaderMap, Method};
    use serde_json::json;

    use super::*;

    fn selection(query: &[(&str, &str)]) -> Result<Selection, String> {
        Selection::of(&Request {
            method: Method::GET,
            host: String::new(),
            path: String::new(),
            query: query
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        })
    }

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    fn arrival(fate: Fate) -> Arrival {
        Arrival {
            n: 4,
            request: 2,
            received_at: Timestamp::UNIX_EPOCH,
            site: Site::Eu1,
            event: object(json!({"evt": {"id": "a"}, "usr.id": "b", "status": "ERR"})),
            fate,
        }
    }

    #[test]
    fn a_row_has_exactly_the_keys_asked_for() {
        let selection = selection(&[("fields", "evt.id,usr.id,nothing.here,sandbox.n")])
            .expect("a valid selection");
        assert_eq!(
            selection.row(arrival(Fate::Waiting)),
            Some(json!({"evt.id": "a", "usr.id": "b", "nothing.here": null, "sandbox.n": 4}))
        );
    }

    #[test]
    fn the_indexed_form_is_shown_only_to_who_asks_for_it() {
        let indexed = object(json!({"status": "error", "attributes": {"usr": {"id": "b"}}}));
        let fields = ("fields", "status,usr.id,evt.id");
        let accepted = selection(&[fields]).expect("a valid selection");
        let only_indexed = selection(&[fields, ("state", "indexed")]).expect("a valid selection");
        let row = |selection: &Selection, fate| selection.row(arrival(fate));
        assert_eq!(
            row(&accepted, Fate::Indexed(indexed.clone())),
            Some(json!({"status": "ERR", "usr.id": "b", "evt.id": "a"}))
        );
        assert_eq!(
            row(&only_indexed, Fate::Indexed(indexed)),
            Some(json!({"status": "error", "usr.id": "b", "evt.id": "a"}))
        );
        assert_eq!(row(&only_indexed, Fate::Waiting), None);
        assert_eq!(row(&only_indexed, Fate::Dropped("too old")), None);
    }

    #[test]
    fn why_an_event_was_dropped_can_be_asked() {
        let selection =
            selection(&[("fields", "sandbox.state,sandbox.reason")]).expect("a valid selection");
        assert_eq!(
            selection.row(arrival(Fate::Dropped("too old"))),
            Some(json!({"sandbox.state": "dropped", "sandbox.reason": "too old"}))
        );
    }

    #[test]
    fn malformed_parameters_are_refused() {
        assert!(selection(&[("state", "lost")]).is_err());
        assert!(selection(&[("after", "-1")]).is_err());
        assert!(selection(&[("limit", "many")]).is_err());
        assert!(Kind::of(Some("metrics")).is_err());
    }
}
