//! A monitor held against the cases of its own file.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::file::{Case, CaseEvent, Expected, Form};
use super::render::Monitor;
use crate::domain::time::{TimeError, parse_duration};
use crate::query::monitor::{Evaluation, State};
use crate::query::{IndexedLog, Record};

/// How a case came out.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseOutcome {
    /// The monitor is in the state that the file says.
    pub passed: bool,
    pub case: String,
    pub expected: Expected,
    pub evaluation: Evaluation,
}

/// Evaluates `monitor` over each case of its `form` as of `now`.
///
/// # Errors
///
/// An `ago` that is no duration.
pub fn run_cases(
    form: &Form,
    monitor: &Monitor,
    now: Timestamp,
) -> Result<Vec<CaseOutcome>, TimeError> {
    let run = |case: &Case| {
        let sent = logs_of(case, monitor.alert.record(), now)?;
        let record = monitor.alert.record();
        let indexed: Vec<IndexedLog<'_>> = sent.iter().map(|log| record.indexed(log)).collect();
        let rules = monitor.rules(case.before);
        let evaluation = monitor.alert.evaluate(&indexed, &rules, now);
        Ok(CaseOutcome {
            case: case.name.clone(),
            expected: case.expect,
            passed: case.expect.is(&evaluation.state()),
            evaluation,
        })
    };
    form.cases.iter().map(run).collect()
}

impl Expected {
    fn is(self, state: &State) -> bool {
        match (self, state) {
            (Expected::Alert, State::Alert)
            | (Expected::Warn, State::Warn)
            | (Expected::Ok, State::Ok)
            | (Expected::NoData, State::NoData)
            | (Expected::CannotTell, State::CannotTell(_)) => true,
            (
                Expected::Alert
                | Expected::Warn
                | Expected::Ok
                | Expected::NoData
                | Expected::CannotTell,
                _,
            ) => false,
        }
    }
}

/// More of one event than this say nothing that this many do not, and would only fill memory.
const MOST_TIMES: usize = 100_000;

fn logs_of(
    case: &Case,
    record: Record,
    now: Timestamp,
) -> Result<Vec<Map<String, Value>>, TimeError> {
    let mut logs = Vec::new();
    for event in &case.events {
        let log = stamped(event, record, now)?;
        logs.extend(std::iter::repeat_n(log, event.times.min(MOST_TIMES)));
    }
    Ok(logs)
}

/// The log of a case at its time; a time of its own in the file stays.
fn stamped(
    event: &CaseEvent,
    record: Record,
    now: Timestamp,
) -> Result<Map<String, Value>, TimeError> {
    let ago = event
        .ago
        .as_deref()
        .map(parse_duration)
        .transpose()?
        .unwrap_or_default();
    let at = SignedDuration::try_from(ago)
        .ok()
        .and_then(|ago| now.checked_sub(ago).ok());
    let at = at.ok_or_else(|| TimeError::Duration(event.ago.clone().unwrap_or_default()))?;
    let mut log = event.log.clone();
    let (key, time) = match record {
        Record::Log | Record::LlmSpan | Record::Pipeline => {
            ("timestamp", Value::from(at.as_millisecond()))
        }
        Record::Event => ("date_happened", at.as_second().into()),
        Record::Span => ("start_timestamp", at.to_string().into()),
    };
    log.entry(key).or_insert(time);
    Ok(log)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitors::{MonitorFile, Values, packs};
    use crate::query::monitor::Form as AlertForm;

    fn now() -> Timestamp {
        "2026-11-21T09:00:00Z".parse().expect("a valid instant")
    }

    #[test]
    fn every_file_of_every_pack_passes_its_own_cases() {
        for (identity, text) in packs().iter().flat_map(|pack| pack.files()) {
            let file =
                MonitorFile::parse(text).unwrap_or_else(|error| panic!("{identity}: {error}"));
            for (shape, form) in file.watched() {
                let monitor = file
                    .render(identity.clone(), shape, &Values::new())
                    .unwrap_or_else(|error| panic!("{identity}: {error}"));
                let outcomes = run_cases(form, &monitor, now()).expect("every `ago` is a duration");
                let failed: Vec<&CaseOutcome> = outcomes.iter().filter(|one| !one.passed).collect();
                assert!(failed.is_empty(), "{identity} {shape:?}: {failed:#?}");
                let is_anomaly = matches!(monitor.alert.form, AlertForm::Anomaly(_));
                let needed: &[Expected] = match is_anomaly {
                    // What is usual nothing local knows.
                    true => &[Expected::CannotTell],
                    false => &[Expected::Alert, Expected::Ok],
                };
                for expected in needed.iter().copied() {
                    let has = form.cases.iter().any(|case| case.expect == expected);
                    assert!(has, "{identity} {shape:?} has no case with {expected:?}");
                }
            }
        }
    }

    fn first() -> (Form, Monitor) {
        let (identity, text) = packs()[0].files().next().expect("a first file");
        let file = MonitorFile::parse(text).expect("it parses");
        let monitor = file
            .render(identity, None, &Values::new())
            .expect("it renders");
        let (_, form) = file.form(None).expect("it has one");
        (form.clone(), monitor)
    }

    #[test]
    fn a_case_that_comes_out_otherwise_has_not_passed() {
        let (mut form, monitor) = first();
        form.cases
            .iter_mut()
            .for_each(|case| case.expect = Expected::CannotTell);
        let outcomes = run_cases(&form, &monitor, now()).expect("every `ago` is a duration");
        assert!(outcomes.iter().all(|outcome| !outcome.passed));
        assert_eq!(outcomes[0].case, form.cases[0].name);
    }

    #[test]
    fn an_age_that_is_no_duration_is_an_error() {
        let (mut form, monitor) = first();
        for ago in ["soon", "9999999999999w"] {
            form.cases[0].events[0].ago = Some(ago.to_owned());
            assert!(run_cases(&form, &monitor, now()).is_err(), "{ago}");
        }
    }
}
