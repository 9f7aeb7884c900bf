//! Events too old, or too far ahead, for the intake.
//!
//! Datadog answers 202 to an entry older than 18 hours and drops it. So an entry's age is judged
//! when it is sent, half an hour before that limit, and what is late goes out under the time of
//! sending, with its true time beside it and a tag that says so.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::map::tree;
use crate::datadog::limits;

/// Half an hour below what the intake takes, for the way there.
pub const OLDEST: Duration = Duration::from_secs(17 * 3_600 + 30 * 60);

/// What happens to a late event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LatePolicy {
    /// Sent under the time of sending, marked.
    #[default]
    Restamp,
    /// Left out and counted.
    Skip,
    /// Set aside in the dead letters.
    DeadLetter,
}

/// Whether the intake would keep an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    Fresh,
    Late,
    /// Further ahead than the intake takes: somebody's clock is wrong.
    Ahead,
}

/// The age of `timestamp`, sent `now`.
pub fn age(timestamp: Timestamp, now: Timestamp) -> Age {
    let age = now.duration_since(timestamp);
    if age > SignedDuration::try_from(OLDEST).unwrap_or(SignedDuration::MAX) {
        return Age::Late;
    }
    let ahead = SignedDuration::try_from(limits::AHEAD).unwrap_or(SignedDuration::MAX);
    match -age > ahead {
        true => Age::Ahead,
        false => Age::Fresh,
    }
}

/// Moves a log to `now` and marks it: `evt.original_time` holds the true time (RFC 3339,
/// milliseconds), `ddtags` gains `late:true`. The true time survives a second move.
pub fn restamp(log: &mut Map<String, Value>, original: Timestamp, now: Timestamp) {
    log.insert("timestamp".to_owned(), json!(now.as_millisecond()));
    let is_marked = log
        .get("evt")
        .is_some_and(|evt| evt.get("original_time").is_some());
    if is_marked {
        return;
    }
    tree::set(log, "evt.original_time", json!(format!("{original:.3}")));
    let tags = match log.get("ddtags").and_then(Value::as_str) {
        Some(tags) if !tags.is_empty() => format!("{tags},late:true"),
        _ => "late:true".to_owned(),
    };
    log.insert("ddtags".to_owned(), Value::String(tags));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::delivery::testing::at;

    const NOW: &str = "2026-08-02T12:00:00Z";

    #[test]
    fn the_line_is_half_an_hour_below_the_intakes() {
        let now = at(NOW);
        assert_eq!(age(at("2026-08-01T18:30:00Z"), now), Age::Fresh);
        assert_eq!(age(at("2026-08-01T18:29:59Z"), now), Age::Late);
        assert_eq!(age(at("2026-08-02T14:00:00Z"), now), Age::Fresh);
        assert_eq!(age(at("2026-08-02T14:00:01Z"), now), Age::Ahead);
    }

    #[test]
    fn a_restamped_log_keeps_its_true_time_and_says_so() {
        let mut log = Map::new();
        log.insert("ddtags".to_owned(), json!("env:prod"));
        log.insert("evt".to_owned(), json!({"id": "x"}));
        let original = at("2026-07-01T00:00:00.1239Z");
        restamp(&mut log, original, at(NOW));
        let once = json!({
            "ddtags": "env:prod,late:true",
            "evt": {"id": "x", "original_time": "2026-07-01T00:00:00.123Z"},
            "timestamp": 1_785_672_000_000_i64,
        });
        assert_eq!(Value::Object(log.clone()), once);

        restamp(&mut log, at(NOW), at("2026-08-03T12:00:00Z"));
        assert_eq!(log["evt"], once["evt"]);
        assert_eq!(log["ddtags"], once["ddtags"]);
        assert_eq!(log["timestamp"], 1_785_758_400_000_i64);
    }

    #[test]
    fn a_log_without_tags_gets_the_mark_alone() {
        let mut log = Map::new();
        restamp(&mut log, at(NOW), at(NOW));
        assert_eq!(log["ddtags"], "late:true");
    }

    proptest! {
        #[test]
        fn what_counts_as_fresh_is_inside_the_intakes_window(seconds in -400_000_i64..400_000) {
            let now = at(NOW);
            let timestamp = now + SignedDuration::from_secs(seconds);
            let is_taken = seconds >= -(limits::AGE.as_secs() as i64)
                && seconds <= limits::AHEAD.as_secs() as i64;
            prop_assert!(age(timestamp, now) != Age::Fresh || is_taken);
            // And nothing is moved that was well inside.
            let is_well_inside = (-63_000..=7_200).contains(&seconds);
            prop_assert_eq!(age(timestamp, now) == Age::Fresh, is_well_inside);
        }
    }
}
