//! Request bodies as Go's `encoding/json` binds them: unknown keys are dropped without a word, a
//! known key of the wrong kind is refused in Go's words.

use serde_json::{Map, Value};

use super::answer;
use crate::sandbox::http::Reply;

/// What a field of a Go struct takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Flag,
    Texts,
    TextMap,
    Object,
    /// A list of anything.
    List,
    /// A text or null, kept apart from an absent key.
    NullableText,
    NullableNumber,
}

impl Kind {
    fn takes(self, value: &Value) -> Result<(), (&'static str, &'static str)> {
        let own = match self {
            Kind::Text | Kind::NullableText => (value.is_string(), "string"),
            Kind::Flag => (value.is_boolean(), "bool"),
            Kind::Texts => return takes_all(value.as_array(), value, "[]string"),
            Kind::List => (value.is_array(), "[]interface {}"),
            Kind::Object => (value.is_object(), "map[string]interface {}"),
            Kind::TextMap => {
                let values = value.as_object().map(|map| map.values().cloned().collect());
                return takes_all(values.as_ref(), value, "map[string]string");
            }
            Kind::NullableNumber => (value.is_i64(), "int32"),
        };
        match own {
            (true, _) => Ok(()),
            (false, kind) => Err((go_kind(value), kind)),
        }
    }
}

fn takes_all(
    items: Option<&Vec<Value>>,
    whole: &Value,
    kind: &'static str,
) -> Result<(), (&'static str, &'static str)> {
    let items = items.ok_or((go_kind(whole), kind))?;
    match items.iter().find(|item| !item.is_string()) {
        Some(odd) => Err((go_kind(odd), "string")),
        None => Ok(()),
    }
}

fn go_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The known keys of a body, sorted as the fields are listed.
pub fn bind(
    body: &[u8],
    go_type: &str,
    fields: &[(&str, Kind)],
) -> Result<Map<String, Value>, Box<Reply>> {
    read(body, go_type, fields).or_else(|text| answer::refused(400, &text))
}

fn read(body: &[u8], go_type: &str, fields: &[(&str, Kind)]) -> Result<Map<String, Value>, String> {
    if body.trim_ascii().is_empty() {
        return Err("EOF".to_owned());
    }
    let value: Value = serde_json::from_slice(body).map_err(|error| syntax_error(&error))?;
    let Value::Object(mut given) = value else {
        let kind = go_kind(&value);
        return Err(format!(
            "json: cannot unmarshal {kind} into Go value of type {go_type}"
        ));
    };
    let mut bound = Map::new();
    for (name, kind) in fields {
        let Some(value) = given.remove(*name) else {
            continue;
        };
        let is_nullable = matches!(kind, Kind::NullableText | Kind::NullableNumber);
        if value.is_null() && !is_nullable {
            continue;
        }
        if !value.is_null() {
            kind.takes(&value).map_err(|(found, wanted)| match is_nullable {
                true => format!("json: cannot unmarshal {found} into Go value of type {wanted}"),
                false => format!(
                    "json: cannot unmarshal {found} into Go struct field {go_type}.{name} of type \
                     {wanted}"
                ),
            })?;
        }
        bound.insert((*name).to_owned(), value);
    }
    Ok(bound)
}

fn syntax_error(error: &serde_json::Error) -> String {
    match error.is_eof() {
        true => "unexpected EOF".to_owned(),
        false => "invalid character looking for beginning of value".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[(&str, Kind)] = &[
        ("disabled", Kind::Flag),
        ("filterTypes", Kind::Texts),
        ("uid", Kind::NullableText),
    ];

    fn refused(body: &str) -> String {
        read(body.as_bytes(), "EndpointIn", FIELDS).expect_err("a refusal")
    }

    #[test]
    fn wrong_kinds_are_refused_in_gos_words() {
        assert_eq!(
            refused(r#"{"disabled":"yes"}"#),
            "json: cannot unmarshal string into Go struct field EndpointIn.disabled of type bool"
        );
        assert_eq!(
            refused(r#"{"filterTypes":[1]}"#),
            "json: cannot unmarshal number into Go struct field EndpointIn.filterTypes of type \
             string"
        );
        assert_eq!(refused(r#"{"disabled":"#), "unexpected EOF");
        assert_eq!(refused(""), "EOF");
    }

    #[test]
    fn unknown_keys_vanish_and_a_nullable_null_stays() {
        let bound = read(
            br#"{"headers":{},"uid":null,"disabled":null}"#,
            "EndpointIn",
            FIELDS,
        )
        .expect("a body");
        assert_eq!(bound.keys().collect::<Vec<_>>(), ["uid"]);
    }
}
