//! What a rehearsal waits for, and whether what was seen is it.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use crate::datadog::{GroupState, MonitorState};

/// The state that the monitor has to come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    Alert,
    Warn,
    Ok,
    NoData,
}

impl Expectation {
    pub const ALL: [Expectation; 4] = [
        Expectation::Alert,
        Expectation::Warn,
        Expectation::Ok,
        Expectation::NoData,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Expectation::Alert => "alert",
            Expectation::Warn => "warn",
            Expectation::Ok => "ok",
            Expectation::NoData => "no-data",
        }
    }

    fn is(self, state: &MonitorState) -> bool {
        Self::of(state) == Some(self)
    }

    /// `None` for a state that nobody can expect.
    fn of(state: &MonitorState) -> Option<Self> {
        match state {
            MonitorState::Alert => Some(Expectation::Alert),
            MonitorState::Warn => Some(Expectation::Warn),
            MonitorState::Ok => Some(Expectation::Ok),
            MonitorState::NoData => Some(Expectation::NoData),
            _ => None,
        }
    }

    /// A state that a monitor comes to, rather than one it stays in.
    fn is_a_change(self) -> bool {
        matches!(self, Expectation::Alert | Expectation::Warn)
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Expectation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL
            .into_iter()
            .find(|expected| expected.as_str() == text);
        found.ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            format!("a monitor comes to one of {names}")
        })
    }
}

/// A monitor as it was seen once.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    pub overall: MonitorState,
    pub groups: Vec<GroupState>,
    pub at: Timestamp,
}

/// Which of a monitor's groups count, and since when.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    pub expected: Expectation,
    /// Values of the run's own groups, all of which stand in the name of a group that counts.
    /// Empty where every group is the run's, as with a temporary copy.
    pub groups: Vec<Vec<String>>,
    /// A change counts from here: the events were sent after it.
    pub since: Timestamp,
    /// Datadog could find every event from here on.
    pub arrived: Timestamp,
    /// How long a state that may not be the last one has to hold after the arrival.
    pub settle: SignedDuration,
}

/// What a sighting says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As expected, by this group; without a name where the monitor has no groups.
    Reached { group: Option<String> },
    /// It came to another state than expected, for good.
    Missed {
        state: String,
        group: Option<String>,
    },
    /// Not yet; what there is so far.
    Waiting { state: String },
}

impl Watched {
    /// Judges one sighting.
    ///
    /// An alert or a warning has to be triggered after the events were sent: a group that was in
    /// that state before proves nothing. The other two states are where a monitor begins, so they
    /// have to hold for a while after Datadog has every event.
    pub fn judge(&self, seen: &Sighting) -> Verdict {
        let own: Vec<&GroupState> = seen
            .groups
            .iter()
            .filter(|group| self.is_own(&group.name))
            .collect();
        match self.expected.is_a_change() {
            true => self.judge_change(seen, &own),
            false => self.judge_rest(seen, &own),
        }
    }

    /// A warning may still become an alert; an alert was more than a warning already.
    fn judge_change(&self, seen: &Sighting, own: &[&GroupState]) -> Verdict {
        if let Some(group) = own.iter().find(|group| self.was_reached_by(group)) {
            return Verdict::Reached {
                group: Some(group.name.clone()),
            };
        }
        let too_far = self.expected == Expectation::Warn;
        match own.iter().find(|group| self.was_triggered(group)) {
            Some(group) if too_far || self.has_settled(seen) => missed(group),
            _ => Verdict::Waiting {
                state: self.state(seen, own),
            },
        }
    }

    fn judge_rest(&self, seen: &Sighting, own: &[&GroupState]) -> Verdict {
        if let Some(group) = own.iter().find(|group| self.was_triggered(group)) {
            return missed(group);
        }
        let holds = match own {
            [] => self.expected.is(&seen.overall),
            own => own.iter().all(|group| self.expected.is(&group.status)),
        };
        match self.has_settled(seen) && holds {
            true => Verdict::Reached {
                group: own.first().map(|group| group.name.clone()),
            },
            false => Verdict::Waiting {
                state: self.state(seen, own),
            },
        }
    }

    fn has_settled(&self, seen: &Sighting) -> bool {
        seen.at.duration_since(self.arrived) >= self.settle
    }

    fn is_own(&self, name: &str) -> bool {
        let has_all = |values: &Vec<String>| values.iter().all(|value| name.contains(value));
        self.groups.is_empty() || self.groups.iter().any(has_all)
    }

    fn was_reached_by(&self, group: &GroupState) -> bool {
        self.expected.is(&group.status) && self.is_new(group)
    }

    fn was_triggered(&self, group: &GroupState) -> bool {
        matches!(group.status, MonitorState::Alert | MonitorState::Warn) && self.is_new(group)
    }

    /// Datadog counts triggers in whole seconds.
    fn is_new(&self, group: &GroupState) -> bool {
        group
            .last_triggered
            .is_some_and(|at| at.as_second() >= self.since.as_second())
    }

    fn state(&self, seen: &Sighting, own: &[&GroupState]) -> String {
        let overall = word(&seen.overall);
        match own {
            [] => format!("{overall}, no group of the run yet"),
            [group] => {
                let is_older = self.expected.is(&group.status) && self.expected.is_a_change();
                let older = if is_older {
                    " since before the events"
                } else {
                    ""
                };
                format!("{}{older} ({})", word(&group.status), group.name)
            }
            groups => format!("{overall}, {} groups of the run", groups.len()),
        }
    }
}

