//! What Datadog makes of a log between taking and showing it, before any pipeline of the user's.
//!
//! Reserved attributes from docs.datadoghq.com/logs/log_configuration/pipelines; the rest as in
//! the recording of the Go client's `TestLogsList`: a message that is JSON is parsed, its inner
//! message and its keys take over, `ddsource` becomes a lower-cased tag twice, reserved
//! attributes stay among the attributes. The limits on attributes (256, depth 10) are not
//! enforced: their current numbers are unknown.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::status::remapped;
use crate::sandbox::received::at;

const MAX_AGE: SignedDuration = SignedDuration::from_hours(18);
const MAX_AHEAD: SignedDuration = SignedDuration::from_hours(2);
/// Tags kept of a log, and characters kept of a tag.
const MAX_TAGS: usize = 100;
const MAX_TAG: usize = 256;

const DATE_KEYS: [&str; 8] = [
    "@timestamp",
    "timestamp",
    "_timestamp",
    "Timestamp",
    "eventTime",
    "date",
    "published_date",
    "syslog.timestamp",
];
const HOST_KEYS: [&str; 3] = ["host", "hostname", "syslog.hostname"];
const SERVICE_KEYS: [&str; 2] = ["service", "syslog.appname"];
const STATUS_KEYS: [&str; 4] = ["status", "severity", "level", "syslog.severity"];

/// Why a log is never indexed.
pub const TOO_OLD: &str = "older than 18 hours";
pub const TOO_FAR_AHEAD: &str = "more than 2 hours ahead";

/// A searchable log.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexedLog {
    pub id: String,
    /// The arrival's number.
    pub n: u64,
    pub timestamp: Timestamp,
    pub status: &'static str,
    pub service: Option<String>,
    pub host: Option<String>,
    pub message: String,
    pub tags: Vec<String>,
    pub attributes: Map<String, Value>,
}

impl IndexedLog {
    /// Indexes arrival number `n`, or says why it is dropped.
    pub fn of(
        event: &Map<String, Value>,
        n: u64,
        received_at: Timestamp,
    ) -> Result<Self, &'static str> {
        let merged = with_parsed_message(event);
        let timestamp = date_of(&merged, received_at);
        let age = received_at.duration_since(timestamp);
        if age > MAX_AGE {
            return Err(TOO_OLD);
        }
        if -age > MAX_AHEAD {
            return Err(TOO_FAR_AHEAD);
        }
        Ok(Self {
            id: id_of(timestamp, n),
            n,
            timestamp,
            status: remapped(first(&merged, &STATUS_KEYS)),
            service: first(&merged, &SERVICE_KEYS).map(text),
            host: first(&merged, &HOST_KEYS).map(text),
            message: merged.get("message").map(text).unwrap_or_default(),
            tags: tags_of(&merged),
            attributes: attributes_of(merged),
        })
    }

    /// The log as the search API shows its `attributes`.
    pub fn to_object(&self) -> Map<String, Value> {
        let mut object = Map::new();
        object.insert("status".to_owned(), self.status.into());
        object.insert("tags".to_owned(), json!(self.tags));
        object.insert(
            "timestamp".to_owned(),
            format!("{:.3}", self.timestamp).into(),
        );
        for (name, value) in [("host", &self.host), ("service", &self.service)] {
            if let Some(value) = value {
                object.insert(name.to_owned(), value.as_str().into());
            }
        }
        if !self.attributes.is_empty() {
            object.insert("attributes".to_owned(), self.attributes.clone().into());
        }
        object.insert("message".to_owned(), self.message.as_str().into());
        object
    }
}

/// The event, with a message that is a JSON object taken apart.
fn with_parsed_message(event: &Map<String, Value>) -> Map<String, Value> {
    let mut merged = event.clone();
    let inner = event
        .get("message")
        .and_then(Value::as_str)
        .filter(|message| message.trim_start().starts_with('{'))
        .and_then(|message| serde_json::from_str::<Map<String, Value>>(message).ok());
    if let Some(inner) = inner {
        merged.remove("message");
        merged.extend(inner);
    }
    merged
}

