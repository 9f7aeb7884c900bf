//! The times of a schedule as sets of numbers: whether they ever come, and how far apart they lie.

use std::time::Duration;

use jiff::civil::{Date, date};

/// Numbers as bits: the lowest is 0.
pub type Set = u64;

/// When something is due, to the minute, in no zone in particular.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    pub minutes: Set,
    pub hours: Set,
    /// 1 is the first, or the last where they count from the end.
    pub days: Set,
    pub counts_from_end: bool,
    pub months: Set,
    /// 0 is Sunday.
    pub weekdays: Set,
    /// True where one of the two lists of days is enough.
    pub either_day: bool,
}

const DAY_MINUTES: u64 = 24 * 60;

/// Dates fall on the same days of the week again after 28 years, in the centuries of our lives.
const FIRST: Date = date(2024, 1, 1);
const CYCLE: usize = 28 * 365 + 7;

impl Times {
    /// The longest time from one to the next; `None` where there is none.
    pub fn longest_pause(&self) -> Option<Duration> {
        let minutes = self.minutes_of_a_day();
        let (first, last) = (minutes.first()?, minutes.last()?);
        let within = minutes.windows(2).map(|pair| pair[1] - pair[0]).max();
        let days = self.days_of_a_cycle();
        let again = days.first()? + CYCLE as u64;
        let next = days.iter().skip(1).chain([&again]);
        let over_night = days.iter().zip(next);
        let over_night = over_night.map(|(day, next)| (next - day) * DAY_MINUTES - last + first);
        let longest = over_night.max().max(within)?;
        Some(Duration::from_secs(longest * 60))
    }

    fn minutes_of_a_day(&self) -> Vec<u64> {
        let is_due = |minute: &u64| has(self.hours, minute / 60) && has(self.minutes, minute % 60);
        (0..DAY_MINUTES).filter(is_due).collect()
    }

    /// By their number in the cycle.
    fn days_of_a_cycle(&self) -> Vec<u64> {
        let dates = FIRST.series(jiff::Span::new().days(1)).take(CYCLE);
        let due = (0..).zip(dates).filter(|(_, date)| self.holds(*date));
        due.map(|(number, _)| number).collect()
    }

    fn holds(&self, date: Date) -> bool {
        let day = match self.counts_from_end {
            true => date.days_in_month() - date.day() + 1,
            false => date.day(),
        };
        let weekday = date.weekday().to_sunday_zero_offset();
        let is_day = has(self.days, day.unsigned_abs().into());
        let is_weekday = has(self.weekdays, weekday.unsigned_abs().into());
        let is_either = match self.either_day {
            true => is_day || is_weekday,
            false => is_day && is_weekday,
        };
        is_either && has(self.months, date.month().unsigned_abs().into())
    }
}

/// The numbers from `first` to `last`, or each `step`th of them.
pub fn range(first: u8, last: u8, step: u8) -> Set {
    let numbers = (first..=last).step_by(usize::from(step.max(1)));
    numbers.fold(0, |set, number| set | 1 << number)
}

fn has(set: Set, number: u64) -> bool {
    set >> number & 1 == 1
}
