//! JSON laid out for reading: two spaces a level, and what is short on one line.

use serde_json::Value;

/// A larger text is left as it is: its parsed form takes several times as much memory.
const LARGEST: usize = 256 * 1024;

/// What fits into this many columns, its indentation apart, stays on one line.
const WIDTH: usize = 72;

/// The object or array that `text` is, laid out; `None` where it is neither, or too large.
pub(super) fn json(text: &[u8]) -> Option<String> {
    let text = text.trim_ascii();
    let is_nested = matches!(text.first(), Some(b'{' | b'['));
    if !is_nested || text.len() > LARGEST {
        return None;
    }
    let value: Value = serde_json::from_slice(text).ok()?;
    let mut laid_out = String::with_capacity(text.len() * 2);
    write(&value, 0, &mut laid_out);
    Some(laid_out)
}

fn write(value: &Value, indent: usize, out: &mut String) {
    let start = out.len();
    if one_line(value, start + WIDTH, out).is_some() {
        return;
    }
    out.truncate(start);
    match value {
        Value::Array(items) => {
            let items = items.iter().map(|item| (None, item));
            nested(['[', ']'], items, indent, out);
        }
        Value::Object(map) => {
            let items = map.iter().map(|(key, item)| (Some(key.as_str()), item));
            nested(['{', '}'], items, indent, out);
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

fn nested<'a>(
    [open, close]: [char; 2],
    items: impl Iterator<Item = (Option<&'a str>, &'a Value)>,
    indent: usize,
    out: &mut String,
) {
    out.push(open);
    for (n, (key, item)) in items.enumerate() {
        out.push_str(if n == 0 { "\n" } else { ",\n" });
        out.extend(std::iter::repeat_n(' ', indent + 2));
        name(key, out);
        write(item, indent + 2, out);
    }
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
    out.push(close);
}

/// Appends the value on one line; `None` where `out` would become longer than `end`.
fn one_line(value: &Value, end: usize, out: &mut String) -> Option<()> {
    match value {
        Value::Array(items) => {
            let items = items.iter().map(|item| (None, item));
            short(['[', ']'], items, end, out)?;
        }
        Value::Object(map) => {
            let items = map.iter().map(|(key, item)| (Some(key.as_str()), item));
            short(['{', '}'], items, end, out)?;
        }
        scalar => out.push_str(&scalar.to_string()),
    }
    (out.len() <= end).then_some(())
}

fn short<'a>(
    [open, close]: [char; 2],
    items: impl Iterator<Item = (Option<&'a str>, &'a Value)>,
    end: usize,
    out: &mut String,
) -> Option<()> {
    out.push(open);
    for (n, (key, item)) in items.enumerate() {
        out.push_str(if n == 0 { "" } else { ", " });
        name(key, out);
        one_line(item, end, out)?;
    }
    out.push(close);
    Some(())
}

fn name(key: Option<&str>, out: &mut String) {
    if let Some(key) = key {
        out.push_str(&Value::from(key).to_string());
        out.push_str(": ");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_short_stays_on_its_line() {
        let text = r#"{"id":1,"tags":["a","b"],"empty":{},"customer":{"name":"Jürgen","address":
            {"street":"Hauptstrasse 1","town":"Bonn"},"since":"2026-11-20"}}"#;
        let expected = r#"{
  "id": 1,
  "tags": ["a", "b"],
  "empty": {},
  "customer": {
    "name": "Jürgen",
    "address": {"street": "Hauptstrasse 1", "town": "Bonn"},
    "since": "2026-11-20"
  }
}"#;
        assert_eq!(json(text.as_bytes()).as_deref(), Some(expected));
        assert_eq!(json(b" [1, 2]\n").as_deref(), Some("[1, 2]"));
    }

    #[test]
    fn what_is_no_object_or_array_is_left_alone() {
        for text in [&b"12"[..], b"\"x\"", b"{\"a\":", b"", b"{} {}"] {
            assert_eq!(json(text), None);
        }
        let deep = [vec![b'['; 1000], vec![b']'; 1000]].concat();
        assert_eq!(json(&deep), None);
    }

    proptest! {
        #[test]
        fn it_says_what_it_said_before(
            members in prop::collection::vec((any::<String>(), any::<String>()), 1..8),
        ) {
            let inner: Value = members.into_iter().map(|(key, text)| (key, Value::from(text))).collect();
            let value = serde_json::json!({"a": [inner.clone(), 1.5, null], "b": inner});
            let laid_out = json(value.to_string().as_bytes()).expect("an object");
            let again: Value = serde_json::from_str(&laid_out).expect("JSON");
            prop_assert_eq!(again, value);
        }
    }
}
