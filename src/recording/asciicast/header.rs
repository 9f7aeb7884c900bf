//! The headers of all versions, read; that of version 3 is written as well.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::recording::reader::ReadError;
use crate::recording::reader::triple::micros;
use crate::recording::{Header, Size};

/// Version 3: the size and the theme stand under `term`.
#[derive(Deserialize, Serialize)]
struct Wire {
    version: u8,
    term: Term,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_time_limit: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    env: Option<Map<String, Value>>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

#[derive(Deserialize, Serialize)]
struct Term {
    cols: u64,
    rows: u64,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    theme: Option<Value>,
}

/// The header of a file whose first line is one of version 3.
pub(in crate::recording) fn v3(line: &[u8]) -> Option<Header> {
    let wire: Wire = serde_json::from_slice(line).ok()?;
    (wire.version == 3).then(|| Header {
        size: Size::clamped(wire.term.cols, wire.term.rows),
        term_type: wire.term.kind,
        term_version: wire.term.version,
        theme: wire.term.theme,
        timestamp: wire.timestamp.as_ref().and_then(unix),
        idle_time_limit: wire.idle_time_limit.map(micros),
        command: wire.command,
        title: wire.title,
        env: wire.env.unwrap_or_default(),
        extra: wire.extra,
    })
}

/// Unix seconds; some writers left a fraction.
fn unix(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

/// Version 2: the size and the theme stand at the top.
#[derive(Deserialize, Serialize)]
struct Wire2 {
    version: u8,
    width: u64,
    height: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<Value>,
    /// The time of the last event; said by the events themselves.
    #[serde(rename = "duration", skip_serializing_if = "Option::is_none")]
    _duration: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_time_limit: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    env: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    theme: Option<Value>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

/// The header of a file whose first line is one of version 2.
pub(in crate::recording) fn v2(line: &[u8]) -> Option<Header> {
    let wire: Wire2 = serde_json::from_slice(line).ok()?;
    (wire.version == 2).then(|| Header {
        size: Size::clamped(wire.width, wire.height),
        term_type: None,
        term_version: None,
        theme: wire.theme,
        timestamp: wire.timestamp.as_ref().and_then(unix),
        idle_time_limit: wire.idle_time_limit.map(micros),
        command: wire.command,
        title: wire.title,
        env: wire.env.unwrap_or_default(),
        extra: wire.extra,
    })
}

/// Writes a header of version 3.
pub(super) fn write_v3(header: &Header, out: &mut Vec<u8>) {
    let wire = Wire {
        version: 3,
        term: Term {
            cols: header.size.cols.into(),
            rows: header.size.rows.into(),
            kind: header.term_type.clone(),
            version: header.term_version.clone(),
            theme: header.theme.clone(),
        },
        timestamp: header.timestamp.map(Value::from),
        idle_time_limit: header.idle_time_limit.map(|limit| limit.as_secs_f64()),
        command: header.command.clone(),
        title: header.title.clone(),
        env: (!header.env.is_empty()).then(|| header.env.clone()),
        extra: header.extra.clone(),
    };
    write(&wire, out);
}

/// Writes a header of version 2. The terminal's own name and version have no place in it.
pub(super) fn write_v2(header: &Header, out: &mut Vec<u8>) {
    let wire = Wire2 {
        version: 2,
        width: header.size.cols.into(),
        height: header.size.rows.into(),
        timestamp: header.timestamp.map(Value::from),
        _duration: None,
        idle_time_limit: header.idle_time_limit.map(|limit| limit.as_secs_f64()),
        command: header.command.clone(),
        title: header.title.clone(),
        env: (!header.env.is_empty()).then(|| header.env.clone()),
        theme: header.theme.clone(),
        extra: header.extra.clone(),
    };
    write(&wire, out);
}

fn write(wire: &impl Serialize, out: &mut Vec<u8>) {
    serde_json::to_writer(out, wire).expect("strings and numbers in maps with text keys encode");
}

/// The header of version 1, from the keys that stand before `stdout`.
///
/// # Errors
///
/// Another version, and one without a size.
pub(in crate::recording) fn v1(keys: &Map<String, Value>) -> Result<Header, ReadError> {
    let number = |key| keys.get(key).and_then(Value::as_u64);
    let text = |key| keys.get(key).and_then(Value::as_str).map(str::to_owned);
    let (Some(1), Some(width), Some(height)) =
        (number("version"), number("width"), number("height"))
    else {
        return Err(ReadError::NotAsciicast(
            "it is not of version 1 with a width and a height before its `stdout`".to_owned(),
        ));
    };
    let env = keys.get("env").and_then(Value::as_object);
    Ok(Header {
        size: Size::clamped(width, height),
        command: text("command"),
        title: text("title"),
        env: env.cloned().unwrap_or_default(),
        ..Header::default()
    })
}
