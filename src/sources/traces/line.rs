//! From a line to a trace, or to what is wrong with it.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::domain::trace::{Flaw, Trace, check};
use crate::sources::lines::{LineTime, Row, TimeForm, broken, read_time};

/// So many flaws of one line are named.
const MOST_FLAWS: usize = 3;

/// A trace with the number of its line.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceLine {
    pub number: u64,
    pub trace: Trace,
}

/// The trace of a line that is not empty, and the form of its time where that was set right.
pub fn trace_of_line(
    number: u64,
    bytes: Bytes,
    _now: Timestamp,
) -> (Row<TraceLine>, Option<TimeForm>) {
    match trace(&bytes) {
        Ok((trace, form)) => (Row::Event(TraceLine { number, trace }), form),
        Err(reason) => (broken(number, bytes, format!("no trace: {reason}")), None),
    }
}

fn trace(bytes: &[u8]) -> Result<(Trace, Option<TimeForm>), String> {
    let fields: Map<String, Value> = serde_json::from_slice(bytes).map_err(|error| {
        let column = error.column();
        match error.classify() {
            serde_json::error::Category::Eof => "its JSON breaks off".to_owned(),
            _ if bytes.first() != Some(&b'{') => "no JSON object".to_owned(),
            _ => format!("its JSON is broken at column {column}"),
        }
    })?;
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
                assert_eq!(event.trace.fields["timestamp"], 1_785_585_600_000_i64);
                let is_right =
                    timestamp.as_i64() == Some(1_785_585_600_000) || timestamp.is_string();
                assert_eq!(form.is_none(), is_right, "{timestamp}");
                event.trace.id
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
