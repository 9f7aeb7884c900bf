//! Whether a request fits its operation.

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use super::document::PathParameters;
use super::{Operation, Reference, Request, faults, schema, unlisted};

/// Where an operation was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// In an OpenAPI document, and the request fits.
    Described(String),
    /// On the list of other operations, with this source.
    Listed(&'static str),
}

/// Finds the operation and holds the request against it. The error names every violation.
pub fn check(reference: &Reference, request: &Request) -> Result<Known, Vec<String>> {
    if let Some(operation) = reference.operation(request) {
        let violations = violations(&operation, request);
        return match violations.is_empty() {
            true => Ok(Known::Described(operation.title())),
            false => Err(violations),
        };
    }
    unlisted::source_of(request)
        .map(Known::Listed)
        .ok_or_else(|| vec!["is in no document and on no list".to_owned()])
}

fn violations(operation: &Operation, request: &Request) -> Vec<String> {
    let path = operation.path_parameters(request);
    let mut found = Vec::new();
    found.extend(check_host(operation, request));
    found.extend(check_credentials(operation, request));
    found.extend(check_declared(operation, request, &path));
    found.extend(check_undeclared(operation, request));
    found.extend(check_body(operation, request));
    found
}

fn check_host(operation: &Operation, request: &Request) -> Option<String> {
    let hosts = operation.hosts();
    let is_served = hosts.is_empty() || hosts.contains(&request.host);
    (!is_served).then(|| format!("host {} does not serve it", request.host))
}

fn check_credentials(operation: &Operation, request: &Request) -> Option<String> {
    let ways = operation.credentials();
    let is_met = |headers: &Vec<&str>| headers.iter().all(|name| request.header(name).is_some());
    (!ways.is_empty() && !ways.iter().any(is_met))
        .then(|| format!("needs the headers of one of {ways:?}"))
}

/// Declared parameters: there when required, and of their type.
fn check_declared(operation: &Operation, request: &Request, path: &PathParameters) -> Vec<String> {
    let mut found = Vec::new();
    for parameter in operation.parameters() {
        let name = parameter["name"].as_str().unwrap_or_default();
        let sent: Vec<&str> = match parameter["in"].as_str() {
            Some("query") => values_of(&request.query, name),
            Some("path") => values_of(path, name),
            Some("header") => request.header(name).into_iter().collect(),
            _ => continue,
        };
        if sent.is_empty() && parameter["required"] == true {
            found.push(format!("parameter {name} is missing"));
        }
        let schema = faults::corrected_parameter(operation, parameter);
        found.extend(
            sent.iter()
                .flat_map(|text| check_parameter(operation, name, &schema, text)),
        );
    }
    found
}

fn values_of<'r>(pairs: &'r [(String, String)], name: &str) -> Vec<&'r str> {
    pairs
        .iter()
        .filter(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
        .collect()
}

/// Holds a parameter's text against its schema, an array's items one by one (`style: form`).
fn check_parameter(operation: &Operation, name: &str, schema: &Value, text: &str) -> Vec<String> {
    let resolved = operation.document.resolve(schema);
    let value = match resolved["type"].as_str() {
        Some("array") => {
            let items = operation.document.resolve(&resolved["items"]);
            text.split(',').map(|item| typed(items, item)).collect()
        }
        _ => typed(resolved, text),
    };
    errors(operation, schema, &value)
        .into_iter()
        .map(|error| format!("parameter {name}: {error}"))
        .collect()
}

/// Text as a value of the schema's type; as text where it is none.
fn typed(schema: &Value, text: &str) -> Value {
    let parsed = match schema["type"].as_str() {
        Some("integer") => text.parse::<i64>().ok().map(Value::from),
        Some("number") => text.parse::<f64>().ok().map(Value::from),
        Some("boolean") => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    parsed.unwrap_or_else(|| json!(text))
}

/// Query parameters that the operation does not declare.
fn check_undeclared(operation: &Operation, request: &Request) -> Vec<String> {
    let is_declared = |name: &str| {
        operation
            .parameters()
            .any(|parameter| parameter["in"] == "query" && parameter["name"] == name)
    };
    request
        .query
        .iter()
        .filter(|(name, _)| !is_declared(name) && !faults::is_left_out(operation, name))
        .map(|(name, _)| format!("query parameter {name} is not declared"))
        .collect()
}

fn check_body(operation: &Operation, request: &Request) -> Vec<String> {
    let Some(body) = operation.request_body() else {
        return match request.body.is_empty() {
            true => Vec::new(),
            false => vec!["takes no body".to_owned()],
        };
    };
    if request.body.is_empty() {
        return match body["required"] == true {
            true => vec!["the body is missing".to_owned()],
            false => Vec::new(),
        };
    }
    let content_type = request.header("content-type").unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let Some(content) = body["content"].get(media_type) else {
        return vec![format!("takes no body of type {media_type:?}")];
    };
    if media_type != "application/json" {
        return Vec::new();
    }
    match serde_json::from_str(&request.body) {
        Ok(value) => check_json(operation, &content["schema"], &value),
        Err(error) => vec![format!("the body is no JSON: {error}")],
    }
}

fn check_json(operation: &Operation, schema: &Value, body: &Value) -> Vec<String> {
    let body = faults::without_tolerated(operation, body);
    errors(operation, schema, &body)
        .into_iter()
        .map(|error| format!("body: {error}"))
        .collect()
}

/// What is wrong with a value, each with its place in the value.
pub fn errors(operation: &Operation, schema: &Value, value: &Value) -> Vec<String> {
    let schema = schema::with_components(schema, &operation.document.schemas);
    validator(&schema)
        .iter_errors(value)
        .map(|error| format!("{} at {:?}", error, error.instance_path().as_str()))
        .collect()
}

/// The compiled schema.
pub fn validator(schema: &Value) -> Validator {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
        .unwrap_or_else(|error| panic!("the document's schema does not compile: {error}"))
}
