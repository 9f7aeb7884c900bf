//! Calendar events of systemd: what `OnCalendar=` takes (systemd.time(7)).

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::times::{Set, Times, range};

/// `[DAYS] [[YEAR-]MONTH-DAY] [HOUR:MINUTE[:SECOND]] [ZONE]`, or a word such as `daily`. It comes
/// again and again, as far as the years that it names let it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    text: String,
    longest_pause: Duration,
}

/// The words, and what each stands for.
const WORDS: [(&str, &str); 10] = [
    ("minutely", "*:*"),
    ("hourly", "*:00"),
    ("daily", "00:00"),
    ("weekly", "Mon 00:00"),
    ("monthly", "*-01 00:00"),
    ("quarterly", "01,04,07,10-01 00:00"),
    ("semiannually", "01,07-01 00:00"),
    ("biannually", "01,07-01 00:00"),
    ("yearly", "01-01 00:00"),
    ("annually", "01-01 00:00"),
];

const WEEKDAYS: [&str; 7] = [
    "sunday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
];

const WRONG: &str = "it is a calendar event of systemd, such as `*-*-* 00/6:17`";

impl Calendar {
    /// The longest time from one run to the next, in the years that it names.
    pub fn longest_pause(&self) -> Duration {
        self.longest_pause
    }
}

impl Default for Calendar {
    /// Every six hours, at no time at which everybody runs.
    fn default() -> Self {
        Self {
            text: "*-*-* 00/6:17".to_owned(),
            longest_pause: Duration::from_secs(6 * 3_600),
        }
    }
}

impl FromStr for Calendar {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts: Vec<&str> = text.split_whitespace().collect();
        let text = parts.join(" ");
        parts.pop_if(|part| TimeZone::get(part).is_ok());
        let named = match parts[..] {
            [word] => WORDS
                .iter()
                .find(|(name, _)| word.eq_ignore_ascii_case(name)),
            _ => None,
        };
        if let Some((_, meaning)) = named {
            parts = meaning.split(' ').collect();
        }
        let longest_pause = times(&parts).ok_or(WRONG)?.longest_pause();
        Ok(Self {
            text,
            longest_pause: longest_pause.ok_or("no month that it names has that day")?,
        })
    }
}

/// What is not said is every day, and midnight.
fn times(parts: &[&str]) -> Option<Times> {
    let mut times = Times {
        minutes: 1,
        hours: 1,
        days: range(1, 31, 1),
        counts_from_end: false,
        months: range(1, 12, 1),
        weekdays: range(0, 6, 1),
        either_day: false,
    };
    let mut rest = parts.iter().peekable();
    rest.peek()?;
    if let Some(part) = rest.next_if(|part| part.starts_with(|c: char| c.is_ascii_alphabetic())) {
        times.weekdays = weekdays(part)?;
    }
    if let Some(part) = rest.next_if(|part| part.contains(['-', '~'])) {
        read_date(part, &mut times)?;
    }
    if let Some(part) = rest.next_if(|part| part.contains(':')) {
        read_time(part, &mut times)?;
    }
    rest.next().is_none().then_some(times)
}

/// `Mon,Wed..Fri`; a comma may stand at its end.
fn weekdays(text: &str) -> Option<Set> {
    let parts = text.strip_suffix(',').unwrap_or(text).split(',');
    let mut each = parts.map(|part| {
        let ends = part.split_once("..").or_else(|| part.split_once('-'));
        let (from, to) = ends.unwrap_or((part, part));
        let (from, to) = (weekday(from)?, weekday(to)?);
        (from <= to).then(|| range(from, to, 1))
    });
    each.try_fold(0, |set, part| Some(set | part?))
}

fn weekday(text: &str) -> Option<u8> {
    let is_it =
        |name: &str| text.eq_ignore_ascii_case(name) || text.eq_ignore_ascii_case(&name[..3]);
    let found = WEEKDAYS.iter().position(|name| is_it(name))?;
    u8::try_from(found).ok()
}

