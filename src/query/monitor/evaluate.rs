//! A monitor held against records: the number of each group and the state it would have.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::super::verdict::merged;
use super::super::{IndexedLog, Reason, Verdict, evaluate};
use super::number::Number;
use super::sorted::Sorted;
use super::tally::Tally;
use super::{Alert, EventQuery, Form, Rules, Seen};

/// What a monitor would say at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// In the order of their values. One without values where the monitor does not group; none
    /// where it groups and nothing was found.
    pub groups: Vec<Group>,
    /// Logs that are found for certain.
    pub found: usize,
    /// Logs of which nobody can tell.
    pub open: usize,
    /// Logs that are older than the window or lie in the future.
    pub outside_window: usize,
    /// What keeps the whole from being known, beside the groups' own reasons.
    pub reasons: Vec<Reason>,
}

/// One group of logs.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Facet and value, in the order of the query.
    pub values: Vec<(String, String)>,
    pub seen: Seen,
    pub state: State,
}

#[derive(Clone, Debug, PartialEq)]
pub enum State {
    Alert,
    Warn,
    Ok,
    /// No logs where a number cannot be had without them.
    NoData,
    CannotTell(Vec<Reason>),
}

impl Evaluation {
    /// The state of the monitor as a whole: an alert in one group is an alert.
    pub fn state(&self) -> State {
        let has = |state: State| self.groups.iter().any(|group| group.state == state);
        if has(State::Alert) {
            return State::Alert;
        }
        let of_groups = self.groups.iter().map(|group| match &group.state {
            State::CannotTell(reasons) => reasons.clone(),
            _ => Vec::new(),
        });
        let reasons = of_groups.fold(self.reasons.clone(), merged);
        match reasons.is_empty() {
            false => State::CannotTell(reasons),
            true if has(State::Warn) => State::Warn,
            true if has(State::NoData) => State::NoData,
            true => State::Ok,
        }
    }
}

impl Alert {
    /// What the monitor would say at `at` if it saw these records and no others.
    pub fn evaluate<'l>(
        &self,
        records: impl IntoIterator<Item = &'l IndexedLog<'l>>,
        rules: &Rules,
        at: Timestamp,
    ) -> Evaluation {
        let mut watch = Watch::new(self, at);
        for record in records {
            watch.see(record);
        }
        watch.evaluation(rules)
    }
}

/// A monitor that is shown one record after the other, and keeps the numbers of its groups alone.
pub struct Watch<'a> {
    alert: &'a Alert,
    at: Timestamp,
    window: SignedDuration,
    /// One for all queries that find and group the same.
    sorted: Vec<Sorted<'a>>,
    found: usize,
    open: usize,
    outside_window: usize,
}

impl<'a> Watch<'a> {
    /// As of `at`. A record without a time of its own is taken as received then.
    pub fn new(alert: &'a Alert, at: Timestamp) -> Self {
        let window = SignedDuration::try_from(alert.window.duration());
        Self {
            alert,
            at,
            window: window.unwrap_or(SignedDuration::MAX),
            sorted: Sorted::of(alert.queries()),
            found: 0,
            open: 0,
            outside_window: 0,
        }
    }

    /// Takes a record in. The answer says whether one of the monitor's searches finds it.
    pub fn see(&mut self, record: &IndexedLog<'_>) -> Verdict {
        let in_window = self.is_in_window(record);
        if in_window.is_no() {
            self.outside_window += 1;
            return Verdict::No;
        }
        let mut found = Verdict::No;
        for sorted in &mut self.sorted {
            let verdict = in_window.clone().and(evaluate(sorted.search(), record));
            if !verdict.is_no() {
                sorted.add(record, &verdict);
            }
            found = found.or(verdict);
        }
        self.found += usize::from(found.is_yes());
        self.open += usize::from(!found.reasons().is_empty());
        found
    }

    fn is_in_window(&self, record: &IndexedLog<'_>) -> Verdict {
        match record.timestamp() {
            Ok(None) => Verdict::Yes,
            Ok(Some(own)) => {
                let age = self.at.duration_since(own);
                Verdict::from(!age.is_negative() && age < self.window)
            }
            Err(_) => Verdict::CannotTell(vec![Reason::NoTimestamp]),
        }
    }

