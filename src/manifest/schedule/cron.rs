//! The five fields of cron, as Kubernetes reads them (github.com/robfig/cron).

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::times::{Set, Times, range};

/// A schedule of cron: five fields, or a word such as `@daily`. It comes again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    text: String,
    longest_pause: Duration,
}

/// The schedules that have a name, and what each stands for.
const WORDS: [(&str, &str); 7] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// One of the five fields.
struct Field {
    what: &'static str,
    first: u8,
    last: u8,
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field {
        what: "minute",
        first: 0,
        last: 59,
        names: &[],
    },
    Field {
        what: "hour",
        first: 0,
        last: 23,
        names: &[],
    },
    Field {
        what: "day of the month",
        first: 1,
        last: 31,
        names: &[],
    },
    Field {
        what: "month",
        first: 1,
        last: 12,
        names: &MONTHS,
    },
    Field {
        what: "day of the week",
        first: 0,
        last: 6,
        names: &DAYS,
    },
];

/// What a field says.
struct Values {
    set: Set,
    /// True for `*`, which leaves the other field of days alone to decide.
    is_any: bool,
}

impl Field {
    fn read(&self, text: &str) -> Result<Values, String> {
        let parts: Option<Vec<Values>> = text.split(',').map(|part| self.part(part)).collect();
        let parts = parts.ok_or_else(|| format!("`{text}` is no {}", self.what))?;
        Ok(Values {
            set: parts.iter().fold(0, |set, part| set | part.set),
            is_any: parts.iter().any(|part| part.is_any),
        })
    }

    /// `*`, `A` or `A-B`, with `/STEP` or without; `A/STEP` goes on to the end.
    fn part(&self, text: &str) -> Option<Values> {
        let (span, step) = match text.split_once('/') {
            Some((span, step)) => (span, Some(step.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let is_star = matches!(span, "*" | "?");
        let (from, to) = match span.split_once('-') {
            None if is_star => (self.first, self.last),
            None if step.is_some() => (self.value(span)?, self.last),
            None => (self.value(span)?, self.value(span)?),
            Some((from, to)) => (self.value(from)?, self.value(to)?),
        };
        let step = step.unwrap_or(1);
        (from <= to && step > 0).then(|| Values {
            set: range(from, to, step),
            is_any: is_star && step == 1,
        })
    }

    fn value(&self, text: &str) -> Option<u8> {
        if let Ok(number) = text.parse() {
            return (self.first..=self.last).contains(&number).then_some(number);
        }
        let named = self
            .names
            .iter()
            .position(|name| text.eq_ignore_ascii_case(name))?;
        Some(self.first + u8::try_from(named).ok()?)
    }
}

impl Cron {
    /// The longest time from one run to the next.
    pub fn longest_pause(&self) -> Duration {
        self.longest_pause
    }
}

impl FromStr for Cron {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = WORDS.iter().find(|(word, _)| *word == text);
        let fields: Vec<&str> = named
            .map_or(text, |(_, fields)| fields)
            .split_whitespace()
            .collect();
        let longest_pause = times(&fields)?.longest_pause();
        Ok(Self {
            text: named.map_or_else(|| fields.join(" "), |(word, _)| (*word).to_owned()),
            longest_pause: longest_pause.ok_or("no month that it names has that day")?,
        })
    }
}

fn times(fields: &[&str]) -> Result<Times, String> {
    if fields.len() != FIELDS.len() {
        return Err("it has five fields: minute, hour, day, month, day of the week".to_owned());
    }
    let read = FIELDS
        .iter()
        .zip(fields)
        .map(|(field, text)| field.read(text));
    let read: Vec<Values> = read.collect::<Result<_, _>>()?;
    let (days, weekdays) = (&read[2], &read[4]);
    Ok(Times {
        minutes: read[0].set,
        hours: read[1].set,
        days: days.set,
        counts_from_end: false,
        months: read[3].set,
        weekdays: weekdays.set,
        either_day: !days.is_any && !weekdays.is_any,
    })
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_of_cron_is_checked_field_by_field() {
        for good in [
            "17 */6 * * *",
            "0,30 8-18 * jan-mar mon-fri",
            "5/10 * ? * 0",
            "@daily",
        ] {
            assert!(good.parse::<Cron>().is_ok(), "{good}");
        }
        let why = |text: &str| text.parse::<Cron>().expect_err("no schedule");
        assert_eq!(why("60 * * * *"), "`60` is no minute");
        assert_eq!(why("0 8-6 * * *"), "`8-6` is no hour");
        assert_eq!(why("0 */0 * * *"), "`*/0` is no hour");
        assert_eq!(why("0 0 0 * *"), "`0` is no day of the month");
        assert_eq!(why("0 0 * * fry"), "`fry` is no day of the week");
        assert_eq!(why("0 0 31 2,4 *"), "no month that it names has that day");
        assert!(why("0 0 * * * *").starts_with("it has five fields"));
        assert!(why("@reboot").starts_with("it has five fields"));
    }

    #[test]
    fn the_longest_pause_is_over_nights_weekends_and_leap_years() {
        let hours = |text: &str| {
            let cron = text.parse::<Cron>().expect("a schedule");
            cron.longest_pause().as_secs_f64() / 3600.0
        };
        assert_eq!(hours("17 */6 * * *"), 6.0);
        assert_eq!(hours("0,30 * * * *"), 0.5);
        assert_eq!(hours("0 8-18 * * *"), 14.0);
        assert_eq!(hours("0 0 * * mon-fri"), 72.0);
        assert_eq!(hours("@monthly"), 31.0 * 24.0);
        assert_eq!(hours("0 0 29 2 *"), 1461.0 * 24.0);
        // A day of either list is one.
        assert_eq!(hours("0 0 1 * mon"), 7.0 * 24.0);
    }
}
