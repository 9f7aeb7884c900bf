//! What every command that sends has in common: where it goes, how, what is told on the way, and
//! what is said of it at the end.
//!
//! A command names its destinations by [`To`], makes a [`Lane`] of each, and hands them to [`ship`]
//! together with the work that reads. A [`Keeper`](lane::Keeper) is its own: it makes records of what was read and
//! remembers what came of them. What comes from the gateway's API has the [`Follower`](follower::Follower), and
//! [`positions`] says what of a range each destination lacks.

mod course;
mod flags;
mod follower;
mod following;
mod intake;
mod lane;
mod lanes;
mod late;
mod memory;
mod new_position;
mod outcome;
mod place;
mod places;
pub mod positions;
mod proof;
mod receipts;
mod receivers;
mod rotate;
mod rows;
mod run;
mod single;
mod standing;
mod summary;
mod verification;
mod voice;

pub use course::Course;
pub use flags::DeliveryFlags;
pub use follower::{Mapping, log_profile};
pub use following::{Following, tell_news};
pub use intake::Intake;
pub use lane::{End, Keeper, Lane};
pub use lanes::Lanes;
pub use late::{are_late_wanted, told_of_late};
pub use memory::Memory;
pub use outcome::{Carried, conclude, unread};
pub use place::{Destination, To, check};
pub use places::{Places, RowFormat};
pub use proof::{ProofFlags, requests};
pub use receipts::Receipts;
pub use rotate::RotateFlags;
pub use rows::Place;
pub use run::{
    Extent, READER_LEFT, Wish, closed, ship, ship_standing, ship_until_stopped, stop, together,
};
pub use single::carry;
pub use standing::{Seen, SeenFlags, Standing, StandingFlags, listen_address};
pub use summary::Shipped;
pub use verification::{Verification, proven, shown};
pub use voice::Chorus;

/// More events than this are asked about.
pub const MANY: u64 = 100_000;

/// What keeps events from growing too old.
pub const OFTEN_ENOUGH: &str =
    "  where --new runs every 12 h or more often, no event grows that old";
