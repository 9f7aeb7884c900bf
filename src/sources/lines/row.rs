//! One line: what it is, with what it lacks spliced in.

use bytes::Bytes;
use jiff::Timestamp;

use super::time::{self, LineTime, TimeForm};
use super::{BrokenLine, LineEvent, Row};
use crate::domain::event::EventId;
use crate::domain::json_line::{Change, Layout, scan};

/// Receipts count by kind: names in bytes that are longer are no kinds.
const LONGEST_KIND: usize = 100;

/// The row of a line that is not empty, and the form of its time where that was set right. A line
/// without a time is from `now`.
pub fn event_of_line(number: u64, bytes: Bytes, now: Timestamp) -> (Row, Option<TimeForm>) {
    let otherwise = |line: &str| id_of_line(number, line);
    match event(number, &bytes, now, otherwise) {
        Ok((event, form)) => (Row::Event(event), form),
        Err(reason) => (broken(number, bytes, reason), None),
    }
}

/// `bytes` as a line that is no event.
pub fn broken<E>(number: u64, bytes: Bytes, reason: String) -> Row<E> {
    let id = id_of_line(number, &String::from_utf8_lossy(&bytes));
    Row::Broken(BrokenLine {
        number,
        id,
        bytes,
        reason,
    })
}

/// The same line of the same file has the same id, always.
fn id_of_line(number: u64, line: &str) -> String {
    EventId::of(&["line", &number.to_string(), line]).to_string()
}

/// An event that lay somewhere under `id`, which it has itself as a rule.
///
/// # Errors
///
/// Why it is none.
pub fn event_under(
    id: &str,
    number: u64,
    bytes: &Bytes,
    now: Timestamp,
) -> Result<LineEvent, String> {
    event(number, bytes, now, |_| id.to_owned()).map(|(event, _)| event)
}

fn event(
    number: u64,
    bytes: &Bytes,
    now: Timestamp,
    otherwise: impl FnOnce(&str) -> String,
) -> Result<(LineEvent, Option<TimeForm>), String> {
    let layout = scan(bytes).map_err(|error| error.to_string())?;
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let own_id = own_id(text, &layout)?;
    let own_time = own_time(text, &layout)?;
    let id = own_id.clone();
    let id = id.unwrap_or_else(|| otherwise(text));
    let (timestamp, form) = own_time.unwrap_or((now, None));
    let is_whole = own_id.is_some() && own_time.is_some() && form.is_none();
    let json = match is_whole {
        true => bytes.clone(),
        false => {
            let mut change = Change::new(bytes, &layout);
            if own_id.is_none() {
                change.evt_id(&id);
            }
            if own_time.is_none() || form.is_some() {
                change.timestamp(timestamp.as_millisecond());
            }
            change.apply().into()
        }
    };
    let event = LineEvent {
        number,
        id,
        kind: own_kind(text, &layout),
        timestamp,
        json,
    };
    Ok((event, form))
}

