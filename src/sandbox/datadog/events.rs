//! Events v1: posting one, and reading it by its id once it is indexed.
//!
//! Rules from the OpenAPI document; the answers as recorded, except for the texts of refusals
//! other than `Event too far in the past`, which nobody recorded.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::arrivals::Stored;
use super::guard::Call;
use super::logs::is_visible;
use super::refusal::errors;
use super::{Answer, DatadogStandIn, Visit};
use crate::domain::site::Site;
use crate::sandbox::coding::DecodeError;
use crate::sandbox::http::{Body, Reply, Request};
use crate::sandbox::received::Selection;

/// Events kept; the oldest go first.
const MAX_EVENTS: usize = 100_000;

/// Largest body taken: an event's text is short.
const MAX_BODY: usize = 1 << 20;
const MAX_TEXT: usize = 4_000;
const MAX_AGGREGATION_KEY: usize = 100;
const MAX_AGE: SignedDuration = SignedDuration::from_hours(18);
const MAX_AHEAD: SignedDuration = SignedDuration::from_hours(2);

const ALERT_TYPES: [&str; 7] = [
    "error",
    "warning",
    "info",
    "success",
    "user_update",
    "recommendation",
    "snapshot",
];
const PRIORITIES: [&str; 2] = ["normal", "low"];
/// The tag of an event that names no source, as recorded.
const DEFAULT_SOURCE: &str = "my_apps";

/// The events taken so far.
#[derive(Debug, Default)]
pub struct EventStore {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    events: VecDeque<StoredEvent>,
    last: u64,
}

#[derive(Clone, Debug)]
struct StoredEvent {
    id: u64,
    /// POSIX seconds.
    date_happened: i64,
    stored: Stored,
}

impl EventStore {
    /// The selected rows as a JSON array.
    pub fn received(&self, selection: &Selection, delay: SignedDuration, now: Timestamp) -> Body {
        let rows: Vec<Value> = self
            .lock()
            .events
            .iter()
            .filter_map(|event| selection.row(event.stored.arrival(delay, now)))
            .take(selection.limit)
            .collect();
        Body::Full(Value::Array(rows).to_string().into())
    }

    fn push(
        &self,
        event: Map<String, Value>,
        date_happened: i64,
        visit: &Visit<'_>,
        site: Site,
    ) -> StoredEvent {
        let mut inner = self.lock();
        inner.last += 1;
        let stored = StoredEvent {
            id: id_of(date_happened, inner.last),
            date_happened,
            stored: Stored::of(inner.last, event, visit, site),
        };
        inner.events.push_back(stored.clone());
        if inner.events.len() > MAX_EVENTS {
            inner.events.pop_front();
        }
        stored
    }

