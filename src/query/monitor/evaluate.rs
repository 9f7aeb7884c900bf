//! A monitor held against records: the number of each group and the state it would have.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::super::verdict::merged;
use super::super::{IndexedLog, Reason, Verdict, evaluate};
use super::number::Number;
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
    /// One for each query.
    sorted: Vec<Sorted>,
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
            sorted: alert.queries().iter().map(|_| Sorted::default()).collect(),
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
        for (query, sorted) in self.alert.queries().into_iter().zip(&mut self.sorted) {
            let verdict = in_window.clone().and(evaluate(&query.search, record));
            if !verdict.is_no() {
                sorted.add(query, record, &verdict);
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
        let mut keys: BTreeSet<&[String]> = self
            .sorted
            .iter()
            .flat_map(|sorted| sorted.groups.keys().map(Vec::as_slice))
            .collect();
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
            let is_empty = self
                .tallies(values)
                .all(|tally| tally.is_none_or(Tally::is_empty));
            Group {
                values: names.iter().cloned().zip(values.iter().cloned()).collect(),
                seen: number.seen,
                state: rules.state(self.alert, &number, is_empty),
            }
        };
        keys.into_iter().map(group).collect()
    }

    fn tallies<'s>(&'s self, values: &'s [String]) -> impl Iterator<Item = Option<&'s Tally>> {
        self.sorted.iter().map(|sorted| sorted.groups.get(values))
    }

    /// The number of one group. A query that found nothing in a group that another found has no
    /// number there; without groups it has, since a count of nothing is 0.
    fn number(&self, values: &[String]) -> Number {
        let nothing = Tally::default();
        let of =
            |at: usize, query: &EventQuery, name: &str| match self.sorted[at].groups.get(values) {
                Some(tally) => tally.number(&query.rollup),
                None if values.is_empty() => nothing.number(&query.rollup),
                None => Number::unknown(vec![Reason::AbsentInFormula(name.to_owned())]),
            };
        match &self.alert.form {
            Form::Anomaly(_) => Number::unknown(vec![Reason::Anomaly]),
            Form::Chain(query) => of(0, query, ""),
            Form::Formula(formula) => formula.value(&|at| {
                let named = &formula.queries[at];
                of(at, &named.query, &named.name)
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
        let exceeds = |sorted: &Sorted, position: usize| {
            let values = sorted
                .groups
                .keys()
                .filter_map(|values| values.get(position));
            values.collect::<BTreeSet<_>>().len() > limit
        };
        let exceeds = |sorted| (0..facets).any(|position| exceeds(sorted, position));
        if self.sorted.iter().any(exceeds) {
            reasons.push(Reason::TooManyGroups);
        }
        let has_groups = self.sorted.iter().any(|sorted| !sorted.groups.is_empty());
        if facets > 0 && !has_groups && self.alert.operator.is_below() {
            reasons.push(Reason::BelowWithoutLogs);
        }
        reasons
    }

    /// The facets that records lack, and whether they would change the state if they formed a
    /// group.
    fn without_group(&self, rules: &Rules) -> Vec<(&str, bool)> {
        let lacking = self.sorted.iter().flat_map(|sorted| &sorted.without_group);
        let matters = |tally: &Tally| match &self.alert.form {
            Form::Chain(query) => {
                let number = tally.number(&query.rollup);
                rules.state(self.alert, &number, false) != super::State::Ok
            }
            Form::Formula(_) | Form::Anomaly(_) => true,
        };
        lacking
            .map(|(facet, tally)| (facet.as_str(), matters(tally)))
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

/// The logs in the window, by group.
#[derive(Default)]
struct Sorted {
    groups: BTreeMap<Vec<String>, Tally>,
    /// Logs that lack a facet, by the first facet they lack.
    without_group: BTreeMap<String, Tally>,
}

impl Sorted {
    fn add(&mut self, query: &EventQuery, log: &IndexedLog<'_>, verdict: &Verdict) {
        let mut groups = vec![Vec::new()];
        for facet in &query.by {
            let values = facet.values(log);
            if values.is_empty() {
                let tally = self.without_group.entry(facet.to_string()).or_default();
                return tally.add(query, log, verdict);
            }
            groups = with_each(&groups, &values);
        }
        for group in groups {
            self.groups
                .entry(group)
                .or_default()
                .add(query, log, verdict);
        }
    }
}

/// Every group with every value behind it: a log with an array is in the group of each element.
fn with_each(groups: &[Vec<String>], values: &[String]) -> Vec<Vec<String>> {
    let longer = groups.iter().flat_map(|group| {
        values.iter().map(move |value| {
            let mut group = group.clone();
            group.push(value.clone());
            group
        })
    });
    longer.collect()
}
