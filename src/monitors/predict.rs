//! What a monitor would do with given logs, and why.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::rehearsal::TEST_EXCLUSION;
use super::render::{Identity, Monitor};
use crate::query::monitor::{Alert, Evaluation, Group, Seen, State};
use crate::query::{IndexedLog, Query, Reason, evaluate, parse};

/// What a monitor would do, the loudest first; what cannot be told may be loud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Forecast {
    WouldFire,
    /// It would reach its warning threshold, and not more.
    WouldWarn,
    CannotTell,
    WouldNot,
}

/// What a monitor would do with some logs, and how that came about.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    pub identity: Identity,
    pub title: String,
    pub forecast: Forecast,
    /// The query that was evaluated, which is the monitor's own unless `is_exclusion_lifted`.
    pub query: String,
    /// The monitor leaves test events out, and this was lifted for the prediction.
    pub is_exclusion_lifted: bool,
    /// The numbers of each group.
    pub evaluation: Evaluation,
    /// Sentences for people: what was found, what number it makes, or what was missing.
    pub explanation: Vec<String>,
    /// What keeps the answer from being known; empty unless the forecast is `CannotTell`.
    pub reasons: Vec<Reason>,
}

/// What `monitor` would do at `now` if it saw `logs`, as [`crate::query::Record::indexed`] takes them, and
/// nothing else.
pub fn predict(monitor: &Monitor, logs: &[Map<String, Value>], now: Timestamp) -> Prediction {
    let (alert, is_exclusion_lifted) = seeing_tests(&monitor.alert);
    let record = alert.record();
    let indexed: Vec<IndexedLog<'_>> = logs.iter().map(|log| record.indexed(log)).collect();
    let evaluation = alert.evaluate(&indexed, &monitor.rules(None), now);
    let state = evaluation.state();
    let silent = alert.evaluate(&[], &monitor.rules(None), now).state();
    let alerts_on_silence = state == silent && matches!(state, State::Alert | State::Warn);
    let silence = match alerts_on_silence {
        false => None,
        true if found_before(&alert, &indexed) => Some(Silence::HasBegun),
        true => Some(Silence::OfOthers),
    };
    Prediction {
        identity: monitor.identity.clone(),
        title: monitor.title.clone(),
        forecast: forecast(&state, silence),
        query: match is_exclusion_lifted {
            true => alert.to_string(),
            false => monitor.query.clone(),
        },
        is_exclusion_lifted,
        explanation: explanation(monitor, &alert, &evaluation, &indexed, silence),
        evaluation,
        reasons: match state {
            State::CannotTell(reasons) => reasons,
            _ => Vec::new(),
        },
    }
}

/// The same alert, seeing test events too, and whether it had left them out.
fn seeing_tests(alert: &Alert) -> (Alert, bool) {
    let exclusion = parse(TEST_EXCLUSION).expect("the exclusion is a search");
    let mut alert = alert.clone();
    let mut is_exclusion_lifted = false;
    for query in alert.queries_mut() {
        let (search, is_lifted) = query.search.without(&exclusion);
        query.search = search;
        is_exclusion_lifted |= is_lifted;
    }
    (alert, is_exclusion_lifted)
}

/// An alert that comes without any events too.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Silence {
    /// What it looks for came before the window, and no more.
    HasBegun,
    /// It is missing something else, which these events neither are nor replace.
    OfOthers,
}

fn forecast(state: &State, silence: Option<Silence>) -> Forecast {
    match state {
        _ if silence == Some(Silence::OfOthers) => Forecast::WouldNot,
        State::Alert => Forecast::WouldFire,
        State::Warn => Forecast::WouldWarn,
        State::Ok | State::NoData => Forecast::WouldNot,
        State::CannotTell(_) => Forecast::CannotTell,
    }
}

