//! A person's own events, made those of a run.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::monitors::scenario::Run;

/// Stands for the run's id, so that each run has group values of its own.
const RUN_MARK: &str = "${run}";

/// A line that is no event.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum OwnEventError {
    #[error("line {line}: {why}")]
    NotJson { line: usize, why: String },
    #[error("line {line} is no JSON object")]
    NoObject { line: usize },
    #[error("line {line}: `timestamp` is {given}, not Unix milliseconds of these years")]
    Timestamp { line: usize, given: String },
    #[error("line {line}: `evt` is no object, and the marks of a test event stand in it")]
    Evt { line: usize },
    #[error("there are no events")]
    Empty,
}

/// Reads JSON objects, one a line, and marks each as a test event of `run`.
///
/// `evt.test` and `evt.test_run` are set; `evt.id` and `timestamp` where there are none.
pub fn own_events(text: &str, run: &Run) -> Result<Vec<Map<String, Value>>, OwnEventError> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    let events: Vec<_> = lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(number, line)| event(number, line, run))
        .collect::<Result<_, _>>()?;
    match events.is_empty() {
        true => Err(OwnEventError::Empty),
        false => Ok(events),
    }
}

fn event(line: usize, text: &str, run: &Run) -> Result<Map<String, Value>, OwnEventError> {
    let text = text.replace(RUN_MARK, &run.id);
    let value: Value = serde_json::from_str(&text).map_err(|error| OwnEventError::NotJson {
        line,
        why: error.to_string(),
    })?;
    let Value::Object(mut event) = value else {
        return Err(OwnEventError::NoObject { line });
    };
    let now = run.now.as_millisecond();
    let timestamp = event.entry("timestamp").or_insert_with(|| now.into());
    if !is_milliseconds(timestamp, run.now) {
        return Err(OwnEventError::Timestamp {
            line,
            given: timestamp.to_string(),
        });
    }
    let marks = event.entry("evt").or_insert_with(|| json!({}));
    let Value::Object(marks) = marks else {
        return Err(OwnEventError::Evt { line });
    };
    marks
        .entry("id")
        .or_insert_with(|| format!("test-{}-{line}", run.id).into());
    marks.insert("test".to_owned(), true.into());
    marks.insert("test_run".to_owned(), run.id.as_str().into());
    Ok(event)
}

/// Seconds would read as 1970 and nanoseconds as no time at all; a year is far from either.
fn is_milliseconds(value: &Value, now: Timestamp) -> bool {
    const YEAR_MS: u64 = 366 * 86_400_000;
    value
        .as_i64()
        .is_some_and(|given| given.abs_diff(now.as_millisecond()) < YEAR_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Map<String, Value>>, OwnEventError> {
        let run = Run {
            id: "0a1b".to_owned(),
            now: Timestamp::from_second(1_800_000_000).expect("within the calendar"),
            page_base: String::new(),
        };
        own_events(text, &run)
    }

    #[test]
    fn every_event_is_marked_and_keeps_what_it_has() {
        let events = read(
            "{\"message\":\"a\",\"usr\":{\"id\":\"u-${run}\"}}\n\n{\"evt\":{\"id\":\"mine\",\"name\":\"x\"},\"timestamp\":1800000000001}\n",
        )
        .expect("two events");
        assert_eq!(events[0]["usr"]["id"], "u-0a1b");
        assert_eq!(events[0]["timestamp"], 1_800_000_000_000_i64);
        assert_eq!(
            events[0]["evt"],
            json!({"id": "test-0a1b-1", "test": true, "test_run": "0a1b"})
        );
        assert_eq!(
            events[1]["evt"],
            json!({"id": "mine", "name": "x", "test": true, "test_run": "0a1b"})
        );
        assert_eq!(events[1]["timestamp"], 1_800_000_000_001_i64);
    }

    #[test]
    fn a_line_that_is_no_event_is_named() {
        let error = |text: &str| read(text).expect_err("no event").to_string();
        assert!(error("{}\n{").starts_with("line 2: "));
        assert_eq!(error("[1]"), "line 1 is no JSON object");
        assert!(error("{\"timestamp\":1800000000}").contains("1800000000, not Unix milliseconds"));
        assert!(error("{\"timestamp\":\"now\"}").contains("`timestamp` is \"now\""));
        assert!(error("{\"evt\":1}").starts_with("line 1: `evt` is no object"));
        assert_eq!(read(" \n"), Err(OwnEventError::Empty));
    }
}
