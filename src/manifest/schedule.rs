//! When a run of what is new begins: the five fields of cron, and systemd's calendar events.

use std::fmt;
use std::str::FromStr;

/// A schedule of cron: five fields, or a word such as `@daily`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron(String);

/// The schedules that have a name (github.com/robfig/cron, which Kubernetes reads them by).
const WORDS: [&str; 7] = [
    "@hourly",
    "@daily",
    "@midnight",
    "@weekly",
    "@monthly",
    "@yearly",
    "@annually",
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

impl Field {
    /// A list of `*`, `A` or `A-B`, each with `/STEP` or without.
    fn holds(&self, text: &str) -> bool {
        text.split(',').all(|part| {
            let (range, step) = part
                .split_once('/')
                .map_or((part, None), |(a, b)| (a, Some(b)));
            let is_step = |step: &str| step.parse::<u8>().is_ok_and(|step| step > 0);
            let is_range = match range.split_once('-') {
                None => matches!(range, "*" | "?") || self.value(range).is_some(),
                Some((from, to)) => self
                    .value(from)
                    .zip(self.value(to))
                    .is_some_and(|(from, to)| from <= to),
            };
            is_range && step.is_none_or(is_step)
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

impl FromStr for Cron {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if WORDS.contains(&text) {
            return Ok(Self(text.to_owned()));
        }
        let fields: Vec<&str> = text.split_whitespace().collect();
        if fields.len() != FIELDS.len() {
            return Err("it has five fields: minute, hour, day, month, day of the week".to_owned());
        }
        match FIELDS
            .iter()
            .zip(&fields)
            .find(|(field, text)| !field.holds(text))
        {
            Some((field, text)) => Err(format!("`{text}` is no {}", field.what)),
            None => Ok(Self(fields.join(" "))),
        }
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What `OnCalendar=` takes (systemd.time(7)); `systemd-analyze calendar` reads it in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar(String);

impl FromStr for Calendar {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || " *-:/,.~_+".contains(c);
        match !text.trim().is_empty() && text.chars().all(is_part) {
            true => Ok(Self(text.trim().to_owned())),
            false => Err("it is a calendar event of systemd, such as `*-*-* 00/6:17`".to_owned()),
        }
    }
}

impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
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
        assert!(why("0 0 * * * *").starts_with("it has five fields"));
        assert!(why("@reboot").starts_with("it has five fields"));
    }

    #[test]
    fn a_calendar_event_is_one_line_of_its_own_letters() {
        for good in ["*-*-* 00/6:17", "Mon..Fri 08:00 Europe/Berlin", "hourly"] {
            assert!(good.parse::<Calendar>().is_ok(), "{good}");
        }
        for wrong in ["", " ", "daily\nExecStart=/bin/sh", "%i"] {
            assert!(wrong.parse::<Calendar>().is_err(), "{wrong:?}");
        }
    }
}
