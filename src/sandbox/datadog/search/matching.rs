//! Holds a search against a log.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::query::{Bound, Field, Pattern, Query, Test};
use crate::sandbox::datadog::logs::{IndexedLog, text_of, texts_at};

/// True where the log is found by the search.
pub fn matches(query: &Query, log: &IndexedLog) -> bool {
    match query {
        Query::All => true,
        Query::AllOf(parts) => parts.iter().all(|part| matches(part, log)),
        Query::AnyOf(parts) => parts.iter().any(|part| matches(part, log)),
        Query::Not(part) => !matches(part, log),
        Query::Term { field, test } => term(field, test, log),
    }
}

fn term(field: &Field, test: &Test, log: &IndexedLog) -> bool {
    match field {
        Field::Message => in_text(test, &log.message),
        Field::Everything => {
            in_text(test, &log.message) || leaves(&log.attributes).any(|leaf| in_text(test, &leaf))
        }
        Field::Attribute(path) => attribute(&log.attributes, path, test),
        Field::Key(key) => keyed(key, test, log),
    }
}

/// A key without `@`: reserved, or a tag's.
fn keyed(key: &str, test: &Test, log: &IndexedLog) -> bool {
    let holds = |value: Option<&str>| value.is_some_and(|value| value_fits(test, value));
    match key {
        "status" => holds(Some(log.status)),
        "service" => holds(log.service.as_deref()),
        "host" => holds(log.host.as_deref()),
        "message" => in_text(test, &log.message),
        "timestamp" => holds(Some(&log.timestamp.as_millisecond().to_string())),
        "trace_id" => ["trace_id", "dd.trace_id"]
            .iter()
            .any(|path| attribute(&log.attributes, path, test)),
        "tags" => log.tags.iter().any(|tag| value_fits(test, tag)),
        "_exists_" | "_missing_" => existence(key, test, log),
        _ => log.tags.iter().any(|tag| {
            tag.split_once(':')
                .is_some_and(|(name, value)| name == key && value_fits(test, value))
        }),
    }
}

/// `_exists_:a` and `_missing_:a`.
fn existence(key: &str, test: &Test, log: &IndexedLog) -> bool {
    let Test::Matches(pattern) = test else {
        return false;
    };
    let path = pattern.as_literal().unwrap_or_default();
    let path = path.trim_start_matches('@');
    attribute(&log.attributes, path, &Test::Exists) == (key == "_exists_")
}

fn attribute(object: &Map<String, Value>, path: &str, test: &Test) -> bool {
    let found = texts_at(object, path);
    match test {
        Test::Exists => !found.is_empty(),
        _ => found.iter().any(|value| value_fits(test, value)),
    }
}

/// Every value of an object, however deep, as text.
fn leaves(object: &Map<String, Value>) -> impl Iterator<Item = String> {
    let mut found = Vec::new();
    let mut open: Vec<&Value> = object.values().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(inner) => open.extend(inner.values()),
            Value::Array(items) => open.extend(items),
            leaf => found.extend(text_of(leaf)),
        }
    }
    found.into_iter()
}

/// An attribute's value: whole, case-sensitive.
fn value_fits(test: &Test, value: &str) -> bool {
    match test {
        Test::Exists => true,
        Test::Matches(pattern) => pattern.fits(value),
        Test::Between { low, high } => {
            let within = |bound: &Option<Bound>, wanted: Ordering| {
                bound
                    .as_ref()
                    .is_none_or(|bound| is_within(value, bound, wanted))
            };
            within(low, Ordering::Greater) && within(high, Ordering::Less)
        }
    }
}

fn is_within(value: &str, bound: &Bound, wanted: Ordering) -> bool {
    let order = match (value.parse::<f64>(), bound.value.parse::<f64>()) {
        (Ok(value), Ok(bound)) => value.partial_cmp(&bound),
        _ => Some(value.cmp(bound.value.as_str())),
    };
    order == Some(wanted) || bound.inclusive && order == Some(Ordering::Equal)
}

/// Free text: whole words in their order, whatever their case.
fn in_text(test: &Test, text: &str) -> bool {
    let Test::Matches(pattern) = test else {
        return matches!(test, Test::Exists);
    };
    let text = text.to_lowercase();
    match pattern.lowercase().as_literal() {
        Some(words) => holds_phrase(&text, &words),
        None => holds_glob(&text, &pattern.lowercase()),
    }
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Punctuation splits words, so `hello` is in "Hello, world" and not in "helloworld".
fn holds_phrase(text: &str, phrase: &str) -> bool {
    let (text, phrase) = (words(text), words(phrase));
    !phrase.is_empty() && text.windows(phrase.len()).any(|window| window == phrase)
}

/// A wildcard stands within one word, with or without the punctuation around it.
fn holds_glob(text: &str, pattern: &Pattern) -> bool {
    text.split_whitespace()
        .chain(words(text))
        .any(|word| pattern.fits(word))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::super::syntax::parse;
    use super::*;

    fn found(query: &str) -> bool {
        let event = json!({
            "message": "Hello, world: Test-Log-12 failed",
            "ddsource": "Hoop", "ddtags": "env:prod,plain", "service": "api", "host": "Gw-1",
            "status": "ERR", "evt.name": "session.close",
            "usr": {"id": "Ada", "roles": [{"name": "admin"}, {"name": "dev"}]},
            "duration": 1500, "ok": true, "note": "a b",
        });
        let event = event.as_object().expect("an object");
        let log = IndexedLog::of(event, 1, Timestamp::UNIX_EPOCH).expect("it is indexed");
        matches(&parse(query).expect("a valid query"), &log)
    }

    #[test]
    fn what_is_there_is_found() {
        for query in [
            "*",
            "hello",
            "HELLO failed",
            r#""hello world""#,
            "Test-Log-12",
            "fail*",
            "env:prod",
            "source:hoop",
            "status:error",
            "service:api host:Gw-1",
            "tags:plain",
            "@usr.id:Ada",
            "@usr.roles.name:dev",
            "@evt.name:session.*",
            "@evt.name:(session.open OR session.close)",
            "@duration:1500",
            "@duration:>1000 @duration:<=1500",
            "@duration:[1000 TO *]",
            "@ok:true",
            r#"@note:"a b""#,
            "@usr.id:*",
            "-@usr.email:*",
            "*:ada",
            "NOT env:dev",
            "env:dev OR (hello AND -goodbye)",
            "_exists_:usr.id",
            "_missing_:usr.email",
        ] {
            assert!(found(query), "{query}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for query in [
            "ello",
            "helloworld",
            r#""world hello""#,
            "env:pro",
            "source:Hoop",
            "@usr.id:ada",
            "@usr.roles.name:ops",
            "@duration:{1500 TO 2000}",
            "@duration:<1000",
            "@usr.email:*",
            "-hello",
            "hello AND goodbye",
            "_exists_:usr.email",
        ] {
            assert!(!found(query), "{query}");
        }
    }
}
