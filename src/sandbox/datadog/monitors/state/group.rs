//! One group of a monitor: its state, and when it last entered each.

use std::fmt;

use serde_json::{Value, json};

use super::window::Millis;

/// A state, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    Ok,
    NoData,
    Warn,
    Alert,
}

impl Status {
    pub const ALL: [Status; 4] = [Status::Ok, Status::NoData, Status::Warn, Status::Alert];

    /// As `MonitorOverallStates` spells it.
    pub fn name(self) -> &'static str {
        match self {
            Status::Ok => "OK",
            Status::NoData => "No Data",
            Status::Warn => "Warn",
            Status::Alert => "Alert",
        }
    }

    pub fn is_triggered(self) -> bool {
        matches!(self, Status::Warn | Status::Alert)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A group; times are the stand-in's, but for the last log's.
#[derive(Clone, Debug)]
pub struct Group {
    /// `None` before its first look.
    status: Option<Status>,
    /// The last look that found a log in it, by the true time.
    seen: Millis,
    triggered: Option<Millis>,
    resolved: Option<Millis>,
    without_data: Option<Millis>,
    notified: Option<Millis>,
}

impl Group {
    pub fn new(seen: Millis) -> Self {
        Self {
            status: None,
            seen,
            triggered: None,
            resolved: None,
            without_data: None,
            notified: None,
        }
    }

    pub fn status(&self) -> Status {
        self.status.unwrap_or(Status::NoData)
    }

    /// The state before a look; `None` before the first.
    pub fn before(&self) -> Option<Status> {
        self.status
    }

    pub fn seen(&self) -> Millis {
        self.seen
    }

    pub fn saw(&mut self, at: Millis) {
        self.seen = at;
    }

    /// POSIX seconds.
    pub fn triggered(&self) -> Option<i64> {
        self.triggered.map(seconds)
    }

    /// POSIX seconds.
    pub fn without_data(&self) -> Option<i64> {
        self.without_data.map(seconds)
    }

    /// Enters a state at the stand-in's time `at`.
    pub fn enter(&mut self, status: Status, at: Millis, notifies: bool) {
        if self.status == Some(status) {
            return;
        }
        let is_known = self.status.is_some();
        match status {
            Status::Alert | Status::Warn => self.triggered = Some(at),
            Status::NoData => self.without_data = Some(at),
            Status::Ok if is_known => self.resolved = Some(at),
            Status::Ok => {}
        }
        if notifies && (is_known || status != Status::Ok) {
            self.notified = Some(at);
        }
        self.status = Some(status);
    }

    /// As `state.groups` shows it (OpenAPI v1, `MonitorStateGroup`). What never was is null, as
    /// third parties' answers show.
    pub fn shown(&self, name: &str) -> Value {
        json!({
            "name": name,
            "status": self.status().name(),
            "last_triggered_ts": self.triggered.map(seconds),
            "last_resolved_ts": self.resolved.map(seconds),
            "last_nodata_ts": self.without_data.map(seconds),
            "last_notified_ts": self.notified.map(seconds),
        })
    }
}

fn seconds(at: Millis) -> i64 {
    at.div_euclid(1_000)
}