fn missed(group: &GroupState) -> Verdict {
    Verdict::Missed {
        state: word(&group.status),
        group: Some(group.name.clone()),
    }
}

/// In the words of `--expect` where it has one.
fn word(state: &MonitorState) -> String {
    match Expectation::of(state) {
        Some(known) => known.to_string(),
        None => state.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("within the calendar")
    }

    fn group(name: &str, status: MonitorState, triggered: Option<i64>) -> GroupState {
        GroupState {
            name: name.to_owned(),
            status,
            last_triggered: triggered.map(at),
            last_resolved: None,
            last_nodata: None,
            last_notified: None,
        }
    }

    fn watched(expected: Expectation, groups: &[&str]) -> Watched {
        Watched {
            expected,
            groups: groups
                .iter()
                .map(|value| vec![(*value).to_owned()])
                .collect(),
            since: at(100),
            arrived: at(110),
            settle: SignedDuration::from_secs(60),
        }
    }

    fn seen(overall: MonitorState, groups: Vec<GroupState>, second: i64) -> Sighting {
        Sighting {
            overall,
            groups,
            at: at(second),
        }
    }

    fn reached(group: &str) -> Verdict {
        Verdict::Reached {
            group: Some(group.to_owned()),
        }
    }

    #[test]
    fn an_alert_counts_when_it_was_triggered_after_the_send() {
        let watched = watched(Expectation::Alert, &[]);
        let alert = |triggered| {
            let group = group("@session.id:s", MonitorState::Alert, triggered);
            watched.judge(&seen(MonitorState::Alert, vec![group], 120))
        };
        assert_eq!(alert(Some(100)), reached("@session.id:s"));
        assert!(matches!(alert(Some(99)), Verdict::Waiting { .. }));
        assert!(matches!(alert(None), Verdict::Waiting { .. }));
    }

    #[test]
    fn a_monitor_that_alerts_for_others_says_nothing_of_the_run() {
        let watched = watched(Expectation::Alert, &["test-7"]);
        let others = vec![group("@usr.id:ada", MonitorState::Alert, Some(130))];
        let judged = watched.judge(&seen(MonitorState::Alert, others, 140));
        assert!(matches!(judged, Verdict::Waiting { .. }));
        let own = vec![group("@usr.id:test-7", MonitorState::Alert, Some(130))];
        let judged = watched.judge(&seen(MonitorState::Alert, own, 140));
        assert_eq!(judged, reached("@usr.id:test-7"));
    }

    fn triggered(expected: Expectation, status: MonitorState, second: i64) -> Verdict {
        let group = group("g", status.clone(), Some(130));
        watched(expected, &[]).judge(&seen(status, vec![group], second))
    }

    #[test]
    fn a_warning_may_become_an_alert_until_it_has_held_for_a_while() {
        let judged = |second| triggered(Expectation::Alert, MonitorState::Warn, second);
        assert!(matches!(judged(169), Verdict::Waiting { .. }));
        let missed = Verdict::Missed {
            state: "warn".to_owned(),
            group: Some("g".to_owned()),
        };
        assert_eq!(judged(170), missed);
    }

    #[test]
    fn an_alert_is_more_than_a_warning_at_once() {
        let judged = triggered(Expectation::Warn, MonitorState::Alert, 131);
        assert!(matches!(judged, Verdict::Missed { .. }), "{judged:?}");
    }

    #[test]
    fn a_monitor_that_was_there_before_is_called_so() {
        let group = group("*", MonitorState::Alert, Some(90));
        let seen = seen(MonitorState::Alert, vec![group], 500);
        let state = "alert since before the events (*)".to_owned();
        let judged = watched(Expectation::Alert, &[]).judge(&seen);
        assert_eq!(judged, Verdict::Waiting { state });
    }

    #[test]
    fn ok_has_to_hold_after_everything_arrived() {
        let watched = watched(Expectation::Ok, &[]);
        let ok = |second| {
            let groups = vec![group("g", MonitorState::Ok, None)];
            watched.judge(&seen(MonitorState::Ok, groups, second))
        };
        assert!(matches!(ok(169), Verdict::Waiting { .. }));
        assert_eq!(ok(170), reached("g"));
        let fresh = watched.judge(&seen(MonitorState::NoData, Vec::new(), 500));
        assert!(matches!(fresh, Verdict::Waiting { .. }), "never evaluated");
    }

    #[test]
    fn a_trigger_ends_the_hope_for_ok_at_once() {
        let groups = vec![group("g", MonitorState::Alert, Some(120))];
        let judged = watched(Expectation::Ok, &[]).judge(&seen(MonitorState::Alert, groups, 121));
        assert!(matches!(judged, Verdict::Missed { .. }));
    }

    #[test]
    fn no_data_is_the_state_of_the_monitor_where_no_group_is() {
        let watched = watched(Expectation::NoData, &[]);
        let judged = watched.judge(&seen(MonitorState::NoData, Vec::new(), 170));
        assert_eq!(judged, Verdict::Reached { group: None });
    }

    #[test]
    fn expectations_are_read_as_they_are_written() {
        for expected in Expectation::ALL {
            assert_eq!(expected.as_str().parse(), Ok(expected));
        }
        assert!("alarm".parse::<Expectation>().is_err());
    }
}
