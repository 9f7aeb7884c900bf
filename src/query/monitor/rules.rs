//! What stands beside a monitor's query and decides its state: the other thresholds, what happens
//! without data, and the state before.

use serde::Deserialize;

use super::number::{Number, Seen};
use super::{Alert, State};
use crate::query::Reason;

/// `options` of a monitor, as far as they decide a state. Without them nothing warns and a count
/// without data is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rules {
    pub warning: Option<f64>,
    pub critical_recovery: Option<f64>,
    pub warning_recovery: Option<f64>,
    pub on_missing_data: OnMissingData,
    /// The state that each group was in; `None` for a fresh monitor.
    pub before: Option<Past>,
}

/// `options.on_missing_data` of log and event monitors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnMissingData {
    /// A count is 0, any other number stays what it was.
    #[default]
    Default,
    ShowNoData,
    ShowAndNotifyNoData,
    Resolve,
}

impl OnMissingData {
    pub fn as_str(self) -> &'static str {
        match self {
            OnMissingData::Default => "default",
            OnMissingData::ShowNoData => "show_no_data",
            OnMissingData::ShowAndNotifyNoData => "show_and_notify_no_data",
            OnMissingData::Resolve => "resolve",
        }
    }
}

/// A state that a group can have been in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Past {
    Ok,
    Warn,
    Alert,
}

/// Whether a number that equals a recovery threshold has recovered is stated nowhere.
#[derive(Clone, Copy)]
enum Edge {
    Recovers,
    Stays,
}

impl Rules {
    /// The state of a group without a number.
    fn without_data(&self) -> State {
        match (self.on_missing_data, self.before) {
            (OnMissingData::Resolve, _) => State::Ok,
            (OnMissingData::Default, Some(before)) => State::from(before),
            _ => State::NoData,
        }
    }

    /// The state that `number` puts a group into. `is_empty` says that no record was found.
    pub(super) fn state(&self, alert: &Alert, number: &Number, is_empty: bool) -> State {
        if is_empty && self.on_missing_data != OnMissingData::Default {
            return self.without_data();
        }
        match number.seen {
            Seen::Nothing if number.reasons.is_empty() => self.without_data(),
            Seen::Nothing => State::CannotTell(number.reasons.clone()),
            Seen::Exactly(exact) => match self.level(alert, exact) {
                Some(level) => State::from(level),
                None => State::CannotTell(vec![Reason::RecoveryEdge]),
            },
            Seen::Between(low, high) => self
                .level_between(alert, low, high)
                .map_or_else(|| State::CannotTell(number.reasons.clone()), State::from),
        }
    }

    fn level_between(&self, alert: &Alert, low: f64, high: f64) -> Option<Past> {
        let level = self.level(alert, low)?;
        let mut thresholds = [Some(alert.threshold), self.warning].into_iter().flatten();
        let is_level = match alert.operator.is_monotone() {
            true => self.level(alert, high) == Some(level),
            false => thresholds.all(|threshold| !(low..=high).contains(&threshold)),
        };
        is_level.then_some(level)
    }

    /// `None` where it depends on whether a recovery threshold is met or passed.
    fn level(&self, alert: &Alert, number: f64) -> Option<Past> {
        let one = self.level_at(alert, number, Edge::Recovers);
        (one == self.level_at(alert, number, Edge::Stays)).then_some(one)
    }

    fn level_at(&self, alert: &Alert, number: f64, edge: Edge) -> Past {
        let operator = alert.operator;
        let was = |level| self.before.is_some_and(|before| before >= level);
        // A group that was there stays until its recovery threshold is passed.
        let stays = |recovery: Option<f64>| {
            recovery.is_some_and(|recovery| {
                operator.holds(number, recovery) && number != recovery
                    || number == recovery && matches!(edge, Edge::Stays)
            })
        };
        if operator.holds(number, alert.threshold)
            || (was(Past::Alert) && stays(self.critical_recovery))
        {
            return Past::Alert;
        }
        let warns = self
            .warning
            .is_some_and(|warning| operator.holds(number, warning));
        match warns || (was(Past::Warn) && stays(self.warning_recovery)) {
            true => Past::Warn,
            false => Past::Ok,
        }
    }
}

impl From<Past> for State {
    fn from(past: Past) -> Self {
        match past {
            Past::Ok => State::Ok,
            Past::Warn => State::Warn,
            Past::Alert => State::Alert,
        }
    }
}
