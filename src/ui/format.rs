//! The machine formats: one document, one object a line, YAML, CSV.
//!
//! They are looked at on a terminal too. JSON spells what a terminal would act on, or would not
//! show, so that a reader gets the same text back; YAML does so with controls, and CSV with
//! nothing: what is left is shown as [`escape`] does.

use anyhow::Context;
use serde::Serialize;
use serde_json::{Map, Value};

use super::escape;
use crate::domain::unseen::spelled;

/// The values of `--output`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    #[default]
    Table,
    Json,
    Ndjson,
    Yaml,
    Csv,
}

/// A list: a bare array in JSON and YAML, one object a line in NDJSON, a row each in CSV.
pub fn list<T: Serialize>(format: Format, rows: &[T]) -> anyhow::Result<Vec<u8>> {
    match format {
        Format::Ndjson => {
            let mut out = Vec::new();
            for row in rows {
                out.extend(one(format, row)?);
            }
            Ok(out)
        }
        Format::Csv => csv(rows),
        _ => one(format, &rows),
    }
}

/// One document.
pub fn one<T: Serialize>(format: Format, value: &T) -> anyhow::Result<Vec<u8>> {
    let mut out = match format {
        Format::Yaml => {
            escape::block(&serde_saphyr::to_string(value).context("write YAML")?).into_owned()
        }
        Format::Csv => return csv(std::slice::from_ref(value)),
        Format::Ndjson => spelled(serde_json::to_string(value)?),
        Format::Table | Format::Json => spelled(serde_json::to_string_pretty(value)?),
    };
    if !out.ends_with('\n') {
        out.push('\n');
    }
    Ok(out.into_bytes())
}

/// Nested objects become dotted columns; the columns are those of all rows, in the order met.
fn csv<T: Serialize>(rows: &[T]) -> anyhow::Result<Vec<u8>> {
    let mut flat = Vec::with_capacity(rows.len());
    let mut columns: Vec<String> = Vec::new();
    for row in rows {
        let mut cells = Map::new();
        flatten("", serde_json::to_value(row)?, &mut cells);
        for name in cells.keys() {
            if !columns.contains(name) {
                columns.push(name.clone());
            }
        }
        flat.push(cells);
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    if !columns.is_empty() {
        writer.write_record(columns.iter().map(|name| harmless(name)))?;
    }
    for cells in &flat {
        writer.write_record(columns.iter().map(|name| cell(cells.get(name))))?;
    }
    writer.into_inner().context("write CSV")
}

fn flatten(prefix: &str, value: Value, cells: &mut Map<String, Value>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                let path = if prefix.is_empty() {
                    name
                } else {
                    format!("{prefix}.{name}")
                };
                flatten(&path, value, cells);
            }
        }
        value => {
            let name = if prefix.is_empty() { "value" } else { prefix };
            cells.insert(name.to_owned(), value);
        }
    }
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => harmless(text),
        Some(other) => spelled(other.to_string()),
    }
}

/// A spreadsheet runs what begins with `= + - @`; a quote in front makes it text.
fn harmless(text: &str) -> String {
    let is_run = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quote = if is_run { "'" } else { "" };
    format!("{quote}{}", escape::block(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::unseen::is_unseen;

    fn text(bytes: anyhow::Result<Vec<u8>>) -> String {
        String::from_utf8(bytes.expect("serialises")).expect("UTF-8")
    }

    #[test]
    fn what_a_terminal_would_act_on_is_spelled_and_read_back() {
        let value = json!({"a": "\u{1b}[1m\u{9b}1m\u{7f}\u{202e}\u{e0041}é"});
        for format in [Format::Json, Format::Ndjson] {
            let json = text(one(format, &value));
            assert!(
                json.contains(r"\u001b[1m\u009b1m\u007f\u202e\udb40\udc41é"),
                "{json}"
            );
            assert_eq!(
                serde_json::from_str::<Value>(&json).ok(),
                Some(value.clone())
            );
        }
        for format in [Format::Yaml, Format::Csv] {
            let shown = text(one(format, &value));
            assert!(
                !shown.chars().any(|c| c != '\n' && is_unseen(c)),
                "{shown:?}"
            );
        }
    }

    #[test]
    fn an_empty_list_is_an_empty_document() {
        let none: [Value; 0] = [];
        assert_eq!(text(list(Format::Json, &none)), "[]\n");
        assert_eq!(text(list(Format::Ndjson, &none)), "");
        assert_eq!(text(list(Format::Csv, &none)), "");
        assert_eq!(text(list(Format::Yaml, &none)), "[]\n");
    }

    #[test]
    fn csv_has_dotted_columns_and_no_formulas() {
        let rows = [
            json!({"a": {"b": "=1+1"}}),
            json!({"a": {"c": 2}, "d": null}),
        ];
        assert_eq!(text(list(Format::Csv, &rows)), "a.b,a.c,d\n'=1+1,,\n,2,\n");
    }

    #[test]
    fn ndjson_is_one_object_a_line() {
        assert_eq!(
            text(list(Format::Ndjson, &[json!({"a": 1}), json!({"a": 2})])),
            "{\"a\":1}\n{\"a\":2}\n"
        );
    }
}
