//! What every command that sends has in common: where it goes, how, what is told on the way, and
//! what is said of it at the end.
//!
//! A command names its destinations by [`To`], makes a [`Lane`] of each, and hands them to [`ship`]
//! together with the work that reads. A [`Keeper`] is its own: it makes records of what was read and
//! remembers what came of them.

mod flags;
mod intake;
mod lane;
mod new_position;
mod outcome;
mod place;
mod rows;
mod run;
mod single;
mod standing;
mod summary;
mod voice;

pub use flags::DeliveryFlags;
pub use intake::Intake;
pub use lane::{End, Keeper, Lane};
pub use new_position::tell_new_position;
pub use outcome::{Carried, conclude, unread};
pub use place::{Destination, To, check};
pub use rows::Place;
pub use run::{Extent, closed, ship, ship_standing};
pub use single::carry;
pub use standing::{Seen, Standing, StandingFlags, listen_address};
pub use summary::Shipped;
pub use voice::Chorus;

/// More events than this are asked about.
pub const MANY: u64 = 100_000;

/// What keeps events from growing too old.
pub const OFTEN_ENOUGH: &str =
    "  where --new runs every 12 h or more often, no event grows that old";