/// `[YEAR-]MONTH-DAY`; with `~` before the day it counts from the month's end.
fn read_date(text: &str, times: &mut Times) -> Option<()> {
    let (before, day) = text.rsplit_once(['-', '~'])?;
    times.counts_from_end = text.contains('~');
    times.days = numbers(day, 1, 31)?;
    let month = match before.split_once('-') {
        Some((year, month)) => is_year(year).then_some(month)?,
        None => before,
    };
    times.months = numbers(month, 1, 12)?;
    Some(())
}

/// `HOUR:MINUTE[:SECOND]`; within a minute nothing is late.
fn read_time(text: &str, times: &mut Times) -> Option<()> {
    let mut parts = text.splitn(3, ':');
    times.hours = numbers(parts.next()?, 0, 23)?;
    times.minutes = numbers(parts.next()?, 0, 59)?;
    match parts.next() {
        None => Some(()),
        Some(second) => numbers(second.split('.').next()?, 0, 59).map(drop),
    }
}

/// `*`, or a list of `A`, `A..B`, each with `/STEP` or without; `A/STEP` goes on to the end.
fn numbers(text: &str, first: u8, last: u8) -> Option<Set> {
    let mut each = text.split(',').map(|part| {
        let (span, step) = match part.split_once('/') {
            Some((span, step)) => (span, Some(step.parse::<u8>().ok()?)),
            None => (part, None),
        };
        let (from, to) = match span.split_once("..") {
            Some((from, to)) => (from.parse().ok()?, to.parse().ok()?),
            None if part == "*" => (first, last),
            None => {
                let from = span.parse().ok()?;
                (from, if step.is_some() { last } else { from })
            }
        };
        let is_one = first <= from && from <= to && to <= last && step != Some(0);
        is_one.then(|| range(from, to, step.unwrap_or(1)))
    });
    each.try_fold(0, |set, part| Some(set | part?))
}

/// A list of years, which only end the schedule.
fn is_year(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_digit() || ",./*".contains(c);
    !text.is_empty() && text.chars().all(is_part)
}

impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_event_is_one_that_systemd_reads() {
        for good in [
            "*-*-* 00/6:17",
            "Mon..Fri 08:00 Europe/Berlin",
            "Mon-Fri 08:00",
            "Mon,Wed..Fri *-*-* 10:00",
            "Mon, *-*-* 10:00",
            "hourly",
            "Daily UTC",
            "*:0/15",
            "12..18:00",
            "1-1",
            "2027-*-* 10:00:30.5",
            "*-*-01..07/2",
            "*-*~01",
        ] {
            assert!(good.parse::<Calendar>().is_ok(), "{good}");
        }
        for wrong in [
            "",
            " ",
            "foo",
            "*-*-* */6:17",
            "2027-*-* 10",
            "25:00",
            "Mon Tue",
            "*-13-*",
            "UTC",
            "daily\nExecStart=/bin/sh",
            "%i",
            "08:00 Europe/Nowhere",
            "10:00 *-*-*",
            "*-*-* 0/0:0",
            "Fri..Mon 10:00",
        ] {
            assert!(wrong.parse::<Calendar>().is_err(), "{wrong:?}");
        }
        let never = "*-02-31 00:00"
            .parse::<Calendar>()
            .expect_err("no such day");
        assert_eq!(never, "no month that it names has that day");
    }

    #[test]
    fn the_longest_pause_is_that_of_its_days_and_its_times() {
        let hours = |text: &str| {
            let calendar = text.parse::<Calendar>().expect("a calendar event");
            calendar.longest_pause().as_secs() / 3_600
        };
        assert_eq!(hours("*-*-* 00/6:17"), 6);
        let default = Calendar::default();
        assert_eq!(default.text.parse().as_ref(), Ok(&default));
        assert_eq!(hours("daily"), 24);
        assert_eq!(hours("Sat,Sun 10:00"), 6 * 24);
        assert_eq!(hours("*-*~01 00:00"), 31 * 24);
        // Only where the first is a Monday.
        assert!(hours("Mon *-*-01 00:00") > 31 * 24);
    }
}
