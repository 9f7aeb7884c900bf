//! Places in a recording as people name them: `90s`, `1m30s`, `03:12`, `#7`, `50%`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil};

use crate::domain::time::parse_duration;

/// A place in a recording.
#[derive(Clone, Debug, PartialEq)]
pub enum Point {
    /// Since the start; bare seconds too, as asciinema takes them.
    Offset(Duration),
    /// A time of the clock on the wall.
    Clock(Clock),
    /// A command, a statement or a marker by its number, from 1.
    Command(usize),
    /// A share of the whole, 0 to 1.
    Share(f64),
}

/// A time of the clock, with or without its day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clock {
    Time(civil::Time),
    At(Timestamp),
}

/// A text that names no place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no place in a recording; write 90s, 1m30s, a clock time such as 03:12, or #7")]
pub struct NoPoint(String);

impl FromStr for Point {
    type Err = NoPoint;

    fn from_str(text: &str) -> Result<Self, NoPoint> {
        let text = text.trim();
        let bad = || NoPoint(text.to_owned());
        if let Some(number) = text.strip_prefix('#') {
            let number = number.parse().ok().filter(|number| *number > 0);
            return number.map(Point::Command).ok_or_else(bad);
        }
        if let Some(percent) = text.strip_suffix('%') {
            let percent = percent.parse().ok().filter(|p| (0.0..=100.0).contains(p));
            return percent
                .map(|p: f64| Point::Share(p / 100.0))
                .ok_or_else(bad);
        }
        if let Ok(seconds) = text.parse::<f64>() {
            let offset = Duration::try_from_secs_f64(seconds).map_err(|_| bad())?;
            return Ok(Point::Offset(offset));
        }
        if let Ok(offset) = parse_duration(text) {
            return Ok(Point::Offset(offset));
        }
        let clock = match text.parse() {
            Ok(at) => Ok(Clock::At(at)),
            Err(_) => text.parse().map(Clock::Time),
        };
        clock.map(Point::Clock).map_err(|_| bad())
    }
}

/// When a recording began, and the zone in which its clock is read.
#[derive(Clone, Debug)]
pub struct Origin {
    pub start: Option<Timestamp>,
    pub tz: TimeZone,
}

/// A clock time that says nothing about this recording.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoOffset {
    #[error("the recording does not say when it began; name an offset, such as 90s")]
    Unknown,
    #[error("the recording began later, at {0}")]
    Before(String),
}

impl Default for Origin {
    fn default() -> Self {
        Self {
            start: None,
            tz: TimeZone::UTC,
        }
    }
}

impl Origin {
    /// How long after the start a clock time was. A time without a day is the first one that is
    /// not before the start; `03:12` is the whole minute, so that a recording of 03:12:40 begins
    /// in it.
    pub fn offset(&self, clock: &Clock) -> Result<Duration, NoOffset> {
        let start = self.start.ok_or(NoOffset::Unknown)?;
        let at = match clock {
            Clock::At(at) => *at,
            Clock::Time(time) => self.on_the_day(start, *time).ok_or(NoOffset::Unknown)?,
        };
        let is_same_minute = at < start && start.duration_since(at) < SignedDuration::from_mins(1);
        match Duration::try_from(at.duration_since(start)) {
            Ok(offset) => Ok(offset),
            Err(_) if is_same_minute => Ok(Duration::ZERO),
            Err(_) => Err(NoOffset::Before(
                self.clock(Duration::ZERO).unwrap_or_default(),
            )),
        }
    }

    fn on_the_day(&self, start: Timestamp, time: civil::Time) -> Option<Timestamp> {
        let day = start.to_zoned(self.tz.clone()).date();
        let on = |day: civil::Date| day.to_datetime(time).to_zoned(self.tz.clone()).ok();
        let today = on(day)?.timestamp();
        let earliest = start.checked_sub(SignedDuration::from_secs(59)).ok()?;
        match today >= earliest {
            true => Some(today),
            false => Some(on(day.tomorrow().ok()?)?.timestamp()),
        }
    }

    /// The clock's time at an offset: `03:12:40`.
    pub fn clock(&self, offset: Duration) -> Option<String> {
        let offset = SignedDuration::try_from(offset).ok()?;
        let at = self.start?.checked_add(offset).ok()?;
        Some(
            at.to_zoned(self.tz.clone())
                .strftime("%H:%M:%S")
                .to_string(),
        )
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Point::Offset(offset) => write!(f, "{}s", offset.as_secs_f64()),
            Point::Clock(Clock::Time(time)) => write!(f, "{time}"),
            Point::Clock(Clock::At(at)) => write!(f, "{at}"),
            Point::Command(number) => write!(f, "#{number}"),
            Point::Share(share) => write!(f, "{}%", share * 100.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(start: &str) -> Origin {
        Origin {
            start: Some(start.parse().expect("an instant")),
            tz: TimeZone::get("Europe/Berlin").expect("the zone database is bundled"),
        }
    }

    fn offset(origin: &Origin, text: &str) -> Result<u64, NoOffset> {
        match text.parse() {
            Ok(Point::Clock(clock)) => origin.offset(&clock).map(|offset| offset.as_secs()),
            other => panic!("{text} is {other:?}"),
        }
    }

    #[test]
    fn places_are_told_apart() {
        let point = |text: &str| text.parse::<Point>().ok();
        let second = Duration::from_secs(1);
        assert_eq!(point("90"), Some(Point::Offset(90 * second)));
        assert_eq!(point("1m30s"), Some(Point::Offset(90 * second)));
        assert_eq!(point(" 1.5s "), Some(Point::Offset(second * 3 / 2)));
        assert_eq!(point("#7"), Some(Point::Command(7)));
        assert_eq!(point("50%"), Some(Point::Share(0.5)));
        for bad in [
            "", "#0", "#x", "101%", "-3", "1e400", "nan", "soon", "25:00",
        ] {
            assert_eq!(point(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_clock_time_is_the_next_one_after_the_start() {
        let origin = origin("2026-11-20T22:50:40Z");
        assert_eq!(offset(&origin, "23:51:40"), Ok(60));
        assert_eq!(offset(&origin, "23:50"), Ok(0), "the minute it began in");
        assert_eq!(offset(&origin, "00:10"), Ok(1_160), "the next day");
        assert_eq!(offset(&origin, "2026-11-20T22:51:00Z"), Ok(20));
    }

    #[test]
    fn a_clock_time_that_helps_nothing_says_why() {
        let late = offset(&origin("2026-11-20T22:50:40Z"), "2026-11-20T20:00:00Z");
        assert_eq!(late, Err(NoOffset::Before("23:50:40".to_owned())));
        let nothing = Origin::default();
        assert_eq!(offset(&nothing, "03:12"), Err(NoOffset::Unknown));
    }

    #[test]
    fn the_clock_at_an_offset_is_told_in_the_zone() {
        let origin = origin("2026-11-20T22:50:40Z");
        let clock = origin.clock(Duration::from_secs(90));
        assert_eq!(clock.as_deref(), Some("23:52:10"));
    }
}
