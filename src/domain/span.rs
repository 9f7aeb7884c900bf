//! A span as a value: one operation of a trace, as OpenTelemetry means the word.
//!
//! Ids are deterministic: the same session gives the same trace on every machine and by every road,
//! so that a link can be made without a lookup.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::digest;

/// The scheme of a trace's id where a session's id is no UUID.
pub const TRACE_SCHEME: &str = "ddctl/trace/1";
/// The scheme of a span's id.
pub const SPAN_SCHEME: &str = "ddctl/span/1";

/// The 16 bytes of a trace, never all zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TraceId([u8; 16]);

/// The 8 bytes of a span, never all zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpanId([u8; 8]);

/// Bytes or a text that are no id: of another length, not hexadecimal, or all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id: {expected} hexadecimal digits that are not all zero are expected")]
pub struct NotAnId {
    expected: usize,
}

impl TraceId {
    /// The trace of a session: its id's bytes where that is a UUID, else a hash over the gateway's
    /// id and the session's.
    pub fn of_session(gateway_id: &str, session_id: &str) -> Self {
        let uuid = Uuid::parse_str(session_id).map(Uuid::into_bytes);
        uuid.ok()
            .and_then(|bytes| Self::try_from(&bytes[..]).ok())
            .unwrap_or_else(|| Self(lead(&[TRACE_SCHEME, gateway_id, session_id])))
    }

    /// The trace that any other text names: 32 hexadecimal digits and a UUID are such an id already,
    /// anything else is hashed.
    pub fn of_text(text: &str) -> Self {
        Self::known(text).unwrap_or_else(|| Self::of_session("", text))
    }

    /// The trace that `text` is the id of: 32 hexadecimal digits, or a UUID.
    pub fn known(text: &str) -> Option<Self> {
        let uuid = || Uuid::parse_str(text).ok().map(Uuid::into_bytes);
        let own = text.parse().ok();
        own.or_else(|| Self::try_from(&uuid()?[..]).ok())
    }

    /// The unsigned low 64 bits, which Datadog calls `dd.trace_id`.
    pub fn low(self) -> u64 {
        u128::from_be_bytes(self.0) as u64
    }

    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl SpanId {
    /// The id of the span of `kind` at `index` in the raw recording.
    pub fn of(trace: TraceId, kind: &str, index: u64) -> Self {
        let (trace, index) = (trace.to_string(), index.to_string());
        Self(lead(&[SPAN_SCHEME, &trace, kind, &index]))
    }

    /// The id of the span of `kind` that is known by a text.
    pub fn of_text(trace: TraceId, kind: &str, text: &str) -> Self {
        Self(lead(&[SPAN_SCHEME, &trace.to_string(), kind, text]))
    }

    /// The unsigned 64 bits, which Datadog calls `dd.span_id`.
    pub fn number(self) -> u64 {
        u64::from_be_bytes(self.0)
    }

    pub fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

/// The first bytes of SHA-256 over the parts, each behind its length as eight bytes, big-endian;
/// counted up from zero, which is no id.
fn lead<const N: usize>(parts: &[&str]) -> [u8; N] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut id = [0; N];
    id.copy_from_slice(&hash.finalize()[..N]);
    if id.iter().all(|byte| *byte == 0) {
        id[N - 1] = 1;
    }
    id
}

/// Conversions and texts of an id of so many bytes.
macro_rules! id {
    ($name:ident, $bytes:literal) => {
        impl TryFrom<&[u8]> for $name {
            type Error = NotAnId;

            fn try_from(bytes: &[u8]) -> Result<Self, NotAnId> {
                let refused = NotAnId {
                    expected: 2 * $bytes,
                };
                let id: [u8; $bytes] = bytes.try_into().map_err(|_| refused)?;
                match id.iter().any(|byte| *byte != 0) {
                    true => Ok(Self(id)),
                    false => Err(refused),
                }
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let refused = NotAnId {
                    expected: 2 * $bytes,
                };
                let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
                if text.len() != 2 * $bytes || !is_hex {
                    return Err(refused);
                }
                let number = u128::from_str_radix(text, 16).map_err(|_| refused)?;
                Self::try_from(&number.to_be_bytes()[16 - $bytes..])
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&digest::hex(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

id!(TraceId, 16);
id!(SpanId, 8);

/// What an attribute holds.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeValue {
    Text(String),
    Bool(bool),
    Int(i64),
    Double(f64),
    List(Vec<AttributeValue>),
}

impl From<&str> for AttributeValue {
    fn from(text: &str) -> Self {
        AttributeValue::Text(text.to_owned())
    }
}

impl From<String> for AttributeValue {
    fn from(text: String) -> Self {
        AttributeValue::Text(text)
    }
}

impl From<bool> for AttributeValue {
    fn from(value: bool) -> Self {
        AttributeValue::Bool(value)
    }
}

impl From<i64> for AttributeValue {
    fn from(value: i64) -> Self {
        AttributeValue::Int(value)
    }
}

impl From<f64> for AttributeValue {
    fn from(value: f64) -> Self {
        AttributeValue::Double(value)
    }
}

/// Attributes in the order they were set; each key stands once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes(Vec<(Cow<'static, str>, AttributeValue)>);

impl Attributes {
    /// Sets `key`, in the place it already has.
    pub fn set(&mut self, key: impl Into<Cow<'static, str>>, value: impl Into<AttributeValue>) {
        let (key, value) = (key.into(), value.into());
        match self.0.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = value,
            None => self.0.push((key, value)),
        }
    }

    /// As [`Attributes::set`]; what is not known leaves no attribute.
    pub fn set_known(
        &mut self,
        key: impl Into<Cow<'static, str>>,
        value: Option<impl Into<AttributeValue>>,
    ) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }

    pub fn get(&self, key: &str) -> Option<&AttributeValue> {
        let found = self.0.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &AttributeValue)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), value))
    }

    fn map_texts(&mut self, change: &impl Fn(&str) -> String) {
        for (_, value) in &mut self.0 {
            value.map_texts(change);
        }
    }
}