    fn find(&self, id: &str) -> Option<StoredEvent> {
        let id: u64 = id.parse().ok()?;
        let inner = self.lock();
        inner.events.iter().find(|stored| stored.id == id).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DatadogStandIn {
    pub(super) fn post_event(&self, request: &Request, visit: &Visit<'_>, site: Site) -> Answer {
        if let Err(refused) = self.keys.check_api_key(request, site) {
            return refused.into_reply().into();
        }
        match read_event(visit) {
            Err(refused) => refused.into_reply().into(),
            Ok((event, date_happened)) => {
                let stored = self.events.push(event, date_happened, visit, site);
                Answer::stored(stored.accepted())
            }
        }
    }

    pub(super) fn read_event(&self, id: &str, call: &Call<'_>) -> Reply {
        let found = self.events.find(id).filter(|event| {
            let Stored {
                site, arrived_at, ..
            } = event.stored;
            site == call.site && is_visible(arrived_at, self.index_delay, call.visit.arrived)
        });
        match found {
            Some(event) => Reply::json(200, &json!({ "event": event.shown() })),
            None => errors(404, "No event matches that event_id."),
        }
    }
}

/// Why an event is not taken.
enum Refused {
    TooLarge,
    Invalid(String),
    /// Its time is out of range.
    Time(&'static str),
}

impl Refused {
    fn into_reply(self) -> Reply {
        match self {
            Refused::TooLarge => errors(413, "Payload Too Large"),
            Refused::Invalid(text) => errors(400, &text),
            // JSON that calls itself plain text, as recorded.
            Refused::Time(text) => Reply::text(
                400,
                "text/plain; charset=utf-8",
                json!({ "errors": [text] }).to_string(),
            ),
        }
    }
}

/// The event and its time.
fn read_event(visit: &Visit<'_>) -> Result<(Map<String, Value>, i64), Refused> {
    let invalid = |text: &str| Refused::Invalid(text.to_owned());
    let plain = visit.body.decode(MAX_BODY).map_err(|error| match error {
        DecodeError::TooLarge { .. } => Refused::TooLarge,
        DecodeError::Damaged => invalid("Invalid JSON structure"),
    })?;
    let event: Map<String, Value> =
        serde_json::from_slice(&plain).map_err(|_| invalid("Invalid JSON structure"))?;
    check_fields(&event).map_err(Refused::Invalid)?;
    let now = visit.now.as_second();
    let date_happened = match event.get("date_happened").filter(|value| !value.is_null()) {
        None => now,
        Some(value) => value
            .as_i64()
            .ok_or_else(|| invalid("The parameter 'date_happened' must be an integer"))?,
    };
    if date_happened < now - MAX_AGE.as_secs() {
        return Err(Refused::Time("Event too far in the past"));
    }
    if date_happened > now + MAX_AHEAD.as_secs() {
        return Err(Refused::Time("Event too far in the future"));
    }
    Ok((event, date_happened))
}

fn check_fields(event: &Map<String, Value>) -> Result<(), String> {
    let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
    for name in ["title", "text"] {
        if text(name).is_empty() {
            return Err(format!("The parameter '{name}' is required"));
        }
    }
    for (name, limit) in [("text", MAX_TEXT), ("aggregation_key", MAX_AGGREGATION_KEY)] {
        if text(name).chars().count() > limit {
            return Err(format!(
                "The parameter '{name}' is longer than {limit} characters"
            ));
        }
    }
    for (name, allowed) in [("alert_type", &ALERT_TYPES[..]), ("priority", &PRIORITIES)] {
        let given = event.get(name).filter(|value| !value.is_null());
        let known = |value: &Value| value.as_str().is_some_and(|text| allowed.contains(&text));
        if !given.is_none_or(known) {
            return Err(format!(
                "The value provided for parameter '{name}' is invalid"
            ));
        }
    }
    match event.get("tags") {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Array(tags)) if tags.iter().all(Value::is_string) => Ok(()),
        Some(_) => Err("The parameter 'tags' must be a list of strings".to_owned()),
    }
}

/// An id of the recorded size. Eight digits are the arrival's, so that it exceeds what a double
/// holds exactly.
fn id_of(date_happened: i64, n: u64) -> u64 {
    let second = u64::try_from(date_happened).unwrap_or(0) % 10_000_000_000;
    second * 100_000_000 + n * 7_919 % 100_000_000
}

/// The number that arrives at a reader that keeps numbers as doubles, as recorded: `id` is not
/// exact, `id_str` is.
fn rounded(id: u64) -> u64 {
    format!("{}", id as f64).parse().unwrap_or(id)
}

impl StoredEvent {
    fn get(&self, name: &str) -> Value {
        self.stored.row.get(name).cloned().unwrap_or_default()
    }

    /// The answer to the post.
    fn accepted(&self) -> Reply {
        let event = json!({
            "id": rounded(self.id),
            "id_str": self.id.to_string(),
            "title": self.get("title"),
            "text": self.get("text"),
            "date_happened": self.date_happened,
            "handle": null,
            "priority": self.get("priority"),
            "related_event_id": self.get("related_event_id"),
            "tags": self.get("tags"),
            "url": format!("{}/event/event?id={}", self.stored.site.app_url(), self.id),
        });
        Reply::json(202, &json!({ "status": "ok", "event": event }))
    }

    /// The event as it is read by its id.
    fn shown(&self) -> Value {
        let or = |name: &str, default: &str| match self.get(name) {
            Value::Null => default.into(),
            value => value,
        };
        json!({
            "date_happened": self.date_happened,
            "alert_type": or("alert_type", "info"),
            "resource": format!("/api/v1/events/{}", self.id),
            "title": self.get("title"),
            "url": format!("/event/event?event_id={}", self.id),
            "text": self.get("text"),
            "tags": self.tags(),
            "device_name": self.get("device_name"),
            "priority": or("priority", "normal"),
            "monitor_id": null,
            "host": self.get("host"),
            "id_str": self.id.to_string(),
            "monitor_groups": [],
            "id": self.id,
        })
    }

    /// The tags in order, the source among them.
    fn tags(&self) -> Vec<String> {
        let source = self
            .stored
            .row
            .get("source_type_name")
            .and_then(Value::as_str);
        let mut tags = vec![format!("source:{}", source.unwrap_or(DEFAULT_SOURCE))];
        let own = self.stored.row.get("tags").and_then(Value::as_array);
        let own = own.into_iter().flatten().filter_map(Value::as_str);
        tags.extend(own.map(str::to_owned));
        tags.sort();
        tags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(event: Value) -> Result<(), String> {
        check_fields(event.as_object().expect("an object"))
    }

    #[test]
    fn the_lengths_of_the_schema_hold_in_characters() {
        let event = |text: usize, key: usize| {
            check(json!({
                "title": "t", "text": "ü".repeat(text), "aggregation_key": "k".repeat(key),
            }))
        };
        assert_eq!(event(4_000, 100), Ok(()));
        assert!(event(4_001, 100).is_err());
        assert!(event(4_000, 101).is_err());
    }

    #[test]
    fn what_the_schema_does_not_allow_is_refused() {
        for wrong in [
            json!({"text": "x"}),
            json!({"title": "x"}),
            json!({"title": "x", "text": "x", "alert_type": "fatal"}),
            json!({"title": "x", "text": "x", "priority": "high"}),
            json!({"title": "x", "text": "x", "tags": "a:b"}),
            json!({"title": "x", "text": "x", "tags": [1]}),
        ] {
            assert!(check(wrong.clone()).is_err(), "{wrong}");
        }
        assert_eq!(
            check(json!({"title": "x", "text": "x", "alert_type": null, "tags": ["a"]})),
            Ok(())
        );
    }

    #[test]
    fn the_number_is_rounded_as_recorded() {
        assert_eq!(
            rounded(6_327_818_702_635_911_562),
            6_327_818_702_635_911_000
        );
        assert_eq!(
            rounded(6_327_818_704_671_039_975),
            6_327_818_704_671_040_000
        );
    }
}
