//! From values of the product to what a destination stores.

pub mod log;
pub(super) mod tree;
