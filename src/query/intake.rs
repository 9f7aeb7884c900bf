//! A log as Datadog would index it, made from what is sent to the intake.
//!
//! What stands here is the treatment before any pipeline of the organisation: pipelines can change
//! everything, and nothing local can know them. Sources: docs.datadoghq.com on log collection and
//! pipelines, and a recorded round trip of DataDog/datadog-api-client-go.

use std::borrow::Cow;
use std::cell::OnceCell;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::everything::Everything;
use super::record::Record;
use super::status::{IndexedStatus, Remapped};
use super::text::{Folded, Text};
use super::tree::Path;

/// One log, seen through the reserved attributes, the tags and the paths of its attributes.
pub struct IndexedLog<'a> {
    record: Record,
    sent: Cow<'a, Map<String, Value>>,
    /// Of what is no log; a log's stand in `ddtags`.
    tags: Option<Vec<String>>,
    /// What was sent as a JSON object in the text of `message`.
    inner: Option<Map<String, Value>>,
    /// The message without case, once it was searched.
    folded_message: OnceCell<Folded>,
    /// Every text, once full text was searched.
    everything: OnceCell<Everything>,
}

/// A value that may be open because it was sent in two places.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sent<'v> {
    Nothing,
    One(&'v Value),
    /// Beside the message and inside it, with different values.
    Two(&'v Value, &'v Value),
}

impl<'a> IndexedLog<'a> {
    /// Reads one entry of a request to the logs intake.
    ///
    /// A `message` that is a JSON object is taken apart: its `message` and `timestamp` take over
    /// and its other keys become attributes.
    pub fn from_intake(sent: &'a Map<String, Value>) -> Self {
        let inner = match sent.get("message") {
            Some(Value::String(text)) if text.trim_start().starts_with('{') => {
                serde_json::from_str(text).ok()
            }
            Some(Value::Object(object)) => Some(object.clone()),
            _ => None,
        };
        Self {
            record: Record::Log,
            sent: Cow::Borrowed(sent),
            tags: None,
            inner,
            folded_message: OnceCell::new(),
            everything: OnceCell::new(),
        }
    }

    /// Another kind of record, in the keys of a log.
    pub(super) fn translated(record: Record, sent: Map<String, Value>, tags: Vec<String>) -> Self {
        Self {
            record,
            sent: Cow::Owned(sent),
            tags: Some(tags),
            inner: None,
            folded_message: OnceCell::new(),
            everything: OnceCell::new(),
        }
    }

    pub fn record(&self) -> Record {
        self.record
    }

