//! OpenAPI 3.0's schema objects as JSON Schema 2020-12, stricter in one way: a property that a
//! schema does not name is refused, unless the schema says that it takes others. The real servers
//! often pass over such a property in silence, which is how a misspelt one goes unnoticed.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// The converted schemas, by name, to be referred to as `#/components/schemas/NAME`.
pub fn components(schemas: &Value) -> Value {
    let parts = parts_of_wholes(schemas);
    let converted = schemas
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, schema)| {
            let is_part = parts.contains(name.as_str());
            (name.clone(), convert(schema, is_part))
        });
    Value::Object(converted.collect())
}

/// One schema with all components beside it, ready to be compiled.
pub fn with_components(schema: &Value, components: &Value) -> Value {
    let mut whole = convert(schema, false);
    whole["components"] = json!({ "schemas": components });
    whole
}

/// Names of schemas that an `allOf` puts together with others: each sees the others' properties.
fn parts_of_wholes(value: &Value) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                let parts = members.get("allOf").and_then(Value::as_array);
                // One alone is how a document adds a description to a reference.
                let parts = parts.filter(|parts| parts.len() > 1);
                names.extend(parts.into_iter().flatten().filter_map(reference_name));
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    names
}

fn reference_name(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// Converts one schema. `is_part` tells that others complete it, so that it may not refuse their
/// properties.
fn convert(schema: &Value, is_part: bool) -> Value {
    let Some(members) = schema.as_object() else {
        return schema.clone();
    };
    let mut converted = Map::new();
    for (keyword, value) in members {
        if let Some((keyword, value)) = convert_keyword(keyword, value, members) {
            converted.insert(keyword.to_owned(), value);
        }
    }
    let names_properties = members.contains_key("properties");
    if names_properties && !is_part && !members.contains_key("additionalProperties") {
        converted.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
    }
    if members.get("nullable") == Some(&Value::Bool(true)) {
        return json!({ "anyOf": [converted, { "type": "null" }] });
    }
    Value::Object(converted)
}

/// One keyword in its new form; those that only describe are left out.
fn convert_keyword<'k>(
    keyword: &'k str,
    value: &Value,
    members: &Map<String, Value>,
) -> Option<(&'k str, Value)> {
    let value = match keyword {
        "properties" => each_member(value),
        "items" | "not" => convert(value, false),
        "additionalProperties" => convert(value, false),
        "oneOf" | "anyOf" => each_item(value, false),
        "allOf" => each_item(value, true),
        "required" => writable(value, members),
        "format" => json!(format_name(value.as_str()?)),
        "$ref" | "type" | "enum" | "pattern" | "minimum" | "maximum" | "multipleOf"
        | "minLength" | "maxLength" | "minItems" | "maxItems" | "uniqueItems" | "minProperties"
        | "maxProperties" => value.clone(),
        _ => return None,
    };
    Some((keyword, value))
}

fn each_member(value: &Value) -> Value {
    let members = value.as_object().into_iter().flatten();
    Value::Object(
        members
            .map(|(name, schema)| (name.clone(), convert(schema, false)))
            .collect(),
    )
}

fn each_item(value: &Value, are_parts: bool) -> Value {
    let items = value.as_array().into_iter().flatten();
    items.map(|schema| convert(schema, are_parts)).collect()
}

/// Required properties without those that only answers have (`readOnly`).
fn writable(required: &Value, members: &Map<String, Value>) -> Value {
    let is_read_only = |name: &str| {
        members
            .get("properties")
            .is_some_and(|properties| properties[name]["readOnly"] == true)
    };
    required
        .as_array()
        .into_iter()
        .flatten()
        .filter(|name| !name.as_str().is_some_and(is_read_only))
        .cloned()
        .collect()
}

/// The gateway's document says `RFC3339` where others say `date-time`.
fn format_name(name: &str) -> &str {
    match name {
        "RFC3339" => "date-time",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_valid(schema: &Value, components_of: &Value, instance: &Value) -> bool {
        let schema = with_components(schema, &components(components_of));
        super::super::check::validator(&schema).is_valid(instance)
    }

    #[test]
    fn a_nullable_schema_takes_null_also_where_it_is_an_enumeration() {
        let schema = json!({"type": "string", "enum": ["a"], "nullable": true});
        assert!(is_valid(&schema, &json!({}), &json!(null)));
        assert!(is_valid(&schema, &json!({}), &json!("a")));
        assert!(!is_valid(&schema, &json!({}), &json!("b")));
    }

    #[test]
    fn a_property_that_is_not_named_is_refused_unless_others_are_welcome() {
        let closed = json!({"type": "object", "properties": {"a": {}}});
        assert!(!is_valid(&closed, &json!({}), &json!({"b": 1})));
        let open = json!({"properties": {"a": {}}, "additionalProperties": {"type": "string"}});
        assert!(is_valid(&open, &json!({}), &json!({"b": "x"})));
        assert!(!is_valid(&open, &json!({}), &json!({"b": 1})));
        assert!(is_valid(
            &json!({"type": "object"}),
            &json!({}),
            &json!({"b": 1})
        ));
    }

    #[test]
    fn the_parts_of_a_whole_see_each_others_properties() {
        let parts = json!({
            "A": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
            "B": {"type": "object", "properties": {"b": {}}},
            "Whole": {"allOf": [
                {"$ref": "#/components/schemas/A"},
                {"$ref": "#/components/schemas/B"},
            ]},
        });
        let whole = json!({"$ref": "#/components/schemas/Whole"});
        assert!(is_valid(&whole, &parts, &json!({"a": 1, "b": 2})));
        assert!(!is_valid(&whole, &parts, &json!({"b": 2})));
    }

    #[test]
    fn what_only_answers_have_is_not_required_of_requests() {
        let schema = json!({
            "properties": {"id": {"readOnly": true}, "name": {}},
            "required": ["id", "name"],
        });
        assert!(is_valid(&schema, &json!({}), &json!({"name": 1})));
        assert!(!is_valid(&schema, &json!({}), &json!({"id": 1})));
    }

    #[test]
    fn formats_are_checked() {
        let schema = json!({"type": "string", "format": "RFC3339"});
        assert!(is_valid(
            &schema,
            &json!({}),
            &json!("2026-11-21T10:00:00Z")
        ));
        assert!(!is_valid(&schema, &json!({}), &json!("yesterday")));
    }
}
