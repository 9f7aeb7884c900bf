//! What a long-running mode says about itself: to a file that `ddctl status` reads, and over HTTP to
//! whoever watches.
//!
//! A mode keeps one [`Board`] up to date; [`publish`] writes it to the state folder and
//! a [`Server`] answers `/healthz`, `/readyz` and `/metrics` from it. Neither ever waits for the other,
//! and neither holds a lock.

mod board;
mod door;
mod file;
mod metrics;
mod server;

pub use board::{Away, Board, DestinationState, Report, SourceState, Waiting};
pub use door::{DoorState, Kept};
pub use file::{Life, StatusError, Stored, publish, read_all};
pub use server::Server;