fn first<'a>(event: &'a Map<String, Value>, keys: &[&str]) -> Option<&'a Value> {
    keys.iter()
        .find_map(|key| at(event, key).filter(|value| !value.is_null()))
}

/// A value as text: text without its quotes.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The first date key that holds a date; else the time of receipt.
fn date_of(event: &Map<String, Value>, received_at: Timestamp) -> Timestamp {
    DATE_KEYS
        .iter()
        .filter_map(|key| at(event, key))
        .find_map(|value| read_date(value, received_at))
        .unwrap_or(received_at)
}

/// Reads ISO 8601, Unix milliseconds, or RFC 3164 (which has no year: the latest that fits).
fn read_date(value: &Value, received_at: Timestamp) -> Option<Timestamp> {
    if let Some(number) = value.as_f64() {
        return Timestamp::from_millisecond(number as i64).ok();
    }
    let text = value.as_str()?.trim();
    if let Ok(milliseconds) = text.parse() {
        return Timestamp::from_millisecond(milliseconds).ok();
    }
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    if let Ok(at) = text.parse::<DateTime>() {
        return at.to_zoned(TimeZone::UTC).map(|at| at.timestamp()).ok();
    }
    rfc3164(text, received_at)
}

fn rfc3164(text: &str, received_at: Timestamp) -> Option<Timestamp> {
    let year = received_at.to_zoned(TimeZone::UTC).year();
    let latest = received_at.checked_add(MAX_AHEAD).ok()?;
    [year + 1, year, year - 1]
        .into_iter()
        .filter_map(|year| DateTime::strptime("%Y %b %d %T", format!("{year} {text}")).ok())
        .filter_map(|at| at.to_zoned(TimeZone::UTC).ok())
        .map(|at| at.timestamp())
        .find(|at| *at <= latest)
}

/// `ddtags` between two tags of the source, as recorded.
fn tags_of(event: &Map<String, Value>) -> Vec<String> {
    let source = event
        .get("ddsource")
        .map(|source| format!("source:{}", text(source).to_lowercase()));
    let tags = event.get("ddtags").and_then(Value::as_str).unwrap_or("");
    let tags = tags
        .split(',')
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .take(MAX_TAGS)
        .map(|tag| tag.chars().take(MAX_TAG).collect());
    source
        .clone()
        .into_iter()
        .chain(tags)
        .chain(source)
        .collect()
}

fn attributes_of(mut event: Map<String, Value>) -> Map<String, Value> {
    for name in ["message", "ddsource", "ddtags"] {
        event.shift_remove(name);
    }
    event
}

