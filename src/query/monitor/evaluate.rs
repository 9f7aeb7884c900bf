//! A log monitor held against logs: the number of each group and the state it would have.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::super::verdict::merged;
use super::super::{IndexedLog, Reason, Verdict, evaluate};
use super::{LogAlert, Method};

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

/// The number that is held against the threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Seen {
    Exactly(f64),
    /// Open logs may or may not count.
    Between(f64, f64),
    /// There is none, or it cannot be computed.
    Nothing,
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

impl LogAlert {
    /// What the monitor would say at `at` if it saw these logs and no others. A log without a time
    /// of its own is taken as received at `at`.
    ///
    /// `warning` is `options.thresholds.warning`, which stands in no query.
    pub fn evaluate<'l>(
        &self,
        logs: impl IntoIterator<Item = &'l IndexedLog<'l>>,
        warning: Option<f64>,
        at: Timestamp,
    ) -> Evaluation {
        let mut sorted = Sorted::default();
        for log in logs {
            let verdict = match self.is_in_window(log, at) {
                Verdict::No => {
                    sorted.outside_window += 1;
                    continue;
                }
                in_window => in_window.and(evaluate(&self.search, log)),
            };
            if verdict.is_no() {
                continue;
            }
            sorted.add(self, log, &verdict);
        }
        self.judge(sorted, warning)
    }

    fn is_in_window(&self, log: &IndexedLog<'_>, at: Timestamp) -> Verdict {
        let window =
            SignedDuration::try_from(self.window.duration()).unwrap_or(SignedDuration::MAX);
        match log.timestamp() {
            Ok(None) => Verdict::Yes,
            Ok(Some(own)) => {
                let age = at.duration_since(own);
                Verdict::from(!age.is_negative() && age < window)
            }
            Err(_) => Verdict::CannotTell(vec![Reason::NoTimestamp]),
        }
    }

    fn judge(&self, mut sorted: Sorted, warning: Option<f64>) -> Evaluation {
        if self.by.is_empty() {
            sorted.groups.entry(Vec::new()).or_default();
        }
        let mut reasons = self.reasons_of_grouping(&sorted, warning);
        let is_grouped_away = sorted.groups.is_empty() && self.operator.is_below();
        if is_grouped_away {
            reasons.push(Reason::BelowWithoutLogs);
        }
        let names: Vec<String> = self.by.iter().map(ToString::to_string).collect();
        let groups = sorted.groups.iter().map(|(values, tally)| Group {
            values: names.iter().cloned().zip(values.iter().cloned()).collect(),
            seen: tally.seen(self),
            state: tally.state(self, warning),
        });
        Evaluation {
            groups: groups.collect(),
            found: sorted.found,
            open: sorted.open,
            outside_window: sorted.outside_window,
            reasons,
        }
    }

    fn reasons_of_grouping(&self, sorted: &Sorted, warning: Option<f64>) -> Vec<Reason> {
        let mut reasons = Vec::new();
        // Logs that lack a group matter where they would change the state if they formed one.
        for (facet, tally) in &sorted.without_group {
            if tally.state(self, warning) != State::Ok {
                reasons.push(Reason::MissingGroup(facet.clone()));
            }
        }
        let limit = most_values(self.by.len());
        let exceeds = |position: usize| {
            let values: BTreeSet<&String> = sorted
                .groups
                .keys()
                .filter_map(|values| values.get(position))
                .collect();
            values.len() > limit
        };
        if (0..self.by.len()).any(exceeds) {
            reasons.push(Reason::TooManyGroups);
        }
        reasons
    }

    /// 2 for an alert, 1 for a warning, 0 for neither.
    fn level(&self, number: f64, warning: Option<f64>) -> u8 {
        if self.operator.holds(number, self.threshold) {
            return 2;
        }
        u8::from(warning.is_some_and(|warning| self.operator.holds(number, warning)))
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
    found: usize,
    open: usize,
    outside_window: usize,
}

