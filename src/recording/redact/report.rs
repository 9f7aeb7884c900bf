//! What was hidden in a recording: rules, counts and places. Never what they found.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use crate::domain::redaction::RuleName;
use crate::recording::Event;
use crate::recording::reader::Raw;
use crate::recording::transcript::Line;

/// Places that are kept; of further ones only the count is.
pub const MOST_PLACES: usize = 10_000;

/// How many secrets each rule found, and where the first of them stood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    counts: BTreeMap<RuleName, u64>,
    places: Vec<Place>,
}

/// Where a rule found something: the place of its mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub rule: RuleName,
    /// Since the start of the recording.
    pub time: Duration,
    /// The event's number in the recording; `None` in a text that was made of several.
    pub index: Option<usize>,
}

impl Place {
    pub(super) fn of(rule: RuleName, item: &impl Placed) -> Self {
        Self {
            rule,
            time: item.time(),
            index: item.index(),
        }
    }
}

/// Something of a recording that has a time.
pub trait Placed {
    fn time(&self) -> Duration;

    /// The number of its event, where it is of one.
    fn index(&self) -> Option<usize> {
        None
    }
}

impl Placed for Event {
    fn time(&self) -> Duration {
        self.time
    }

    fn index(&self) -> Option<usize> {
        Some(self.index)
    }
}

impl Placed for Raw {
    fn time(&self) -> Duration {
        self.time
    }

    fn index(&self) -> Option<usize> {
        Some(self.index)
    }
}

/// A line, or something larger that it is part of.
impl<T: Borrow<Line>> Placed for T {
    fn time(&self) -> Duration {
        self.borrow().time
    }
}

impl Report {
    pub(in crate::recording) fn add(&mut self, place: Place) {
        match self.counts.get_mut(&place.rule) {
            Some(count) => *count += 1,
            None => drop(self.counts.insert(place.rule.clone(), 1)),
        }
        if self.places.len() < MOST_PLACES {
            self.places.push(place);
        }
    }

    /// Adds what another reading of the same recording found, in the order of the time.
    pub fn merge(&mut self, other: &Report) {
        for (rule, count) in &other.counts {
            *self.counts.entry(rule.clone()).or_default() += count;
        }
        self.places.extend(other.places.iter().cloned());
        self.places.sort_by_key(|place| place.time);
        self.places.truncate(MOST_PLACES);
    }

    /// Rules and what each found, by name.
    pub fn counts(&self) -> impl Iterator<Item = (&str, u64)> {
        self.counts
            .iter()
            .map(|(rule, count)| (rule.as_ref(), *count))
    }

    /// Where something was found, in the order of the recording; at most [`MOST_PLACES`].
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }
}

/// A report of a part of a recording: what lies outside is hidden as well, and not counted.
#[derive(Clone, Debug)]
pub(in crate::recording) struct Counting {
    pub report: Report,
    range: Range<Duration>,
}

impl Default for Counting {
    fn default() -> Self {
        Self {
            report: Report::default(),
            range: Duration::ZERO..Duration::MAX,
        }
    }
}

impl Counting {
    pub fn within(range: Range<Duration>) -> Self {
        Self {
            report: Report::default(),
            range,
        }
    }

    pub fn add(&mut self, place: Place) {
        if self.range.contains(&place.time) {
            self.report.add(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(rule: &'static str, second: u64) -> Place {
        Place {
            rule: rule.into(),
            time: Duration::from_secs(second),
            index: None,
        }
    }

    #[test]
    fn two_reports_of_a_recording_are_one_in_the_order_of_time() {
        let (mut one, mut other) = (Report::default(), Report::default());
        one.add(place("jwt", 1));
        one.add(place("jwt", 9));
        other.add(place("password", 4));
        other.add(place("jwt", 5));
        one.merge(&other);
        let counts: Vec<_> = one.counts().collect();
        assert_eq!(counts, [("jwt", 3), ("password", 1)]);
        let times: Vec<_> = one.places().iter().map(|at| at.time.as_secs()).collect();
        assert_eq!(times, [1, 4, 5, 9]);
    }

    #[test]
    fn places_are_bounded_and_counts_are_not() {
        let mut report = Report::default();
        (0..2 * MOST_PLACES as u64).for_each(|second| report.add(place("jwt", second)));
        report.merge(&report.clone());
        assert_eq!(report.places().len(), MOST_PLACES);
        assert_eq!(report.total(), 4 * MOST_PLACES as u64);
    }

    #[test]
    fn what_is_outside_of_the_range_is_not_counted() {
        let mut counting = Counting::within(Duration::from_secs(2)..Duration::from_secs(4));
        for second in 1..6 {
            let event = Event {
                time: Duration::from_secs(second),
                ..Event::empty()
            };
            counting.add(Place::of("jwt".into(), &event));
        }
        assert_eq!(counting.report.total(), 2);
    }
}
