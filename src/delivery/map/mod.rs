//! From values of the product to what a destination stores.

pub mod audit;
pub mod event;
pub mod heartbeat;
pub mod llmobs;
pub mod log;
pub mod otlp;
pub mod session;
pub mod trace;
pub(super) mod tree;
pub mod webhook;
