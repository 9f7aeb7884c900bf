//! Promises that were not kept, each in words.

use std::fmt;

use super::facts::Event;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breach {
    /// There is such an event, and it is neither at the intake nor among the dead letters.
    Missing(Event),
    /// There is no such event.
    Unexpected(Event),
    /// The place in the session is known, under another id.
    AnotherId { event: Event, id: String },
    /// An event arrived before an earlier one of its session had.
    Gap { event: Event, lacks: Event },
    /// It had been taken, and its sender had been told, when it was sent again.
    Duplicate {
        event: Event,
        first: u64,
        second: u64,
    },
    /// A run counts more events as accepted than were stored and answered 2xx.
    Overcounted {
        run: usize,
        accepted: u64,
        acknowledged: u64,
    },
    /// The position covers an event that was not stored when it was looked at.
    ClaimedTooSoon { id: String, after: u64 },
    /// The position covered an event and does not any more.
    MovedBack { id: String, after: u64 },
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Breach::Missing(event) => write!(f, "missing: {event}"),
            Breach::Unexpected(event) => write!(f, "too much: {event}, which there is not"),
            Breach::AnotherId { event, id } => {
                write!(f, "another id: {event} is {id} at its source")
            }
            Breach::Gap { event, lacks } => {
                write!(f, "gap: {event} arrived, and {lacks} had not")
            }
            Breach::Duplicate {
                event,
                first,
                second,
            } => write!(
                f,
                "too much: {event} in request {second}, though request {first} with it was answered"
            ),
            Breach::Overcounted {
                run,
                accepted,
                acknowledged,
            } => write!(
                f,
                "run {run} counts {accepted} events as accepted, and {acknowledged} were stored and answered 2xx"
            ),
            Breach::ClaimedTooSoon { id, after } => write!(
                f,
                "the position covers {id} after request {after}, and it was not stored by then"
            ),
            Breach::MovedBack { id, after } => write!(
                f,
                "the position went back: it covered {id}, and after request {after} it does not"
            ),
        }
    }
}