impl Sorted {
    fn add(&mut self, alert: &LogAlert, log: &IndexedLog<'_>, verdict: &Verdict) {
        match verdict.is_yes() {
            true => self.found += 1,
            false => self.open += 1,
        }
        let mut groups = vec![Vec::new()];
        for facet in &alert.by {
            let values = facet.values(log);
            if values.is_empty() {
                let tally = self.without_group.entry(facet.to_string()).or_default();
                return tally.add(alert, log, verdict);
            }
            groups = with_each(&groups, &values);
        }
        for group in groups {
            self.groups
                .entry(group)
                .or_default()
                .add(alert, log, verdict);
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

/// What is known of one group.
#[derive(Default)]
struct Tally {
    certain: Values,
    open: Values,
    reasons: Vec<Reason>,
}

#[derive(Default)]
struct Values {
    logs: usize,
    distinct: BTreeSet<String>,
    sum: f64,
    numbers: usize,
    has_text: bool,
}

impl Values {
    fn add(&mut self, alert: &LogAlert, log: &IndexedLog<'_>) {
        self.logs += 1;
        let Some(attribute) = &alert.rollup.attribute else {
            return;
        };
        if alert.rollup.method == Method::Cardinality {
            self.distinct.extend(attribute.values(log));
            return;
        }
        for value in attribute.measured(log) {
            match value {
                Value::Number(number) => {
                    self.sum += number.as_f64().unwrap_or_default();
                    self.numbers += 1;
                }
                _ => self.has_text = true,
            }
        }
    }
}

impl Tally {
    fn add(&mut self, alert: &LogAlert, log: &IndexedLog<'_>, verdict: &Verdict) {
        match verdict {
            Verdict::Yes => self.certain.add(alert, log),
            open => {
                self.open.add(alert, log);
                self.reasons = merged(std::mem::take(&mut self.reasons), open.reasons().to_vec());
            }
        }
    }

    fn seen(&self, alert: &LogAlert) -> Seen {
        let (low, high) = match (alert.rollup.method, &alert.rollup.attribute) {
            (Method::Count, None) => (self.certain.logs, self.certain.logs + self.open.logs),
            (Method::Cardinality, Some(_)) => {
                let all = self.certain.distinct.union(&self.open.distinct).count();
                (self.certain.distinct.len(), all)
            }
            (Method::Average, Some(_)) if self.is_average_known() => {
                return Seen::Exactly(self.certain.sum / self.certain.numbers as f64);
            }
            _ => return Seen::Nothing,
        };
        match low == high {
            true => Seen::Exactly(low as f64),
            false => Seen::Between(low as f64, high as f64),
        }
    }

    fn is_average_known(&self) -> bool {
        self.certain.numbers > 0 && !self.certain.has_text && self.open.logs == 0
    }

    fn state(&self, alert: &LogAlert, warning: Option<f64>) -> State {
        let is_empty = self.certain.logs + self.open.logs == 0;
        match self.seen(alert) {
            // A count without logs is 0 (`on_missing_data: default`), other numbers are not.
            Seen::Exactly(_) if is_empty && alert.rollup.method != Method::Count => State::NoData,
            Seen::Exactly(number) => match alert.level(number, warning) {
                2 => State::Alert,
                1 => State::Warn,
                _ => State::Ok,
            },
            Seen::Between(low, high) => self.state_between(alert, warning, low, high),
            Seen::Nothing => self.state_without_number(alert),
        }
    }

    fn state_between(&self, alert: &LogAlert, warning: Option<f64>, low: f64, high: f64) -> State {
        let thresholds = warning.into_iter().chain([alert.threshold]);
        let is_level = match alert.operator.is_monotone() {
            true => alert.level(low, warning) == alert.level(high, warning),
            false => thresholds
                .into_iter()
                .all(|threshold| !(low..=high).contains(&threshold)),
        };
        match (is_level, alert.level(low, warning)) {
            (false, _) => State::CannotTell(self.reasons.clone()),
            (true, 2) => State::Alert,
            (true, 1) => State::Warn,
            (true, _) => State::Ok,
        }
    }

    fn state_without_number(&self, alert: &LogAlert) -> State {
        let reason = match (alert.rollup.method, &alert.rollup.attribute) {
            (Method::Average, Some(facet)) => {
                if self.certain.has_text || self.open.has_text {
                    Reason::AverageOfText(facet.to_string())
                } else if self.open.logs > 0 {
                    return State::CannotTell(self.reasons.clone());
                } else {
                    return State::NoData;
                }
            }
            (Method::Count, _) => Reason::CountOfAttribute,
            (method, _) => Reason::Rollup(method.as_str().to_owned()),
        };
        State::CannotTell(vec![reason])
    }
}
