//! One request's logs, kept as they came and taken apart when somebody looks.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::MAX_REQUEST;
use crate::domain::site::Site;
use crate::sandbox::coding::Encoded;
use crate::sandbox::http::Request;

/// Largest entry; what is longer is cut and still taken.
const MAX_ENTRY: usize = 1_000_000;

/// How entries are written in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One object, or an array of objects.
    Json,
    /// A message a line: `text/plain` and `application/logplex-1`.
    Lines,
}

impl Form {
    /// Reads `Content-Type`; one that the document does not list is none.
    pub fn of_header(value: Option<&str>) -> Option<Self> {
        let kind = value?.split(';').next().unwrap_or_default().trim();
        match kind.to_ascii_lowercase().as_str() {
            "application/json" => Some(Form::Json),
            "text/plain" | "application/logplex-1" => Some(Form::Lines),
            _ => None,
        }
    }
}

/// The logs of one request.
#[derive(Debug)]
pub struct Payload {
    pub body: Encoded,
    pub form: Form,
    /// Entries in it; the empty object is none.
    pub count: u64,
    /// What the query says of entries that do not say it themselves.
    pub defaults: Vec<(String, String)>,
    pub request: u64,
    /// By the stand-in's clock: what ages are judged by.
    pub received_at: Timestamp,
    /// By the true clock: what the indexing delay is counted from.
    pub arrived_at: Timestamp,
    pub site: Site,
}

/// A body that is not what its content type says.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed;

impl Payload {
    /// Every log as it was sent, an oversized one cut.
    pub fn events(&self) -> Vec<Map<String, Value>> {
        // It was read once when it was taken, so neither step fails now.
        let plain = self.body.decode(MAX_REQUEST).unwrap_or_default();
        entries(self.form, &plain)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|entry| self.event(entry))
            .collect()
    }

    fn event(&self, entry: &str) -> Option<Map<String, Value>> {
        let mut event = match self.form {
            Form::Json => serde_json::from_str(entry).ok()?,
            Form::Lines => Map::from_iter([("message".to_owned(), entry.into())]),
        };
        for (name, value) in &self.defaults {
            event
                .entry(name.clone())
                .or_insert_with(|| value.as_str().into());
        }
        cut(&mut event, entry.len().saturating_sub(MAX_ENTRY));
        Some(event)
    }
}

/// The entries of a body, as text.
pub fn entries(form: Form, plain: &Bytes) -> Result<Vec<&str>, Malformed> {
    let text = std::str::from_utf8(plain).map_err(|_| Malformed)?;
    match form {
        Form::Lines => Ok(text.lines().filter(|line| !line.is_empty()).collect()),
        Form::Json => json_entries(text),
    }
}

fn json_entries(text: &str) -> Result<Vec<&str>, Malformed> {
    let entries: Vec<&RawValue> = match text.trim_start().starts_with('[') {
        true => serde_json::from_str(text).map_err(|_| Malformed)?,
        false => vec![serde_json::from_str(text).map_err(|_| Malformed)?],
    };
    let entries: Vec<&str> = entries.into_iter().map(RawValue::get).collect();
    match entries.iter().all(|entry| entry.starts_with('{')) {
        true => Ok(entries
            .into_iter()
            .filter(|entry| !is_empty(entry))
            .collect()),
        false => Err(Malformed),
    }
}

/// True for an object without a key.
fn is_empty(object: &str) -> bool {
    object[1..].trim_start().starts_with('}')
}

/// The query's tags, source, service and host, by the names an entry has for them.
pub fn defaults(request: &Request) -> Vec<(String, String)> {
    [
        ("ddtags", "ddtags"),
        ("ddsource", "ddsource"),
        ("service", "service"),
        ("host", "hostname"),
        ("hostname", "hostname"),
    ]
    .into_iter()
    .filter_map(|(parameter, key)| {
        let value = request.parameter(parameter)?;
        Some((key.to_owned(), value.to_owned()))
    })
    .collect()
}

/// Shortens the message by at least `excess` bytes, to nothing if need be.
fn cut(event: &mut Map<String, Value>, excess: usize) {
    if excess == 0 {
        return;
    }
    if let Some(Value::String(message)) = event.get_mut("message") {
        let mut keep = message.len().saturating_sub(excess);
        while !message.is_char_boundary(keep) {
            keep -= 1;
        }
        message.truncate(keep);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::sandbox::coding::Coding;

    fn payload(form: Form, body: impl Into<Bytes>, defaults: &[(&str, &str)]) -> Payload {
        Payload {
            body: Encoded::new(Coding::Identity, body.into()),
            form,
            count: 0,
            defaults: defaults
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
            request: 1,
            received_at: Timestamp::UNIX_EPOCH,
            arrived_at: Timestamp::UNIX_EPOCH,
            site: Site::Us1,
        }
    }

    fn count(text: &str) -> Result<usize, Malformed> {
        entries(Form::Json, &Bytes::copy_from_slice(text.as_bytes())).map(|found| found.len())
    }

    #[test]
    fn an_object_and_an_array_are_taken_and_empty_objects_are_no_entries() {
        assert_eq!(count(r#"{"message":"a"}"#), Ok(1));
        assert_eq!(count(r#" [{"message":"a"}, { }, {"b":1}] "#), Ok(2));
        assert_eq!(count("{}"), Ok(0));
        assert_eq!(count("[]"), Ok(0));
    }

    #[test]
    fn what_is_no_object_is_malformed() {
        for text in [
            "",
            "1",
            "null",
            "[1]",
            r#"["a"]"#,
            "{",
            r#"{"a":1}{"b":2}"#,
            "[{}] x",
        ] {
            assert_eq!(count(text), Err(Malformed), "{text}");
        }
        let not_utf8 = Bytes::from_static(b"{\"message\":\"\xff\"}");
        assert_eq!(entries(Form::Json, &not_utf8), Err(Malformed));
    }

    #[test]
    fn plain_text_is_a_log_a_line_with_what_the_query_says() {
        let payload = payload(Form::Lines, "one\n\ntwo\r\n", &[("ddtags", "env:prod")]);
        let expected = |text| json!({"message": text, "ddtags": "env:prod"});
        assert_eq!(
            json!(payload.events()),
            json!([expected("one"), expected("two")])
        );
    }

    #[test]
    fn an_entry_says_more_than_the_query() {
        let payload = payload(Form::Json, r#"{"ddtags":"a:b"}"#, &[("ddtags", "env:prod")]);
        assert_eq!(json!(payload.events()), json!([{"ddtags": "a:b"}]));
    }

    #[test]
    fn an_entry_above_one_megabyte_is_cut_to_it() {
        let long = json!({"message": "ü".repeat(600_000), "id": 1}).to_string();
        let events = payload(Form::Json, long, &[]).events();
        let left = Value::Object(events[0].clone()).to_string();
        assert!(
            (999_000..=1_000_000).contains(&left.len()),
            "{}",
            left.len()
        );
        assert_eq!(events[0]["id"], 1);
    }

    proptest! {
        #[test]
        fn no_body_makes_the_reader_panic(body in proptest::collection::vec(any::<u8>(), 0..64)) {
            for form in [Form::Json, Form::Lines] {
                payload(form, body.clone(), &[]).events();
            }
        }
    }
}
