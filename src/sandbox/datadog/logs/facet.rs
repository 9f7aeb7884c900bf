//! The key by which logs are grouped or measured: `@usr.id`, `service`, a tag's key.

use std::fmt;

use serde_json::{Map, Value};

use super::IndexedLog;

/// An attribute, a reserved key or the key of a tag, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet(String);

impl Facet {
    /// Reads `@a.b`, `service` or `env`; `None` where nothing is named or more than one key could
    /// be.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.trim();
        let key = name.strip_prefix('@').unwrap_or(name);
        let is_key = !key.is_empty() && !key.contains([' ', '"', '(', ')', '*', ',']);
        is_key.then(|| Self(name.to_owned()))
    }

    /// The values of a log, each once: more than one where an array or several tags hold them.
    pub fn values(&self, log: &IndexedLog) -> Vec<String> {
        let mut values = match (self.0.strip_prefix('@'), self.0.as_str()) {
            (Some(path), _) => texts_at(&log.attributes, path),
            (None, "status") => vec![log.status.to_owned()],
            (None, "service") => log.service.clone().into_iter().collect(),
            (None, "host") => log.host.clone().into_iter().collect(),
            (None, key) => tag_values(log, key),
        };
        values.retain(|value| !value.is_empty());
        values.sort();
        values.dedup();
        values
    }

    /// The numbers under an attribute.
    pub fn numbers(&self, log: &IndexedLog) -> Vec<f64> {
        match self.0.strip_prefix('@') {
            Some(path) => numbers_at(&log.attributes, path),
            None => Vec::new(),
        }
    }
}

impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn tag_values(log: &IndexedLog, key: &str) -> Vec<String> {
    log.tags
        .iter()
        .filter_map(|tag| tag.split_once(':'))
        .filter(|(name, _)| *name == key)
        .map(|(_, value)| value.to_owned())
        .collect()
}

/// The values under a dotted path as text: keys may hold dots, arrays are gone through.
pub fn texts_at(object: &Map<String, Value>, path: &str) -> Vec<String> {
    let found = values_at(object, path).into_iter().filter_map(text_of);
    found.collect()
}

fn numbers_at(object: &Map<String, Value>, path: &str) -> Vec<f64> {
    let found = values_at(object, path).into_iter();
    found.filter_map(Value::as_f64).collect()
}

/// A single value as text; nothing is none.
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn values_at<'v>(object: &'v Map<String, Value>, path: &str) -> Vec<&'v Value> {
    let mut found = Vec::new();
    collect(object, path, &mut found);
    found
}

fn collect<'v>(object: &'v Map<String, Value>, path: &str, found: &mut Vec<&'v Value>) {
    if let Some(value) = object.get(path) {
        spread(value, found);
    }
    for (dot, _) in path.match_indices('.') {
        match object.get(&path[..dot]) {
            Some(Value::Object(inner)) => collect(inner, &path[dot + 1..], found),
            Some(Value::Array(items)) => items
                .iter()
                .filter_map(Value::as_object)
                .for_each(|inner| collect(inner, &path[dot + 1..], found)),
            _ => {}
        }
    }
}

/// A value, or each element where it is an array.
fn spread<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| spread(item, found)),
        other => found.push(other),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    fn log() -> IndexedLog {
        let event = json!({
            "ddsource": "Hoop", "ddtags": "env:prod,team:a,team:b", "service": "api", "status": "ERR",
            "usr.id": "ada", "cost": {"usd": [0.5, 2]}, "roles": [{"name": "x"}, {"name": "y"}],
        });
        let event = event.as_object().expect("an object");
        IndexedLog::of(event, 1, Timestamp::UNIX_EPOCH).expect("it is indexed")
    }

    fn values(facet: &str) -> Vec<String> {
        Facet::parse(facet).expect("a facet").values(&log())
    }

    #[test]
    fn attributes_reserved_keys_and_tags_have_values() {
        assert_eq!(values("@usr.id"), ["ada"]);
        assert_eq!(values("@roles.name"), ["x", "y"]);
        assert_eq!(values("status"), ["error"]);
        assert_eq!(values("service"), ["api"]);
        assert_eq!(values("source"), ["hoop"]);
        assert_eq!(values("team"), ["a", "b"]);
        assert!(values("@missing").is_empty());
    }

    #[test]
    fn only_numbers_are_measured() {
        let numbers = |facet: &str| Facet::parse(facet).expect("a facet").numbers(&log());
        assert_eq!(numbers("@cost.usd"), [0.5, 2.0]);
        assert!(numbers("@usr.id").is_empty());
        assert!(numbers("service").is_empty());
    }

    #[test]
    fn what_names_no_single_key_is_no_facet() {
        for text in ["", "@", "a,b", "a b", "a*", "\"a\""] {
            assert_eq!(Facet::parse(text), None, "{text}");
        }
    }
}
