//! Times and durations as people type them, and ranges of start times.

use std::time::Duration;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A half-open range of instants: `since <= t < until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeRange {
    pub since: Timestamp,
    pub until: Timestamp,
}

impl TimeRange {
    pub fn contains(&self, at: Timestamp) -> bool {
        self.since <= at && at < self.until
    }
}

/// A text that is no time or no duration.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TimeError {
    #[error("`{0}` is no duration; write a number and a unit, such as 90d, 12h, 30m or 45s")]
    Duration(String),
    #[error(
        "`{0}` is no time; write 2026-11-20T03:12:00Z, 2026-11-20, 03:12, or how long ago: 90d, 12h"
    )]
    Time(String),
    #[error("the range ends ({until:.0}) before it begins ({since:.0})")]
    Reversed { since: Timestamp, until: Timestamp },
    #[error("the range lies in the future: it begins at {since:.0}, and now is {now:.0}")]
    Future { since: Timestamp, now: Timestamp },
}

/// Reads `90d`, `1h30m`, `250ms`. Units: `ms`, `s`, `m`, `h`, `d`, `w`.
pub fn parse_duration(text: &str) -> Result<Duration, TimeError> {
    let bad = || TimeError::Duration(text.to_owned());
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return Err(bad());
    }
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .ok_or_else(bad)?;
        let number: f64 = rest[..digits].parse().map_err(|_| bad())?;
        let unit_len = rest[digits..]
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len() - digits);
        let seconds = match &rest[digits..digits + unit_len] {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            "d" => 86_400.0,
            "w" => 604_800.0,
            _ => return Err(bad()),
        };
        let part = Duration::try_from_secs_f64(number * seconds).map_err(|_| bad())?;
        total = total.checked_add(part).ok_or_else(bad)?;
        rest = &rest[digits + unit_len..];
    }
    Ok(total)
}

/// Reads an instant: RFC 3339, a date or a bare time in `tz`, or how long before `now`.
///
/// A bare clock time is the latest such time that is not after `now`.
pub fn parse_time(text: &str, now: Timestamp, tz: &TimeZone) -> Result<Timestamp, TimeError> {
    let text = text.trim();
    let bad = || TimeError::Time(text.to_owned());
    if text == "now" {
        return Ok(now);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Ok(ago) = parse_duration(text) {
        let ago = SignedDuration::try_from(ago).map_err(|_| bad())?;
        return now.checked_sub(ago).map_err(|_| bad());
    }
    if let Ok(at) = text.parse::<DateTime>() {
        return at
            .to_zoned(tz.clone())
            .map(|zoned| zoned.timestamp())
            .map_err(|_| bad());
    }
    if let Ok(date) = text.parse::<Date>() {
        return date
            .to_zoned(tz.clone())
            .map(|zoned| zoned.timestamp())
            .map_err(|_| bad());
    }
    let clock = text.parse::<jiff::civil::Time>().map_err(|_| bad())?;
    let today = now.to_zoned(tz.clone()).date();
    [today, today.yesterday().map_err(|_| bad())?]
        .into_iter()
        .filter_map(|day| day.to_datetime(clock).to_zoned(tz.clone()).ok())
        .map(|zoned| zoned.timestamp())
        .find(|at| *at <= now)
        .ok_or_else(bad)
}

/// Reads the moment that people mean by a time: the minute of `03:12`, the second of `03:12:07`,
/// the day of `2026-11-20`. Otherwise as [`parse_time`].
pub fn parse_moment(text: &str, now: Timestamp, tz: &TimeZone) -> Result<TimeRange, TimeError> {
    let bad = || TimeError::Time(text.to_owned());
    let since = parse_time(text, now, tz)?;
    let until = match text.trim().parse::<Date>() {
        // A day is not always of 24 hours.
        Ok(day) if !text.contains(':') => day
            .tomorrow()
            .and_then(|next| next.to_zoned(tz.clone()))
            .map(|zoned| zoned.timestamp())
            .map_err(|_| bad())?,
        _ => {
            let length = match text.matches(':').count() {
                1 => SignedDuration::from_mins(1),
                _ => SignedDuration::from_secs(1),
            };
            since.checked_add(length).map_err(|_| bad())?
        }
    };
    Ok(TimeRange { since, until })
}

/// Reads a range of the past; without `until` it ends `now`, and it may end later.
pub fn parse_range(
    since: &str,
    until: Option<&str>,
    now: Timestamp,
    tz: &TimeZone,
) -> Result<TimeRange, TimeError> {
    let since = parse_time(since, now, tz)?;
    if since > now {
        return Err(TimeError::Future { since, now });
    }
    let until = until.map_or(Ok(now), |text| parse_time(text, now, tz))?;
    if until < since {
        return Err(TimeError::Reversed { since, until });
    }
    Ok(TimeRange { since, until })
}

/// A duration as people read it: `4m 12s`, `1.4s`, `250ms`, `3d 2h`.
pub fn human_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match seconds {
        0 => format!("{}ms", duration.as_millis()),
        1..=9 => format!("{:.1}s", duration.as_secs_f64()),
        10..=59 => format!("{seconds}s"),
        60..=3_599 => format!("{minutes}m {:02}s", seconds % 60),
        3_600..=86_399 => format!("{hours}h {minutes:02}m"),
        _ => format!("{days}d {hours}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a valid instant")
    }

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").expect("the zone database is bundled")
    }

    #[test]
    fn durations_add_their_parts() {
        assert_eq!(parse_duration("1h30m"), Ok(Duration::from_secs(5_400)));
        assert_eq!(parse_duration("90d"), Ok(Duration::from_secs(90 * 86_400)));
        assert_eq!(parse_duration("1.5s"), Ok(Duration::from_millis(1_500)));
    }

    #[test]
    fn a_number_without_a_unit_is_no_duration() {
        for text in [
            "",
            "90",
            "d",
            "5y",
            "1h30",
            "-1h",
            "1e400s",
            "99999999999999999999w",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_bare_time_is_read_in_the_zone_and_lies_in_the_past() {
        let now = at("2026-11-21T10:00:00Z");
        assert_eq!(
            parse_time("03:12", now, &berlin()),
            Ok(at("2026-11-21T02:12:00Z"))
        );
        assert_eq!(
            parse_time("23:00", now, &berlin()),
            Ok(at("2026-11-20T22:00:00Z"))
        );
        assert_eq!(
            parse_time("2026-11-20", now, &berlin()),
            Ok(at("2026-11-19T23:00:00Z"))
        );
        assert_eq!(
            parse_time("2h", now, &berlin()),
            Ok(at("2026-11-21T08:00:00Z"))
        );
        assert_eq!(
            parse_time("2026-11-20T01:00:00+01:00", now, &berlin()),
            Ok(at("2026-11-20T00:00:00Z"))
        );
    }

    #[test]
    fn a_moment_is_as_long_as_it_is_written() {
        let now = at("2026-11-21T10:00:00Z");
        for (text, since, until) in [
            ("03:12", "2026-11-21T02:12:00Z", "2026-11-21T02:13:00Z"),
            ("03:12:07", "2026-11-21T02:12:07Z", "2026-11-21T02:12:08Z"),
            (
                "2026-11-20 03:12",
                "2026-11-20T02:12:00Z",
                "2026-11-20T02:13:00Z",
            ),
            (
                "2026-11-20T03:12:07Z",
                "2026-11-20T03:12:07Z",
                "2026-11-20T03:12:08Z",
            ),
            // Clocks went back that day.
            ("2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
            ("2h", "2026-11-21T08:00:00Z", "2026-11-21T08:00:01Z"),
        ] {
            let moment = parse_moment(text, now, &berlin());
            let expected = TimeRange {
                since: at(since),
                until: at(until),
            };
            assert_eq!(moment, Ok(expected), "{text}");
        }
        assert!(parse_moment("3 o'clock", now, &berlin()).is_err());
    }

    #[test]
    fn a_reversed_range_is_refused() {
        let now = at("2026-11-21T10:00:00Z");
        assert!(matches!(
            parse_range("1h", Some("2h"), now, &TimeZone::UTC),
            Err(TimeError::Reversed { .. })
        ));
    }

    #[test]
    fn a_range_that_has_not_begun_is_refused() {
        let now = at("2026-11-21T10:00:00Z");
        let (since, until) = ("2026-11-22", Some("2026-11-23"));
        assert!(matches!(
            parse_range(since, until, now, &TimeZone::UTC),
            Err(TimeError::Future { .. })
        ));
        assert!(parse_range("1h", until, now, &TimeZone::UTC).is_ok());
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(human_duration(Duration::from_millis(250)), "250ms");
        assert_eq!(human_duration(Duration::from_millis(1_400)), "1.4s");
        assert_eq!(human_duration(Duration::from_secs(252)), "4m 12s");
        assert_eq!(
            human_duration(Duration::from_secs(3 * 86_400 + 7_300)),
            "3d 2h"
        );
    }
}
