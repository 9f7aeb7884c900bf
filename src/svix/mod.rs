//! Svix, which carries the gateway's webhooks: what its messages look like and how they are signed.

pub mod signature;
