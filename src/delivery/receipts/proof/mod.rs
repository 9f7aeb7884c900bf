//! Proof: is every event that ought to exist at the destination?
//!
//! It begins with what the gateway says ought to exist ([`Expectations`]). Receipts say which of it
//! went out under another time than its own, was set aside, or was found by an earlier verification
//! ([`gather`]). Then Datadog counts by hour and kind (`cells`), over the times under which it has
//! the events; only where an hour differs are its ids listed, and what is still not found is looked
//! up by its id, wherever it may be ([`Inquiry`]). What was sent so shortly before that it may not be
//! searchable yet is no answer ([`UnderWay`]).
//!
//! An hour agrees when both the number of logs and the number of different ids are the expected
//! ones: equal numbers of logs alone could be one event twice and another not at all. Datadog
//! estimates the number of different values where there are many; an estimate that is off leads to a
//! listing, never to a proof.

mod cells;
mod evidence;
mod expected;
mod inquiry;
mod pace;
mod under_way;

pub use cells::{Cell, HOUR, Tally, hour_of, start_of_hour};
pub use evidence::{Evidence, gather};
pub use expected::{About, Expectations, Expected, Family};
pub use inquiry::{Inquiry, Planned, Step};
pub use under_way::{FRESH, UnderWay, before};

#[cfg(test)]
mod tests;
