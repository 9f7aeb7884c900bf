//! The shapes on the wire, read leniently: unknown keys are ignored, null is absent, and a word
//! that is not known becomes the harmless one.

pub(super) mod audit;
pub(super) mod connection;
mod review;
pub(super) mod server;
pub(super) mod session;
pub(super) mod sse;
pub(super) mod webhook;
pub(super) mod webhook_body;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// Null, like an absent key under `#[serde(default)]`, is the default. Go writes a nil list so.
fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// An object's map; anything else is an empty one.
fn object_or_empty<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Map<String, Value>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Object(map) => Ok(map),
        _ => Ok(Map::new()),
    }
}

/// An instant in RFC 3339; anything else, an empty text among it, is none.
fn optional_instant<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_str().and_then(|text| text.parse().ok()))
}

/// Go writes an absent text as an empty one.
fn non_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// One page of an endpoint that answers `{pages, data}`. Without the key `data` it is no page.
#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    #[serde(default)]
    pub(super) pages: Pages,
    #[serde(deserialize_with = "null_as_default")]
    #[serde(bound(deserialize = "T: Deserialize<'de>"))]
    pub(super) data: Vec<T>,
}

/// Where a page lies.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Pages {
    #[serde(default)]
    pub(super) total: u64,
}