    /// What the monitor says of what it has seen.
    pub fn evaluation(&self, rules: &Rules) -> Evaluation {
        let (groups, reasons) = match self.alert.facets() {
            Some(facets) => (
                self.groups(facets.len(), rules),
                self.reasons(facets.len(), rules),
            ),
            None => (Vec::new(), vec![Reason::GroupsDiffer]),
        };
        Evaluation {
            groups,
            found: self.found,
            open: self.open,
            outside_window: self.outside_window,
            reasons,
        }
    }

    fn groups(&self, facets: usize, rules: &Rules) -> Vec<Group> {
        let mut keys: BTreeSet<&[String]> = self.sorted.iter().flat_map(Sorted::groups).collect();
        if facets == 0 {
            keys.insert(&[]);
        }
        let names: Vec<String> = self
            .alert
            .facets()
            .into_iter()
            .flatten()
            .map(ToString::to_string)
            .collect();
        let group = |values: &[String]| {
            let number = self.number(values);
            let is_empty = self.sorted.iter().all(|sorted| sorted.is_empty(values));
            Group {
                values: names.iter().cloned().zip(values.iter().cloned()).collect(),
                seen: number.seen,
                state: rules.state(self.alert, &number, is_empty),
            }
        };
        keys.into_iter().map(group).collect()
    }

    /// The number of one group. A query that found nothing in a group that another found has no
    /// number there; without groups it has, since a count of nothing is 0.
    fn number(&self, values: &[String]) -> Number {
        let nothing = Tally::default();
        let of = |query: &EventQuery, name: &str| {
            let mut tallies = self
                .sorted
                .iter()
                .filter_map(|sorted| sorted.tally(query, values));
            match tallies.next() {
                Some(tally) => tally.number(&query.rollup),
                None if values.is_empty() => nothing.number(&query.rollup),
                None => Number::unknown(vec![Reason::AbsentInFormula(name.to_owned())]),
            }
        };
        match &self.alert.form {
            Form::Anomaly(_) => Number::unknown(vec![Reason::Anomaly]),
            Form::Chain(query) => of(query, ""),
            Form::Formula(formula) => formula.value(&|at| {
                let named = &formula.queries[at];
                of(&named.query, &named.name)
            }),
        }
    }

    /// What keeps the groups as a whole from being known.
    fn reasons(&self, facets: usize, rules: &Rules) -> Vec<Reason> {
        let mut reasons = Vec::new();
        for (facet, matters) in self.without_group(rules) {
            if matters {
                reasons = merged(reasons, vec![Reason::MissingGroup(facet.to_owned())]);
            }
        }
        let limit = most_values(facets);
        let exceeds = |sorted: &Sorted<'_>, position: usize| {
            let values = sorted.groups().filter_map(|values| values.get(position));
            values.collect::<BTreeSet<_>>().len() > limit
        };
        let exceeds = |sorted| (0..facets).any(|position| exceeds(sorted, position));
        if self.sorted.iter().any(exceeds) {
            reasons.push(Reason::TooManyGroups);
        }
        let has_groups = self
            .sorted
            .iter()
            .any(|sorted| sorted.groups().next().is_some());
        if facets > 0 && !has_groups && self.alert.operator.is_below() {
            reasons.push(Reason::BelowWithoutLogs);
        }
        reasons
    }

    /// The facets that records lack, and whether they would change the state if they formed a
    /// group.
    fn without_group(&self, rules: &Rules) -> Vec<(&str, bool)> {
        let lacking = self.sorted.iter().flat_map(Sorted::without_group);
        let matters = |tally: &Tally| match &self.alert.form {
            Form::Chain(query) => {
                let number = tally.number(&query.rollup);
                rules.state(self.alert, &number, false) != super::State::Ok
            }
            Form::Formula(_) | Form::Anomaly(_) => true,
        };
        lacking
            .map(|(facet, tally)| (facet, matters(tally)))
            .collect()
    }
}

/// Values of each facet that Datadog keeps: 1000 of one facet, 30 of two, 10 of three, 5 of four.
fn most_values(facets: usize) -> usize {
    match facets {
        0 | 1 => 1_000,
        2 => 30,
        3 => 10,
        _ => 5,
    }
}