    /// The text that free text searches.
    pub fn message(&self) -> Cow<'_, str> {
        let inner = self.inner.as_ref().and_then(|inner| inner.get("message"));
        match inner.or_else(|| self.sent.get("message")) {
            Some(value) => text_of(value).unwrap_or_default(),
            None => Cow::default(),
        }
    }

    /// The same, with its form without case.
    pub(super) fn searched_message(&self) -> Text<'_> {
        Text::shared(self.message(), &self.folded_message)
    }

    pub(super) fn everything(&self) -> &Everything {
        self.everything.get_or_init(|| Everything::of(self))
    }

    /// True where the message was taken apart and nothing in it took its place.
    pub(super) fn lost_its_message(&self) -> bool {
        self.inner
            .as_ref()
            .is_some_and(|inner| !inner.contains_key("message"))
    }

    pub(super) fn status(&self) -> (Remapped, Option<Remapped>) {
        match self.sent_as(&["status", "severity", "level", "syslog.severity"]) {
            Sent::Nothing => (IndexedStatus::remap(None), None),
            Sent::One(value) => (IndexedStatus::remap(Some(value)), None),
            Sent::Two(outer, inner) => {
                let (outer, inner) = (
                    IndexedStatus::remap(Some(outer)),
                    IndexedStatus::remap(Some(inner)),
                );
                let differs = outer != inner;
                (outer, differs.then_some(inner))
            }
        }
    }

    /// Shown in lower case as the tag `source`.
    pub(super) fn source(&self) -> Sent<'_> {
        self.sent_as(&["ddsource"])
    }

    pub(super) fn host(&self) -> Sent<'_> {
        self.sent_as(&["host", "hostname", "syslog.hostname"])
    }

    pub(super) fn service(&self) -> Sent<'_> {
        self.sent_as(&["service", "syslog.appname"])
    }

    pub(super) fn trace_id(&self) -> Sent<'_> {
        self.sent_as(&["dd.trace_id", "contextMap.dd.trace_id"])
    }

    /// When the log happened: `Ok(None)` where it says nothing, so that the time of receipt counts.
    pub fn timestamp(&self) -> Result<Option<Timestamp>, UnreadableTime> {
        const KEYS: [&str; 8] = [
            "@timestamp",
            "timestamp",
            "_timestamp",
            "Timestamp",
            "eventTime",
            "date",
            "published_date",
            "syslog.timestamp",
        ];
        // What is inside the message takes over.
        let layers = [self.inner.as_ref(), Some(&*self.sent)];
        let found = layers
            .into_iter()
            .flatten()
            .find_map(|layer| first_of(layer, &KEYS));
        found
            .map(|value| read_time(value).ok_or(UnreadableTime))
            .transpose()
    }

    /// The tags of `ddtags`, as sent.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        let list = self
            .sent
            .get("ddtags")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let sent = list.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        let own = self.tags.iter().flatten().map(String::as_str);
        sent.chain(own)
    }

    /// The values of the tags with `key`.
    pub fn tag_values<'s>(&'s self, key: &'s str) -> impl Iterator<Item = &'s str> {
        self.tags()
            .filter_map(move |tag| tag.split_once(':'))
            .filter_map(move |(own, value)| (own == key).then_some(value))
    }

    /// Everything at the end of `path`, in order; arrays are gone through.
    ///
    /// A key that holds a dot is found like a key inside an object.
    pub fn attribute(&self, path: &Path) -> Vec<&Value> {
        self.at(path.as_str())
    }

    /// The same for a path that is known to be one.
    pub(super) fn at(&self, path: &str) -> Vec<&Value> {
        let mut found = Vec::new();
        let first = path.split('.').next().unwrap_or_default();
        if !is_taken_out(first) {
            self.layers()
                .for_each(|layer| collect(layer, path, &mut found));
        }
        found
    }

    /// Shows each attribute's values that are no object or array to `see`.
    pub(super) fn each_leaf(&self, see: &mut dyn FnMut(&Value)) {
        for layer in self.layers() {
            let own = layer.iter().filter(|(key, _)| !is_taken_out(key));
            own.for_each(|(_, value)| each_leaf(value, see));
        }
    }

    fn layers(&self) -> impl Iterator<Item = &Map<String, Value>> {
        self.inner.iter().chain(std::iter::once(&*self.sent))
    }

    /// The first of `keys` that is set, in each of the two places.
    fn sent_as(&self, keys: &[&str]) -> Sent<'_> {
        let outer = first_of(&self.sent, keys);
        let inner = self.inner.as_ref().and_then(|inner| first_of(inner, keys));
        match (outer, inner) {
            (None, None) => Sent::Nothing,
            (Some(value), None) | (None, Some(value)) => Sent::One(value),
            (Some(outer), Some(inner)) if outer == inner => Sent::One(outer),
            (Some(outer), Some(inner)) => Sent::Two(outer, inner),
        }
    }
}

/// A date that is no ISO 8601 and no epoch in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadableTime;

fn read_time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(number) => Timestamp::from_millisecond(number.as_i64()?).ok(),
        Value::String(text) => match text.parse::<i64>() {
            Ok(milliseconds) => Timestamp::from_millisecond(milliseconds).ok(),
            Err(_) => text.parse().ok(),
        },
        _ => None,
    }
}

/// Keys that become something else and are no attributes any more: the recorded round trip gives
/// `hostname` and `timestamp` back as attributes, and these not.
fn is_taken_out(key: &str) -> bool {
    matches!(key, "ddsource" | "ddtags" | "message")
}

fn first_of<'v>(layer: &'v Map<String, Value>, keys: &[&str]) -> Option<&'v Value> {
    keys.iter().find_map(|key| {
        let mut found = Vec::new();
        collect(layer, key, &mut found);
        found.into_iter().find(|value| !value.is_null())
    })
}

fn collect<'v>(object: &'v Map<String, Value>, path: &str, found: &mut Vec<&'v Value>) {
    if let Some(value) = object.get(path) {
        spread(value, found);
    }
    for (dot, _) in path.match_indices('.') {
        match object.get(&path[..dot]) {
            Some(value) => descend(value, &path[dot + 1..], found),
            None => continue,
        }
    }
}

fn descend<'v>(value: &'v Value, path: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(object) => collect(object, path, found),
        Value::Array(items) => items.iter().for_each(|item| descend(item, path, found)),
        _ => {}
    }
}

/// The value, or each element where it is an array.
fn spread<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            items.iter().for_each(|item| spread(item, found));
        }
        value => found.push(value),
    }
}

fn each_leaf(value: &Value, see: &mut dyn FnMut(&Value)) {
    match value {
        Value::Object(object) => object.values().for_each(|value| each_leaf(value, see)),
        Value::Array(items) => items.iter().for_each(|item| each_leaf(item, see)),
        value => see(value),
    }
}

/// A scalar as the text that searches compare with.
pub(super) fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Bool(true) => Some("true".into()),
        Value::Bool(false) => Some("false".into()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