impl AttributeValue {
    fn map_texts(&mut self, change: &impl Fn(&str) -> String) {
        match self {
            AttributeValue::Text(text) => *text = change(text),
            AttributeValue::List(items) => {
                items.iter_mut().for_each(|item| item.map_texts(change));
            }
            AttributeValue::Bool(_) | AttributeValue::Int(_) | AttributeValue::Double(_) => {}
        }
    }
}

/// Which side of a call a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

/// How an operation ended. There is no OK: Datadog reads any code above UNSET as an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpanStatus {
    Unset,
    Error { message: String },
}

/// Something that happened at one moment of a span.
#[derive(Clone, Debug, PartialEq)]
pub struct SpanEvent {
    pub at: Timestamp,
    pub name: Cow<'static, str>,
    pub attributes: Attributes,
}

/// Another span that this one has to do with.
#[derive(Clone, Debug, PartialEq)]
pub struct SpanLink {
    pub trace_id: TraceId,
    pub span_id: SpanId,
    pub attributes: Attributes,
}

/// How much of a span was left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    pub attributes: u32,
    pub events: u32,
    pub links: u32,
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    pub trace_id: TraceId,
    pub span_id: SpanId,
    /// `None` on a root.
    pub parent: Option<SpanId>,
    pub name: String,
    pub kind: SpanKind,
    pub start: Timestamp,
    /// Not before `start`.
    pub end: Timestamp,
    pub status: SpanStatus,
    pub attributes: Attributes,
    pub events: Vec<SpanEvent>,
    pub links: Vec<SpanLink>,
    pub dropped: Dropped,
}

impl Span {
    /// Puts what `change` makes of it in place of every text that a program chose: values and the
    /// message of a failure, not names and ids.
    pub fn map_texts(&mut self, change: impl Fn(&str) -> String) {
        if let SpanStatus::Error { message } = &mut self.status {
            *message = change(message);
        }
        self.attributes.map_texts(&change);
        for event in &mut self.events {
            event.attributes.map_texts(&change);
        }
        for link in &mut self.links {
            link.attributes.map_texts(&change);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "a0000000-0000-4000-8000-000000000001";

    #[test]
    fn a_session_that_is_a_uuid_is_its_own_trace() {
        let trace = TraceId::of_session("gateway.test", SESSION);
        assert_eq!(trace.to_string(), "a0000000000040008000000000000001");
        assert_eq!(trace.low(), 0x8000_0000_0000_0001);
        assert_eq!(trace, TraceId::of_session("another.test", SESSION));
    }

    #[test]
    fn any_other_session_has_a_trace_of_its_gateway_that_is_the_same_everywhere() {
        let trace = TraceId::of_session("gateway.test", "s1");
        assert_eq!(trace, TraceId::of_session("gateway.test", "s1"));
        assert_ne!(trace, TraceId::of_session("another.test", "s1"));
        assert_ne!(trace, TraceId::of_session("gateway.tests", "1"));
        let zero = TraceId::of_session("gateway.test", "00000000-0000-0000-0000-000000000000");
        assert_ne!(zero.as_bytes(), &[0; 16]);
    }

    #[test]
    fn spans_differ_by_trace_kind_and_index() {
        let trace = TraceId::of_session("gateway.test", SESSION);
        let span = SpanId::of(trace, "command", 3);
        assert_eq!(span, SpanId::of(trace, "command", 3));
        let other = TraceId::of_session("gateway.test", "s1");
        for different in [
            SpanId::of(trace, "command", 4),
            SpanId::of(trace, "session", 3),
            SpanId::of(other, "command", 3),
        ] {
            assert_ne!(span, different);
        }
    }

    #[test]
    fn an_id_is_read_back_from_its_text_and_nothing_else_is_one() {
        let trace = TraceId::of_session("gateway.test", SESSION);
        assert_eq!(trace.to_string().parse(), Ok(trace));
        for text in [
            "",
            "0",
            "00000000000000000000000000000000",
            "+0000000000040008000000000000001",
        ] {
            assert!(text.parse::<TraceId>().is_err(), "{text}");
        }
        assert!("0000000000000000".parse::<SpanId>().is_err());
        assert!(SpanId::try_from(&[1; 16][..]).is_err());
    }

    #[test]
    fn a_key_stands_once() {
        let mut attributes = Attributes::default();
        attributes.set("a", 1);
        attributes.set("b", true);
        attributes.set("a", "text");
        attributes.set_known("c", None::<&str>);
        let keys: Vec<&str> = attributes.iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["a", "b"]);
        assert_eq!(attributes.get("a"), Some(&"text".into()));
    }
}
