//! What of a range was read to its end, while it is being read from its end down.

use jiff::{SignedDuration, Timestamp};

use crate::domain::session::Session;
use crate::domain::time::TimeRange;

/// A range of start times that was read to its end; empty for sessions that were asked for one by
/// one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub range: TimeRange,
    /// Sessions that may bring more events, or may yet match the filter: id and start.
    pub unfinished: Vec<(String, Timestamp)>,
    /// Ids of sessions that will bring no more.
    pub finished: Vec<String>,
}

/// A row is there some time after its start: the gateway's machine takes the start, the database
/// commits. Until then nobody can be sure of a stretch.
pub(in crate::sources) const IN_DOUBT: SignedDuration = SignedDuration::from_secs(60);

/// A stretch that is being read, from its end down.
pub(in crate::sources) struct Reading {
    until: Timestamp,
    /// Start of the last session.
    pub reached: Timestamp,
    pub sessions: usize,
    pub unfinished: Vec<(String, Timestamp)>,
    pub finished: Vec<String>,
}

impl Reading {
    pub fn new(range: TimeRange) -> Self {
        Self {
            until: range.until,
            reached: range.since,
            sessions: 0,
            unfinished: Vec::new(),
            finished: Vec::new(),
        }
    }

    pub fn passed(&mut self, session: &Session, whole_from: Timestamp) {
        self.sessions += 1;
        self.reached = whole_from;
        if !session.is_done() {
            let id = session.id.clone();
            self.unfinished.push((id, session.start_date));
        }
    }

    /// Nothing between here and the last close is claimed to be read.
    pub fn go_below(&mut self, until: Timestamp) {
        self.until = self.until.min(until);
        self.reached = self.until;
    }

    /// What was read since the last time. `now` is when the reading began, by the clock that starts
    /// are taken by.
    pub fn close(&mut self, now: Timestamp) -> Stretch {
        self.until = self.until.min(now - IN_DOUBT);
        let range = TimeRange {
            since: self.reached,
            until: self.until,
        };
        self.until = self.until.min(self.reached);
        self.sessions = 0;
        Stretch {
            range,
            unfinished: std::mem::take(&mut self.unfinished),
            finished: std::mem::take(&mut self.finished),
        }
    }
}
