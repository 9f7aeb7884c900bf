//! The header of version 2: the size and the theme stand at the top.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::v3::{seconds, unix};
use crate::recording::{Header, Size};

#[derive(Deserialize)]
struct Wire {
    version: u8,
    width: u64,
    height: u64,
    timestamp: Option<Value>,
    /// The time of the last event; said by the events themselves.
    #[serde(rename = "duration")]
    _duration: Option<Value>,
    idle_time_limit: Option<f64>,
    command: Option<String>,
    title: Option<String>,
    env: Option<Map<String, Value>>,
    theme: Option<Value>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

/// The header of a file whose first line is one of version 2.
pub(super) fn header(line: &[u8]) -> Option<Header> {
    let wire: Wire = serde_json::from_slice(line).ok()?;
    (wire.version == 2).then(|| Header {
        size: Size::clamped(wire.width, wire.height),
        term_type: None,
        term_version: None,
        theme: wire.theme,
        timestamp: wire.timestamp.as_ref().and_then(unix),
        idle_time_limit: wire.idle_time_limit.map(seconds),
        command: wire.command,
        title: wire.title,
        env: wire.env.unwrap_or_default(),
        extra: wire.extra,
    })
}
