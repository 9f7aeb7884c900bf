//! From a line to a trace, or to what is wrong with it.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::error::Category;
use serde_json::{Map, Value};

use super::otlp::{self, OtlpSpan};
use crate::domain::trace::{Flaw, Trace, check};
use crate::otlp::decode::Form;
use crate::sources::lines::{LineTime, Row, TimeForm, broken, read_time};

/// What is kept of a message that cannot be read.
const KEPT: usize = 64 << 10;

/// So many flaws of one line are named.
const MOST_FLAWS: usize = 3;

/// What a line holds: as a rule one trace, of OTLP any number of spans.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceLine {
    pub number: u64,
    /// Never empty.
    pub entries: Vec<Row<Entry>>,
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    Trace(Trace),
    Span(Box<OtlpSpan>),
}

impl Entry {
    /// As a flat trace.
    pub fn trace(&self) -> &Trace {
        match self {
            Entry::Trace(trace) => trace,
            Entry::Span(span) => &span.trace,
        }
    }
}

/// The trace of a line that is not empty, and the form of its time where that was set right.
pub fn trace_of_line(
    number: u64,
    bytes: Bytes,
    _now: Timestamp,
) -> (Row<TraceLine>, Option<TimeForm>) {
    match entries(number, &bytes) {
        Ok((entries, form)) => (Row::Event(TraceLine { number, entries }), form),
        Err(reason) => (broken(number, bytes, format!("no trace: {reason}")), None),
    }
}

/// The spans of a file that is one message of OTLP, or of what was written behind it since, which
/// counts as line `number`.
pub fn traces_of_message(form: Form, number: u64, bytes: Bytes) -> Row<TraceLine> {
    match otlp::entries(number, form, &bytes) {
        Ok(entries) => Row::Event(TraceLine { number, entries }),
        Err(reason) => {
            let beginning = bytes.slice(..bytes.len().min(KEPT));
            broken(number, beginning, format!("no trace: {reason}"))
        }
    }
}

fn entries(number: u64, bytes: &[u8]) -> Result<(Vec<Row<Entry>>, Option<TimeForm>), String> {
    let fields = object(bytes)?;
    if fields.contains_key("resourceSpans") {
        return Ok((otlp::entries(number, Form::Json, bytes)?, None));
    }
    for (key, what) in [("resourceMetrics", "metrics"), ("resourceLogs", "logs")] {
        if fields.contains_key(key) {
            return Err(format!("{what} of OTLP, and no spans"));
        }
    }
    let (trace, form) = trace(fields)?;
    Ok((vec![Row::Event(Entry::Trace(trace))], form))
}

fn object(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        _ if bytes.first() != Some(&b'{') && is_binary(bytes) => {
            "no text; protobuf of OTLP is read from a file that ends with .pb".to_owned()
        }
        Category::Eof => "its JSON breaks off".to_owned(),
        _ if bytes.first() != Some(&b'{') => "no JSON object".to_owned(),
        _ => format!("its JSON is broken at column {}", error.column()),
    })
}

/// A control character or what is no UTF-8 stands in no JSON.
fn is_binary(bytes: &[u8]) -> bool {
    let is_control = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    bytes.iter().any(is_control) || std::str::from_utf8(bytes).is_err()
}

fn trace(fields: Map<String, Value>) -> Result<(Trace, Option<TimeForm>), String> {
    let mut flaws = check(&fields);
    let time = match time(&fields) {
        Ok(time) => time,
        Err(flaw) => {
            if flaws.iter().all(|known| known.field != flaw.field) {
                flaws.push(flaw);
            }
            None
        }
    };
    match time.filter(|_| flaws.is_empty()) {
        Some((at, form)) => Ok((Trace::new(fields, at), form)),
        None => Err(told(&flaws)),
    }
}

fn time(fields: &Map<String, Value>) -> Result<Option<LineTime>, Flaw> {
    let Some(value) = fields.get("timestamp") else {
        return Ok(None);
    };
    let raw = value.to_string();
    let refused = || Flaw::new("timestamp", format!("is no time: {raw:.40}"));
    match read_time(&raw) {
        Ok(Some(time)) => Ok(Some(time)),
        Ok(None) | Err(_) => Err(refused()),
    }
}

fn told(flaws: &[Flaw]) -> String {
    let named = flaws.iter().take(MOST_FLAWS).map(Flaw::to_string);
    let named = named.collect::<Vec<_>>().join(", ");
    match flaws.len().saturating_sub(MOST_FLAWS) {
        0 => named,
        more => format!("{named}, and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn row(line: &str) -> (Row<TraceLine>, Option<TimeForm>) {
        let bytes = Bytes::copy_from_slice(line.as_bytes());
        trace_of_line(7, bytes, Timestamp::UNIX_EPOCH)
    }

    fn line(timestamp: Value) -> String {
        json!({"trace_id": "t", "agent_id": "a", "status": "success", "timestamp": timestamp})
            .to_string()
    }

    #[test]
    fn a_time_in_any_unit_is_the_same_trace() {
        let ids: Vec<String> = [
            json!(1_785_585_600_000_i64),
            json!(1_785_585_600),
            json!(1_785_585_600_000_000_i64),
            json!(1_785_585_600_000_000_000_i64),
            json!("2026-08-01T12:00:00Z"),
        ]
        .into_iter()
        .map(|timestamp| match row(&line(timestamp.clone())) {
            (Row::Event(event), form) => {
                let Row::Event(entry) = &event.entries[0] else {
                    panic!("{event:?}");
                };
                let trace = entry.trace();
                assert_eq!(trace.fields["timestamp"], 1_785_585_600_000_i64);
                let is_right =
                    timestamp.as_i64() == Some(1_785_585_600_000) || timestamp.is_string();
                assert_eq!(form.is_none(), is_right, "{timestamp}");
                trace.id.clone()
            }
            (Row::Broken(broken), _) => panic!("{}", broken.reason),
        })
        .collect();
        assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "{ids:?}");
    }

    #[test]
    fn what_is_no_trace_says_why_and_keeps_its_bytes() {
        for (line, reason) in [
            ("nonsense", "no trace: no JSON object"),
            ("[1]", "no trace: no JSON object"),
            ("{\"trace_id\": \"t", "no trace: its JSON breaks off"),
            (
                "\u{12}\u{3}abc",
                "no trace: no text; protobuf of OTLP is read from a file that ends with .pb",
            ),
            ("{\"a\" 1}", "no trace: its JSON is broken at column 6"),
            (
                &line(json!("soon")),
                "no trace: `timestamp` is no time: \"soon\"",
            ),
            (&line(json!(17)), "no trace: `timestamp` is no time: 17"),
            (&line(json!("")), "no trace: `timestamp` is empty"),
            (
                "{\"cost_usd\": -1, \"timestamp\": 1785585600000}",
                "no trace: `trace_id` is missing, `agent_id` is missing, `status` is missing, and 1 \
                 more",
            ),
        ] {
            match row(line) {
                (Row::Broken(broken), None) => {
                    assert_eq!((broken.number, &*broken.reason), (7, reason));
                    assert_eq!(broken.bytes, line.as_bytes());
                }
                (row, _) => panic!("{line}: {row:?}"),
            }
        }
    }

    proptest! {
        #[test]
        fn no_line_breaks_it(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = trace_of_line(1, bytes.into(), Timestamp::UNIX_EPOCH);
        }
    }
}
