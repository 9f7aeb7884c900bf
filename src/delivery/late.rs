//! Events too old, or too far ahead, for the intake.
//!
//! Datadog answers 202 to an entry older than 18 hours and drops it. So an entry's age is judged
//! when it is sent, half an hour before that limit, and what is late goes out under the time of
//! sending, with its true time beside it and a tag that says so.

use std::time::Duration;

use jiff::Timestamp;

use crate::datadog::limits;
use crate::domain::json_line::{self, Change};

/// Half an hour below what the intake takes, for the way there.
pub const OLDEST: Duration = Duration::from_secs(17 * 3_600 + 30 * 60);

/// The ages that a destination takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ages {
    pub oldest: Duration,
    /// How far ahead of its clock; `None` where it does not mind.
    pub ahead: Option<Duration>,
}

impl Ages {
    pub const DATADOG_LOGS: Self = Self {
        oldest: OLDEST,
        ahead: Some(limits::AHEAD),
    };

    /// An hour below what the intake takes, for the way there.
    pub const LLM_OBSERVABILITY: Self = Self {
        oldest: Duration::from_secs(23 * 3_600),
        ahead: None,
    };
}

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

/// The times that the intake would keep, sent at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    oldest: Timestamp,
    newest: Timestamp,
}

impl Window {
    /// Of Datadog's logs.
    pub fn at(now: Timestamp) -> Self {
        Self::of(Ages::DATADOG_LOGS, now)
    }

    pub fn of(ages: Ages, now: Timestamp) -> Self {
        let newest = ages.ahead.and_then(|ahead| now.checked_add(ahead).ok());
        Self {
            oldest: now.checked_sub(ages.oldest).unwrap_or(Timestamp::MIN),
            newest: newest.unwrap_or(Timestamp::MAX),
        }
    }

    pub fn age(&self, timestamp: Timestamp) -> Age {
        match timestamp {
            _ if timestamp < self.oldest => Age::Late,
            _ if timestamp > self.newest => Age::Ahead,
            _ => Age::Fresh,
        }
    }
}

/// Moves a log, a JSON object, to `now` and marks it: `evt.original_time` holds the true time (RFC
/// 3339, milliseconds), `ddtags` gains `late:true`. The true time survives a second move, and every
/// other byte stays as it is.
pub fn restamp(log: &[u8], original: Timestamp, now: Timestamp) -> Vec<u8> {
    let Ok(layout) = json_line::scan(log) else {
        return log.to_vec();
    };
    let mut change = Change::new(log, &layout);
    change.timestamp(now.as_millisecond());
    let evt = layout.in_evt.as_ref();
    if evt.is_none_or(|evt| evt.original_time.is_none()) {
        change.evt_original_time(&format!("{original:.3}"));
        let tags = layout.ddtags.clone().map(|range| &log[range]);
        let tags: Option<String> = tags.and_then(|raw| serde_json::from_slice(raw).ok());
        match tags {
            Some(tags) if !tags.is_empty() => change.ddtags(&format!("{tags},late:true")),
            _ => change.ddtags("late:true"),
        }
    }
    change.apply()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::delivery::testing::at;

    const NOW: &str = "2026-08-02T12:00:00Z";

    #[test]
    fn the_line_is_half_an_hour_below_the_intakes() {
        let window = Window::at(at(NOW));
        assert_eq!(window.age(at("2026-08-01T18:30:00Z")), Age::Fresh);
        assert_eq!(window.age(at("2026-08-01T18:29:59Z")), Age::Late);
        assert_eq!(window.age(at("2026-08-02T14:00:00Z")), Age::Fresh);
        assert_eq!(window.age(at("2026-08-02T14:00:01Z")), Age::Ahead);
    }

    fn restamped(log: &Value, original: &str, now: &str) -> Value {
        let moved = restamp(log.to_string().as_bytes(), at(original), at(now));
        serde_json::from_slice(&moved).expect("JSON")
    }

    #[test]
    fn a_restamped_log_keeps_its_true_time_and_says_so() {
        let log = json!({"ddtags": "env:prod", "evt": {"id": "x"}, "timestamp": 1});
        let once = restamped(&log, "2026-07-01T00:00:00.1239Z", NOW);
        let expected = json!({
            "ddtags": "env:prod,late:true",
            "evt": {"id": "x", "original_time": "2026-07-01T00:00:00.123Z"},
            "timestamp": 1_785_672_000_000_i64,
        });
        assert_eq!(once, expected);
        let twice = restamped(&once, NOW, "2026-08-03T12:00:00Z");
        assert_eq!(twice["evt"], once["evt"]);
        assert_eq!(twice["ddtags"], once["ddtags"]);
        assert_eq!(twice["timestamp"], 1_785_758_400_000_i64);
    }

    #[test]
    fn a_log_without_tags_gets_the_mark_alone() {
        for tags in [json!({}), json!({"ddtags": ""}), json!({"ddtags": 7})] {
            assert_eq!(restamped(&tags, NOW, NOW)["ddtags"], "late:true");
        }
    }

    proptest! {
        #[test]
        fn what_counts_as_fresh_is_inside_the_intakes_window(seconds in -400_000_i64..400_000) {
            let now = at(NOW);
            let timestamp = now + SignedDuration::from_secs(seconds);
            let age = Window::at(now).age(timestamp);
            let is_taken = seconds >= -(limits::AGE.as_secs() as i64)
                && seconds <= limits::AHEAD.as_secs() as i64;
            prop_assert!(age != Age::Fresh || is_taken);
            // And nothing is moved that was well inside.
            let is_well_inside = (-63_000..=7_200).contains(&seconds);
            prop_assert_eq!(age == Age::Fresh, is_well_inside);
        }
    }
}
