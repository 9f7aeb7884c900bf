//! A monitor held against the cases of its own file.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::file::{Case, CaseEvent, Expected, MonitorFile};
use super::render::Monitor;
use crate::domain::time::{TimeError, parse_duration};
use crate::query::IndexedLog;
use crate::query::monitor::{Evaluation, State};

/// A case whose monitor is in another state than the file says.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseFailure {
    pub case: String,
    pub expected: Expected,
    pub evaluation: Evaluation,
}

/// Evaluates `monitor` over each case of `file` as of `now`; answers those that came out otherwise.
///
/// # Errors
///
/// An `ago` that is no duration.
pub fn run_cases(
    file: &MonitorFile,
    monitor: &Monitor,
    now: Timestamp,
) -> Result<Vec<CaseFailure>, TimeError> {
    let mut failures = Vec::new();
    for case in &file.cases {
        let sent = logs_of(case, now)?;
        let logs: Vec<IndexedLog<'_>> = sent.iter().map(IndexedLog::from_intake).collect();
        let evaluation = monitor
            .alert
            .evaluate(&logs, monitor.thresholds.warning, now);
        if !case.expect.is(&evaluation.state()) {
            failures.push(CaseFailure {
                case: case.name.clone(),
                expected: case.expect,
                evaluation,
            });
        }
    }
    Ok(failures)
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

fn logs_of(case: &Case, now: Timestamp) -> Result<Vec<Map<String, Value>>, TimeError> {
    let mut logs = Vec::new();
    for event in &case.events {
        let log = stamped(event, now)?;
        logs.extend(std::iter::repeat_n(log, event.times));
    }
    Ok(logs)
}

/// The log of a case at its time; a time of its own in the file stays.
fn stamped(event: &CaseEvent, now: Timestamp) -> Result<Map<String, Value>, TimeError> {
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
    log.entry("timestamp")
        .or_insert_with(|| at.as_millisecond().into());
    Ok(log)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitors::{Values, packs};

    fn now() -> Timestamp {
        "2026-11-21T09:00:00Z".parse().expect("a valid instant")
    }

    #[test]
    fn every_file_of_every_pack_passes_its_own_cases() {
        for (identity, text) in packs().iter().flat_map(|pack| pack.files()) {
            let file =
                MonitorFile::parse(text).unwrap_or_else(|error| panic!("{identity}: {error}"));
            let monitor = file
                .render(identity.clone(), &Values::new())
                .unwrap_or_else(|error| panic!("{identity}: {error}"));
            let failures = run_cases(&file, &monitor, now()).expect("every `ago` is a duration");
            assert_eq!(failures, [], "{identity}");
            for expected in [Expected::Alert, Expected::Ok] {
                let has = file.cases.iter().any(|case| case.expect == expected);
                assert!(has, "{identity} has no case with {expected:?}");
            }
        }
    }

    #[test]
    fn a_case_that_comes_out_otherwise_is_named() {
        let (identity, text) = packs()[0].files().next().expect("a first file");
        let mut file = MonitorFile::parse(text).expect("it parses");
        let monitor = file.render(identity, &Values::new()).expect("it renders");
        file.cases
            .iter_mut()
            .for_each(|case| case.expect = Expected::CannotTell);
        let failures = run_cases(&file, &monitor, now()).expect("every `ago` is a duration");
        assert_eq!(failures.len(), file.cases.len());
        assert_eq!(failures[0].case, file.cases[0].name);
    }

    #[test]
    fn an_age_that_is_no_duration_is_an_error() {
        let (identity, text) = packs()[0].files().next().expect("a first file");
        let mut file = MonitorFile::parse(text).expect("it parses");
        let monitor = file.render(identity, &Values::new()).expect("it renders");
        for ago in ["soon", "9999999999999w"] {
            file.cases[0].events[0].ago = Some(ago.to_owned());
            assert!(run_cases(&file, &monitor, now()).is_err(), "{ago}");
        }
    }
}
