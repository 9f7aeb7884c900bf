//! The machine formats: one document, one object a line, YAML, CSV.

use anyhow::Context;
use serde::Serialize;
use serde_json::{Map, Value};

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
                serde_json::to_writer(&mut out, row)?;
                out.push(b'\n');
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
        Format::Yaml => serde_saphyr::to_string(value)
            .context("write YAML")?
            .into_bytes(),
        Format::Csv => return csv(std::slice::from_ref(value)),
        Format::Ndjson => serde_json::to_vec(value)?,
        Format::Table | Format::Json => serde_json::to_vec_pretty(value)?,
    };
    if out.last() != Some(&b'\n') {
        out.push(b'\n');
    }
    Ok(out)
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
        writer.write_record(&columns)?;
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

/// A spreadsheet runs what begins with `= + - @`; a quote in front makes it text.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => {
            format!("'{text}")
        }
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(bytes: anyhow::Result<Vec<u8>>) -> String {
        String::from_utf8(bytes.expect("serialises")).expect("UTF-8")
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
