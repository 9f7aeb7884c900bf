//! `ddctl receipts`: what was sent, and the proof. Here as well: how a sender leaves one.

mod sender;

pub use sender::{begin, close};
