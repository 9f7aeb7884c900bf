//! What a monitor's options say of its states.

use serde_json::Value;

use super::group::Status;
use super::window::Millis;
use crate::sandbox::datadog::monitors::definition::Definition;
use crate::sandbox::datadog::monitors::grammar::LogAlert;

/// How long a group without logs is remembered unless told.
const GROUP_RETENTION: Millis = 24 * 3_600_000;

/// The options that decide states.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    pub evaluation_delay: Millis,
    pub new_group_delay: Millis,
    pub group_retention: Millis,
    warning: Option<f64>,
    critical_recovery: Option<f64>,
    warning_recovery: Option<f64>,
    on_missing_data: OnMissingData,
    /// Scopes, and until when they are muted: POSIX seconds, `None` for ever.
    silenced: Vec<(String, Option<i64>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OnMissingData {
    /// A count is 0, any other number stays what it was.
    Default,
    Show {
        notifies: bool,
    },
    Resolve,
}

impl Rules {
    pub fn of(definition: &Definition) -> Self {
        let seconds = |name| definition.option(name).as_i64().unwrap_or(0);
        let threshold = |name: &str| definition.option("thresholds")[name].as_f64();
        let retention = definition.option("group_retention_duration").as_str();
        Self {
            evaluation_delay: seconds("evaluation_delay").saturating_mul(1_000),
            new_group_delay: seconds("new_group_delay").saturating_mul(1_000),
            group_retention: retention.and_then(duration).unwrap_or(GROUP_RETENTION),
            warning: threshold("warning"),
            critical_recovery: threshold("critical_recovery"),
            warning_recovery: threshold("warning_recovery"),
            on_missing_data: on_missing_data(definition),
            silenced: silenced(definition),
        }
    }

    /// The state that a number puts a group into that was in `before`.
    pub fn level(&self, alert: &LogAlert, number: f64, before: Option<Status>) -> Status {
        let passes = |threshold: Option<f64>| {
            threshold.is_some_and(|threshold| alert.operator.holds(number, threshold))
        };
        let stays = |recovery: Option<f64>| passes(recovery) && recovery != Some(number);
        let was_alert = before == Some(Status::Alert);
        let was_triggered = before.is_some_and(Status::is_triggered);
        if passes(Some(alert.threshold)) || (was_alert && stays(self.critical_recovery)) {
            Status::Alert
        } else if passes(self.warning) || (was_triggered && stays(self.warning_recovery)) {
            Status::Warn
        } else {
            Status::Ok
        }
    }

    /// The state of a group without logs; `number` is what its query makes of none.
    pub fn without_data(
        &self,
        alert: &LogAlert,
        number: Option<f64>,
        before: Option<Status>,
    ) -> Status {
        match (self.on_missing_data, number) {
            (OnMissingData::Show { .. }, _) => Status::NoData,
            (OnMissingData::Resolve, _) => Status::Ok,
            (OnMissingData::Default, Some(number)) => self.level(alert, number, before),
            (OnMissingData::Default, None) => before.unwrap_or(Status::NoData),
        }
    }

    /// The state of a monitor that groups and has no group. Without logs one that counts is well,
    /// also where few would alert: no group has vanished.
    pub fn without_groups(&self, counts: bool, before: Status) -> Status {
        match self.on_missing_data {
            OnMissingData::Show { .. } => Status::NoData,
            OnMissingData::Resolve => Status::Ok,
            OnMissingData::Default if counts => Status::Ok,
            OnMissingData::Default => before,
        }
    }

    /// Whether somebody is told when a group enters a state at the stand-in's time `at`.
    pub fn notifies(&self, group: &str, status: Status, at: Millis) -> bool {
        let tells = match (status, self.on_missing_data) {
            (Status::NoData, OnMissingData::Show { notifies }) => notifies,
            (Status::NoData, _) => false,
            _ => true,
        };
        tells && self.muted_until(group, at).is_none()
    }

    /// Until when a group is muted at the stand-in's time `at`: `Some(None)` for ever.
    pub fn muted_until(&self, group: &str, at: Millis) -> Option<Option<i64>> {
        let second = at.div_euclid(1_000);
        let muting = self.silenced.iter().filter(|(scope, end)| {
            end.is_none_or(|end| end > second) && (scope == "*" || is_within(group, scope))
        });
        let mut ends = muting.map(|(_, end)| *end);
        let first = ends.next()?;
        Some(ends.fold(first, |latest, end| latest.zip(end).map(|(a, b)| a.max(b))))
    }
}

/// Whether every tag of the scope is one of the group.
fn is_within(group: &str, scope: &str) -> bool {
    scope
        .split(',')
        .all(|tag| group.split(',').any(|own| own == tag.trim()))
}

/// The newer option goes before the older pair.
fn on_missing_data(definition: &Definition) -> OnMissingData {
    let notifies = definition.option("notify_no_data") == true;
    match definition.option("on_missing_data").as_str() {
        Some("show_no_data") => OnMissingData::Show { notifies: false },
        Some("show_and_notify_no_data") => OnMissingData::Show { notifies: true },
        Some("resolve") => OnMissingData::Resolve,
        None if notifies => OnMissingData::Show { notifies },
        _ => OnMissingData::Default,
    }
}

fn silenced(definition: &Definition) -> Vec<(String, Option<i64>)> {
    let silenced = definition.option("silenced").as_object();
    silenced
        .into_iter()
        .flatten()
        .map(|(scope, end)| (scope.clone(), Value::as_i64(end)))
        .collect()
}

/// `60m`, `1h` or `2d`, in milliseconds.
fn duration(text: &str) -> Option<Millis> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let minutes = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 1_440,
        _ => return None,
    };
    Some(Millis::from(number.parse::<u32>().ok()?) * minutes * 60_000)
}
