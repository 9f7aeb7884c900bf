//! Where a document is known to be wrong and ddctl follows the server instead, each with the place
//! that says so. What is not named here is held against the document as it stands.

use serde_json::{Value, json};

use super::Operation;

/// A query parameter whose schema takes one word where the server takes several, comma-separated.
const LISTS: &[(&str, &str, &str)] = &[
    // gateway/README.md, section 4: `expand=event_stream,session_input` gives both.
    ("GET", "/sessions/{session_id}", "expand"),
];

/// A query parameter that the server reads and the document does not declare.
const LEFT_OUT: &[(&str, &str, &str)] = &[
    // gateway/README.md, section 3: filters of the session list.
    ("GET", "/sessions", "batch_id"),
];

/// A property of a body that may be null although its schema does not say so.
const NULLABLE: &[(&str, &str, &str)] = &[
    // gateway/README.md, section 6: `POST /plugins` with `"config":null`.
    ("POST", "/plugins", "config"),
];

fn names(table: &[(&str, &str, &str)], operation: &Operation, name: &str) -> bool {
    table
        .iter()
        .any(|(method, path, known)| operation.is(method, path) && *known == name)
}

/// The schema of a parameter as the server means it.
pub fn corrected_parameter(operation: &Operation, parameter: &Value) -> Value {
    let schema = parameter["schema"].clone();
    match parameter["name"].as_str() {
        Some(name) if names(LISTS, operation, name) => json!({"type": "array", "items": schema}),
        _ => schema,
    }
}

/// True for a query parameter that the document forgot.
pub fn is_left_out(operation: &Operation, name: &str) -> bool {
    names(LEFT_OUT, operation, name)
}

/// The body without the nulls that the server takes.
pub fn without_tolerated(operation: &Operation, body: &Value) -> Value {
    let mut body = body.clone();
    if let Some(members) = body.as_object_mut() {
        members.retain(|name, value| !(value.is_null() && names(NULLABLE, operation, name)));
    }
    body
}