fn explanation(
    monitor: &Monitor,
    alert: &Alert,
    evaluation: &Evaluation,
    logs: &[IndexedLog<'_>],
    silence: Option<Silence>,
) -> Vec<String> {
    let mut explanation = vec![found(evaluation, logs.len(), alert)];
    let groups = evaluation.groups.iter();
    explanation.extend(groups.map(|group| in_words(group, monitor)));
    explanation.extend(silence.map(|silence| match silence {
        Silence::HasBegun => "what it looks for came before the window, and no more".to_owned(),
        Silence::OfOthers => "alerts without any events too, so these do not trip it".to_owned(),
    }));
    if silence != Some(Silence::HasBegun) && evaluation.found + evaluation.open == 0 {
        let searches = alert.queries().into_iter();
        explanation.extend(searches.filter_map(|query| missing(&query.search, logs)));
    }
    explanation
}

/// Whether a search finds one of the logs, in the window or before it.
fn found_before(alert: &Alert, logs: &[IndexedLog<'_>]) -> bool {
    let is_found = |log: &IndexedLog<'_>| {
        let queries = alert.queries().into_iter();
        queries
            .into_iter()
            .any(|query| evaluate(&query.search, log).is_yes())
    };
    logs.iter().any(is_found)
}

/// Whether a query of the monitor leaves test events out, as those of the packs do.
pub fn leaves_tests_out(monitor: &Monitor) -> bool {
    let exclusion = parse(TEST_EXCLUSION).expect("the exclusion is a search");
    let searches = monitor.alert.queries().into_iter();
    searches
        .map(|query| query.search.without(&exclusion))
        .any(|(_, is_lifted)| is_lifted)
}

fn found(evaluation: &Evaluation, sent: usize, alert: &Alert) -> String {
    let records = alert.record().plural();
    let mut text = format!(
        "finds {} of {sent} {}",
        evaluation.found,
        if sent == 1 {
            records.trim_end_matches('s')
        } else {
            records
        }
    );
    if evaluation.open > 0 {
        text.push_str(&format!(", perhaps {} more", evaluation.open));
    }
    if evaluation.outside_window > 0 {
        text.push_str(&format!(
            "; {} outside the last {}",
            evaluation.outside_window, alert.window
        ));
    }
    text
}

/// A group's number and what comes of it, in a sentence.
pub fn in_words(group: &Group, monitor: &Monitor) -> String {
    let name = match group.values.as_slice() {
        [] => format!("all {}", monitor.alert.record()),
        values => values
            .iter()
            .map(|(facet, value)| format!("{facet}={value}"))
            .collect::<Vec<_>>()
            .join(", "),
    };
    let number = match group.seen {
        Seen::Exactly(number) => number.to_string(),
        Seen::Between(low, high) => format!("between {low} and {high}"),
        Seen::Nothing => "no number".to_owned(),
    };
    let operator = monitor.alert.operator.as_str();
    let held = match (&group.state, monitor.thresholds.warning) {
        (State::Warn, Some(warning)) => format!("{operator} {warning}: warns"),
        (State::Alert, _) => format!("{operator} {}: alerts", monitor.thresholds.critical),
        (State::CannotTell(_), _) => {
            format!(
                "against {operator} {}: cannot tell",
                monitor.thresholds.critical
            )
        }
        (State::NoData, _) => "no data".to_owned(),
        (State::Warn | State::Ok, _) => {
            format!(
                "not {operator} {}: stays ok",
                monitor
                    .thresholds
                    .warning
                    .unwrap_or(monitor.thresholds.critical)
            )
        }
    };
    format!("{name}: {number} {held}")
}

/// Which parts of the search the closest log does not meet.
fn missing(search: &Query, logs: &[IndexedLog<'_>]) -> Option<String> {
    let unmet = |log: &IndexedLog<'_>| {
        let parts = search.conjuncts().iter().filter(|part| {
            let part = Query {
                root: (*part).clone(),
            };
            evaluate(&part, log).is_no()
        });
        parts.map(|part| format!("`{part}`")).collect::<Vec<_>>()
    };
    let closest = logs
        .iter()
        .map(unmet)
        .filter(|parts| !parts.is_empty())
        .min_by_key(Vec::len)?;
    Some(format!(
        "the closest log does not meet {}",
        closest.join(" and ")
    ))
}