/// An id of the recorded shape, that sorts by time: a version, the milliseconds, the arrival's
/// number, zeros, and 24 characters of text, in URL-safe base64.
fn id_of(timestamp: Timestamp, n: u64) -> String {
    let milliseconds = timestamp.as_millisecond().cast_unsigned().to_be_bytes();
    let mut bytes = vec![1];
    bytes.extend_from_slice(&milliseconds);
    bytes.extend_from_slice(&n.to_be_bytes());
    let tail = [&[1, 0][..], &milliseconds[2..], &n.to_be_bytes(), &[0, 1]].concat();
    bytes.extend_from_slice(URL_SAFE_NO_PAD.encode(tail).as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The milliseconds and the arrival's number that an id holds.
pub fn position_of_id(id: &str) -> Option<(i64, u64)> {
    let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
    let (milliseconds, rest) = bytes.get(1..)?.split_first_chunk()?;
    let (n, _) = rest.split_first_chunk()?;
    Some((i64::from_be_bytes(*milliseconds), u64::from_be_bytes(*n)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_time(text: &str) -> Timestamp {
        text.parse().expect("a valid instant")
    }

    fn now() -> Timestamp {
        at_time("2026-11-21T10:00:00Z")
    }

    fn index(event: Value) -> Result<IndexedLog, &'static str> {
        let event = event.as_object().expect("an object");
        IndexedLog::of(event, 1, now())
    }

    fn time_of(event: Value) -> Timestamp {
        index(event).expect("it is indexed").timestamp
    }

    #[test]
    fn dates_are_iso_milliseconds_or_syslog() {
        let expected = at_time("2026-11-21T09:00:00Z");
        for date in [
            json!("2026-11-21T09:00:00Z"),
            json!("2026-11-21T10:00:00+01:00"),
            json!("2026-11-21T09:00:00"),
            json!(1_795_251_600_000_u64),
            json!("1795251600000"),
            json!("Nov 21 09:00:00"),
        ] {
            assert_eq!(time_of(json!({ "timestamp": date })), expected, "{date}");
        }
        assert_eq!(
            time_of(json!({"syslog": {"timestamp": "2026-11-21T09:00:00Z"}})),
            expected
        );
    }

    #[test]
    fn a_log_without_a_readable_date_has_the_time_of_its_receipt() {
        assert_eq!(time_of(json!({})), now());
        assert_eq!(time_of(json!({"timestamp": "yesterday"})), now());
    }

    #[test]
    fn seconds_read_as_1970_and_are_dropped() {
        assert_eq!(index(json!({"timestamp": 1_795_251_600})), Err(TOO_OLD));
    }

    #[test]
    fn eighteen_hours_back_and_two_ahead_are_the_ends() {
        let fate = |date: &str| index(json!({ "timestamp": date })).map(|_| ());
        assert_eq!(fate("2026-11-20T16:00:00Z"), Ok(()));
        assert_eq!(fate("2026-11-20T15:59:59Z"), Err(TOO_OLD));
        assert_eq!(fate("2026-11-21T12:00:00Z"), Ok(()));
        assert_eq!(fate("2026-11-21T12:00:01Z"), Err(TOO_FAR_AHEAD));
    }

    #[test]
    fn reserved_attributes_are_taken_and_stay() {
        let log = index(json!({
            "message": "m", "ddsource": "Hoop", "ddtags": "env:prod, team:a,,", "hostname": "Gw-1",
            "level": "ERROR", "service": "s", "usr": {"id": "a"},
        }))
        .expect("it is indexed");
        assert_eq!(log.status, "error");
        assert_eq!(log.host.as_deref(), Some("Gw-1"));
        assert_eq!(log.service.as_deref(), Some("s"));
        assert_eq!(
            log.tags,
            ["source:hoop", "env:prod", "team:a", "source:hoop"]
        );
        assert_eq!(
            Value::Object(log.attributes),
            json!({"hostname": "Gw-1", "level": "ERROR", "service": "s", "usr": {"id": "a"}})
        );
    }

    #[test]
    fn a_message_that_is_json_takes_over() {
        let log = index(json!({
            "message": r#"{"message": "inner", "timestamp": "2026-11-21T09:00:00Z", "a": 1}"#,
            "status": "warn",
        }))
        .expect("it is indexed");
        assert_eq!(log.message, "inner");
        assert_eq!(log.timestamp, at_time("2026-11-21T09:00:00Z"));
        assert_eq!(log.attributes["a"], 1);
        let untouched = index(json!({"message": "{no json"})).expect("it is indexed");
        assert_eq!(untouched.message, "{no json");
    }

    #[test]
    fn ids_have_the_recorded_shape_and_differ() {
        let recorded = "AQAAAYAZdboJ7dGwNgAAAABBWUFaZGJyMUFBQ0s4OEN3YmZ1UDJRQUI";
        let id = |n| id_of(now(), n);
        assert_eq!(id(1).len(), recorded.len());
        assert!(id(1).starts_with("AQAAA"));
        assert_ne!(id(1), id(2));
        assert_eq!(position_of_id(&id(7)), Some((now().as_millisecond(), 7)));
        assert_eq!(position_of_id("AQAA"), None);
    }
}
