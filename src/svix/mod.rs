//! Svix, which carries the gateway's webhooks: its server's own API, and how its messages are signed.
//!
//! Facts are of svix/svix-webhooks `4fc0cfb8`, the open-source server 1.100.0.

mod client;
mod deliveries;
mod endpoints;
mod error;
pub mod signature;
mod wire;

pub use client::{Svix, SvixApplication};
pub use deliveries::Failed;
pub use error::SvixError;
