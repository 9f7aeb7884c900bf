//! Svix, which carries the gateway's webhooks: its server's own API.
//!
//! Facts are of svix/svix-webhooks `4fc0cfb8`, the open-source server 1.100.0.

mod client;
mod deliveries;
mod endpoints;
mod error;
mod wire;

pub use client::{Svix, SvixApplication};
pub use deliveries::Failed;
pub use error::SvixError;
