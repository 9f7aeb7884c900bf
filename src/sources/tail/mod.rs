//! Sessions as they happen: every new one that matches, and the bytes of those that are open.
//!
//! The gateway streams what a session says from the moment of the subscription on, and stores it
//! 50 seconds later at most. A follower shows the stream and keeps a ledger of what it showed
//! (`ledger`); after a break, for the beginning of a session, and at its end it holds the stored
//! recording against that ledger (`compare`), and tells what was missing (`fill`).
//!
//! Memory is bounded whatever the sessions do: so many streams, a ledger and a line of bounded
//! length for each, two recordings at once, and a queue of bounded length and size to whoever
//! shows all this. Where that queue is full the streams wait; what the gateway then drops is found
//! missing later.
//!
//! `ledger`, `compare`, `fill`, `lines`, `pace` and `roster` are pure.

mod compare;
mod desk;
mod event;
mod fill;
mod follow;
mod ledger;
mod lines;
mod pace;
mod roster;
mod stored;
mod voice;
mod watch;

pub use event::{Begin, Gap, Outlet, Queued, TailEvent, TailLine, queue};
pub use watch::{TailOptions, Which, tail};
