//! The fields that a platform's line has, and what each of them has to be.

use std::fmt;

use serde_json::{Map, Value};

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    /// A whole number, not below zero.
    Count,
    /// A number, not below zero.
    Amount,
    Flag,
    /// A moment in any form; read by whoever reads the line.
    Time,
}

/// Every field of the platform, what is required first. Others are kept as they are.
const FIELDS: [(&str, Kind); 33] = [
    ("trace_id", Kind::Text),
    ("agent_id", Kind::Text),
    ("status", Kind::Text),
    ("timestamp", Kind::Time),
    ("ddsource", Kind::Text),
    ("service", Kind::Text),
    ("ddtags", Kind::Text),
    ("hostname", Kind::Text),
    ("message", Kind::Text),
    ("parent_trace_id", Kind::Text),
    ("span_id", Kind::Text),
    ("parent_span_id", Kind::Text),
    ("organization_id", Kind::Text),
    ("agent_name", Kind::Text),
    ("model", Kind::Text),
    ("prompt_tokens", Kind::Count),
    ("completion_tokens", Kind::Count),
    ("input_tokens", Kind::Count),
    ("output_tokens", Kind::Count),
    ("total_tokens", Kind::Count),
    ("cost_usd", Kind::Amount),
    ("duration_ms", Kind::Amount),
    ("environment", Kind::Text),
    ("span_type", Kind::Text),
    ("span_name", Kind::Text),
    ("error_type", Kind::Text),
    ("error_message", Kind::Text),
    ("session_id", Kind::Text),
    ("user_id", Kind::Text),
    ("autonomy_level", Kind::Text),
    ("agent_status", Kind::Text),
    ("idp_bound", Kind::Flag),
    ("evt.id", Kind::Text),
];

const REQUIRED: [&str; 4] = ["trace_id", "agent_id", "status", "timestamp"];

/// So much of a wrong value is shown.
const SHOWN: usize = 40;

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    pub field: &'static str,
    why: String,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.field, self.why)
    }
}

impl Flaw {
    /// For what only the reader of a field can tell.
    pub fn new(field: &'static str, why: impl Into<String>) -> Self {
        Self {
            field,
            why: why.into(),
        }
    }
}

/// Everything that is wrong with `fields`, what is required first.
pub fn check(fields: &Map<String, Value>) -> Vec<Flaw> {
    FIELDS
        .iter()
        .filter_map(|(field, kind)| flaw(field, *kind, fields.get(*field)))
        .collect()
}

fn flaw(field: &'static str, kind: Kind, value: Option<&Value>) -> Option<Flaw> {
    let is_required = REQUIRED.contains(&field);
    match value {
        None | Some(Value::Null) => is_required.then(|| Flaw::new(field, "is missing")),
        Some(Value::String(text)) if text.trim().is_empty() && is_required => {
            Some(Flaw::new(field, "is empty"))
        }
        Some(value) => kind.flaw(value).map(|why| Flaw::new(field, why)),
    }
}

impl Kind {
    fn flaw(self, value: &Value) -> Option<String> {
        let is_it = match self {
            Kind::Text => value.is_string(),
            Kind::Flag => value.is_boolean(),
            Kind::Time => value.is_string() || value.is_number(),
            Kind::Amount => value.is_number(),
            Kind::Count => is_whole(value),
        };
        let is_negative = || value.as_f64().is_some_and(|number| number < 0.0);
        match self {
            _ if !is_it => Some(format!("is no {}: {}", self.name(), shown(value))),
            Kind::Amount | Kind::Count if is_negative() => {
                Some(format!("is below zero: {}", shown(value)))
            }
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Count => "whole number",
            Kind::Amount => "number",
            Kind::Flag => "true or false",
            Kind::Time => "time",
        }
    }
}

/// `12.0` counts as well: a program that has floats alone writes so.
fn is_whole(value: &Value) -> bool {
    value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    let short: String = text.chars().take(SHOWN).collect();
    match short.len() < text.len() {
        true => format!("{short}…"),
        false => short,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn flaws(change: Value) -> Vec<String> {
        let mut fields = json!({
            "trace_id": "t-1", "agent_id": "a-1", "status": "success", "timestamp": 1,
        });
        let fields = fields.as_object_mut().expect("an object");
        fields.extend(change.as_object().expect("an object").clone());
        check(fields).iter().map(Flaw::to_string).collect()
    }

    #[test]
    fn a_line_with_what_is_required_is_enough_and_unknown_fields_are_anything() {
        assert_eq!(flaws(json!({})), Vec::<String>::new());
        let fine = json!({
            "prompt_tokens": 12, "completion_tokens": 3.0, "cost_usd": 0, "duration_ms": 1.5,
            "idp_bound": false, "model": null, "custom": {"deep": [1]}, "user_id": "",
        });
        assert_eq!(flaws(fine), Vec::<String>::new());
    }

    #[test]
    fn what_is_required_and_missing_is_named() {
        let missing = json!({"trace_id": null, "agent_id": " ", "status": 3});
        assert_eq!(
            flaws(missing),
            [
                "`trace_id` is missing",
                "`agent_id` is empty",
                "`status` is no text: 3"
            ]
        );
        assert_eq!(
            check(&Map::new()).len(),
            REQUIRED.len(),
            "an empty object lacks them all"
        );
    }

    #[test]
    fn a_field_of_another_kind_is_named_with_what_it_holds() {
        for (field, value, why) in [
            ("prompt_tokens", json!("12"), "is no whole number: \"12\""),
            ("prompt_tokens", json!(1.5), "is no whole number: 1.5"),
            ("total_tokens", json!(-1), "is below zero: -1"),
            ("cost_usd", json!("free"), "is no number: \"free\""),
            ("cost_usd", json!(-0.5), "is below zero: -0.5"),
            ("duration_ms", json!(-3), "is below zero: -3"),
            ("idp_bound", json!("true"), "is no true or false: \"true\""),
            ("agent_name", json!({"a": 1}), "is no text: {\"a\":1}"),
            ("timestamp", json!([1]), "is no time: [1]"),
        ] {
            let found = flaws(json!({ field: value }));
            assert_eq!(found, [format!("`{field}` {why}")]);
        }
    }

    #[test]
    fn a_long_value_is_shown_in_part() {
        let found = flaws(json!({"model": vec!["é"; 100]}));
        assert!(
            found[0].ends_with('…') && found[0].chars().count() < 80,
            "{found:?}"
        );
    }
}
