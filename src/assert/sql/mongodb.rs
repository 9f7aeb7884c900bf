//! The kind of a MongoDB command, from its document.

use serde_json::{Map, Value};

use super::kind::Kind;

/// The kind of a command in extended JSON: its first key, `DROP DATABASE` for `dropDatabase`.
/// A `delete` or `update` whose filter is empty lacks a WHERE. `None` where it is no document.
pub fn command(json: &str) -> Option<Kind> {
    let document: Map<String, Value> = serde_json::from_str(json).ok()?;
    let (name, _) = document.iter().next()?;
    let kind = Kind::new(words(name));
    let filters = match name.as_str() {
        "delete" => document.get("deletes"),
        "update" => document.get("updates"),
        _ => None,
    };
    let is_of_all = |one: &Value| one["q"].as_object().is_some_and(Map::is_empty);
    let takes_all = filters
        .and_then(Value::as_array)
        .is_some_and(|all| all.iter().any(is_of_all));
    Some(kind.lacking_where(takes_all))
}

/// The words of a name in camel case.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in name.chars() {
        match words.last_mut() {
            Some(word) if !c.is_uppercase() => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(json: &str) -> Option<String> {
        command(json).map(|kind| kind.to_string())
    }

    #[test]
    fn a_command_is_its_first_key() {
        let of = |json| kind(json).expect("a command");
        assert_eq!(of(r#"{"dropDatabase":1,"$db":"shop"}"#), "DROP DATABASE");
        assert_eq!(of(r#"{"drop":"orders"}"#), "DROP");
        assert_eq!(of(r#"{"find":"orders","filter":{"drop":1}}"#), "FIND");
        assert_eq!(kind("[]"), None);
        assert_eq!(kind("{}"), None);
    }

    #[test]
    fn a_delete_of_everything_is_told_apart() {
        let of = |q| format!(r#"{{"delete":"orders","deletes":[{{"q":{q},"limit":0}}]}}"#);
        assert_eq!(kind(&of("{}")).as_deref(), Some("DELETE without WHERE"));
        assert_eq!(kind(&of(r#"{"_id":1}"#)).as_deref(), Some("DELETE"));
        assert_eq!(kind(r#"{"delete":"orders"}"#).as_deref(), Some("DELETE"));
    }
}
