//! What was observed of a scenario: what there is, what arrived, what was answered, and what ddctl
//! said of itself.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;

/// One event as both sides know it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Event {
    pub session: String,
    /// `session.seq`: the place among the events of its session; not every place is taken.
    pub seq: u64,
    /// `evt.id`
    pub id: String,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { session, seq, id } = self;
        write!(f, "{id} (session {session}, seq {seq})")
    }
}

/// An event that the intake stored.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub event: Event,
    /// The number of the request that brought it.
    pub request: u64,
}

/// A request to the intake and what became of it.
#[derive(Clone, Debug)]
pub struct Answered {
    pub number: u64,
    pub at: Timestamp,
    /// `None` where no answer went out.
    pub status: Option<u16>,
    pub is_stored: bool,
    /// The fault that struck, as it is written.
    pub fault: Option<String>,
}

impl Answered {
    /// Stored, and the client was told.
    pub fn is_acknowledged(&self) -> bool {
        self.is_stored && matches!(self.status, Some(200..=299))
    }
}

/// A process that ended without waiting for what it had under way.
#[derive(Clone, Copy, Debug)]
pub struct Break {
    /// The last request that was seen of it.
    pub after: u64,
    /// How many of its last requests may have been taken without its having noted that.
    pub reach: usize,
}

/// What a run said that the destination took.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    /// The run, counted from one.
    pub run: usize,
    /// Its requests lie above the first number and up to the second.
    pub requests: (u64, u64),
    pub accepted: u64,
}

/// The position between two runs.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// The last request until then.
    pub after: u64,
    /// Ids of the events that would not be sent again.
    pub claimed: BTreeSet<String>,
    /// Ids of the events among the dead letters at that time.
    pub dead: BTreeSet<String>,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// What an undisturbed export says.
    pub there_is: Vec<Event>,
    /// In the order in which the intake stored them.
    pub arrivals: Vec<Arrival>,
    /// To the logs intake, ascending.
    pub requests: Vec<Answered>,
    /// The dead letters at the end.
    pub dead: Vec<Event>,
    pub breaks: Vec<Break>,
    pub counts: Vec<Count>,
    pub looks: Vec<Look>,
}