/// A number is as good an id as a text.
fn own_id(text: &str, layout: &Layout) -> Result<Option<String>, String> {
    let range = layout.in_evt.as_ref().and_then(|evt| evt.id.clone());
    let Some(raw) = range.map(|range| &text[range]) else {
        return Ok(None);
    };
    match raw.as_bytes() {
        b"null" | b"\"\"" => Ok(None),
        [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => {
            Ok(Some(raw[1..raw.len() - 1].to_owned()))
        }
        [b'"', ..] => Ok(serde_json::from_str(raw).ok()),
        [b'-' | b'0'..=b'9', ..] => Ok(Some(raw.to_owned())),
        _ => Err(format!(
            "its evt.id is neither a text nor a number: {raw:.40}"
        )),
    }
}

/// No name counts as one that is not there, and so does one that is too long to count by.
fn own_kind(text: &str, layout: &Layout) -> Option<Box<str>> {
    let range = layout.in_evt.as_ref()?.name.clone()?;
    let raw = &text[range];
    let name = match raw.as_bytes() {
        [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => raw[1..raw.len() - 1].into(),
        _ => serde_json::from_str::<Box<str>>(raw).ok()?,
    };
    (1..=LONGEST_KIND).contains(&name.len()).then_some(name)
}

fn own_time(text: &str, layout: &Layout) -> Result<Option<LineTime>, String> {
    match &layout.timestamp {
        Some(range) => time::read(&text[range.clone()]),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn now() -> Timestamp {
        "2026-08-02T12:00:00Z".parse().expect("a time")
    }

    fn event_of(number: u64, line: &'static str) -> LineEvent {
        match event_of_line(number, Bytes::from_static(line.as_bytes()), now()) {
            (Row::Event(event), _) => event,
            (Row::Broken(broken), _) => panic!("{}", broken.reason),
        }
    }

    #[test]
    fn a_whole_line_keeps_every_byte_and_no_copy_is_made() {
        let line = r#"{"timestamp": 1785585600250, "n":1.0e0,"evt":{"id":"me"}}"#;
        let event = event_of(3, line);
        assert_eq!(event.json.as_ptr(), line.as_ptr());
        assert_eq!((event.json.len(), &*event.id), (line.len(), "me"));
        assert_eq!(event.timestamp.as_millisecond(), 1_785_585_600_250);
    }

    #[test]
    fn its_kind_is_its_name_where_that_is_a_short_text() {
        let kind = |line| event_of(3, line).kind;
        assert_eq!(
            kind(r#"{"evt":{"name":"job.done"}}"#).as_deref(),
            Some("job.done")
        );
        assert_eq!(kind(r#"{"evt":{"name":"a\u0062"}}"#).as_deref(), Some("ab"));
        for line in [
            r#"{"name":"no"}"#,
            r#"{"evt":{"name":""}}"#,
            r#"{"evt":{"name":7}}"#,
            r#"{"evt":"name"}"#,
        ] {
            assert_eq!(kind(line), None, "{line}");
        }
        let long = format!(r#"{{"evt":{{"name":"{}"}}}}"#, "x".repeat(101));
        assert_eq!(kind(long.leak()), None);
    }

    #[test]
    fn what_a_line_lacks_is_spliced_in() {
        let event = event_of(3, r#"{"message":"x"}"#);
        let body: Value = serde_json::from_slice(&event.json).expect("JSON");
        assert_eq!(body["timestamp"], now().as_millisecond());
        assert_eq!(body["evt"]["id"], json!(event.id));
        assert_eq!(body["message"], "x");
        let again = event_of(3, r#"{"message":"x"}"#);
        assert_eq!(event.id, again.id, "the same line, the same id");
        assert_ne!(event.id, event_of(4, r#"{"message":"x"}"#).id);
        assert_ne!(event.id, event_of(3, r#"{"message":"y"}"#).id);
    }

    #[test]
    fn an_id_may_be_a_number_or_have_escapes() {
        assert_eq!(event_of(1, r#"{"evt":{"id":17}}"#).id, "17");
        assert_eq!(event_of(1, r#"{"evt":{"id":"a\u0062"}}"#).id, "ab");
    }

    #[test]
    fn what_is_no_event_says_why() {
        for (line, reason) in [
            ("nonsense", "no JSON object: no `{` at column 1"),
            (
                r#"{"evt":{"id":[1]}}"#,
                "its evt.id is neither a text nor a number: [1]",
            ),
            (
                r#"{"timestamp":"soon"}"#,
                "its timestamp is no time: \"soon\"",
            ),
        ] {
            let (row, _) = event_of_line(7, Bytes::from_static(line.as_bytes()), now());
            let Row::Broken(broken) = row else {
                panic!("{line} is no event");
            };
            assert_eq!((broken.number, &*broken.reason), (7, reason));
            assert_eq!(broken.bytes, line);
        }
    }
}
