//! Shapes of `-o json`, kept as files: names, their order, and the kinds of values.
//!
//! `DDCTL_BLESS=1 cargo test` writes them anew.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

/// Objects whose keys are data and not part of the shape.
const OPEN: [&str; 7] = [
    "kinds",
    "hidden",
    "connection_tags",
    "metadata",
    "integrations_metadata",
    "retries",
    "events",
];

/// Compares the shape of `value` with `tests/golden/NAME.json`.
#[track_caller]
#[expect(
    clippy::disallowed_methods,
    reason = "the person who runs the tests says so, not the program under test"
)]
pub fn assert_shape(name: &str, value: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.json"));
    let found = format!("{:#}\n", shape("", value));
    if std::env::var_os("DDCTL_BLESS").is_some() {
        fs::write(&path, found).expect("a file of the repository");
        return;
    }
    let promised = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        promised == found,
        "{name}: the shape is not the one that was promised; if that is meant, run \
         DDCTL_BLESS=1 cargo test\n--- promised\n{promised}\n--- found\n{found}"
    );
}

fn shape(name: &str, value: &Value) -> Value {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "boolean".into(),
        Value::Number(_) => "number".into(),
        Value::String(_) => "string".into(),
        Value::Array(_) if OPEN.contains(&name) => "array".into(),
        Value::Object(_) if OPEN.contains(&name) => "object".into(),
        Value::Array(items) => {
            let shapes = items.iter().map(|item| shape("", item));
            Value::Array(shapes.reduce(merge).into_iter().collect())
        }
        Value::Object(fields) => {
            let shapes = fields
                .iter()
                .map(|(name, value)| (name.clone(), shape(name, value)));
            Value::Object(shapes.collect())
        }
    }
}

/// One shape for two values of the same place; the second may be of another kind.
fn merge(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => Value::Object(merge_fields(one, other)),
        (Value::Array(one), Value::Array(other)) => Value::Array(
            one.into_iter()
                .chain(other)
                .reduce(merge)
                .into_iter()
                .collect(),
        ),
        (one, other) if one == other => one,
        (Value::String(one), Value::String(other)) => {
            let mut kinds: Vec<&str> = one.split('|').chain(other.split('|')).collect();
            kinds.sort_unstable();
            kinds.dedup();
            kinds.join("|").into()
        }
        // Null where there is none, and a whole object or list where there is one.
        (Value::String(_), whole) | (whole, Value::String(_)) => whole,
        (whole, _) => whole,
    }
}

fn merge_fields(mut one: Map<String, Value>, other: Map<String, Value>) -> Map<String, Value> {
    for (name, value) in other {
        let merged = match one.get(&name) {
            Some(known) => merge(known.clone(), value),
            None => value,
        };
        one.insert(name, merged);
    }
    one
}
